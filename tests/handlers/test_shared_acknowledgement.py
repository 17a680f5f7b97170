"""One acknowledgement for what was split or merged (requirements 5 and 14): only it is followed."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from handlers.joining import Joining
from handlers.levels import Levels
from handlers.slack import history_lines
from handlers.splitting import Splitting
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level
from models.errors import Refused
from models.history import Event
from models.letter import Going, LetterKind, Way
from models.levels import ReviewRequest
from models.policy import PRESETS
from models.prediction import Category
from tests.handlers.test_bounced import bounce
from tests.support.casework import (
    OFFICER,
    REVIEWER,
    answer,
    entry,
    events,
    history,
    review,
    seen,
)
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27, 9)
DAY = timedelta(days=1)
BIN = "Not emptied. #missed_bin complaint"
RUDE = "And rude."
WASTE = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
_NUMBERS = count()


@pytest.fixture
def office(tmp_path: Path):
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def by_acknowledgement(tmp_path: Path):
    """A council whose answers are counted from the acknowledgement."""
    opened = open_office(tmp_path, replace(example_council(), policy=PRESETS["lgsco-2024"]))
    yield opened
    opened.store.close()


def receive(office: TestOffice, text: str = BIN, at=NOW, **headers: str) -> str:
    own = {"Message_ID": f"<{next(_NUMBERS)}@post.example>"}
    reference = office.receive(email(text, **(own | headers)), at).reference
    assert reference is not None
    delivered(office, at)
    return reference


def split(office: TestOffice, first: str, at=NOW) -> str:
    _, part = Splitting(office.intake).split(seen(office, first), RUDE, WASTE, OFFICER, at)
    return part.reference


def two_matters(office: TestOffice) -> tuple[str, str]:
    """A case and what was taken out of it, both acknowledged."""
    first = receive(office, f"Not emptied.\n{RUDE}\n#missed_bin complaint")
    return first, split(office, first)


def merge(office: TestOffice, case: str, into: str, at=NOW) -> Case:
    _, after = Joining(office.store, office.council).merge(
        seen(office, case), into, "", OFFICER, at
    )
    return after


def unacknowledged(office: TestOffice, at) -> str:
    """As for what a portal sent: no acknowledgement leaves by itself."""
    return receive(office, f"Again. {BIN}", at, Auto_Submitted="auto-generated")


def escalate(office: TestOffice, reference: str, at) -> None:
    asked = ReviewRequest("Nothing was put right.", office.council.local_date(at))
    Levels(office.store, office.council).escalate(seen(office, reference), asked, OFFICER, at)


def acknowledge(office: TestOffice, reference: str, at, going: Going | None = None) -> None:
    draft = office.casework.draft_acknowledgement(
        seen(office, reference), REVIEWER, at, None, going
    )
    office.casework.send(draft.id, REVIEWER, at)


def extend(office: TestOffice, reference: str, at) -> None:
    text = office.casework.holding_template(seen(office, reference), at).text
    draft = office.casework.draft_holding_reply(
        seen(office, reference), text, "Illness.", REVIEWER, at
    )
    office.casework.send(draft.id, REVIEWER, at, reviews=True)
    delivered(office, at)


def on_paper(office: TestOffice, reference: str, written, posted) -> None:
    acknowledge(office, reference, written, Going(Way.LETTER, "Jo Pike\n1 High Street"))
    on = office.council.local_date(posted)
    office.casework.posted(seen(office, reference), LetterKind.ACKNOWLEDGEMENT, on, OFFICER, posted)


def test_the_letters_of_a_review_change_nothing_on_what_was_taken_out_before(
    by_acknowledgement: TestOffice,
) -> None:
    office = by_acknowledgement
    first, part = two_matters(office)
    answer(office, first, NOW + 5 * DAY)
    escalate(office, first, NOW + 5 * DAY)
    before = office.case(part)
    extend(office, first, NOW + 6 * DAY)
    assert office.case(part) == before
    acknowledge(office, first, NOW + 7 * DAY)
    delivered(office, NOW + 7 * DAY)
    assert office.case(part) == before


def test_an_answer_to_the_first_case_does_not_acknowledge_the_review_of_its_part(
    office: TestOffice,
) -> None:
    first, part = two_matters(office)
    review(office, part, NOW + 3 * DAY)
    answer(office, first, NOW + 4 * DAY)
    assert office.case(part).stage.acknowledged_at is None
    assert Action.ACKNOWLEDGE in allowed_actions(office.case(part))


def test_a_part_that_has_ended_is_left_alone(office: TestOffice) -> None:
    first = receive(office, f"Not emptied.\n{RUDE}\n#missed_bin complaint")
    with office.store.view() as work:
        (letter,) = work.outbox.letters_of(first)
    part = split(office, first)
    answer(office, part, NOW + DAY)
    before = events(office, part)
    office.receive(bounce(letter.message_id), NOW + 2 * DAY)
    assert events(office, part) == before


def test_an_acknowledgement_that_came_back_is_the_parts_too(office: TestOffice) -> None:
    first = receive(office, f"Not emptied.\n{RUDE}\n#missed_bin complaint")
    with office.store.view() as work:
        (letter,) = work.outbox.letters_of(first)
    part = split(office, first)
    office.receive(bounce(letter.message_id), NOW + DAY)
    assert office.case(part).stage.acknowledged_at is None
    said = history_lines.line(entry(office, part, Event.BOUNCED), office.council, "Priya")
    assert "the acknowledgement of the case it was taken out of did not arrive" in said


def test_what_came_back_for_a_merged_case_is_said_in_words_of_a_merge(office: TestOffice) -> None:
    first = receive(office)
    with office.store.view() as work:
        (letter,) = work.outbox.letters_of(first)
    into = unacknowledged(office, NOW + DAY)
    merge(office, first, into, NOW + DAY)
    office.receive(bounce(letter.message_id), NOW + 2 * DAY)
    assert office.case(into).stage.acknowledged_at is None
    said = history_lines.line(entry(office, into, Event.BOUNCED), office.council, "Priya")
    assert "the acknowledgement of the case that was merged into this one did not arrive" in said


def test_of_two_merged_cases_only_the_acknowledgement_that_counts_is_followed(
    office: TestOffice,
) -> None:
    first = receive(office)
    second = receive(office, f"Second. {BIN}", NOW + DAY)
    with office.store.view() as work:
        (counted,), (other,) = map(work.outbox.letters_of, (first, second))
    into = unacknowledged(office, NOW + DAY)
    merge(office, first, into, NOW + DAY)
    merge(office, second, into, NOW + DAY)
    office.receive(bounce(other.message_id), NOW + 2 * DAY)
    assert office.case(into).stage.acknowledged_at is not None
    office.receive(bounce(counted.message_id, number=2), NOW + 2 * DAY)
    assert office.case(into).stage.acknowledged_at is None


def test_the_answer_after_a_merge_is_due_on_the_day_that_the_customer_was_told(
    by_acknowledgement: TestOffice,
) -> None:
    office = by_acknowledgement
    posted = NOW + 4 * DAY
    first = unacknowledged(office, NOW)
    on_paper(office, first, NOW, posted)
    told = office.case(first).stage.promised
    assert told == date(2026, 12, 11)
    into = merge(office, first, unacknowledged(office, posted), posted)
    assert (into.stage.promised, into.stage.answer_by) == (told, told)
    assert office.case(into.reference) == into


@pytest.mark.parametrize("is_posted_first", [True, False])
def test_the_answer_to_a_part_is_due_on_the_day_that_the_customer_was_told(
    by_acknowledgement: TestOffice, *, is_posted_first: bool
) -> None:
    office = by_acknowledgement
    first = receive(
        office, f"Not emptied.\n{RUDE}\n#missed_bin complaint", Auto_Submitted="auto-generated"
    )
    if is_posted_first:
        on_paper(office, first, NOW, NOW + 4 * DAY)
        part = split(office, first, NOW + 4 * DAY)
    else:
        part = split(office, first)
        on_paper(office, first, NOW, NOW + 4 * DAY)
    assert office.case(first).stage.answer_by == date(2026, 12, 11)
    assert office.case(part).stage.answer_by == date(2026, 12, 11)


def test_what_is_under_review_is_not_split_for_its_part_would_be_overdue_at_once(
    office: TestOffice,
) -> None:
    first = receive(office, f"Not emptied.\n{RUDE}\n#missed_bin complaint")
    review(office, first, NOW + 60 * DAY)
    before = history(office, first)
    with pytest.raises(Refused, match="under review at Level Two"):
        split(office, first, NOW + 61 * DAY)
    assert history(office, first) == before


def reply(office: TestOffice, reference: str, at, said: str = RUDE, quoted: str = "") -> int:
    """The customer writes again on the case: the number of that message."""
    own = f"<{next(_NUMBERS)}@post.example>"
    text = f"{said}\n\nOn Friday the council wrote:\n> {quoted}\n" if quoted else said
    content = email(text, Subject=f"Re: {reference}", Message_ID=own)
    assert office.receive(content, at).reference == reference
    with office.store.view() as work:
        return work.messages.of_case(reference)[-1].id


def split_message(office: TestOffice, first: str, message: int, at, part: str = RUDE) -> Case:
    splitting = Splitting(office.intake)
    return splitting.split(seen(office, first), part, WASTE, OFFICER, at, message)[1]


def test_a_part_of_a_later_message_counts_from_its_day_and_is_not_acknowledged_by_what_left_before(
    office: TestOffice,
) -> None:
    first = receive(office)
    came = NOW + 5 * DAY
    part = split_message(office, first, reply(office, first, came), came + DAY)
    assert (part.received_at, part.stage.started_on) == (came, date(2026, 12, 2))
    assert part.stage.acknowledged_at is None
    assert part.stage.acknowledge_by == date(2026, 12, 7)
    assert Action.ACKNOWLEDGE in allowed_actions(part)
    with office.store.view() as work:
        (letter,) = work.outbox.letters_of(first)
    office.receive(bounce(letter.message_id), came + 2 * DAY)
    assert Event.BOUNCED not in events(office, part.reference)


def test_an_acknowledgement_that_left_after_both_messages_is_for_both(office: TestOffice) -> None:
    first = unacknowledged(office, NOW)
    message = reply(office, first, NOW + DAY)
    before = split_message(office, first, message, NOW + DAY)
    left_at = NOW + 2 * DAY
    acknowledge(office, first, left_at)
    delivered(office, left_at)
    after = split_message(office, first, message, NOW + 3 * DAY)
    for part in (before, after):
        assert office.case(part.reference).stage.acknowledged_at == left_at


def test_what_a_reply_quotes_of_ours_is_no_part_of_it(office: TestOffice) -> None:
    first = receive(office)
    message = reply(office, first, NOW + DAY, quoted="We are sorry for that.")
    with pytest.raises(Refused, match="did not write"):
        split_message(office, first, message, NOW + DAY, "We are sorry for that.")


def test_of_a_case_under_review_a_message_can_be_split_that_came_since(office: TestOffice) -> None:
    first = receive(office, f"Not emptied.\n{RUDE}\n#missed_bin complaint")
    review(office, first, NOW + 60 * DAY)
    came = NOW + 62 * DAY
    message = reply(office, first, came)
    found = Splitting(office.intake).messages(seen(office, first))
    assert [one.id for one in found] == [message]
    acknowledge(office, first, came + DAY)
    delivered(office, came + DAY)
    part = split_message(office, first, message, came + DAY)
    assert (part.level, part.stage.acknowledged_at) == (Level.LEVEL_ONE, None)


def test_a_message_of_another_case_is_not_split(office: TestOffice) -> None:
    first, other = receive(office), receive(office, f"Other. {BIN}")
    with office.store.view() as work:
        (theirs,) = work.messages.of_case(other)
    with pytest.raises(Refused, match="wrote on this case"):
        split_message(office, first, theirs.id, NOW, "Other.")
