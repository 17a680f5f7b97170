"""What corrections may teach, and what they may not: only the corpus was labelled in full."""

from dataclasses import replace

import numpy as np

from classifier.features import Vocabulary
from classifier.labelled import CORPUS, Labelled, read_labelled
from classifier.pipeline import MIXED, examples, fit_flags
from models.prediction import Flag

SOME = read_labelled(CORPUS / "01.jsonl")[:60]


def written(number: int, body: str) -> Labelled:
    return replace(SOME[0], id=f"CC-2026-{number:05}", body=body, flags=frozenset())


def test_what_only_customers_wrote_is_a_feature_where_five_of_them_did() -> None:
    corpus = [["bin", "late"], ["bin"], ["road"]]
    known = Vocabulary.learn(corpus, [["okonkwo", "otter"]] * 4 + [["otter", "road"]])
    assert set(known.names) == {"bin", "otter", "road"}


def test_a_name_in_a_few_corrections_is_not_in_the_vocabulary() -> None:
    few = [written(n, "zachariah okonkwo and the bin") for n in range(4)]
    known = examples([*SOME, *few], len(few))
    assert not [name for name in (*known.about.names, *known.meant.names) if "okonk" in name]
    many = [*few, written(5, "zachariah okonkwo and the bin")]
    assert "okonkwo" in examples([*SOME, *many], len(many)).about.names


def test_the_flags_of_corrections_teach_nothing() -> None:
    flagged = [
        replace(written(n, SOME[n].body), flags=frozenset(Flag), second_topic="pests")
        for n in range(20)
    ]
    plain = [replace(line, flags=frozenset[Flag](), second_topic=None) for line in flagged]
    one, other = (
        fit_flags(known, np.arange(len(SOME) + 20))
        for known in (examples([*SOME, *more], 20) for more in (flagged, plain))
    )
    assert one.coef_.shape[0] == MIXED + 1
    assert np.array_equal(one.coef_, other.coef_)
