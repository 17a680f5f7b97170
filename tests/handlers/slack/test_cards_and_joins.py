"""The card marks what to press; whatever a customer wrote, link, merge and praise are taken by Slack."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.limits import view_problems
from bot.sandbox.mentions import notified
from handlers.joining import Because, Likely
from handlers.slack import (
    cards,
    flag_lines,
    history_lines,
    join_modals,
    menu,
    modals,
    praise_modal,
    praise_post,
)
from handlers.slack.background import Background
from handlers.slack.card_buttons import main, on_card
from handlers.slack.references import reference_in
from handlers.slack.related import Related, Together
from handlers.slack.requests import Request
from models.actions import reclassify
from models.case import Action, Case, Classification, Level, State
from models.contact import Contact
from models.history import Entry, Event
from models.letter import LetterKind
from models.message import Sender
from models.outbox import Posting
from models.people import staff
from models.points import Point
from models.praise import Praise
from models.prediction import Category, Flag
from models.routing import undecided
from tests.handlers.slack.test_rendering import (
    CASE,
    COUNCIL,
    NOW,
    STATES,
    TODAY,
    anything,
    assert_slack_takes,
)

PRIYA = staff("U1")
COMPLIMENT, OUTSIDE, PRIVATE = (
    STATES["praise"],
    STATES["another body's"],
    replace(CASE, flags=(Flag.SAFEGUARDING,)),
)
PASSED = replace(COMPLIMENT, praise=Praise(formal=True, staff=("Dave",), passed_on_at=NOW))
UNREAD = replace(
    CASE, state=State.TRIAGE, prediction=undecided(COUNCIL.catalogue), category=Category.COMPLAINT
)
TO_POST = replace(
    STATES["answer on its way"],
    stage=replace(STATES["answer on its way"].stage, to_post=(LetterKind.RESPONSE,)),
)


@pytest.mark.parametrize(
    ("case", "first"),
    [
        (STATES["new"], Action.CLAIM),
        (STATES["held"], Action.RESPOND),
        (STATES["triage"], Action.CONFIRM),
        (UNREAD, Action.CHANGE),
        (replace(STATES["triage"], contact=Contact((), "CC-2026-00001")), Action.CHANGE),
        (TO_POST, Action.POST),
        (STATES["answered"], Action.CLOSE),
        (COMPLIMENT, Action.PASS_ON),
        (PASSED, Action.CLOSE),
        (OUTSIDE, Action.RESPOND),
        (PRIVATE, Action.CLAIM),
        (replace(OUTSIDE, flags=(Flag.HAZARD,)), Action.CLAIM),
    ],
)
def test_what_is_to_be_pressed_stands_first_and_it_alone_is_marked(
    case: Case, first: Action
) -> None:
    assert main(case) is first
    (row,) = (
        block for block in cards.card(case, COUNCIL, TODAY).blocks if block["type"] == "actions"
    )
    styles = [button.get("style") for button in row["elements"]]
    assert styles == ["primary", *[None] * (len(styles) - 1)]
    assert row["elements"][0]["action_id"] == f"case_{first}"
    assert len(row["elements"]) <= 5


@pytest.mark.parametrize("name", ["answer on its way", "closed"])
def test_where_nothing_must_be_done_nothing_is_marked(name: str) -> None:
    assert main(STATES[name]) is None
    assert Action.CLOSE not in on_card(STATES[name])


def test_the_answer_to_another_bodys_matter_is_called_signpost_on_card_and_menu() -> None:
    for blocks in (
        cards.card(OUTSIDE, COUNCIL, TODAY).blocks,
        menu.rows(OUTSIDE, (Action.RESPOND,)),
    ):
        assert "'Signpost'" in str(blocks)
        assert "'Respond'" not in str(blocks)


def test_every_action_stands_under_one_heading_of_the_menu() -> None:
    grouped = [action for _, group in menu.GROUPS for action in group]
    assert sorted(grouped) == sorted(Action)


def test_the_card_tells_points_praise_privacy_and_what_belongs_together() -> None:
    points = (Point("a", is_answered=True), Point("b"), Point("c", is_answered=True))
    other = Related(replace(CASE, reference="CC-2026-00050"), Posting("k", None, "C1", "1.1"))
    known = Background(together=Together(joined=(other,), linked=(other,)))
    case = replace(PRIVATE, points=points, praise=PASSED.praise)
    card = cards.card(case, COUNCIL, TODAY, known, lambda one: f"https://slack.example/{one.ts}")
    said = str(card.blocks)
    for part in (
        "*Points:* 2 of 3 answered",
        "*Passed on* Fri 27 November 2026 to Dave, formal compliment",
        "*Private:* only the members of this channel",
        "*Joined by* <https://slack.example/1.1|CC-2026-00050> (",
        "*Linked with* <https://slack.example/1.1|CC-2026-00050> (",
    ):
        assert part in said


def test_a_review_shows_neither_what_was_ticked_at_level_one_nor_what_the_model_said() -> None:
    first = replace(CASE, points=(Point("a", is_answered=True),))
    review = replace(first, level=Level.LEVEL_TWO)
    for part in ("*Points:* 1 of 1 answered", "The model said"):
        assert part in str(cards.card(first, COUNCIL, TODAY).blocks)
        assert part not in str(cards.card(review, COUNCIL, TODAY).blocks)
    still = replace(review, points=(*first.points, Point("b")))
    assert "*Points:* 1 of 2 answered" in str(cards.card(still, COUNCIL, TODAY).blocks)


def test_a_merged_case_names_another_only_where_its_card_may() -> None:
    merged = replace(CASE, state=State.CLOSED, merged_into="CC-2026-00050")
    unknown = cards.card(merged, COUNCIL, TODAY)
    assert "CC-2026-00050" not in f"{unknown.text} {unknown.blocks}"
    into = Together(into=Related(replace(CASE, reference="CC-2026-00050"), None))
    known = cards.card(merged, COUNCIL, TODAY, Background(together=into))
    assert known.text.endswith("It goes on as CC-2026-00050.")


def test_flags_raised_and_cleared_by_hand_are_said_in_the_history() -> None:
    case = replace(CASE, flags=(Flag.HAZARD, Flag.MP_ENQUIRY))
    to = Classification(
        case.category, case.service, None, case.level, (Flag.HAZARD, Flag.SAFEGUARDING)
    )
    (entry,) = reclassify(case, to, COUNCIL, PRIYA, NOW).entries
    line = history_lines.line(entry, COUNCIL, "Priya")
    assert "flag raised: *safeguarding*" in line
    assert "flag cleared: *MP enquiry*" in line
    assert "The model was right" not in line


def test_each_flag_can_be_ticked_and_a_private_one_says_that_the_case_moves() -> None:
    options = flag_lines.options(COUNCIL)
    assert set(options) == {flag.value for flag in Flag}
    private = {name for name, (_, help_) in options.items() if "Private channel" in help_}
    assert private == {flag.value for flag in COUNCIL.channels.private}
    assert all(len(help_) <= 75 for _, help_ in options.values())
    filled = {"category": "complaint", "service": "waste_recycling", "level": "level_one"}
    to = modals.classified(Request("U1", fields=filled, lists={"flags": ("hazard",)}))
    assert isinstance(to, Classification)
    assert to.flags == (Flag.HAZARD,)
    left = modals.classified(Request("U1", fields=filled))
    assert isinstance(left, Classification)
    assert left.flags is None


@given(subject=anything, name=anything, why=anything)
def test_whatever_a_customer_wrote_slack_takes_the_modals_of_link_and_merge(
    subject: str, name: str, why: str
) -> None:
    case = replace(CASE, subject=subject, customer=Sender(name, None))
    other = replace(case, reference="CC-2026-00099")
    likely = [Likely(other, because) for because in Because]
    for view in (
        join_modals.link(case, likely[:1]),
        join_modals.merge(case, likely[1:2]),
        join_modals.merge(case, ()),
        join_modals.sure(case, other, why[:500]),
        join_modals.take_apart(replace(case, merged_into=other.reference)),
    ):
        assert view_problems(view) == []
        assert notified("", list(view["blocks"])) == ()


@given(words=anything, names=st.lists(anything.map(lambda s: s[:60] or "x"), max_size=20))
def test_whatever_a_compliment_says_slack_takes_it_and_it_notifies_nobody(
    words: str, names: list[str]
) -> None:
    praise = Praise(formal=False, staff=tuple(names), passed_on_at=NOW)
    saying = praise_post.post(COMPLIMENT, praise, words, COUNCIL)
    assert_slack_takes(saying)
    assert notified(saying.text, list(saying.blocks)) == ()
    assert view_problems(praise_modal.modal(COMPLIMENT, words, COUNCIL)) == []
    card = cards.card(replace(COMPLIMENT, praise=praise), COUNCIL, TODAY)
    assert_slack_takes(card)
    assert notified(card.text, list(card.blocks)) == ()


@given(why=anything, event=st.sampled_from([Event.LINKED, Event.MERGED, Event.JOINED]))
def test_whatever_reason_is_given_the_line_notifies_nobody(why: str, event: Event) -> None:
    details = {"other": "CC-2026-00099", "why": "staff", "reason": why}
    line = history_lines.line(
        Entry(CASE.reference, 2, event, NOW, PRIYA, details), COUNCIL, "Priya"
    )
    assert notified(line, []) == ()
    assert "CC-2026-00099" in line


def test_a_reference_is_read_as_people_type_it() -> None:
    for typed in ("CC-2026-00042", " cc-2026-42 ", "2026-42"):
        assert reference_in(typed) == "CC-2026-00042"
    for typed in ("", "42", "CC-2026-00042 and more", "CC-2026-"):
        assert reference_in(typed) is None
