"""The reader of labelled lines says what is wrong and where."""

import json

import pytest

from classifier.labelled import CORPUS, corpus_hash, read_labelled
from models.council import CouncilType, default_catalogue
from models.errors import Misconfigured
from models.routing import route

GOOD = {"subject": "Bin", "body": "Not emptied", "category": "complaint"}


def written(tmp_path, *lines):
    file = tmp_path / "some.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_every_line_of_the_corpus_is_read_and_agrees_with_the_map():
    lines = read_labelled(CORPUS)
    assert len(lines) >= 5339
    catalogue = default_catalogue(CouncilType.DISTRICT)
    for line in lines:
        way = route(catalogue, line.topic, line.intent)
        assert (way.category, way.service, way.authority) == (
            line.category,
            line.service,
            line.authority,
        )


def test_what_is_optional_may_be_left_out(tmp_path):
    (line,) = read_labelled(written(tmp_path, json.dumps(GOOD), ""))
    assert (line.topic, line.second_topic, line.flags, line.form) == (None, None, frozenset(), None)


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"category": "praise"}, "category", "general_enquiry"),
        ({"category": None}, "category", "non_council"),
        ({"topic": "bins"}, "topic", "missed_bin"),
        ({"intent": 3}, "intent", "enquiry"),
        ({"flags": ["fire"]}, "flags", "hazard"),
        ({"flags": "hazard"}, "flags", "list"),
        ({"body": None}, "body", "missing"),
        ({"subject": 7}, "subject", "not text"),
    ],
)
def test_an_error_names_file_line_field_and_what_is_allowed(tmp_path, change, field, allowed):
    file = written(tmp_path, json.dumps(GOOD), json.dumps(GOOD | change))
    with pytest.raises(Misconfigured) as caught:
        read_labelled(file)
    assert f"some.jsonl, line 2: {field}: " in str(caught.value)
    assert allowed in str(caught.value)


def test_a_line_that_is_no_json_object_is_named(tmp_path):
    with pytest.raises(Misconfigured, match=r"line 1: not JSON"):
        read_labelled(written(tmp_path, "{"))
    with pytest.raises(Misconfigured, match=r"line 1: not a JSON object"):
        read_labelled(written(tmp_path, "[]"))


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(Misconfigured, match=r"absent\.jsonl"):
        read_labelled(tmp_path / "absent.jsonl")
    with pytest.raises(Misconfigured, match=r"no \.jsonl"):
        read_labelled(tmp_path)


def test_the_hash_follows_the_content(tmp_path):
    file = written(tmp_path, json.dumps(GOOD))
    before = corpus_hash(tmp_path)
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert corpus_hash(tmp_path) != before
