"""Letters that cannot leave, or that nobody can tell of: mail.md E33 and E34, with real servers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.notify import NotifyLetterbox
from bot.smtp import SmtpLetterbox
from bot.smtp_receiver import SmtpReceiver
from handlers.delivery import Delivery
from handlers.mail.courier import EmailCourier, email_kinds
from handlers.seen import Seen
from models.case import Case, Level, Outcome, State
from models.council import Council, Sending
from models.history import Entry, Event
from models.message import Origin, RawMessage
from models.outbox import Kind, Lane
from models.outbox import State as Sent
from models.people import staff
from models.ports import Letterbox
from models.store_port import Store
from tests.servers.notify_server import KEY, TEMPLATE, Fault, NotifyServer
from tests.servers.scripted_smtp import DROP, ScriptedSmtp
from tests.support.council import example_council, utc
from tests.support.office import ADDRESS, TestOffice, email, open_office

NOW = utc(2026, 11, 27)
PRIYA = staff("U1")
HOUR = timedelta(hours=1)


class Post:
    """The email lane against the server on a port, with a clock that is moved by hand."""

    def __init__(
        self,
        office: TestOffice,
        port: int = 0,
        council: Council | None = None,
        notify: NotifyServer | None = None,
    ) -> None:
        self.now = NOW
        box: Letterbox = SmtpLetterbox(
            host="127.0.0.1", port=port, login=None, tls="none", timeout=1.0, envelope_sender="",
            verp=False, from_address=ADDRESS, from_name="Customer Care", now=lambda: self.now,
        )  # fmt: skip
        if notify is not None:
            box = NotifyLetterbox(
                key=KEY, template_id=TEMPLATE, reply_to_id=None, url=notify.url, timeout=2.0
            )
        self.store: Store = office.store
        self._delivery = Delivery(
            office.store,
            dict.fromkeys(email_kinds(), EmailCourier(box, office.store)),
            council or office.council,
        )

    def deliver(self, at: datetime | None = None) -> Counter[Sent]:
        self.now = at or self.now
        return self._delivery.deliver_due(Lane.EMAIL, lambda: self.now)

    def entries(self, reference: str, event: Event) -> list[Entry]:
        with self.store.view() as work:
            return [e for e in work.cases.history(reference) if e.event is event]


@pytest.fixture
def server() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp() as running:
        yield running


@pytest.fixture
def notify() -> Iterator[NotifyServer]:
    with NotifyServer() as running:
        yield running


def new_case(office: TestOffice, at: datetime = NOW, who: str = "jo") -> Case:
    mail = email(Message_ID=f"<{who}@post.example>", From=f"{who} <{who}@post.example>")
    return office.case(office.receive(mail, at).reference)


def approve_answer(office: TestOffice, case: Case, at: datetime) -> None:
    case = office.case(case.reference)
    draft = office.casework.draft_answer(
        Seen(case.reference, case.version), "We are sorry.", Outcome.UPHELD, Level.LEVEL_ONE,
        PRIYA, at,
    )  # fmt: skip
    office.casework.send(draft.id, PRIYA, at)


def test_e33_a_letter_put_off_does_not_hold_up_another(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    new_case(office, who="grey")
    new_case(office, who="white")
    server.answers["RCPT"] = "451 4.7.1 greylisted"
    post = Post(office, server.port)
    assert post.deliver() == {Sent.PENDING: 2}
    assert server.heard.count("RCPT") == 2


def test_e33_a_server_that_is_away_is_tried_once_a_pass_and_not_for_each_letter(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    for who in ("a", "b", "c"):
        new_case(office, who=who)
    server.answers["CONNECT"] = "421 4.3.2 shutting down"
    post = Post(office, server.port)
    assert post.deliver() == {Sent.PENDING: 1}
    assert server.heard == ["CONNECT"]
    server.answers.clear()
    assert post.deliver(NOW + HOUR) == {Sent.SENT: 3}


def test_e33_an_acknowledgement_that_could_not_leave_in_time_is_held_back_and_a_person_may_send_it(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    server.answers["RCPT"] = "451 4.3.0 try later"
    post = Post(office, server.port)
    within = timedelta(days=office.council.acknowledging.within_days)
    assert post.deliver() == {Sent.PENDING: 1}
    assert post.deliver(NOW + within) == {Sent.PENDING: 1}
    server.answers.clear()
    late = NOW + within + HOUR
    assert post.deliver(late) == {Sent.DROPPED: 1}
    (failed,) = post.entries(case.reference, Event.LETTER_FAILED)
    assert "could not leave in time" in str(failed.details["reason"])
    assert server.texts == []
    now = office.case(case.reference)
    draft = office.casework.draft_acknowledgement(Seen(now.reference, now.version), PRIYA, late)
    office.casework.send(draft.id, PRIYA, late)
    assert post.deliver(late) == {Sent.SENT: 1}
    assert office.case(case.reference).stage.acknowledged_at == late


def test_e33_an_answer_that_cannot_leave_is_said_once_after_hours_and_given_up_after_days(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    post = Post(office, server.port)
    post.deliver()
    approve_answer(office, case, NOW)
    server.answers["TEXT"] = "452 4.2.2 mailbox full"
    for hours in (0, 3.9):
        assert post.deliver(NOW + hours * HOUR) == {Sent.PENDING: 1}
        assert post.entries(case.reference, Event.LETTER_WAITING) == []
    for hours in (4, 5, 30, 71.9):
        assert post.deliver(NOW + hours * HOUR) == {Sent.PENDING: 1}
        (said,) = post.entries(case.reference, Event.LETTER_WAITING)
        assert said.at == NOW + 4 * HOUR
        assert "452 4.2.2" in str(said.details["reason"])
    assert post.deliver(NOW + 73 * HOUR) == {Sent.FAILED: 1}
    (failed,) = post.entries(case.reference, Event.LETTER_FAILED)
    assert "72 hours" in str(failed.details["reason"])
    assert office.case(case.reference).state is State.OPEN
    server.answers.clear()
    approve_answer(office, case, NOW + 74 * HOUR)
    assert post.deliver(NOW + 74 * HOUR) == {Sent.SENT: 1}
    assert office.case(case.reference).state is State.ANSWERED


def test_e33_an_answer_approved_before_a_long_stop_still_leaves_after_it(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    post = Post(office, server.port)
    post.deliver()
    approve_answer(office, case, NOW)
    assert post.deliver(NOW + 200 * HOUR) == {Sent.SENT: 1}


@pytest.mark.parametrize("kind", ["acknowledgement", "answer"])
def test_e33_a_lost_answer_of_the_server_is_not_sent_again_by_itself(
    office: TestOffice, server: ScriptedSmtp, kind: str
) -> None:
    case = new_case(office)
    post = Post(office, server.port)
    if kind == "answer":
        post.deliver()
        approve_answer(office, case, NOW)
    before = len(server.texts)
    server.answers["TEXT"] = DROP
    assert post.deliver() == {Sent.PENDING: 1}
    server.answers.clear()
    assert post.deliver(NOW + HOUR) == {Sent.UNKNOWN: 1}
    assert len(post.entries(case.reference, Event.LETTER_UNKNOWN)) == 1
    assert post.deliver(NOW + 100 * HOUR) == {}
    assert len(server.texts) == before + 1


def test_e33_a_letter_of_unknown_end_is_not_called_stale_when_its_time_has_passed(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    server.answers["TEXT"] = DROP
    post = Post(office, server.port)
    post.deliver()
    assert post.deliver(NOW + timedelta(days=30)) == {Sent.UNKNOWN: 1}
    assert len(post.entries(case.reference, Event.LETTER_UNKNOWN)) == 1
    assert post.entries(case.reference, Event.LETTER_FAILED) == []


def test_e33_a_letter_refused_for_good_may_be_sent_again_by_a_person(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    server.answers["RCPT"] = "550 5.1.1 no such mailbox"
    post = Post(office, server.port)
    assert post.deliver() == {Sent.FAILED: 1}
    server.answers.clear()
    now = office.case(case.reference)
    draft = office.casework.draft_acknowledgement(Seen(now.reference, now.version), PRIYA, NOW)
    office.casework.send(draft.id, PRIYA, NOW)
    assert post.deliver() == {Sent.SENT: 1}


def test_e34_in_quiet_mode_nothing_leaves_and_the_thread_says_why(
    office: TestOffice, receiver: SmtpReceiver
) -> None:
    quiet = replace(office.council, sending=Sending(quiet=True))
    case = new_case(office)
    post = Post(office, receiver.port, quiet)
    assert post.deliver() == {Sent.DROPPED: 1}
    approve_answer(office, case, NOW)
    assert post.deliver() == {Sent.DROPPED: 1}
    first, second = post.entries(case.reference, Event.LETTER_FAILED)
    assert "quiet mode" in str(first.details["reason"])
    assert (first.details["letter"], second.details["letter"]) == ("acknowledgement", "response")
    assert receiver.messages == ()
    assert office.case(case.reference).state is State.OPEN


def test_e34_out_of_quiet_mode_again_the_answer_can_be_sent(
    office: TestOffice, receiver: SmtpReceiver
) -> None:
    case = new_case(office)
    quiet = replace(office.council, sending=Sending(quiet=True))
    Post(office, receiver.port, quiet).deliver()
    approve_answer(office, case, NOW)
    post = Post(office, receiver.port)
    assert post.deliver() == {Sent.SENT: 1}
    assert len(receiver.wait_for(1)) == 1


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("status", [None, 500])
def test_e34_a_lost_answer_of_notify_is_looked_for_and_the_letter_leaves_once(
    office: TestOffice, notify: NotifyServer, status: int | None, taken: bool
) -> None:
    case = new_case(office)
    notify.faults.append(Fault(status, taken=taken))
    post = Post(office, notify=notify)
    assert post.deliver() == {Sent.PENDING: 1}
    assert post.deliver(NOW + timedelta(seconds=59)) == {}
    assert post.deliver(NOW + HOUR)[Sent.SENT] == 1
    assert len(notify.notifications) == 1
    assert office.case(case.reference).stage.acknowledged_at == NOW + HOUR


def test_e34_notify_that_cannot_be_asked_keeps_the_question_open(
    office: TestOffice, notify: NotifyServer
) -> None:
    new_case(office)
    notify.faults.append(Fault(None, taken=True))
    notify.list_faults.extend([Fault(503), Fault(None)])
    post = Post(office, notify=notify)
    for hours in range(3):
        assert post.deliver(NOW + hours * HOUR) == {Sent.PENDING: 1}
    assert post.deliver(NOW + 3 * HOUR)[Sent.SENT] == 1
    assert len(notify.notifications) == 1


def test_e34_a_letter_that_notify_cannot_deliver_is_shown_on_its_case_as_a_bounce(
    office: TestOffice, notify: NotifyServer
) -> None:
    case = new_case(office)
    post = Post(office, notify=notify)
    post.deliver()
    approve_answer(office, case, NOW)
    post.deliver(NOW + HOUR)
    assert office.case(case.reference).state is State.ANSWERED
    acknowledgement, answer = notify.notifications
    acknowledgement.status = "delivered"
    answer.status = "permanent-failure"
    assert post.deliver(NOW + 2 * HOUR) == {Sent.SENT: 1, Sent.FAILED: 1}
    (bounced,) = post.entries(case.reference, Event.BOUNCED)
    assert "no such mailbox" in str(bounced.details["reason"])
    assert office.case(case.reference).state is State.OPEN
    assert post.deliver(NOW + 99 * HOUR) == {}


def test_e34_an_earlier_answer_that_notify_gives_up_late_leaves_the_later_one_alone(
    office: TestOffice, notify: NotifyServer
) -> None:
    case = new_case(office)
    post = Post(office, notify=notify)
    post.deliver()
    approve_answer(office, case, NOW)
    post.deliver(NOW + HOUR)
    again = email("Again", Message_ID="<2@post.example>", In_Reply_To="<jo@post.example>")
    office.receive(again, NOW + HOUR)
    assert office.case(case.reference).stage.number == 2
    approve_answer(office, case, NOW + HOUR)
    post.deliver(NOW + HOUR)
    _, first, _ = notify.notifications
    first.status = "permanent-failure"
    post.deliver(NOW + 2 * HOUR)
    (bounced,) = post.entries(case.reference, Event.BOUNCED)
    assert bounced.details["earlier"] is True
    assert office.case(case.reference).state is State.ANSWERED


def test_e34_a_letter_whose_fate_is_open_holds_up_no_other_letter_of_the_case(
    office: TestOffice, notify: NotifyServer
) -> None:
    case = new_case(office)
    post = Post(office, notify=notify)
    assert post.deliver() == {Sent.SENT: 1, Sent.PENDING: 1}
    approve_answer(office, case, NOW)
    post.deliver()
    assert len(notify.notifications) == 2
    days = timedelta(days=5)
    assert post.deliver(NOW + days) == {Sent.DROPPED: 2}
    assert post.entries(case.reference, Event.BOUNCED) == []


def withheld(office: TestOffice, reference: str) -> str:
    with office.store.view() as work:
        history = work.cases.history(reference)
    (entry,) = [e for e in history if e.event is Event.ACKNOWLEDGEMENT_WITHHELD]
    return str(entry.details["reason"])


def test_e34_in_quiet_mode_a_new_case_says_that_its_acknowledgement_is_withheld(
    tmp_path: Path,
) -> None:
    council = replace(example_council(), sending=Sending(quiet=True))
    office = open_office(tmp_path, council)
    case = new_case(office)
    assert "quiet mode" in withheld(office, case.reference)
    assert office.waiting(Kind.LETTER) == []
    office.store.close()


def test_e34_a_mailbox_without_acknowledgements_has_none_while_another_has(tmp_path: Path) -> None:
    council = example_council()
    silent = replace(council.acknowledging, silent_accounts=frozenset({"foi"}))
    office = open_office(tmp_path, replace(council, acknowledging=silent))
    office.receive(email(), NOW)
    assert len(office.waiting(Kind.LETTER)) == 1
    other = email("Mine too. #missed_bin complaint", Message_ID="<2@x>", From="al@x.example")
    taken = office.receive(other, NOW, account="foi")
    assert "for this mailbox" in withheld(office, str(taken.reference))
    assert len(office.waiting(Kind.LETTER)) == 1
    office.store.close()


def test_e33_an_old_mailbox_taken_in_for_the_first_time_is_acknowledged_to_nobody(
    office: TestOffice,
) -> None:
    old = NOW - timedelta(days=office.council.acknowledging.within_days, hours=1)
    raw = RawMessage(email(), Origin("intake", "INBOX", 1, 99), old)
    reference = office.intake.take_in(raw, NOW).reference
    assert "received more than 3 days ago" in withheld(office, str(reference))
    assert office.waiting(Kind.LETTER) == []


def test_e33_a_lost_answer_in_the_last_hour_is_unknown_and_not_said_to_have_failed(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    post = Post(office, server.port)
    post.deliver()
    approve_answer(office, case, NOW)
    server.answers["TEXT"] = DROP
    assert post.deliver(NOW + 73 * HOUR) == {Sent.PENDING: 1}
    assert post.deliver(NOW + 74 * HOUR) == {Sent.UNKNOWN: 1}
    assert post.entries(case.reference, Event.LETTER_FAILED) == []


def test_e33_days_in_which_the_bot_was_off_are_not_days_of_trying(
    office: TestOffice, server: ScriptedSmtp
) -> None:
    case = new_case(office)
    post = Post(office, server.port)
    post.deliver()
    approve_answer(office, case, NOW)
    server.answers["TEXT"] = "452 4.2.2 mailbox full"
    assert post.deliver(NOW + 96 * HOUR) == {Sent.PENDING: 1}
    assert post.deliver(NOW + 200 * HOUR) == {Sent.PENDING: 1}
    server.answers.clear()
    assert post.deliver(NOW + 201 * HOUR) == {Sent.SENT: 1}


def test_e34_a_letter_of_unknown_end_is_looked_for_while_notify_remembers_and_never_sent_after(
    office: TestOffice, notify: NotifyServer
) -> None:
    case = new_case(office)
    post = Post(office, notify=notify)
    post.deliver()
    notify.notifications[0].status = "delivered"
    post.deliver(NOW + HOUR / 2)
    approve_answer(office, case, NOW + HOUR)
    notify.faults.append(Fault(None, taken=False))
    before = len(notify.notifications)
    post.deliver(NOW + HOUR)
    notify.list_faults.extend([Fault(503)] * 4)
    for days in (1, 2, 4, 5.9):
        assert Sent.UNKNOWN not in post.deliver(NOW + timedelta(days=days))
    assert post.deliver(NOW + timedelta(days=7))[Sent.UNKNOWN] == 1
    assert len(notify.notifications) == before
