"""A review at Level Two over a real store: who may make it, and what its letters and bounces do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.absence import Absences
from handlers.assigning import Assigning
from handlers.joining import Joining
from handlers.levels import Levels
from handlers.ombudsman import Ombudsman
from handlers.splitting import Splitting
from handlers.taken_back import TakingBack
from models.absence import Absence
from models.allowed import allowed_actions, role_for
from models.case import Action, Classification, Level, Outcome, State
from models.errors import Refused, Stale
from models.history import Event
from models.involvement import involved_in
from models.letter import LetterKind
from models.levels import ReviewRequest
from models.ombudsman import Area, Decision, Referral
from models.people import Actor, Role, staff
from models.prediction import Category
from tests.handlers.test_bounced import bounce
from tests.support.casework import (
    OFFICER,
    REVIEWER,
    answer,
    answer_review,
    entry,
    events,
    review,
    seen,
)
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27)
LATER = NOW + timedelta(hours=1)
REFUSED = r"You answered CC-2026-00001 at Level One on Fri 27 November 2026: a review needs"


def received(
    office: TestOffice, text: str = "Not emptied. #missed_bin complaint", n: int = 1
) -> str:
    reference = office.receive(email(text, Message_ID=f"<{n}@x>"), NOW).reference
    assert reference is not None
    delivered(office, NOW)
    return reference


def under_review(office: TestOffice) -> str:
    return review(office, received(office), NOW).reference


def tries(office: TestOffice, reference: str, actor: Actor) -> dict[str, Callable[[], object]]:
    """Everything that decides a review, as `actor` would do it now."""
    work, now = office.casework, LATER
    case, at = office.case(reference), seen(office, reference)
    to = Classification(case.category, case.service, case.authority, Level.LEVEL_ONE)
    return {
        "claim": lambda: work.claim(reference, actor, now),
        "assign": lambda: Assigning(office.store, office.council).assign(
            at, actor.id, REVIEWER, now
        ),
        "extend": lambda: work.draft_holding_reply(
            at, work.holding_template(at, now).text, "Illness.", actor, now
        ),
        "answer": lambda: work.draft_answer(
            at, "Final.", Outcome.NOT_UPHELD, Level.LEVEL_TWO, actor, now
        ),
        "close": lambda: work.close(at, "Withdrawn.", Outcome.WITHDRAWN, actor, now),
        "end the review": lambda: work.reclassify(at, to, actor, now),
    }


TRIES = ["claim", "assign", "extend", "answer", "close", "end the review"]


@pytest.mark.parametrize("what", TRIES)
def test_who_answered_decides_nothing_of_the_review(office: TestOffice, what: str) -> None:
    reference = under_review(office)
    before = office.case(reference)
    with pytest.raises(
        Refused, match="answered CC-2026-00001 at Level One on Fri 27 November 2026"
    ):
        tries(office, reference, OFFICER)[what]()
    assert office.case(reference) == before


@pytest.mark.parametrize("what", TRIES)
def test_who_was_not_involved_may(office: TestOffice, what: str) -> None:
    reference = under_review(office)
    tries(office, reference, REVIEWER)[what]()


def test_the_reviewers_answer_is_the_last_and_a_preview_of_an_involved_one_is_not_sent(
    office: TestOffice,
) -> None:
    reference = under_review(office)
    answer_review(office, reference, LATER)
    (letter,) = delivered(office, LATER)
    assert letter.kind is LetterKind.RESPONSE
    assert letter.subject.startswith("The outcome of the review of your complaint")
    case = office.case(reference)
    assert case.is_exhausted
    assert case.stage.outcome is Outcome.NOT_UPHELD


def test_send_asks_for_the_role_and_the_history_again(office: TestOffice) -> None:
    reference = under_review(office)
    draft = tries(office, reference, REVIEWER)["answer"]()
    with pytest.raises(Refused, match="Only a senior officer"):
        office.casework.send(draft.id, REVIEWER, LATER)
    stolen = replace(draft, officer=OFFICER.id)
    with office.store.work() as work:
        work.drafts.take(draft.id)
        work.drafts.put(stolen, LATER)
    with pytest.raises(Refused, match=REFUSED):
        office.casework.send(draft.id, OFFICER, LATER, reviews=True)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[TestOffice]:
    """What a person sends can be taken back for a minute."""
    council = example_council()
    sending = replace(council.sending, undo_for=timedelta(minutes=1))
    opened = open_office(tmp_path, replace(council, sending=sending))
    yield opened
    opened.store.close()


def test_who_was_involved_does_not_take_the_reviews_answer_back(slow: TestOffice) -> None:
    reference = received(slow)
    draft = slow.casework.draft_answer(
        seen(slow, reference), "Done.", Outcome.NOT_UPHELD, Level.LEVEL_ONE, OFFICER, NOW
    )
    slow.casework.send(draft.id, OFFICER, NOW)
    delivered(slow, LATER)
    asked = ReviewRequest("Not put right.", slow.council.local_date(LATER))
    levels = Levels(slow.store, slow.council)
    levels.escalate(seen(slow, reference), asked, OFFICER, LATER)
    answer_review(slow, reference, LATER)
    undo = TakingBack(slow.store, slow.council)
    with pytest.raises(Refused, match=REFUSED):
        undo.take_back(reference, None, OFFICER, LATER)
    undo.take_back(reference, None, REVIEWER, LATER)
    assert events(slow, reference)[-1] is Event.LETTER_TAKEN_BACK


def test_a_review_does_not_start_from_a_text_that_was_taken_back_before_it(
    slow: TestOffice,
) -> None:
    reference = received(slow)
    draft = slow.casework.draft_answer(
        seen(slow, reference), "First try.", Outcome.RESOLVED, Level.LEVEL_ONE, OFFICER, NOW
    )
    slow.casework.send(draft.id, OFFICER, NOW)
    TakingBack(slow.store, slow.council).take_back(reference, None, OFFICER, NOW)
    assert "First try." in slow.casework.template(seen(slow, reference), NOW)
    case = slow.case(reference)
    to = Classification(case.category, case.service, case.authority, Level.LEVEL_ONE)
    slow.casework.reclassify(seen(slow, reference), to, OFFICER, NOW)
    slow.casework.close(seen(slow, reference), "By phone.", Outcome.RESOLVED, OFFICER, NOW)
    asked = ReviewRequest("Not put right.", slow.council.local_date(LATER))
    levels = Levels(slow.store, slow.council)
    levels.escalate(seen(slow, reference), asked, OFFICER, LATER)
    assert "First try." not in slow.casework.template(seen(slow, reference), LATER)


def test_anybody_sends_the_acknowledgement_of_a_review_and_it_is_the_reviews_own(
    office: TestOffice,
) -> None:
    reference = under_review(office)
    draft = office.casework.draft_acknowledgement(seen(office, reference), OFFICER, LATER)
    assert "senior officer who was not involved" in draft.letter.text
    assert draft.letter.promises == office.case(reference).stage.respond_by
    office.casework.send(draft.id, OFFICER, LATER)
    assert [one.kind for one in delivered(office, LATER)] == [LetterKind.ACKNOWLEDGEMENT]
    stage = office.case(reference).stage
    assert (stage.number, stage.acknowledged_at) == (2, LATER)


def test_a_bounce_of_the_first_acknowledgement_leaves_the_reviews_alone(office: TestOffice) -> None:
    reference = office.receive(email(), NOW).reference
    (first,) = delivered(office, NOW)
    assert reference is not None
    review(office, reference, NOW)
    before = office.case(reference).stage
    office.receive(bounce(first.message_id), LATER)
    assert office.case(reference).stage == before
    assert entry(office, reference, Event.BOUNCED).details["earlier"] is True


def test_a_reviewer_is_named_at_the_start_unless_they_were_involved(office: TestOffice) -> None:
    reference = received(office)
    answer(office, reference, NOW)
    levels = Levels(office.store, office.council)
    today = office.council.local_date(NOW)
    asked = ReviewRequest("Not put right.", today, OFFICER.id)
    with pytest.raises(Refused, match=f"<@{OFFICER.id}> answered CC-2026-00001"):
        levels.escalate(seen(office, reference), asked, REVIEWER, LATER)
    named = replace(asked, reviewer=REVIEWER.id)
    case = levels.escalate(seen(office, reference), named, OFFICER, LATER)
    assert case.holder == REVIEWER.id


def test_a_reviewer_who_is_away_is_not_named(office: TestOffice) -> None:
    reference = received(office)
    answer(office, reference, NOW)
    today = office.council.local_date(NOW)
    absence = Absence(REVIEWER.id, today, today + timedelta(days=30))
    Absences(office.store, office.council).record(absence, OFFICER, NOW)
    levels = Levels(office.store, office.council)
    asked = ReviewRequest("Not put right.", today, REVIEWER.id)
    with pytest.raises(Refused, match=f"<@{REVIEWER.id}> is away now"):
        levels.check_reviewer(seen(office, reference), REVIEWER.id, OFFICER, LATER)
    with pytest.raises(Refused, match=f"<@{REVIEWER.id}> is away now"):
        levels.escalate(seen(office, reference), asked, OFFICER, LATER)


def test_a_request_on_a_stale_view_is_refused(office: TestOffice) -> None:
    reference = received(office)
    before = seen(office, reference)
    answer(office, reference, NOW)
    asked = ReviewRequest("Not put right.", office.council.local_date(NOW))
    with pytest.raises(Stale):
        Levels(office.store, office.council).escalate(before, asked, OFFICER, LATER)


def who_was_involved(office: TestOffice, reference: str) -> set[str]:
    case = office.case(reference)
    with office.store.view() as work:
        return set(involved_in(work, case))


def test_who_worked_on_the_case_that_it_was_taken_out_of_was_involved(office: TestOffice) -> None:
    """Until it was taken out: what came later was another matter."""
    first = received(office, "Not emptied. And rude. #missed_bin complaint")
    office.casework.claim(first, staff("U2"), NOW)
    splitting = Splitting(office.intake)
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    _, part = splitting.split(seen(office, first), "And rude.", to, staff("U3"), NOW)
    later = NOW + timedelta(minutes=1)
    office.casework.reclassify(seen(office, first), to, staff("U4"), later)
    review(office, part.reference, LATER)
    assert who_was_involved(office, part.reference) == {"U1", "U2", "U3"}


def test_who_held_the_private_case_that_it_was_taken_out_of_was_involved_and_it_is_not_named(
    office: TestOffice,
) -> None:
    first = received(office, "My carer. And no bins. #missed_bin complaint !safeguarding")
    case = office.case(first)
    whole = Classification(Category.COMPLAINT, case.service, case.authority, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, first), whole, staff("U2"), NOW)
    splitting = Splitting(office.intake)
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    _, part = splitting.split(seen(office, first), "And no bins.", to, staff("U3"), NOW)
    again = splitting.split(seen(office, part.reference), "no bins.", to, staff("U4"), NOW)[1]
    for reference in (part.reference, again.reference):
        review(office, reference, LATER)
        assert {"U1", "U2", "U3"} <= who_was_involved(office, reference)
        with pytest.raises(Refused) as refused:
            office.casework.claim(reference, staff("U2"), LATER)
        assert first not in str(refused.value)
        assert "You decided on a case that belongs with it on Fri 27" in str(refused.value)


def test_who_was_not_involved_alone_closes_an_answered_review(office: TestOffice) -> None:
    reference = under_review(office)
    answer_review(office, reference, LATER)
    delivered(office, LATER)
    assert office.case(reference).state is State.ANSWERED
    assert role_for(Action.CLOSE, office.case(reference)) is Role.SENIOR
    with pytest.raises(Refused, match=REFUSED):
        office.casework.close(seen(office, reference), "", None, OFFICER, LATER)
    case = office.casework.close(seen(office, reference), "", None, REVIEWER, LATER)
    assert case.state is State.CLOSED


def test_who_worked_on_what_was_merged_into_it_was_involved(office: TestOffice) -> None:
    into, other = received(office), received(office, n=2)
    office.casework.claim(other, staff("U2"), NOW)
    joining = Joining(office.store, office.council)
    joining.merge(seen(office, other), into, "The same.", staff("U3"), NOW)
    review(office, into, LATER)
    assert who_was_involved(office, into) == {"U1", "U2", "U3"}


def test_a_review_is_not_merged_with_anything(office: TestOffice) -> None:
    reference = under_review(office)
    other = received(office, n=2)
    joining = Joining(office.store, office.council)
    for one, into in ((reference, other), (other, reference)):
        with pytest.raises(Refused, match="under review at Level Two"):
            joining.merge(seen(office, one), into, "", REVIEWER, LATER)


USERS = st.sampled_from(["U1", "U2", "U3", "U4"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["claim", "assign", "change", "close"]), USERS), max_size=6
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, answers=USERS)
def test_whoever_touched_the_case_before_never_reviews_it(
    office: TestOffice, steps: list[tuple[str, str]], answers: str
) -> None:
    number = len(office.waiting()) + 1
    reference = received(office, n=number)
    touched = {answers}
    levels = Levels(office.store, office.council)
    for step, user in steps:
        try:
            _do(office, reference, step, staff(user))
        except Refused:
            continue
        touched.add(user)
    if office.case(reference).state is State.CLOSED:
        levels.reopen(seen(office, reference), "Not yet.", staff(answers), NOW)
    draft = office.casework.draft_answer(
        seen(office, reference), "Done.", Outcome.NOT_UPHELD, Level.LEVEL_ONE, staff(answers), NOW
    )
    office.casework.send(draft.id, staff(answers), NOW)
    delivered(office, LATER)
    asked = ReviewRequest("Not put right.", office.council.local_date(LATER))
    case = levels.escalate(seen(office, reference), asked, staff("U5"), LATER)
    assert case.holder is None
    for user in ("U1", "U2", "U3", "U4"):
        if user in touched:
            with pytest.raises(Refused, match="a review needs somebody who was not involved"):
                office.casework.claim(reference, staff(user), LATER)
    for free in sorted({"U1", "U2", "U3", "U4", "U5"} - touched)[:1]:
        assert office.casework.claim(reference, staff(free), LATER).holder == free


def _do(office: TestOffice, reference: str, step: str, actor: Actor) -> None:
    case, at = office.case(reference), seen(office, reference)
    service = "housing" if case.service != "housing" else "waste_recycling"
    to = Classification(Category.COMPLAINT, service, None, Level.LEVEL_ONE)
    if step == "claim":
        office.casework.claim(reference, actor, NOW)
    elif step == "assign":
        Assigning(office.store, office.council).assign(at, actor.id, actor, NOW)
    elif step == "change":
        office.casework.reclassify(at, to, actor, NOW)
    else:
        office.casework.close(at, "By phone.", Outcome.RESOLVED, actor, NOW)


def test_the_ombudsmans_register_stands_with_the_case(office: TestOffice) -> None:
    reference = under_review(office)
    register = Ombudsman(office.store, office.council)
    today = office.council.local_date(NOW)
    referral = Referral(reference, today, "26 001 234", Area.ENVIRONMENTAL_SERVICES)
    register.refer(seen(office, reference), referral, OFFICER, LATER)
    with pytest.raises(Refused, match="recorded already"):
        register.refer(seen(office, reference), referral, OFFICER, LATER)
    (kept,) = register.referrals(reference)
    register.decide(seen(office, reference), kept.number, Decision.UPHELD, today, OFFICER, LATER)
    (kept,) = register.referrals(reference)
    assert (kept.decision, kept.decided_on) == (Decision.UPHELD, today)
    with pytest.raises(Refused, match="no such referral"):
        register.decide(seen(office, reference), 99, Decision.UPHELD, today, OFFICER, LATER)
    assert events(office, reference)[-2:] == [Event.REFERRED, Event.OMBUDSMAN_DECIDED]


def test_recording_the_ombudsman_involves_nobody_in_the_case(office: TestOffice) -> None:
    reference = received(office)
    today = office.council.local_date(NOW)
    Ombudsman(office.store, office.council).refer(
        seen(office, reference), Referral(reference, today, "26 1", Area.OTHER), staff("U8"), NOW
    )
    review(office, reference, LATER)
    assert office.casework.claim(reference, staff("U8"), LATER).holder == "U8"


def test_the_ombudsmans_decision_is_recorded_whatever_became_of_the_case(
    office: TestOffice,
) -> None:
    merged, into, enquiry = received(office), received(office, n=2), received(office, n=3)
    register = Ombudsman(office.store, office.council)
    today = office.council.local_date(NOW)
    for reference, theirs in ((merged, "26 1"), (enquiry, "26 2")):
        referral = Referral(reference, today, theirs, Area.HOUSING)
        register.refer(seen(office, reference), referral, OFFICER, NOW)
    Joining(office.store, office.council).merge(
        seen(office, merged), into, "The same.", OFFICER, NOW
    )
    to = Classification(Category.GENERAL_ENQUIRY, "waste_recycling", None, None)
    office.casework.reclassify(seen(office, enquiry), to, OFFICER, NOW)
    for reference in (merged, enquiry):
        case = office.case(reference)
        assert case.referred
        assert Action.OMBUDSMAN in allowed_actions(case)
        (kept,) = register.referrals(reference)
        register.decide(
            seen(office, reference), kept.number, Decision.UPHELD, today, OFFICER, LATER
        )
        assert [one.decision for one in register.referrals(reference)] == [Decision.UPHELD]
        another = Referral(reference, today, "26 3", Area.HOUSING)
        with pytest.raises(Refused, match="Only a complaint"):
            register.refer(seen(office, reference), another, OFFICER, LATER)
