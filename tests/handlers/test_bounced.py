"""A letter that came back, or is late, is seen on its case (D29)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from handlers.slack.history_lines import line
from models.case import Level, Outcome, State
from models.history import Entry, Event
from models.ledger import Arrival
from models.letter import Letter
from models.policy import PRESETS
from tests.support.casework import OFFICER, answer, entry, events, seen
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27)


def report(office: TestOffice, action: str, status: str) -> tuple[Arrival, str, Event, object]:
    """What becomes of an RFC 3464 report on the acknowledgement of a new case: how it arrived, and
    the case, the event and the reason in its history.
    """
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    (letter,) = delivered(office, NOW)
    content = (
        "From: MAILER-DAEMON@mx.example.org\nTo: complaints@westmere.example\n"
        "Subject: Returned mail\nMessage-ID: <b@mx.example.org>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nSee below.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Final-Recipient: rfc822; jane@example.org\nAction: {action}\nStatus: {status}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter.message_id}\n--b--\n"
    ).encode()
    taken = office.receive(content, NOW)
    assert taken.reference == reference
    with office.store.view() as work:
        entry = work.cases.history(reference)[-1]
    return taken.arrival, reference, entry.event, entry.details["reason"]


def test_d29_a_bounce_says_on_its_case_why_the_acknowledgement_did_not_arrive(
    office: TestOffice,
) -> None:
    arrival, reference, event, reason = report(office, "failed", "5.1.1")
    assert (arrival, event) == (Arrival.BOUNCE, Event.BOUNCED)
    assert reason == "the address does not exist (5.1.1)"
    assert office.case(reference).stage.acknowledged_at is None


def test_d29_a_delay_is_noted_on_its_case_and_the_acknowledgement_counts(
    office: TestOffice,
) -> None:
    arrival, reference, event, reason = report(office, "delayed", "4.2.2")
    assert (arrival, event) == (Arrival.AUTOMATIC, Event.AUTOMATIC_MESSAGE)
    assert reason == "not delivered yet: the mailbox is full (4.2.2)"
    assert office.case(reference).stage.acknowledged_at is not None


# Which letter, and which case


def bounce(*ids: str, number: int = 1) -> bytes:
    """A report that gives back the heads of these, in this order."""
    parts = "".join(
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {id_}\n\n" for id_ in ids
    )
    return (
        "From: MAILER-DAEMON@mx.example.org\nTo: complaints@westmere.example\n"
        f"Subject: Returned mail\nMessage-ID: <b{number}@mx.example.org>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nSee below.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Final-Recipient: rfc822; jo@post.example\nAction: failed\nStatus: 5.1.1\n\n{parts}--b--\n"
    ).encode()


def said(office: TestOffice, reference: str, event: Event) -> str:
    return line(entry(office, reference, event), office.council, "Priya")


def new(office: TestOffice) -> tuple[str, Letter]:
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    (letter,) = delivered(office, NOW)
    return reference, letter


def reopened(office: TestOffice, reference: str, after: Letter, at: int) -> None:
    again = email(f"Again {at}", Message_ID=f"<{at}@x>", In_Reply_To=after.message_id)
    office.receive(again, NOW + timedelta(hours=at))
    assert office.case(reference).state is State.OPEN


def extended(office: TestOffice, reference: str, at: int, although: str = "") -> Letter:
    """A holding reply has left; a team leader's where it says why `although` it is against the rule."""
    when, leads = NOW + timedelta(hours=at), bool(although)
    text = office.casework.holding_template(seen(office, reference), when, leads=leads).text
    draft = office.casework.draft_holding_reply(
        seen(office, reference), text, "staff are ill", OFFICER, when, None, although
    )
    office.casework.send(draft.id, OFFICER, when, leads=leads)
    (letter,) = delivered(office, when)
    return letter


def test_d29_a_late_bounce_of_an_earlier_answer_leaves_the_answered_case_answered(
    office: TestOffice,
) -> None:
    reference, _ = new(office)
    first = answer(office, reference, NOW + timedelta(hours=1))
    reopened(office, reference, first, 2)
    second = answer(office, reference, NOW + timedelta(hours=3))
    before = office.case(reference)
    taken = office.receive(bounce(first.message_id), NOW + timedelta(hours=4))
    after = office.case(reference)
    assert (taken.arrival, taken.reference) == (Arrival.BOUNCE, reference)
    assert (after.state, after.stage) == (State.ANSWERED, before.stage)
    assert "An earlier letter of ours did not arrive" in said(office, reference, Event.BOUNCED)
    office.receive(bounce(second.message_id, number=2), NOW + timedelta(hours=5))
    assert office.case(reference).state is State.OPEN


def test_d29_a_late_bounce_of_an_earlier_stages_answer_leaves_the_open_stage_alone(
    office: TestOffice,
) -> None:
    reference, _ = new(office)
    first = answer(office, reference, NOW + timedelta(hours=1))
    reopened(office, reference, first, 2)
    draft = office.casework.draft_answer(
        seen(office, reference), "Done.", Outcome.UPHELD, Level.LEVEL_ONE, OFFICER, NOW
    )
    office.casework.send(draft.id, OFFICER, NOW)
    before = office.case(reference).stage
    assert before.answer_approved_at is not None
    office.receive(bounce(first.message_id), NOW + timedelta(hours=4))
    assert office.case(reference).stage == before


