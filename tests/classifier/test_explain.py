"""Reasons and explanations: exact for the linear heads, readable, and in the message's own words."""

import json
from collections import defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.artefact import load
from classifier.blend import Weighing
from classifier.evidence import Weights, rows_of
from classifier.explain import MOST, Explainer
from classifier.explanation import Explanation, explain
from classifier.features import intent_features, sentence_features, topic_features
from classifier.labelled import CORPUS, read_labelled
from classifier.phrases import families_of
from classifier.places import Part, Words
from classifier.readable import family, says_something
from classifier.text import read, words
from classifier.weighing import Against, Compared, by_family
from classifier.whole import whole
from models.prediction import WHOLE, Intent
from models.topics import TOPICS

BODY = """Dear Mr Pargeter,

My brown bin was missed again, for the third collection running. Nobody came to collect it, and I am
fed up with these missed collections. The bins on Larch Close smell.

On 3 June you wrote: your bin will be emptied
Thank you

Joan Pike
07700 900123"""
BINS = ("Missed bin at 14 Larch Close", BODY)
VOCABULARY = """bin bins missed collection collected collections again the my not thank you noise
pothole 14 3rd Larch Close ? please jo@x.example co11ection school we've council's Bins"""
some_words = st.lists(st.sampled_from([*VOCABULARY.split(), "\n>", "-"]), max_size=40).map(" ".join)
places = st.integers(0, 2)
quick = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def artefact(trained):
    return load(trained[0])[0]


@pytest.fixture(scope="module")
def explainer(artefact):
    return Explainer(artefact.about, artefact.meant)


@pytest.fixture(scope="module")
def weights(artefact):
    return Weights(artefact.heads)


@pytest.fixture(scope="module")
def why(artefact, explainer, weights):
    def reasons(subject, body, topic=0, intent=1, whole=None):
        reading = read(subject, body)
        rows = rows_of([reading], artefact.about, artefact.meant)
        return explainer.why(reading, rows, weights, 0, topic, intent, whole)

    return reasons


@pytest.fixture(scope="module")
def corpus():
    files = [read_labelled(CORPUS / f"{number}.jsonl") for number in ("03", "13", "21")]
    return [(line.subject, line.body, "") for lines in files for line in lines[::30]]


@quick
@given(subject=some_words, body=some_words, topic=places, intent=places, other=places)
def test_all_contributions_sum_exactly_to_the_decision_values_of_the_fitted_heads(
    artefact, explainer, weights, subject, body, topic, intent, other
):
    reading = read(subject, body)
    rows = rows_of([reading], artefact.about, artefact.meant)
    heads = (
        (artefact.heads.topic.decision_function(rows.about)[0], explainer.topic, topic),
        (artefact.heads.intent.decision_function(rows.meant)[0], explainer.intent, intent),
    )
    for exact, parts, place in heads:
        for against, expected in (
            (Against.NOTHING, exact[place]),
            (Against.AVERAGE, exact[place] - exact.mean()),
            (other, exact[place] - exact[other]),
        ):
            added = parts(rows, weights, 0, Compared(place, against))
            assert added.total == pytest.approx(expected, abs=1e-5)


def shares(reading, names):
    """To whom each feature belongs, said plainly: its words that say something, alike; the words of
    the message that begin so, as often as they stand there.
    """
    spoken = [*reading.subject, ".", *reading.body]
    for name in names:
        if name.startswith("^"):
            holders = [word for word in spoken if name in sentence_features([word])[1:]]
            shared = [family(word) for word in holders]
        else:
            plain = name[2:] if name[1:2] == ":" else name
            shared = [family(word) for word in plain.split(" ") if says_something(word)]
        yield name, [one for one in shared if one], max(len(shared), 1)


@quick
@given(subject=some_words, body=some_words, topic=places, intent=places)
def test_a_word_weighs_the_sum_of_the_features_behind_it(
    artefact, explainer, weights, subject, body, topic, intent
):
    reading = read(subject, body)
    rows = rows_of([reading], artefact.about, artefact.meant)
    told, expected = families_of(Words(reading)), defaultdict(float)
    for row, vocabulary, columns, place, features in (
        (rows.about, artefact.about, weights.topic, topic, topic_features(reading)),
        (rows.meant, artefact.meant, weights.intent, intent, intent_features(reading)),
    ):
        known = [name for name in dict.fromkeys(features) if name in vocabulary]
        for name, shared, parts in shares(reading, known):
            feature = list(vocabulary.names).index(name)
            added = row[0, feature] * (columns[feature, place] - columns[feature].mean())
            for one in shared:
                expected[one] += added / parts
    found = by_family(
        explainer._families,
        told,
        [*reading.subject, ".", *reading.body],
        (
            explainer.topic(rows, weights, 0, Compared(topic)),
            explainer.intent(rows, weights, 0, Compared(intent)),
        ),
    )
    assert set(found) == set(told)
    assert all(found[name] == pytest.approx(expected[name], abs=1e-5) for name in told)


