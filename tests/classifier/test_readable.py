"""What is readable: whole words in one of their forms, no names, no small change."""

import pytest

from classifier.names import is_name
from classifier.places import Words
from classifier.readable import family, may_begin, may_end, says_something
from classifier.text import read


@pytest.mark.parametrize(
    "forms",
    [
        "bin bins bin's",
        "collected collection collections collecting",
        "charge charges charged",
        "delivery deliveries",
        "pass passes",
        "bridge bridges",
    ],
)
def test_the_forms_of_a_word_are_one_family(forms):
    assert len({family(form) for form in forms.split()}) == 1


@pytest.mark.parametrize("two", ["park parking", "council councillor", "bus business", "ten tents"])
def test_two_words_are_two_families(two):
    first, second = two.split()
    assert family(first) != family(second) or family(first) is None


SMALL_CHANGE = ["the", "i've", "we'd", "july", "monday", "000", "0rd", "?", "£", "told", "wasn't"]


@pytest.mark.parametrize("word", SMALL_CHANGE)
def test_small_change_says_nothing(word):
    assert not says_something(word)


@pytest.mark.parametrize(
    "word", ["again", "nobody", "still", "pothole", "please", "thank", "council's"]
)
def test_what_a_letter_turns_on_says_something(word):
    assert says_something(word)


def test_a_phrase_does_not_begin_or_end_with_small_change():
    assert may_end("you")
    assert not may_begin("you")
    assert not may_end("since")
    assert not may_begin("he's")


def named(body, word, subject=""):
    found = Words(read(subject, body))
    at = [place for place, known in enumerate(found.known) if known == word]
    return is_name(at, found, {"blue", "badge", "council", "thank"}.__contains__)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Please mend the lamp on Fell Street now", "fell"),
        ("Please mend the lamp on Fell Street now", "street"),
        ("we spoke to Mr Pargeter about it", "pargeter"),
        ("Dear Wendy, the bin", "wendy"),
        ("It was Ashworth who rang", "ashworth"),
        ("Please empty it.\n\nJoan Pike", "pike"),
    ],
)
def test_a_name_is_known_by_how_it_is_written(body, word):
    assert named(body, word)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("My Blue Badge has expired", "badge"),
        ("The Car Park is full, a car stood there", "car"),
        ("Potholes everywhere", "potholes"),
        ("the street on Fell Street", "street"),
        ("my PCN is wrong", "pcn"),
        ("THE BINS AGAIN", "bins"),
    ],
)
def test_a_word_is_no_name_for_its_capital_letter(body, word):
    assert not named(body, word)


def test_a_subject_in_capitals_names_nobody_but_a_street_does():
    assert not named("", "marathon", subject="Half Marathon")
    assert named("", "snape", subject="Mattresses, Snape Lane")