def test_d29_a_late_bounce_of_an_earlier_stages_holding_reply_leaves_the_extension_alone(
    office: TestOffice,
) -> None:
    reference, _ = new(office)
    first = extended(office, reference, 1)
    reopened(office, reference, answer(office, reference, NOW + timedelta(hours=2)), 3)
    second = extended(office, reference, 4)
    before = office.case(reference).stage
    office.receive(bounce(first.message_id), NOW + timedelta(hours=5))
    assert office.case(reference).stage == before
    office.receive(bounce(second.message_id, number=2), NOW + timedelta(hours=6))
    assert office.case(reference).stage.extended_to is None
    taken_back = said(office, reference, Event.BOUNCED)
    assert "The extension is taken back" in taken_back
    assert "Answer due:" in taken_back


def test_d29_a_bounce_of_a_team_leaders_second_extension_leaves_the_first(
    office: TestOffice,
) -> None:
    reference, _ = new(office)
    extended(office, reference, 1)
    first = office.case(reference).stage.answer_by
    for number, hours in enumerate((2, 4), start=1):
        second = extended(office, reference, hours, although="They agreed.")
        assert office.case(reference).stage.answer_by != first
        returned = bounce(second.message_id, number=number)
        office.receive(returned, NOW + timedelta(hours=hours + 1))
        assert office.case(reference).stage.answer_by == first


def test_d29_a_second_bounce_of_an_acknowledgement_that_was_sent_anew_changes_nothing(
    office: TestOffice,
) -> None:
    reference, first = new(office)
    office.receive(bounce(first.message_id), NOW)
    draft = office.casework.draft_acknowledgement(seen(office, reference), OFFICER, NOW)
    office.casework.send(draft.id, OFFICER, NOW)
    (second,) = delivered(office, NOW)
    before = office.case(reference).stage
    assert before.acknowledged_at is not None
    office.receive(bounce(first.message_id, number=2), NOW + timedelta(hours=1))
    assert office.case(reference).stage == before
    office.receive(bounce(second.message_id, number=3), NOW + timedelta(hours=2))
    assert office.case(reference).stage.acknowledged_at is None


def test_d29_an_acknowledgement_that_comes_back_in_a_later_stage_counts_as_not_sent(
    office: TestOffice,
) -> None:
    reference, letter = new(office)
    reopened(office, reference, answer(office, reference, NOW), 1)
    office.receive(bounce(letter.message_id), NOW + timedelta(hours=2))
    assert office.case(reference).stage.acknowledged_at is None


def test_d29_a_report_acts_on_the_case_of_the_letter_that_it_gives_back_and_on_no_other(
    office: TestOffice,
) -> None:
    """Somebody gives back their own letter behind the Message-ID of another person's mail."""
    victim, _ = new(office)
    mine = email("Pot. #pothole_road complaint", From="e@evil.example", Message_ID="<e@evil>")
    other = office.receive(mine, NOW).reference
    (letter,) = delivered(office, NOW)
    before = office.case(victim)
    taken = office.receive(bounce("<first@post.example>", letter.message_id), NOW)
    assert taken.reference == other
    assert office.case(victim) == before
    assert office.case(other).stage.acknowledged_at is None


def test_d29_a_report_that_only_names_a_case_says_no_more_and_changes_nothing(
    office: TestOffice,
) -> None:
    reference, _ = new(office)
    before = office.case(reference)
    named = email(
        "failed",
        From="MAILER-DAEMON@evil.example",
        Subject=f"Undelivered Mail [{reference}]",
        Message_ID="<f@x>",
    )
    taken = office.receive(named, NOW)
    after = office.case(reference)
    assert (taken.arrival, taken.reference) == (Arrival.BOUNCE, reference)
    assert (after.state, after.stage) == (before.state, before.stage)
    assert Event.BOUNCED not in events(office, reference)
    assert said(office, reference, Event.UNDELIVERED_REPORT).startswith(
        "A report of undelivered mail that names this case came"
    )


def test_d29_nothing_is_counted_from_an_acknowledgement_that_came_back_and_the_thread_says_so(
    tmp_path: Path,
) -> None:
    council = replace(example_council(), policy=PRESETS["lgsco-2024"])
    office = open_office(tmp_path, council)
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    unacknowledged = office.case(reference).stage.respond_by
    (letter,) = delivered(office, NOW + timedelta(hours=1))
    counted = office.case(reference).stage.respond_by
    assert counted != unacknowledged
    office.receive(bounce(letter.message_id), NOW + timedelta(hours=2))
    assert office.case(reference).stage.respond_by == unacknowledged
    assert dates(entry(office, reference, Event.BOUNCED)) == (counted, unacknowledged)
    assert "Answer due:" in said(office, reference, Event.BOUNCED)
    office.receive(email("News?", Message_ID="<3@x>", In_Reply_To="<first@post.example>"), NOW)
    assert office.case(reference).stage.respond_by == unacknowledged
    office.store.close()


def dates(of: Entry) -> tuple[object, object]:
    return tuple(date.fromisoformat(str(of.details[k])) for k in ("respond_by_was", "respond_by"))


def test_d29_a_report_on_an_answered_case_does_not_move_the_dates_of_what_has_ended(
    tmp_path: Path,
) -> None:
    council = replace(example_council(), policy=PRESETS["lgsco-2024"])
    office = open_office(tmp_path, council)
    reference, letter = new(office)
    answer(office, reference, NOW)
    before = office.case(reference).stage.respond_by
    office.receive(bounce(letter.message_id), NOW + timedelta(hours=2))
    assert office.case(reference).stage.respond_by == before
    office.store.close()
