"""Whatever a customer wrote: Slack takes it, it notifies nobody, and it reads well aloud."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock

from bot.sandbox.limits import block_problems, view_problems
from bot.sandbox.mentions import notified
from handlers.casework import HoldingReply
from handlers.slack import (
    cards,
    closing_modals,
    digest,
    enclosed,
    fields,
    history_lines,
    letter_modals,
    level_modals,
    menu,
    modals,
    ombudsman_modals,
    threads,
    wording,
)
from handlers.slack.api import Saying
from handlers.slack.background import Background, Known
from models.actions import answered, approve_answer, claim, close
from models.agreed import Agreed, Redress, Remedy, Task
from models.allowed import allowed_actions
from models.case import Action, Case, Level, Outcome, State
from models.channels import channel_for
from models.contact import By, Contact
from models.deadlines import DeadlineKind
from models.enclosures import Enclosure
from models.history import Entry, Event
from models.ledger import Arrival
from models.lessons import agreed_lesson
from models.letter import Letter, LetterKind, Way
from models.message import Attachment, Sender, Source
from models.ombudsman import Area, Decision, Referral
from models.people import CAREBOT, CUSTOMER, staff
from models.prediction import Category, Flag
from models.store_port import Draft, DueCase, StoredMessage
from models.told_before import Told
from tests.support.cases import message, opened
from tests.support.casework import learned
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
TODAY = date(2026, 11, 27)
PRIYA = staff("U1")
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case

anything = st.text(st.characters(codec="utf-8"), max_size=400) | st.sampled_from(
    [
        "<!channel>",
        "<@U1>",
        "<!subteam^S1>",
        "&amp;<>&",
        "<https://x|y>",
        "```",
        "\x00\x08",
        "a" * 9_000,
    ]
)


def held() -> Case:
    return claim(CASE, PRIYA, NOW).case


def done() -> Case:
    approved = approve_answer(held(), Outcome.PARTLY_UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    return answered(approved, NOW).case


def closed() -> Case:
    lesson = agreed_lesson(done(), learned(COUNCIL, NOW), COUNCIL, NOW)
    return close(done(), "", None, PRIYA, NOW, lesson).case


STATES = {
    "new": CASE,
    "triage": replace(CASE, state=State.TRIAGE),
    "held": held(),
    "answer on its way": approve_answer(held(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case,
    "answered": done(),
    "closed": closed(),
    "another body's": opened(COUNCIL, NOW, "CC-2026-00043", "#pothole_road enquiry").case,
    "praise": opened(COUNCIL, NOW, "CC-2026-00044", "#parks_play compliment").case,
    "every flag": replace(CASE, flags=tuple(Flag), secondary_authority="police"),
}


def assert_slack_takes(saying: Saying) -> None:
    assert block_problems(list(saying.blocks), 50) == []
    for block in saying.blocks:
        SdkBlock.parse(dict(block)).validate_json()
    assert saying.text.strip()
    assert len(str(saying.blocks)) < 13_000


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_the_card_of_each_state_is_taken_by_slack_and_has_the_buttons_that_fit(case: Case) -> None:
    card = cards.card(case, COUNCIL, TODAY)
    assert_slack_takes(card)
    shown = [
        element["action_id"].removeprefix("case_")
        for block in card.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert shown == [*(action.value for action in cards.on_card(case)), "more"]
    assert set(cards.on_card(case)) <= set(allowed_actions(case))


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_the_menu_of_each_state_offers_what_fits_with_a_sentence_on_each(case: Case) -> None:
    actions = allowed_actions(case)
    view = menu.modal(case, actions)
    assert view_problems(view) == []
    offered = [block for block in view["blocks"] if "accessory" in block]
    in_groups = [a for _, group in menu.GROUPS for a in group if a in actions]
    assert sorted(in_groups) == sorted(actions)
    assert [b["accessory"]["action_id"] for b in offered] == [f"case_{a}" for a in in_groups]
    for block in offered:  # the sentence alone: the button beside it has the name
        assert block["text"]["text"].endswith(".")
        assert "\n" not in block["text"]["text"]
        assert len(block["accessory"]["text"]["text"]) <= 20


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_the_spoken_card_says_reference_kind_owner_state_and_date(case: Case) -> None:
    text = cards.card(case, COUNCIL, TODAY).text
    owner = COUNCIL.catalogue.owner_name(case.service, case.authority)
    for part in (case.reference, wording.CATEGORIES[case.category].lower(), owner, "Answer:"):
        assert part in text


def test_an_answered_case_says_with_which_outcome_where_it_has_one() -> None:
    card = cards.card(done(), COUNCIL, TODAY)
    assert "*State:* Answered, partly upheld" in str(card.blocks)
    assert ". Answered, partly upheld. " in card.text
    enquiry = replace(done(), stage=replace(done().stage, outcome=None))
    assert ". Answered. " in cards.card(enquiry, COUNCIL, TODAY).text


def test_days_are_counted_in_working_days_and_said_in_words() -> None:
    friday, monday = date(2026, 12, 18), date(2026, 12, 21)
    assert wording.days_left(COUNCIL, friday, friday) == "due today"
    assert wording.days_left(COUNCIL, monday, friday) == "1 working day left"
    assert wording.days_left(COUNCIL, friday, monday) == "1 working day overdue"
    assert wording.days_left(COUNCIL, friday, date(2026, 12, 16)) == "2 working days left"


@given(subject=anything, name=anything)
def test_any_subject_and_name_make_a_card_that_slack_takes_and_that_notifies_nobody(
    subject: str, name: str
) -> None:
    case = replace(CASE, subject=subject, customer=Sender(name, "x@post.example"))
    card = cards.card(case, COUNCIL, TODAY)
    assert_slack_takes(card)
    assert notified(card.text, list(card.blocks)) == ()
    listed = digest.morning_list(
        [DueCase(case, DeadlineKind.RESPOND, TODAY)], [case], COUNCIL, TODAY, None
    )
    assert listed is not None
    assert_slack_takes(listed)
    assert notified(listed.text, list(listed.blocks)) == ()


@given(words=st.lists(anything, max_size=2))
def test_whatever_is_said_of_earlier_contact_slack_takes_it_and_it_notifies_nobody(
    words: list[str],
) -> None:
    said = Told(before=tuple(words), references=tuple(words))
    case = replace(CASE, state=State.TRIAGE, contact=Contact((), CASE.reference))
    card = cards.card(case, COUNCIL, TODAY, Background(True, (Known(CASE, By.SENDER, None),), said))
    assert_slack_takes(card)
    assert notified(card.text, list(card.blocks)) == ()


def stored(text: str, **changes: object) -> StoredMessage:
    return StoredMessage(1, message(text, NOW, **changes), Arrival.CASE, CASE.prediction)


def quoted(sayings: list[Saying]) -> str:
    return "".join(
        run["text"]
        for saying in sayings
        for block in saying.blocks
        if block["type"] == "rich_text"
        for quote in block["elements"]
        for run in quote["elements"]
    )


@given(anything)
def test_any_text_stands_in_the_thread_whole_and_notifies_nobody(text: str) -> None:
    sayings = list(threads.words(stored(text)))
    for saying in sayings:
        assert_slack_takes(saying)
        assert notified(saying.text, list(saying.blocks)) == ()
    printable = "".join(c for c in text if c.isprintable() or c in "\n\t" or ord(c) > 159).strip()
    if threads.is_long(stored(text)):
        assert printable.startswith(quoted(sayings))
        assert threads.whole(stored(text), CASE.reference, 3).content.decode() == text
    else:
        assert quoted(sayings) == (printable or "(the message has no text)")


# Unassigned and private characters are longer in Python's form of them than on the line.
written = st.characters(codec="utf-8", exclude_categories=["Cs", "Co", "Cn"])


@settings(deadline=None)
@given(st.text(written, min_size=1, max_size=60), st.integers(1, 20_000))
@example("x", 5_000)
@example("x", 5_001)
def test_no_character_is_left_out_with_a_file_or_without(part: str, length: int) -> None:
    """In the thread where it is short; else all in the file, and all in posts where there is none."""
    text = (part * (length // len(part) + 1))[:length]
    message = stored(text)
    printable = "".join(c for c in text if c.isprintable() or c in "\n\t" or ord(c) > 159).strip()
    said = list(threads.words(message))
    assert threads.is_long(message) == (len(printable) > 5_000)
    if threads.is_long(message):
        assert threads.whole(message, CASE.reference, 3).content.decode() == text
        posts = [*said, *threads.rest(message)]
        for post in posts:
            assert_slack_takes(post)
            assert notified(post.text, list(post.blocks)) == ()
        assert quoted(posts) == printable
    else:
        assert quoted(said) == (printable or "(the message has no text)")


def test_the_file_of_a_long_text_says_of_which_message_it_is() -> None:
    message = stored("line\n" * 2_000)
    file = threads.whole(message, CASE.reference, 3)
    assert file.name == "CC-2026-00042-message-3.txt"
    assert file.described == "The whole text of message 3 of CC-2026-00042, 10,000 characters"
    (said,) = threads.words(message)
    assert "*It goes on below*: the whole text has 9,999 characters." in str(said.blocks)


@given(name=anything, defect=anything)
def test_attachments_and_defects_are_named_safely(name: str, defect: str) -> None:
    files = tuple(Attachment(name, "image/jpeg", 10**n, "ff") for n in range(8))
    for saying in threads.words(stored("Bins", attachments=files, defects=(defect,) * 5)):
        assert_slack_takes(saying)
        assert notified(saying.text, list(saying.blocks)) == ()


def test_the_words_that_decided_are_given_with_those_against() -> None:
    (saying,) = threads.words(stored("Bins"))
    said = "*Words that spoke for it:* “bin”; *Words that spoke against it:* “thank”"
    assert said in str(saying.blocks)


@pytest.mark.parametrize("event", Event)
def test_each_kind_of_history_has_words_of_its_own(event: Event) -> None:
    details = {
        "reason": "<!channel>",
        "letter": "response",
        "respond_by": "2026-12-18",
        "respond_by_was": "2026-12-04",
        "why": "late",
        "newer": True,
        "other": "<!here>",
        "folder": "<!here>",
        "account": "<!here>",
        "asked_on": "2026-12-04",
        "received_on": "2026-12-04",
        "received_on_was": "2026-12-04",
        "decided_on": "2026-12-18",
        "theirs": "<!here>",
        "area": "housing",
        "decision": "upheld",
    }
    for who in (PRIYA, CUSTOMER, CAREBOT):
        entry = Entry(CASE.reference, 2, event, NOW, who, details)
        line = history_lines.line(entry, COUNCIL, "Priya <!here>")
        assert line.endswith("(27 Nov, 12:00)")
        assert notified(line, []) == ()


LONG = "Dear Jo\n" * 2_000
FILES = enclosed.fields_of([Enclosure(f"{'x' * 120}.pdf", "application/pdf", "0" * 64, 9)], 1_000)
MANY_AGREED = tuple(
    Agreed(
        number,
        Level.LEVEL_ONE,
        TODAY,
        Task("w" * 3_000, "U1", TODAY),
        redress=Redress(Remedy.PAYMENT, 999_999_900),
    )
    for number in range(1, 13)
)
MANY_REFERRALS = tuple(
    Referral(CASE.reference, TODAY, "<!here>" * 5, area, decision, decision and TODAY, number)
    for number, (area, decision) in enumerate(product([*Area] * 3, [None, *Decision]), 1)
)
ON_PAPER = replace(CASE, customer=Sender("Jo Pike", None), source=Source.LETTER)


def modal_views() -> Iterator[tuple[str, dict[str, object]]]:
    for name, case in {**STATES, "on paper": ON_PAPER}.items():
        yield f"change {name}", modals.change(case, COUNCIL)
        yield f"acknowledge {name}", letter_modals.acknowledge(case, LONG, "Jo\n1 High Street")
        for against in (None, "It has been extended already."):
            reply = HoldingReply(LONG, TODAY, "r" * 3_000, against)
            yield f"extend {name} {against}", letter_modals.extend(case, reply, "")
        yield f"respond {name}", letter_modals.respond(case, LONG, "", FILES)
        yield f"posted {name}", letter_modals.posted(case, tuple(LetterKind), TODAY)
        yield f"close {name}", closing_modals.close(case)
        chosen = {closing_modals.OUTCOME: Outcome.UPHELD, "lesson": "x" * 3_000}
        yield f"close {name} as upheld", closing_modals.close(case, chosen)
        yield f"reopen {name}", level_modals.reopening(case)
        yield f"escalate {name}", level_modals.escalating(case, TODAY, TODAY)
        yield f"refer {name}", ombudsman_modals.referring(case, TODAY)
        yield f"decide {name}", ombudsman_modals.deciding(case, MANY_REFERRALS, TODAY)
        yield f"lesson {name}", closing_modals.lesson(case)
        yield f"remedy {name}", closing_modals.remedy(case)
        yield f"done {name}", closing_modals.done(case, MANY_AGREED, None, TODAY)
    for kind, way in product(LetterKind, Way):
        letter = Letter(
            kind=kind,
            reference=CASE.reference,
            recipient="jo@post.example",
            subject="x",
            text="word " * 9_000,
            html="",
            message_id="<a@b>",
            answers=None,
            thread=(),
            automatic=False,
            way=way,
            postal_address="Jo Pike\n1 High Street",
            written_on=TODAY,
        )
        draft = Draft("d" * 43, CASE.reference, 1, "U1", letter, {}, ("w" * 90,) * 60)
        yield f"preview {kind} {way}", letter_modals.preview(draft)
    yield "notice", modals.notice("No.")


@pytest.mark.parametrize(
    "view", [view for _, view in modal_views()], ids=[n for n, _ in modal_views()]
)
def test_slack_takes_every_modal(view: dict[str, object]) -> None:
    assert view_problems(view) == []


def test_a_preview_shows_every_character_of_the_letter() -> None:
    for kind, way in product(LetterKind, Way):
        view = dict(modal_views())[f"preview {kind} {way}"]
        shown = "".join(b["text"]["text"] for b in view["blocks"] if b["type"] == "section")
        assert "word " * 9_000 in shown
        assert shown.count("w" * 90) == 60


def test_a_preview_says_to_whom_and_how_it_goes() -> None:
    views = dict(modal_views())
    email = views[f"preview {LetterKind.RESPONSE} {Way.EMAIL}"]["blocks"][0]["text"]["text"]
    assert email == "To: jo@post.example\nHow: by email\nSubject: x"
    paper = views[f"preview {LetterKind.RESPONSE} {Way.LETTER}"]["blocks"][0]["text"]["text"]
    assert paper.startswith("To:\nJo Pike\n1 High Street\n\nHow: as a letter, printed and posted")


@given(st.text(max_size=400), st.integers(2, 50))
def test_a_text_in_parts_is_the_whole_text(whole: str, limit: int) -> None:
    parts = fields.split(whole, limit)
    assert "".join(parts) == whole
    assert all(0 < len(part) <= limit for part in parts)


def test_a_modal_to_write_in_holds_the_whole_template_and_room_for_more() -> None:
    view = letter_modals.respond(CASE, LONG, "", FILES)
    texts = [b["element"] for b in view["blocks"] if str(b.get("block_id")).startswith("text")]
    assert "".join(t.get("initial_value", "") for t in texts) == LONG
    assert "initial_value" not in texts[-1]


def test_the_morning_list_sorts_by_urgency_and_holds_only_its_channels_cases() -> None:
    bins = DueCase(CASE, DeadlineKind.RESPOND, TODAY - timedelta(days=1))
    tax_case = opened(COUNCIL, NOW, "CC-2026-00050", "#council_tax enquiry").case
    tax = DueCase(tax_case, DeadlineKind.RESPOND, TODAY)
    whole = digest.morning_list([bins, tax], [], COUNCIL, TODAY, None)
    assert whole is not None
    assert "Every service: 1 overdue, 1 due today." in whole.text
    own = digest.morning_list([bins, tax], [], COUNCIL, TODAY, "revenues-benefits")
    assert own is not None
    assert "CC-2026-00050" in str(own.blocks)
    assert "CC-2026-00042" not in str(own.blocks)
    assert digest.morning_list([bins], [], COUNCIL, TODAY, "housing") is None


def test_a_private_case_is_listed_outside_its_channel_without_its_subject() -> None:
    case = opened(COUNCIL, NOW, "CC-2026-00060", "#missed_bin complaint !mp_enquiry").case
    due = [DueCase(case, DeadlineKind.RESPOND, TODAY)]
    whole = digest.morning_list(due, [], COUNCIL, TODAY, None)
    own = digest.morning_list(due, [], COUNCIL, TODAY, "private-chief-executive")
    assert whole is not None
    assert own is not None
    assert "“Bins”" not in str(whole.blocks)
    assert "“Bins”" in str(own.blocks)


def test_the_morning_list_names_a_hazard_but_none_of_a_private_case_outside_its_channel() -> None:
    open_case = replace(CASE, flags=(Flag.HAZARD,))
    private = replace(CASE, reference="CC-2026-00061", flags=(Flag.SAFEGUARDING,))
    due = [DueCase(case, DeadlineKind.RESPOND, TODAY) for case in (open_case, private)]
    whole = digest.morning_list(due, [], COUNCIL, TODAY, None)
    assert whole is not None
    assert "*CC-2026-00042* :warning: *hazard* “Bins”" in str(whole.blocks)
    assert "CC-2026-00061" in str(whole.blocks)
    assert "safeguarding" not in str(whole)
    own = digest.morning_list(due, [], COUNCIL, TODAY, channel_for(private, COUNCIL))
    assert own is not None
    assert ":warning: *safeguarding* “Bins”" in str(own.blocks)


def test_a_long_list_stays_within_what_slack_takes() -> None:
    cases = [opened(COUNCIL, NOW, f"CC-2026-{n:05d}").case for n in range(500)]
    due = [DueCase(case, DeadlineKind.RESPOND, TODAY) for case in cases]
    listed = digest.morning_list(due, cases, COUNCIL, TODAY, None)
    assert listed is not None
    assert_slack_takes(listed)


def test_every_word_of_the_domain_has_a_name_for_people() -> None:
    assert set(wording.CATEGORIES) == set(Category)
    assert set(wording.FLAGS) == set(Flag)
    assert set(wording.LEVELS) == set(Level)
    assert set(wording.OUTCOMES) == set(Outcome)
    assert set(wording.ACTIONS) == set(Action)
