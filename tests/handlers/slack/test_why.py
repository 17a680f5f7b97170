"""The card says why a person decides, and what raised each flag; quoted words are cut and tamed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.limits import block_problems
from bot.sandbox.mentions import notified
from handlers.slack import cards, threads
from handlers.slack.api import Saying
from models.case import Case, State
from models.ledger import Arrival
from models.prediction import Doubt, Flag, Prediction, Reason
from models.store_port import StoredMessage
from tests.handlers.slack.test_rendering import COUNCIL, NOW, TODAY, anything
from tests.support.cases import message, opened

CASE = opened(COUNCIL, NOW, "CC-2026-00042").case


def waiting(*doubts: Doubt, **changes: object) -> Case:
    prediction = replace(CASE.prediction, doubts=doubts, needs_person=True, **changes)  # type: ignore[arg-type]  # names are the callers'
    return replace(CASE, state=State.TRIAGE, prediction=prediction, flags=prediction.flags)


def said(saying: Saying) -> str:
    """What stands on the card, in the order in which it is read."""
    texts = []
    for block in saying.blocks:
        parts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        texts += [part["text"] for part in parts if part and isinstance(part.get("text"), str)]
    return "\n".join(texts)


def drawn(case: Case) -> str:
    return said(cards.card(case, COUNCIL, TODAY))


@pytest.mark.parametrize(
    ("doubt", "words"),
    [
        (Doubt.NOT_SURE, "not sure enough: 71 %"),
        (Doubt.NO_WORDS, "nothing was written; see what is attached, if anything is"),
        (Doubt.UNLIKE, "hardly a word is known: another language, or no letter to a council"),
        (Doubt.TWO_MATTERS, "two matters of equal weight"),
        (Doubt.TONE, "praise and dissatisfaction are both there: sarcasm?"),
        (Doubt.NO_PREDICTION, "the model could not read it"),
    ],
)
def test_each_doubt_stands_on_the_card_and_is_read_aloud(doubt: Doubt, words: str) -> None:
    card = cards.card(waiting(doubt, confidence=0.71), COUNCIL, TODAY)
    assert f"*Please decide:* {words}" in said(card)
    assert f"Please decide: {words}." in card.text


def test_two_matters_are_named_and_how_sure_the_model_is_stands_last() -> None:
    case = waiting(Doubt.NOT_SURE, Doubt.TWO_MATTERS, confidence=0.4, second_owner="parking")
    assert (
        "*Please decide:* two matters of equal weight "
        "(Waste and recycling (Direct Services) / Parking); not sure enough: 40 %" in drawn(case)
    )
    other = waiting(Doubt.TWO_MATTERS, second_owner="police")
    assert COUNCIL.catalogue.owner_name(None, "police") in drawn(other)


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.94, "not sure enough (94 %)"), (0.87, "not sure enough (87 %)"),
     (0.6, "not very sure (60 %)"), (0.3, "hardly more than a guess (30 %)")],
)  # fmt: skip
def test_a_card_never_calls_sure_what_is_not_sure_enough(confidence: float, words: str) -> None:
    card = drawn(waiting(Doubt.NOT_SURE, confidence=confidence))
    assert "not sure enough: " in card
    assert f", {words}" in card
    assert "very sure (94" in drawn(waiting(Doubt.TONE, confidence=0.94))


def test_nothing_is_asked_for_once_somebody_has_decided() -> None:
    decided = replace(waiting(Doubt.TONE), state=State.OPEN)
    card = cards.card(decided, COUNCIL, TODAY)
    assert "decide" not in f"{said(card)} {card.text}"


def test_the_words_that_weighed_stand_on_the_card_that_waits_for_a_decision() -> None:
    reasons = (Reason("missed again", 0.4), Reason("thank you", -0.1))
    shown = drawn(waiting(Doubt.TONE, reasons=reasons))
    assert "*Words that spoke for it:* “missed again”" in shown
    assert "*Words that spoke against it:* “thank you”" in shown


HAZARD = "A cable hangs over the path\nand it sparks. " + "x" * 400
RAISED = {"flags": (Flag.HAZARD, Flag.MP_ENQUIRY), "raised": {Flag.HAZARD: HAZARD}}


def test_each_flag_stands_with_the_sentence_that_raised_it_on_one_line() -> None:
    shown = drawn(waiting(**RAISED))
    (line,) = (line for line in shown.splitlines() if "hazard" in line)
    assert line.startswith(
        ":warning: *Flag: hazard*, raised by “A cable hangs over the path and it sparks. xxx"
    )
    assert line.endswith("…”")
    assert len(line) < 220
    assert ":warning: *Flag: MP enquiry*" in shown.splitlines()


def test_a_sentence_is_in_the_card_only_and_not_in_what_a_phone_notifies() -> None:
    assert "cable" not in cards.card(waiting(**RAISED), COUNCIL, TODAY).text


def test_the_thread_says_under_each_message_what_its_words_raised() -> None:
    prediction = waiting(**RAISED).prediction
    stored = StoredMessage(1, message("PS", NOW), Arrival.REPLY, prediction)
    (saying,) = threads.words(stored)
    assert "*Flag: hazard*, raised by “A cable hangs" in said(saying)


def test_a_prediction_stored_before_doubts_were_told_makes_a_card() -> None:
    old = CASE.prediction.to_json()
    for name in ("doubts", "raised", "second_owner"):
        del old[name]
    case = replace(CASE, state=State.TRIAGE, prediction=Prediction.from_json(old))
    assert "Please decide" not in drawn(case)


@settings(deadline=None)
@given(sentence=anything, word=anything, flags=st.sets(st.sampled_from(Flag)))
def test_whatever_raised_a_flag_slack_takes_it_and_it_notifies_nobody(
    sentence: str, word: str, flags: set[Flag]
) -> None:
    case = waiting(
        *Doubt,
        flags=tuple(flags),
        raised=dict.fromkeys(flags, sentence),
        reasons=(Reason(word, 1.0), Reason(word, -1.0)),
        second_owner=word,
    )
    stored = StoredMessage(1, message("x", NOW), Arrival.CASE, case.prediction)
    for saying in (cards.card(case, COUNCIL, TODAY), *threads.words(stored)):
        assert block_problems(list(saying.blocks), 50) == []
        assert notified(saying.text, list(saying.blocks)) == ()


@pytest.mark.parametrize("character", ["&", "<", "x"])
def test_every_flag_raised_by_signs_that_are_escaped_still_fits_the_card(character: str) -> None:
    flags = tuple(Flag)
    case = waiting(flags=flags, raised=dict.fromkeys(flags, character * 400))
    stored = StoredMessage(1, message("x", NOW), Arrival.CASE, case.prediction)
    for saying in (cards.card(case, COUNCIL, TODAY), *threads.words(stored)):
        assert block_problems(list(saying.blocks), 50) == []
        assert all(len(line) < 3_000 for line in said(saying).split("\n\n"))
