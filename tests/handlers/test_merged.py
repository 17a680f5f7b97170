"""What may be merged, and what a merge gave goes again when it is taken apart (requirement 14)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from handlers.gathering import messages_of
from handlers.joining import Joining
from handlers.pointing import Pointing
from handlers.praising import Praising
from handlers.slack import history_lines
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, State
from models.errors import Refused
from models.history import Event
from models.prediction import Category, Flag
from tests.handlers.test_bounced import bounce
from tests.support.casework import OFFICER, entry, events, seen
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27, 9)
DAY = timedelta(days=1)
BIN = "Not emptied. #missed_bin complaint"
AGAIN = f"Again. {BIN}"
THANKS = "Thank you. #missed_bin compliment"
MP = f"I write for a constituent. {BIN} !mp_enquiry"
_NUMBERS = count()


@pytest.fixture
def office(tmp_path: Path):
    """An office in which an MP's enquiries stand with all others."""
    council = example_council()
    channels = council.channels
    private = {flag: name for flag, name in channels.private.items() if flag is not Flag.MP_ENQUIRY}
    open_to_all = replace(council, channels=replace(channels, private=private))
    opened = open_office(tmp_path, open_to_all)
    yield opened
    opened.store.close()


def receive(office: TestOffice, text: str = BIN, at=NOW, **headers: str) -> str:
    own = {"Message_ID": f"<{next(_NUMBERS)}@post.example>"}
    reference = office.receive(email(text, **(own | headers)), at).reference
    assert reference is not None
    delivered(office, at)
    return reference


def joining(office: TestOffice) -> Joining:
    return Joining(office.store, office.council)


def merge(office: TestOffice, case: str, into: str, at=NOW) -> Case:
    return joining(office).merge(seen(office, case), into, "", OFFICER, at)[1]


def apart(office: TestOffice, case: str, at=NOW) -> Case:
    return joining(office).take_apart(seen(office, case), OFFICER, at)


def change(office: TestOffice, reference: str, **other: object) -> Case:
    case = office.case(reference)
    same = {
        "category": case.category,
        "service": case.service,
        "authority": case.authority,
        "level": case.level,
    }
    to = Classification(**(same | other))  # type: ignore[arg-type]
    return office.casework.reclassify(seen(office, reference), to, OFFICER, NOW)


def write_points(
    office: TestOffice, reference: str, points: Iterable[str], answered: Iterable[int] = ()
) -> None:
    text, pointing = "\n".join(points), Pointing(office.store)
    pointing.write(seen(office, reference), text, (), OFFICER, NOW)
    if answered:
        pointing.write(seen(office, reference), text, tuple(answered), OFFICER, NOW)


def line(office: TestOffice, reference: str, event: Event) -> str:
    return history_lines.line(entry(office, reference, event), office.council, "Priya")


def unacknowledged(office: TestOffice, at) -> str:
    """As for what a portal sent: no acknowledgement leaves by itself."""
    return receive(office, AGAIN, at, Auto_Submitted="auto-generated")


@pytest.mark.parametrize(
    "into", ["Thank you. #missed_bin compliment", "A question. #missed_bin enquiry"]
)
def test_a_complaint_is_not_merged_into_what_is_none(office: TestOffice, into: str) -> None:
    complaint, other = receive(office), receive(office, into)
    with pytest.raises(Refused, match=f"merge {other} into {complaint} instead"):
        merge(office, complaint, other)
    assert office.case(complaint).state is State.OPEN
    if office.case(other).category is Category.GENERAL_ENQUIRY:
        assert merge(office, other, complaint).category is Category.COMPLAINT


def test_a_complaint_at_level_one_is_not_merged_into_one_that_is_dealt_with_as_an_enquiry(
    office: TestOffice,
) -> None:
    decided, as_enquiry = receive(office), receive(office, AGAIN)
    change(office, decided, level=Level.LEVEL_ONE)
    change(office, as_enquiry, level=Level.GENERAL_ENQUIRY)
    with pytest.raises(Refused, match=f"merge {as_enquiry} into {decided} instead"):
        merge(office, decided, as_enquiry)


def test_a_shared_acknowledgement_goes_again_with_the_case_that_had_it(
    office: TestOffice,
) -> None:
    first = receive(office)
    into = unacknowledged(office, NOW + DAY)
    before = office.case(into)
    merge(office, first, into, NOW + DAY)
    assert Action.ACKNOWLEDGE not in allowed_actions(office.case(into))
    apart(office, first, NOW + DAY)
    after = office.case(into)
    assert after.stage == before.stage
    assert Action.ACKNOWLEDGE in allowed_actions(after)
    assert "not acknowledged by that any more" in line(office, into, Event.TAKEN_APART)
    with office.store.view() as work:
        (letter,) = work.outbox.letters_of(first)
    office.receive(bounce(letter.message_id), NOW + 2 * DAY)
    assert Event.BOUNCED not in events(office, into)


def test_an_acknowledgement_stays_where_a_case_that_is_still_in_it_had_one_too(
    office: TestOffice,
) -> None:
    first = receive(office)
    second = receive(office, f"Second. {BIN}", NOW + DAY)
    into = unacknowledged(office, NOW + DAY)
    merge(office, first, into, NOW + DAY)
    merge(office, second, into, NOW + DAY)
    apart(office, first, NOW + DAY)
    stays = office.case(second).stage.acknowledged_at
    assert office.case(into).stage.acknowledged_at == stays
    apart(office, second, NOW + DAY)
    assert office.case(into).stage.acknowledged_at is None


