import json
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.delivery import Delivery
from handlers.fetching import Looked, could_not_look
from handlers.health import Limits, health_of
from handlers.ledger import account_for, days
from handlers.reminders import remind
from handlers.seen import Seen
from models.council import Acknowledging
from models.errors import AnswerLost, Undeliverable
from models.folders import FolderState, Role
from models.ledger import Arrival
from models.letter import LetterKind
from models.message import Origin
from models.outbox import Delivered, Item, Kind, Lane, Parcel
from models.people import staff
from tests.handlers.test_quarantine import Ward
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
WELL = FolderState("one", "INBOX", Role.WATCHED, NOW, looked_at=NOW)


def health(office: TestOffice, at=NOW, **limits: object):
    return health_of(office.store, office.council, Limits(**limits), at)


@pytest.fixture
def running(office: TestOffice) -> TestOffice:
    office.council = replace(office.council, watched=frozenset({("one", "INBOX")}))
    remind(office.store, office.council, NOW)
    with office.store.work() as work:
        work.folders.put(WELL)
        for lane in Lane:
            for item in work.outbox.claim(lane, NOW, 100, timedelta(days=1)):
                work.outbox.dropped(item, "", NOW)
    return office


def test_f36_a_running_carebot_is_well(running: TestOffice) -> None:
    told = health(running)
    assert (told.ok, told.problems) == (True, ())
    assert told.last_tick_age == 0


def test_f36_one_that_never_ticked_or_stopped_ticking_is_not(office: TestOffice) -> None:
    (problem,) = health(office).problems
    assert problem.startswith("the clock's loop has never ticked: see that carebot run")
    remind(office.store, office.council, NOW)
    late = NOW + timedelta(minutes=30)
    assert any(
        problem.startswith("the clock's loop has not ticked for 30 minutes")
        for problem in health(office, late).problems
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (replace(WELL, looked_at=NOW - timedelta(minutes=16)), "nobody has looked at INBOX of one"),
        (replace(WELL, looked_at=None), "INBOX of one was never looked at"),
        (
            replace(WELL, waiting=3, oldest_waiting=NOW - timedelta(hours=3)),
            "3 wait in INBOX of one, the oldest for 3 hours",
        ),
    ],
)
def test_f36_a_silent_mailbox_and_what_waits_too_long_are_problems(
    running: TestOffice, state: FolderState, said: str
) -> None:
    with running.store.work() as work:
        work.folders.put(state)
    (problem,) = health(running).problems
    assert problem.startswith(said)


def test_f36_each_mailbox_has_its_own_patience_and_junk_none(running: TestOffice) -> None:
    with running.store.work() as work:
        work.folders.put(replace(WELL, looked_at=NOW - timedelta(minutes=16)))
        work.folders.put(FolderState("one", "Junk", Role.JUNK, NOW, waiting=70))
    assert health(running, patience={"one": timedelta(hours=1)}).ok


def test_f36_a_backlog_of_a_lane_is_a_problem_but_not_what_waits_for_the_morning(
    running: TestOffice,
) -> None:
    running.receive(email(), NOW)
    later = NOW + timedelta(minutes=5)
    told = health(running, later)
    assert told.backlogs[Lane.SLACK].waiting == 2
    assert told.to_json()["outbox"]["email"] == {"waiting": 1, "oldest_age": 300.0}
    assert told.ok
    problems = health(running, later, backlog=timedelta(minutes=1)).problems
    assert [problem.partition(": ")[0] for problem in problems] == [
        "2 wait in the outbox for slack, the oldest for 5 minutes",
        "1 wait in the outbox for email, the oldest for 5 minutes",
    ]
    with running.store.work() as work:
        kinds = {item.parcel.kind for item in work.outbox.claim(Lane.SLACK, later, 9, timedelta(1))}
    assert Kind.CARD in kinds


def test_f36_letters_that_failed_are_unknown_or_put_off_are_counted(running: TestOffice) -> None:
    for n, ended in enumerate(("failed", "unknown", "put_off")):
        running.receive(
            email(f"{n} #missed_bin complaint", Message_ID=f"<{n}@x>", From=f"a{n}@x.example"), NOW
        )
        with running.store.work() as work:
            (item,) = work.outbox.claim(Lane.EMAIL, NOW, 9, timedelta(minutes=1))
            assert item.parcel.payload["kind"] == LetterKind.ACKNOWLEDGEMENT
            if ended == "put_off":
                work.outbox.retry(item, NOW + timedelta(hours=1), "451 later", begun=False)
            else:
                work.outbox.give_up(item, "550", NOW, unknown=ended == "unknown")
    assert health(running).letters_by_state() == {"failed": 1, "unknown": 1, "put_off": 1}


def test_f36_quarantine_and_acknowledgements_past_their_date_are_counted(
    running: TestOffice,
) -> None:
    ward = Ward(running)
    ward.poison()
    running.receive(email("Hm. #missed_bin complaint", Message_ID="<2@x>"), NOW)
    late = NOW + timedelta(days=10)
    told = health(running, late)
    assert (told.quarantined, told.unacknowledged) == (1, 1)
    said = " / ".join(told.problems)
    assert "could not be read and wait for somebody: 1; carebot quarantine lists them" in said
    assert "acknowledgements past their date: 1; the morning list" in said