@quick
@given(subject=some_words, body=some_words, topic=places, intent=places)
def test_reasons_are_at_most_five_stand_in_the_text_and_are_the_same_each_time(
    why, subject, body, topic, intent
):
    reasons = why(subject, body, topic, intent)
    assert len(reasons) <= MOST
    assert all(reason.word in f"{subject}\n{body}" for reason in reasons)
    assert len({family(word) for r in reasons for word in words(r.word) if family(word)}) >= len(
        reasons
    )
    assert [abs(r.weight) for r in reasons] == sorted(
        (abs(r.weight) for r in reasons), reverse=True
    )
    assert why(subject, body, topic, intent) == reasons


@settings(max_examples=150, deadline=None)
@given(subject=st.text(), body=st.text())
def test_any_text_is_explained(why, subject, body):
    for reason in why(subject, body):
        assert reason.word in f"{subject}\n{body}"


@settings(max_examples=300, deadline=None)
@given(body=st.text() | some_words)
def test_each_word_is_found_where_it_was_written(body):
    reading = read("İ said’s", body)
    found = Words(reading)
    for number, known in enumerate(found.known):
        part, start, end = found.place(number)
        assert known == "." or (start < end and words(found.text(part)[start:end]) == [known])


def test_no_reason_is_a_function_word_a_name_a_masked_number_or_a_word_twice(why, corpus):
    said = [reason.word for text in (BINS, *corpus) for reason in why(*text[:2])]
    assert len(said) > len(corpus)
    for word in said:
        assert says_something_of(word)
        assert "…" not in word
        assert "000" not in word
    for topic, intent in product(range(len(TOPICS)), range(3)):  # names weigh for some of them
        shown = {word for reason in why(*BINS, topic, intent) for word in reason.word.split()}
        assert not {"Joan", "Pike", "Larch", "Pargeter", "Close", "14"} & shown


def says_something_of(phrase):
    return any(says_something(word) for word in words(phrase))


def test_both_sides_are_shown_where_words_spoke_for_and_against(why):
    parks, praise = list(TOPICS).index("parks_play"), list(Intent).index(Intent.COMPLIMENT)
    body = "Thank you, brilliant playground. My bin was missed again and nobody collected it."
    signs = {reason.weight > 0 for reason in why("", body, parks, praise)}
    assert signs == {True, False}


def test_how_the_whole_reads_is_an_item_of_its_own_and_one_of_the_five(why):
    reasons = why(*BINS, whole=-0.7)
    assert len(reasons) <= MOST
    assert [r.weight for r in reasons if r.word == WHOLE] == [-0.7]
    assert all(r.word != WHOLE for r in why(*BINS, whole=0.0001))


def test_an_explanation_adds_up(classifier, corpus):
    for text in ((*BINS, ""), *corpus):
        told = explain(classifier, text)
        for voice in (told.topic, told.intent):
            sum_ = voice.average + voice.rest + sum(item.weight for item in voice.items)
            assert sum_ == pytest.approx(voice.value, abs=1e-5)


def test_what_stood_second_is_another_and_words_spoke_for_it(classifier, corpus):
    for text in corpus:
        told = explain(classifier, text)
        said = told.prediction
        assert told.category.name != said.category
        assert told.owner.name not in {said.service, said.authority}
        assert 0 <= told.category.likely <= 1
        assert 0 <= told.owner.likely <= 1
        assert all(i.weight > 0 for rival in (told.category, told.owner) for i in rival.items)


def test_an_explanation_marks_the_words_in_each_part_as_it_was_read(classifier):
    told: Explanation = explain(classifier, (*BINS, ""))
    assert "will be emptied" in told.parts[Part.CITED]
    marked = {told.parts[m.part][m.start : m.end].lower() for m in told.marked}
    assert {"missed", "collection"} <= marked
    starts = [(list(Part).index(m.part), m.start) for m in told.marked]
    assert starts == sorted(starts)
    assert json.loads(json.dumps(told.to_json()))["read"]["said"] == told.parts[Part.SAID]


def test_the_mean_of_all_classes_is_what_the_softmax_cannot_tell_apart():
    columns = np.array([[1.0, 2.0, 6.0]])
    assert Compared(2).of(columns) == pytest.approx([3.0])
    assert Compared(2, 1).of(columns) == pytest.approx([4.0])
    assert Compared(2, Against.NOTHING).of(columns) == pytest.approx([6.0])


def test_how_the_whole_reads_is_measured_as_the_linear_heads_are():
    scores = np.array([[0.0, 3.0, 6.0]], np.float32)
    weighing = Weighing(heads=4.0, encoder=2.0)
    assert whole(scores, weighing, 0, 2) == pytest.approx((6 - 3) * 2 / 4)
    assert whole(None, weighing, 0, 2) is None