def test_a_flag_that_came_with_a_case_goes_with_it_and_so_does_its_date(
    office: TestOffice,
) -> None:
    from_mp, into = receive(office, MP), receive(office, AGAIN)
    before = office.case(into)
    assert merge(office, from_mp, into).stage.answer_by == date(2026, 12, 11)
    apart(office, from_mp)
    after = office.case(into)
    assert (after.flags, after.stage, after.level) == ((), before.stage, before.level)
    assert "no longer raises: *MP enquiry*" in line(office, into, Event.TAKEN_APART)


def test_a_flag_stays_that_a_case_which_is_still_in_it_raises(office: TestOffice) -> None:
    first, second, into = receive(office, MP), receive(office, MP), receive(office, AGAIN)
    merge(office, first, into)
    merge(office, second, into)
    apart(office, first)
    assert office.case(into).flags == (Flag.MP_ENQUIRY,)
    apart(office, second)
    assert office.case(into).flags == ()


def test_a_flag_stays_that_was_raised_since_by_the_customer_or_by_staff(
    office: TestOffice,
) -> None:
    from_mp = receive(office, MP)
    by_reply, by_staff = receive(office, AGAIN), receive(office, f"Third. {BIN}")
    merge(office, from_mp, by_reply)
    reply = email(
        f"As the MP I ask again. {BIN} !mp_enquiry",
        Subject=f"Re: {by_reply}",
        Message_ID="<r@x.example>",
    )
    assert office.receive(reply, NOW).reference == by_reply
    apart(office, from_mp)
    assert office.case(by_reply).flags == (Flag.MP_ENQUIRY,)
    merge(office, from_mp, by_staff)
    change(office, by_staff, flags=())
    change(office, by_staff, flags=(Flag.MP_ENQUIRY,))
    apart(office, from_mp)
    assert office.case(by_staff).flags == (Flag.MP_ENQUIRY,)


def test_a_private_flag_stays_for_the_words_were_said_in_the_thread(office: TestOffice) -> None:
    private = receive(office, "My carer. #adult_social_care complaint !safeguarding")
    into = receive(office)
    merge(office, private, into)
    apart(office, private)
    assert office.case(into).flags == (Flag.SAFEGUARDING,)
    assert "stays private" in line(office, into, Event.TAKEN_APART)


def test_the_words_stay_when_a_flag_is_cleared_that_is_not_private(office: TestOffice) -> None:
    from_mp, into = receive(office, MP), receive(office, AGAIN)
    merge(office, from_mp, into)
    change(office, into, flags=())
    with office.store.view() as work:
        assert len(messages_of(work, into)) == 2


def test_answered_points_make_room_for_those_that_are_open(office: TestOffice) -> None:
    first, into = receive(office), receive(office, AGAIN)
    write_points(office, first, [f"open {n}" for n in range(6)])
    write_points(office, into, [f"done {n}" for n in range(7)] + ["waits"], range(7))
    points = merge(office, first, into).points
    assert [point.text for point in points if not point.is_answered] == [
        "waits", *(f"open {n}" for n in range(6))
    ]  # fmt: skip
    assert [point.text for point in points if point.is_answered] == ["done 4", "done 5", "done 6"]
    assert "4 points that were answered" in line(office, into, Event.JOINED)


def test_more_open_points_than_a_checklist_holds_are_not_merged(office: TestOffice) -> None:
    first, into = receive(office), receive(office, AGAIN)
    write_points(office, first, [f"a {n}" for n in range(6)])
    write_points(office, into, [f"b {n}" for n in range(5)])
    with pytest.raises(Refused, match="11 points to answer"):
        merge(office, first, into)


def test_points_that_came_with_a_case_go_with_it_unless_they_were_answered(
    office: TestOffice,
) -> None:
    first, into = receive(office), receive(office, AGAIN)
    write_points(office, first, ["When?", "Why?", "Both?"])
    write_points(office, into, ["Both?", "Where?"])
    merge(office, first, into)
    text = "\n".join(point.text for point in office.case(into).points)
    assert text == "Both?\nWhere?\nWhen?\nWhy?"
    Pointing(office.store).write(seen(office, into), text, [2], OFFICER, NOW)
    apart(office, first)
    assert [point.text for point in office.case(into).points] == ["Both?", "Where?", "When?"]


def pass_on(office: TestOffice, reference: str) -> None:
    praising = Praising(office.store, office.council)
    praising.pass_on(seen(office, reference), ("Dave",), OFFICER, NOW, formal=True)


def test_a_compliment_is_passed_on_before_it_is_merged_into_what_cannot(
    office: TestOffice,
) -> None:
    thanks, complaint = receive(office, THANKS), receive(office)
    with pytest.raises(Refused, match="use Pass on first"):
        merge(office, thanks, complaint)
    pass_on(office, thanks)
    assert merge(office, thanks, complaint).category is Category.COMPLAINT


def test_what_passed_on_already_takes_no_compliment_that_was_not(office: TestOffice) -> None:
    thanks, again = receive(office, THANKS), receive(office, f"Again. {THANKS}")
    pass_on(office, again)
    with pytest.raises(Refused, match="use Pass on first"):
        merge(office, thanks, again)


def test_the_words_of_a_merged_compliment_are_passed_on_without_who_wrote_them(
    office: TestOffice,
) -> None:
    thanks = receive(
        office, f"Dave was kind, says Al Reed. {THANKS}", From="Al Reed <al@x.example>"
    )
    again = receive(office, f"Sue was quick. {THANKS}")
    merge(office, thanks, again)
    words = Praising(office.store, office.council).words(office.case(again))
    assert "Dave was kind" in words
    assert "Sue was quick" in words
    assert "Reed" not in words
