"""Which texts are nearly the same."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.labelled import CORPUS, read_labelled
from classifier.likeness import alike

BIN = "My brown bin was not emptied on Tuesday although it was out by seven. Please send a crew."
VARIANT = (
    "My green bin was not emptied on Friday although it was out by seven. Please send the crew."
)
OTHER = "Who do I ask about a grave in the old cemetery whose kerb has sunk and cracked?"


def test_a_variant_stands_with_its_text_and_another_matter_apart() -> None:
    assert alike([BIN, OTHER, VARIANT]) == [[0, 2], [1]]


def test_the_texts_of_one_voice_are_different_texts() -> None:
    lines = read_labelled(CORPUS / "01.jsonl")[:300]
    groups = alike([f"{line.subject}\n{line.body}" for line in lines])
    assert len(groups) >= 0.97 * len(lines)


def test_groups_go_across_blocks() -> None:
    apart = ["".join(chr(97 + (n * k) % 26) for k in range(1, 40)) for n in range(300)]
    (group,) = [group for group in alike([OTHER, *apart, f"{OTHER} 7919"]) if 0 in group]
    assert group == [0, 301]


def test_what_every_forward_has_makes_no_two_alike() -> None:
    head = "---------- Forwarded message ----------\nDate: 14 Sept\nTo: 01234 567890\n\n"
    assert alike([head + BIN, head + OTHER, "_" * 300 + BIN, "_" * 300]) == [[0, 2], [1], [3]]


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "…", "07700 900123"]])
def test_texts_without_a_letter_are_like_none(texts: list[str]) -> None:
    assert alike(texts) == [[n] for n in range(len(texts))]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_each_text_is_in_one_group_and_equal_texts_in_the_same(texts: list[str]) -> None:
    groups = alike(texts)
    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    of = {place: n for n, group in enumerate(groups) for place in group}
    for one, text in enumerate(texts):
        again = texts.index(text)
        if re.search(r"[^\W\d_]{2}", text):
            assert of[one] == of[again]
