"""How carebot is, for a monitor: figures without personal data, and what needs somebody (F36)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from handlers.ledger import days
from handlers.reminders import TICK
from models.council import Council
from models.deadlines import DeadlineKind
from models.folders import FolderState, Role, of_the_settings
from models.outbox import Lane
from models.store_port import Store, Work
from models.vitals import Backlog, LetterCounts

# Reasons of an acknowledgement that a limit withheld, as handlers/acknowledging.py words them.
_LIMITS = ("automatic letters", "the same words", "a letter of ours")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is a problem. `patience` is by account; where it is given, an account
    that is not in it is no longer watched.
    """

    patience: Mapping[str, timedelta] = field(default_factory=dict)
    usual_patience: timedelta = timedelta(minutes=15)
    backlog: timedelta = timedelta(hours=1)
    tick: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class MailboxHealth:
    """One watched folder; ages in seconds, None where there is nothing to have an age.

    `error` is why looks fail, as a sentence. It `needs_somebody` where the lead was told of it.
    """

    account: str
    folder: str
    last_look_age: float | None
    waiting: int
    oldest_waiting_age: float | None
    failing: bool
    error: str = ""
    needs_somebody: bool = False
    failing_for: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How everything stands at `at` (aware UTC). `problems` are sentences; none means that all is
    well, and each says what to do. `withheld` counts acknowledgements that a limit withheld in the
    last 24 hours, `unsettled_letters` those of `letters` that wait for somebody.
    """

    at: datetime
    mailboxes: tuple[MailboxHealth, ...]
    quarantined: int
    unacknowledged: int
    letters: LetterCounts
    backlogs: Mapping[Lane, Backlog]
    withheld: int
    unaccounted: int
    last_tick_age: float | None
    problems: tuple[str, ...] = ()
    unsettled_letters: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing needs somebody."""
        return not self.problems

    def age_of(self, backlog: Backlog) -> float | None:
        """For how many seconds its oldest waits; None where nothing does."""
        return _age(backlog.since, self.at)

    def letters_by_state(self) -> Mapping[str, int]:
        """Letters that did not simply leave."""
        return asdict(self.letters)

    def to_json(self) -> dict[str, object]:
        """The keys of docs/running-it.md; ages are in seconds."""
        return {
            "ok": self.ok,
            "problems": list(self.problems),
            "at": self.at.isoformat(),
            "mailboxes": [
                {
                    "account": one.account,
                    "folder": one.folder,
                    "last_look_age": one.last_look_age,
                    "waiting": one.waiting,
                    "oldest_waiting_age": one.oldest_waiting_age,
                    "failing": one.failing,
                }
                for one in self.mailboxes
            ],
            "quarantine_open": self.quarantined,
            "unacknowledged": self.unacknowledged,
            "letters": self.letters_by_state(),
            "outbox": {
                lane.value: {
                    "waiting": backlog.waiting,
                    "oldest_age": self.age_of(backlog),
                }
                for lane, backlog in self.backlogs.items()
            },
            "acknowledgements_withheld": self.withheld,
            "unaccounted": self.unaccounted,
            "last_tick_age": self.last_tick_age,
        }


def health_of(store: Store, council: Council, limits: Limits, now: datetime) -> Health:
    """How everything stands at `now`."""
    with store.view() as work:
        health = _figures(work, council, now)
    return replace(health, problems=tuple(_problems(health, limits)))


def _figures(work: Work, council: Council, now: datetime) -> Health:
    today = council.local_date(now)
    since_yesterday = days(council, today - _DAY, today)
    unaccounted = work.ledger.unaccounted(since_yesterday.since, since_yesterday.until)
    overdue = work.cases.due(today - _DAY)
    withheld = work.vitals.withheld(now - _DAY)
    folders = of_the_settings(work.folders.all(), council.watched)
    watched = (state for state in folders if state.role is Role.WATCHED)
    return Health(
        at=now,
        mailboxes=tuple(_mailbox(state, now) for state in watched),
        quarantined=len(work.quarantine.unsettled()),
        unacknowledged=sum(due.kind is DeadlineKind.ACKNOWLEDGE for due in overdue),
        letters=work.vitals.letters(),
        unsettled_letters=work.vitals.unsettled_letters(),
        backlogs={lane: work.vitals.backlog(lane) for lane in Lane},
        withheld=sum(n for reason, n in withheld.items() if any(w in reason for w in _LIMITS)),
        unaccounted=len(unaccounted),
        last_tick_age=_age(work.vitals.marked(TICK), now),
    )


def _mailbox(state: FolderState, now: datetime) -> MailboxHealth:
    return MailboxHealth(
        state.account,
        state.folder,
        _age(state.looked_at, now),
        state.waiting,
        _age(state.oldest_waiting, now),
        bool(state.error),
        state.error,
        state.alarmed_at is not None,
        _age(state.error_since, now),
    )


def _problems(health: Health, limits: Limits) -> Iterator[str]:
    for mailbox in health.mailboxes:
        yield from _ails(mailbox, limits)
    for lane, backlog in health.backlogs.items():
        age = health.age_of(backlog)
        if age is not None and age > limits.backlog.total_seconds():
            yield (
                f"{backlog.waiting} wait in the outbox for {lane}, the oldest for {_spoken(age)}: "
                "the log says what is in their way (put_off)"
            )
    age = health.last_tick_age
    if age is None or age > limits.tick.total_seconds():
        yield (
            "the clock's loop has "
            + ("never ticked" if age is None else f"not ticked for {_spoken(age)}")
            + ": see that carebot run is running"
        )
    if health.unaccounted:
        yield (
            f"booked since yesterday and not in the store as booked: {health.unaccounted}; "
            "carebot mailbox has their numbers"
        )
    yield from _for_a_person(health)


def _for_a_person(health: Health) -> Iterator[str]:
    if health.unsettled_letters:
        yield (
            f"letters that failed or may not have left: {health.unsettled_letters}; the threads of "
            "their cases say why: send them again, or see in the mailbox whether they left"
        )
    if health.quarantined:
        yield (
            f"messages that could not be read and wait for somebody: {health.quarantined}; "
            "carebot quarantine lists them"
        )
    if health.unacknowledged:
        yield (
            f"acknowledgements past their date: {health.unacknowledged}; the morning list names "
            "their cases"
        )


def _ails(mailbox: MailboxHealth, limits: Limits) -> Iterator[str]:
    if limits.patience and mailbox.account not in limits.patience:
        return
    name, age = f"{mailbox.folder} of {mailbox.account}", mailbox.last_look_age
    patience = limits.patience.get(mailbox.account, limits.usual_patience)
    fails = (mailbox.failing_for or 0) > patience.total_seconds()
    if age is None:
        yield f"{name} was never looked at: {_to_do(mailbox)}"
    elif age > patience.total_seconds():
        yield f"nobody has looked at {name} for {_spoken(age)}: {_to_do(mailbox)}"
    elif mailbox.error and (mailbox.needs_somebody or fails):
        yield f"{name} is in trouble: {mailbox.error}"
    waiting = mailbox.oldest_waiting_age
    if waiting is not None and waiting > limits.backlog.total_seconds():
        yield (
            f"{mailbox.waiting} wait in {name}, the oldest for {_spoken(waiting)}: "
            "the log says why they cannot be taken in"
        )


def _to_do(mailbox: MailboxHealth) -> str:
    return mailbox.error or "see that carebot run is running and may reach the mail server"


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, round((now - since).total_seconds(), 1))


def _spoken(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
