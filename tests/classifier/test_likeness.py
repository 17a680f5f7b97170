"""Which texts are nearly the same."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.labelled import CORPUS, read_labelled
from classifier.likeness import alike, without_forms

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


FORM = """Website enquiry form
This message was sent from the contact page of the council's website. Do not reply to it.
Your name: …
Which service is this about?
{service}
Preferred way of contact: email
Is this the first time that you contact us about this matter? {first}
Please tell us what happened, when and where, in as much detail as you can:
{text}
By sending this form you agree to the council's privacy notice."""
MATTERS = [
    FORM.format(service=service, first=first, text=text)
    for service, first, text in (
        ("Bins", "Yes", "My brown bin was not emptied on Tuesday although it was out by seven."),
        ("Parking", "No", "The ticket machine in the market car park takes no coins."),
        ("Pests", "Yes", "There are rats under the decking and the neighbours have them too."),
        ("Bins", "No", "My green bin was not emptied on Friday although it was out by seven."),
    )
]


def test_what_came_by_one_form_is_alike_only_where_the_senders_own_words_are() -> None:
    assert len(alike(MATTERS)) < 3
    assert alike(without_forms(MATTERS)) == [[0, 3], [1], [2]]


def test_one_letter_that_many_sent_is_still_one_letter() -> None:
    letter = "Dear council,\nDo not close the lido: our children learn to swim there.\nYours"
    assert without_forms([letter] * 5) == [letter] * 5
    by_form = [FORM.format(service="Leisure", first="Yes", text=letter)] * 4
    assert alike(without_forms([*MATTERS, *by_form])) == [[0, 3], [1], [2], [4, 5, 6, 7]]