def test_f36_what_a_limit_withheld_is_counted_and_what_age_or_a_machine_did_is_not(
    running: TestOffice,
) -> None:
    limits = Acknowledging(per_address_per_day=1)
    running.council = replace(running.council, acknowledging=limits)
    running.intake = replace(running.intake, council=running.council)
    office, old = running, NOW - timedelta(days=30)
    for n, sender in enumerate(("a", "a", "b", "c")):  # the second of a's is one too many
        words = f"Matter {n}. #missed_bin complaint"
        office.receive(email(words, Message_ID=f"<{n}@x>", From=f"{sender}@x.example"), NOW)
    office.receive(
        email("Matter 0. #missed_bin complaint", Message_ID="<9@x>", From="a@x.example"), NOW
    )
    withheld = health(office).withheld
    assert withheld == 2
    office.receive(email("Old. #noise enquiry", Message_ID="<5@x>", From="d@x.example"), old)
    machine = email("List. #noise enquiry", Message_ID="<6@x>", List_Id="<l.x>", From="e@x.example")
    office.receive(machine, NOW)
    assert health(office).withheld == withheld


def test_f36_a_booking_that_does_not_add_up_is_a_problem(running: TestOffice) -> None:
    with running.store.work() as work:
        work.ledger.book(Origin("one", "INBOX", 1, 1), "ff", Arrival.CASE, "", NOW)
    assert "not in the store as booked: 1" in health(running).problems[0]


def test_f36_health_holds_nothing_of_a_customers(running: TestOffice) -> None:
    Ward(running).poison()
    running.receive(email("Joan's private words #noise enquiry", Message_ID="<2@x>"), NOW)
    told = json.dumps(health(running).to_json())
    for words in ("jo@post.example", "Jo Pike", "Bins", "private words"):
        assert words not in told


REFUSED = "The mailbox one refuses the user name or the password. Check [mailbox] user."


def test_f36_a_refused_password_is_a_problem_at_once_and_says_what_to_mend(
    running: TestOffice,
) -> None:
    look = Looked("one", "INBOX", error=REFUSED)
    could_not_look(running.store, "lead", look, NOW, for_a_person=True)
    assert health(running).problems == (f"INBOX of one is in trouble: {REFUSED}",)


def test_f36_a_look_that_fails_once_is_no_problem_and_one_that_fails_for_long_is(
    running: TestOffice,
) -> None:
    look = Looked("one", "INBOX", error="The mail server does not answer.")
    could_not_look(running.store, "lead", look, NOW, for_a_person=False)
    assert health(running).ok
    remind(running.store, running.council, NOW + timedelta(minutes=20))
    (problem,) = health(running, NOW + timedelta(minutes=20)).problems
    assert problem.endswith("for 20 minutes: The mail server does not answer.")


class Refusing:
    """A courier whose letters do not leave for good, or nobody knows whether they left."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def deliver(self, _item: Item, _now: object) -> Delivered:
        raise self.error

    def find(self, _item: Item, _now: object) -> Delivered:
        raise Undeliverable("nobody knows")


@pytest.mark.parametrize("error", [Undeliverable("550"), AnswerLost("no answer")])
def test_f36_a_letter_that_did_not_simply_leave_is_a_problem_until_it_is_sent_again(
    running: TestOffice, error: Exception
) -> None:
    reference = str(running.receive(email(), NOW).reference)
    delivery = Delivery(running.store, {Kind.LETTER: Refusing(error)}, running.council)
    for minutes in (0, 5):
        at = NOW + timedelta(minutes=minutes)
        delivery.deliver_due(Lane.EMAIL, lambda at=at: at)
    (problem,) = health(running).problems
    assert problem.startswith("letters that failed or may not have left: 1; the threads")
    seen = Seen(reference, running.case(reference).version)
    draft = running.casework.draft_acknowledgement(seen, staff("U1"), NOW)
    running.casework.send(draft.id, staff("U1"), NOW)
    assert health(running).ok


def test_f36_a_folder_taken_out_of_the_settings_is_no_longer_a_problem(
    running: TestOffice,
) -> None:
    long_ago = NOW - timedelta(days=9)
    with running.store.work() as work:
        work.folders.put(replace(WELL, folder="INBOX/Web", looked_at=long_ago, waiting=3))
        work.folders.put(replace(WELL, account="old", looked_at=long_ago, waiting=3))
        work.folders.put(FolderState("old", "Junk", Role.JUNK, long_ago, waiting=7))
    told = health(running)
    assert (told.ok, len(told.mailboxes)) == (True, 1)
    with running.store.view() as work:
        account = account_for(
            work, days(running.council, NOW.date(), NOW.date()), running.council.watched
        )
        everything = account_for(work, days(running.council, NOW.date(), NOW.date()))
    assert (account.differences(), account.junk) == ((), 0)
    assert len(everything.differences()) == 2


def test_f36_the_question_what_became_of_a_letter_is_no_backlog(running: TestOffice) -> None:
    parcel = Parcel(
        "letter_status:x", Kind.LETTER_STATUS, None, {"name": "x", "letter": "response"}
    )
    with running.store.work() as work:
        work.outbox.add(parcel, NOW - timedelta(days=2))
    assert health(running).ok
