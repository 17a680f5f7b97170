"""Which case a message belongs to (mail.md C22, C23; requirements 6 and 7)."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.mail.compose import compose
from handlers.mail.own import Seal
from models.case import Case, Classification, Level, State
from models.history import Event
from models.ledger import Arrival
from models.letter import Letter
from models.outbox import Kind
from models.threads import Why
from tests.support.casework import (
    OFFICER,
    answer,
    answer_review,
    close,
    entry,
    events,
    history,
    review,
    seen,
)
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import ADDRESS, TestOffice, email, open_office

NOW = utc(2026, 11, 27)
STRANGER = "Al <al@x.example>"


def plus(letter: Letter) -> str:
    """The address for answers, as the letter's email has it."""
    composed = compose(letter, from_address=ADDRESS, from_name="Westmere", now=NOW)
    return str(composed["Reply-To"])


def acknowledged(office: TestOffice, **headers: str) -> tuple[str, Letter]:
    reference = office.receive(email(**headers), NOW).reference
    assert reference is not None
    (letter,) = delivered(office, NOW)
    return reference, letter


def two_cases(office: TestOffice) -> tuple[Letter, Letter]:
    _, first = acknowledged(office)
    _, second = acknowledged(
        office, text="The other bin. #missed_bin complaint", Message_ID="<2@post.example>"
    )
    return first, second


# Message-IDs


def test_c22_what_in_reply_to_names_goes_before_all_references(office: TestOffice) -> None:
    first, second = two_cases(office)
    reply = email(
        "PS", Message_ID="<r@x>", In_Reply_To=first.message_id, References=second.message_id
    )
    assert office.receive(reply, NOW).reference == first.reference


def test_c22_references_are_read_from_the_right(office: TestOffice) -> None:
    first, second = two_cases(office)
    references = f"<unknown@x> {first.message_id} {second.message_id} <other@x>"
    reply = email("PS", Message_ID="<r@x>", References=references)
    assert office.receive(reply, NOW).reference == second.reference


def test_c22_a_message_id_goes_before_a_plus_address_and_that_before_a_subject(
    office: TestOffice,
) -> None:
    first, second = two_cases(office)
    reply = email("PS", Message_ID="<r@x>", To=plus(second), In_Reply_To=first.message_id)
    assert office.receive(reply, NOW).reference == first.reference
    reply = email("PPS", Message_ID="<s@x>", To=plus(first), Subject=f"[{second.reference}]")
    assert office.receive(reply, NOW).reference == first.reference


def test_c22_after_a_restored_backup_a_letter_that_the_store_never_knew_finds_its_case(
    office: TestOffice, tmp_path: Path
) -> None:
    reference, _ = acknowledged(office)
    backup = tmp_path / "backup"
    backup.mkdir()
    with office.store.work():  # nobody writes while it is copied
        for file in tmp_path.glob("carebot.db*"):
            shutil.copy(file, backup)
    lost = answer(office, reference, NOW)
    restored = open_office(backup)
    reply = email("No!", Message_ID="<r@x>", In_Reply_To=lost.message_id, Subject="no reference")
    taken = restored.receive(reply, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.REPLY, reference)
    restored.store.close()


@pytest.mark.parametrize(
    "invent",
    [
        lambda seal, case: Seal(seal.domain, b"another key").new_message_id(case),
        lambda seal, case: Seal("other.example", seal.key).new_message_id(case),
        lambda seal, _: seal.new_message_id("CC-2026-00009").replace("-00009-", "-00001-"),
        lambda _, case: f"<carebot.{case}-0123456789abcdef.aaaaaaaaaaaaaaaa@westmere.example>",
        lambda _, case: f"<carebot.{case}@westmere.example>",
    ],
)
def test_c22_an_invented_message_id_names_no_case(office: TestOffice, invent) -> None:
    reference, _ = acknowledged(office)
    seal = Seal("westmere.example", office.store.seal_key())
    forged = email(
        "Let me in", Message_ID="<r@x>", From=STRANGER, In_Reply_To=invent(seal, reference)
    )
    assert office.receive(forged, NOW).arrival is Arrival.CASE


def test_c22_a_signed_message_id_is_recognised_whatever_a_mail_system_did_to_its_case() -> None:
    seal = Seal("westmere.example", b"key")
    assert seal.case_of_id(seal.new_message_id("CC-2026-00042").upper()) == "CC-2026-00042"


def test_c22_the_key_is_made_once_and_is_not_shown(office: TestOffice) -> None:
    key = office.store.seal_key()
    assert len(key) == 32
    assert key == office.store.seal_key()
    assert repr(key) not in repr(Seal("x", key))


# Plus addresses and subjects


def test_c22_where_message_ids_are_rewritten_the_plus_address_finds_the_case(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    close(office, reference, NOW)
    to = plus(letter).lower()  # mail systems may write it in lower case
    reply = email("Still there", Message_ID="<r@x>", To=to, Subject="Bins", In_Reply_To="<ses@x>")
    assert office.receive(reply, NOW).reference == reference
    assert office.case(reference).state is State.OPEN


def test_c22_where_message_ids_are_rewritten_the_subject_finds_the_case(office: TestOffice) -> None:
    reference, letter = acknowledged(office)
    reply = email("PS", Message_ID="<r@x>", Subject=f"RE: {letter.subject}", In_Reply_To="<ses@x>")
    taken = office.receive(reply, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.REPLY, reference)
    assert f"[{reference}]" in letter.subject


def test_c22_a_plus_address_with_its_check_is_sure_even_of_somebody_new(office: TestOffice) -> None:
    reference, letter = acknowledged(office)
    close(office, reference, NOW)
    wife = email("We both", Message_ID="<r@x>", From=STRANGER, To=plus(letter), Subject="")
    assert office.receive(wife, NOW).reference == reference
    assert office.case(reference).state is State.OPEN
    assert entry(office, reference, Event.MESSAGE_ADDED).details["known_sender"] is False


@pytest.mark.parametrize("check", ["", ".aaaaaa", ".k7f3q2", "."])
@pytest.mark.parametrize("place", ["plus", "subject"])
def test_c22_a_reference_without_its_check_never_opens_an_ended_case_for_a_stranger(
    office: TestOffice, check: str, place: str
) -> None:
    reference, _ = acknowledged(office)
    ended = close(office, reference, NOW)
    named = (
        {"To": f"complaints+{reference}{check}@westmere.example"}
        if place == "plus"
        else {"Subject": f"Re: [{reference}{check}]"}
    )
    forged = email("What of it?", Message_ID="<r@x>", From=STRANGER, **named)
    taken = office.receive(forged, NOW)
    assert taken.arrival is Arrival.CASE
    assert office.case(reference).state is ended.state is State.CLOSED
    linked = entry(office, taken.reference, Event.LINKED)
    assert (linked.details["other"], linked.details["why"]) == (reference, Why.STRANGER)
    assert entry(office, reference, Event.LINKED).details["other"] == taken.reference


def test_c22_a_letter_to_a_stranger_says_nothing_of_the_case_they_named(office: TestOffice) -> None:
    reference, _ = acknowledged(office)
    close(office, reference, NOW)
    forged = email("Hm", Message_ID="<r@x>", From=STRANGER, Subject=f"[{reference}] #noise enquiry")
    office.receive(forged, NOW)
    for letter in delivered(office, NOW):
        assert letter.recipient == "al@x.example"
        assert reference not in f"{letter.subject} {letter.text} {letter.html} {letter.reply_token}"


def test_c22_a_bare_reference_of_a_stranger_joins_an_open_case_for_a_person_to_check(
    office: TestOffice,
) -> None:
    reference, _ = acknowledged(office)
    office.receive(
        email("Me too", Message_ID="<r@x>", From=STRANGER, Subject=f"[{reference}]"), NOW
    )
    added = entry(office, reference, Event.MESSAGE_ADDED)
    assert added.details["known_sender"] is False
    notes = [p.payload["event"] for p in office.waiting(Kind.NOTE)]
    assert Event.MESSAGE_ADDED in notes


def test_c22_a_stranger_who_was_let_join_is_not_known_afterwards(office: TestOffice) -> None:
    reference, _ = acknowledged(office)
    office.receive(
        email("Me too", Message_ID="<r@x>", From=STRANGER, Subject=f"[{reference}]"), NOW
    )
    close(office, reference, NOW)
    again = email("Open up", Message_ID="<s@x>", From=STRANGER, Subject=f"[{reference}]")
    assert office.receive(again, NOW).arrival is Arrival.CASE
    assert office.case(reference).state is State.CLOSED


def test_c22_of_two_references_in_a_subject_the_one_whose_sender_is_known_is_meant(
    office: TestOffice,
) -> None:
    first, _ = acknowledged(office)
    second, _ = acknowledged(office, Message_ID="<2@x>", From=STRANGER)
    reply = email("PS", Message_ID="<r@x>", From=STRANGER, Subject=f"Fwd: [{first}] re [{second}]")
    assert office.receive(reply, NOW).reference == second


def test_c22_a_reference_in_the_text_is_believed_of_who_is_known_on_the_case(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    fresh = email(f"Any news?\n\n{quoted}", Message_ID="<r@x>", Subject="A word")
    assert office.receive(fresh, NOW).reference == reference
    stranger = email(f"And me?\n\n{quoted}", Message_ID="<s@x>", Subject="A word", From=STRANGER)
    assert office.receive(stranger, NOW).arrival is Arrival.CASE


def test_c22_a_case_named_in_passing_in_another_matter_does_not_take_it(office: TestOffice) -> None:
    reference, _ = acknowledged(office)
    other = email(f"Unlike {reference}: my neighbour. #noise complaint", Message_ID="<r@x>")
    assert office.receive(other, NOW).arrival is Arrival.CASE


# New matters (C23)


def test_c23_a_new_matter_in_reply_to_an_old_case_is_pointed_out(office: TestOffice) -> None:
    reference, letter = acknowledged(office)
    other = email("Now noise. #noise complaint", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    assert office.receive(other, NOW).reference == reference
    assert entry(office, reference, Event.MESSAGE_ADDED).details["other_matter"] is True
    assert Event.MESSAGE_ADDED in [p.payload["event"] for p in office.waiting(Kind.NOTE)]


@pytest.mark.parametrize(
    "text", ["Still full. #missed_bin complaint", "Hm #noise enquiry unsure", "?"]
)
def test_c23_a_reply_on_the_matter_or_of_which_nobody_is_sure_is_not_pointed_out(
    office: TestOffice, text: str
) -> None:
    reference, letter = acknowledged(office)
    office.receive(email(text, Message_ID="<r@x>", In_Reply_To=letter.message_id), NOW)
    assert "other_matter" not in entry(office, reference, Event.MESSAGE_ADDED).details


def test_c23_a_reply_that_the_model_gives_to_whom_staff_gave_the_case_is_the_same_matter(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    noise = office.council.catalogue.owner("noise")
    case = office.case(reference)
    to = Classification(case.category, noise.service, noise.authority, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), to, OFFICER, NOW)
    reply = email("The noise. #noise complaint", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    office.receive(reply, NOW)
    assert "other_matter" not in entry(office, reference, Event.MESSAGE_ADDED).details


def test_c23_two_residents_with_one_subject_are_two_cases(office: TestOffice) -> None:
    first = office.receive(email(Subject="Re: Bins"), NOW)
    second = office.receive(email(Subject="Re: Bins", Message_ID="<2@x>", From=STRANGER), NOW)
    assert [first.arrival, second.arrival] == [Arrival.CASE, Arrival.CASE]


def test_c23_one_person_with_two_complaints_in_a_minute_has_two_cases(office: TestOffice) -> None:
    office.receive(email(), NOW)
    second = office.receive(
        email("#noise complaint", Message_ID="<2@x>"), NOW + timedelta(seconds=30)
    )
    assert second.arrival is Arrival.CASE
    assert len(office.waiting(Kind.LETTER)) == 2


def test_c23_a_reply_to_ones_own_first_mail_finds_the_case(office: TestOffice) -> None:
    reference, _ = acknowledged(office)
    office.receive(email("PS", Message_ID="<2@x>", In_Reply_To="<first@post.example>"), NOW)
    third = email("PPS", Message_ID="<3@x>", References="<2@x>", Subject="no token")
    assert office.receive(third, NOW).reference == reference


# Ended cases


@pytest.mark.parametrize("ended", [answer, close])
def test_c23_a_reply_soon_after_the_end_opens_the_case_again(office: TestOffice, ended) -> None:
    reference, letter = acknowledged(office)
    ended(office, reference, NOW)
    days = office.council.replying.reopen_within_days
    reply = email("Not done", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    office.receive(reply, NOW + timedelta(days=days))
    assert office.case(reference).state is State.OPEN
    assert events(office, reference)[-2:] == [Event.MESSAGE_ADDED, Event.REOPENED]
    assert delivered(office, NOW) == []


@pytest.mark.parametrize("ended", [answer, close])
def test_c23_a_reply_long_after_the_end_is_a_case_of_its_own_that_names_the_old_one(
    office: TestOffice, ended
) -> None:
    reference, letter = acknowledged(office)
    ended(office, reference, NOW)
    before = office.case(reference).state
    later = NOW + timedelta(days=office.council.replying.reopen_within_days, seconds=1)
    reply = email("Again!", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    taken = office.receive(reply, later)
    assert taken.arrival is Arrival.CASE
    assert office.case(reference).state is before
    linked = entry(office, taken.reference, Event.LINKED)
    assert dict(linked.details) == {"other": reference, "why": Why.LATE, "newer": True}
    assert entry(office, reference, Event.LINKED).details["other"] == taken.reference
    (acknowledgement,) = delivered(office, later)
    assert acknowledgement.reference == taken.reference
    assert reference not in acknowledgement.text


def test_c23_how_long_a_reply_opens_a_case_again_is_a_setting(tmp_path: Path) -> None:
    office = open_office(tmp_path)
    council = office.council
    council = replace(council, replying=replace(council.replying, reopen_within_days=0))
    office = replace(office, intake=replace(office.intake, council=council))
    reference, letter = acknowledged(office)
    close(office, reference, NOW)
    reply = email("Again!", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    assert office.receive(reply, NOW + timedelta(minutes=1)).arrival is Arrival.CASE
    office.store.close()


def test_c23_days_are_counted_from_the_last_end(office: TestOffice) -> None:
    reference, letter = acknowledged(office)
    answer(office, reference, NOW)
    month = timedelta(days=31)
    reply = email("Not done", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    office.receive(reply, NOW + month)
    answer(office, reference, NOW + month)
    again = email("Still not", Message_ID="<s@x>", In_Reply_To=letter.message_id)
    assert office.receive(again, NOW + 2 * month).reference == reference


def exhausted(office: TestOffice) -> tuple[Case, Letter]:
    """A case that has been answered at Level Two."""
    reference, letter = acknowledged(office)
    review(office, reference, NOW)
    answer_review(office, reference, NOW)
    delivered(office, NOW)
    return office.case(reference), letter


@pytest.mark.parametrize("days", [1, 400])
def test_requirement_7_mail_on_an_exhausted_case_is_filed_and_changes_nothing(
    office: TestOffice, days: int
) -> None:
    case, letter = exhausted(office)
    assert case.is_exhausted
    before = len(office.waiting(Kind.WORDS))
    reply = email("Once more", Message_ID="<r@x>", In_Reply_To=letter.message_id)
    taken = office.receive(reply, NOW + timedelta(days=days))
    assert (taken.arrival, taken.reference) == (Arrival.REPLY, case.reference)
    assert events(office, case.reference)[-1] is Event.FILED
    assert office.case(case.reference).state is State.ANSWERED
    assert len(office.waiting(Kind.WORDS)) == before + 1
    assert office.waiting(Kind.LETTER) == []


def test_requirement_6_a_second_message_on_the_matter_points_out_the_open_case(
    office: TestOffice,
) -> None:
    first, _ = acknowledged(office)
    chasing = email("Nobody came. #missed_bin complaint", Message_ID="<2@x>", Subject="Bin??")
    second = office.receive(chasing, NOW + timedelta(days=2))
    assert second.arrival is Arrival.CASE
    linked = entry(office, second.reference, Event.LINKED)
    assert dict(linked.details) == {"other": first, "why": Why.SAME_MATTER, "newer": True}
    assert entry(office, first, Event.LINKED).details["other"] == second.reference
    notes = [(p.reference, p.payload["event"]) for p in office.waiting(Kind.NOTE)]
    assert {(first, Event.LINKED), (second.reference, Event.LINKED)} <= set(notes)


@pytest.mark.parametrize(
    ("changed", "days"),
    [
        ({"From": STRANGER}, 2),
        ({"text": "#noise complaint"}, 2),
        ({"From": ""}, 2),
        ({}, 31),
    ],
)
def test_requirement_6_another_person_topic_or_time_is_not_pointed_out(
    office: TestOffice, changed: dict[str, str], days: int
) -> None:
    acknowledged(office)
    fields = {"text": "Nobody came. #missed_bin complaint", "Message_ID": "<2@x>"} | changed
    second = office.receive(email(**fields), NOW + timedelta(days=days))
    assert Event.LINKED not in events(office, second.reference)


def test_requirement_6_a_case_that_has_ended_is_not_pointed_out(office: TestOffice) -> None:
    first, _ = acknowledged(office)
    close(office, first, NOW)
    second = office.receive(email("Again. #missed_bin complaint", Message_ID="<2@x>"), NOW)
    assert Event.LINKED not in events(office, second.reference)


def test_every_link_is_a_pair_and_each_side_names_the_other(office: TestOffice) -> None:
    references = [
        office.receive(email(f"{n} #missed_bin complaint", Message_ID=f"<{n}@x>"), NOW).reference
        for n in range(4)
    ]
    pairs = {
        (reference, one.details["other"])
        for reference in references
        for one in history(office, reference)
        if one.event is Event.LINKED
    }
    assert pairs == {(b, a) for a, b in pairs}
    assert len(pairs) == 6
