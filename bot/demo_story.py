"""The demo told once without a browser: mail in, cards out, officers at work, a month of mornings."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

from bot.demo import Demo
from bot.sandbox import Message, Sandbox
from models.agreed import still_open
from models.case import Case, State
from models.history import Event
from models.ledger import Arrival
from models.outbox import Kind
from models.prediction import Category
from models.store_port import Query

_SECONDS = 60.0
_OFFICER = "priya"
_COLLEAGUE = "sam"
_LESSON = {
    "cause": "information",
    "lesson": "The crew was given the list of the week before.",
    "what": "Check the crews' lists every Monday morning",
}
_ANSWER = """Dear customer

We are sorry. The crew was given the wrong list. We have put the list right, and you will be
visited tomorrow.

Customer Care Team
"""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the story came to."""

    mailbox: str
    taken_in: Mapping[str, int]
    cases: int
    by_category: Mapping[str, int]
    by_service: Mapping[str, int]
    for_a_person: int
    cards: int
    acknowledgements: int
    answers: int
    lessons: int
    agreed_and_open_at_the_end: int
    reminders: int
    morning_lists: int
    overdue_at_the_end: int
    outbox: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "messages_taken_in": sum(self.taken_in.values()),
            "taken_in": dict(self.taken_in),
            "cases": self.cases,
            "cases_by_category": dict(self.by_category),
            "cases_by_service": dict(self.by_service),
            "cases_for_a_person": self.for_a_person,
            "cards": self.cards,
            "acknowledgements": self.acknowledgements,
            "answers": self.answers,
            "lessons": self.lessons,
            "agreed_and_open_at_the_end": self.agreed_and_open_at_the_end,
            "reminders": self.reminders,
            "morning_lists": self.morning_lists,
            "overdue_at_the_end": self.overdue_at_the_end,
            "outbox": dict(self.outbox),
            "mailbox": self.mailbox,
        }

    def to_text(self) -> str:
        """A few lines."""
        return "\n".join(
            f"{name.replace('_', ' ')}: {value}" for name, value in self.to_json().items()
        )


def tell(demo: Demo, say: Callable[[str], None]) -> Summary:
    """Run the story to its end. Raises TimeoutError where something does not happen in time."""
    sandbox = demo.sandbox
    samples = demo.samples_left()
    while (subject := demo.deliver_next_sample()) is not None:
        say(f"an email arrives: {subject}")
    _until(demo, lambda: _taken_in(demo) >= samples)
    demo.bot.wait_settled(_SECONDS)
    say(f"{len(_cases(demo))} cases are open; their cards stand in Slack")

    claimed = _work_on_a_complaint(demo, say)
    _close_with_its_lesson(demo, claimed, say)
    _customer_writes_again(demo, claimed)
    say("the customer answers the letter, and the case is open again")

    sandbox.slash(_OFFICER, demo.file.slack.lead_channel, "/case", "overdue")
    last = max(c.stage.respond_by for c in _cases(demo) if c.stage.respond_by)
    while demo.office.council.local_date(demo.now()) <= last:
        morning = demo.jump_to_next_working_morning()
        demo.bot.wait_settled(_SECONDS)
    say(f"it is {morning:%d %B %Y}; what nobody answered is overdue and on the list")
    return _summary(demo)


def _work_on_a_complaint(demo: Demo, say: Callable[[str], None]) -> Case:
    """Claim, look at the answer's preview, send it."""
    sandbox = demo.sandbox
    complaint = next(
        case
        for case in _cases(demo)
        if case.category is Category.COMPLAINT and case.state is State.OPEN and not case.flags
    )
    card = _card(demo, complaint)
    sandbox.click(_OFFICER, card.channel, card.ts, "case_claim")
    demo.bot.wait_settled(_SECONDS)
    say(f"{complaint.reference} is claimed")
    sandbox.click(_OFFICER, card.channel, card.ts, "case_respond")
    sandbox.wait_for(lambda s: _view(s) == "case_respond", _SECONDS)
    answer = {"outcome": "upheld", "level": "level_one", "text": _ANSWER}
    sandbox.fill_and_submit(_OFFICER, answer)
    sandbox.wait_for(lambda s: _view(s) == "letter_send", _SECONDS)
    before = len(demo.letterbox.messages)
    sandbox.fill_and_submit(_OFFICER, {})
    demo.bot.wait_settled(_SECONDS)
    assert len(demo.letterbox.messages) == before, "nothing leaves while Undo is there"
    demo.let_undo_pass()
    demo.letterbox.wait_for(before + 1, _SECONDS)
    demo.bot.wait_settled(_SECONDS)
    say(f"{complaint.reference} is answered: the email left after its preview and a minute to undo")
    return complaint


def _close_with_its_lesson(demo: Demo, case: Case, say: Callable[[str], None]) -> None:
    """Upheld: it closes with what is learned, and an action that a colleague does within a week."""
    sandbox, council = demo.sandbox, demo.office.council
    card = _card(demo, case)
    sandbox.click(_OFFICER, card.channel, card.ts, "case_close")
    sandbox.wait_for(lambda s: _view(s) == "case_close", _SECONDS)
    due = council.calendar.add(council.local_date(demo.now()), 5)
    owner = {"owner": _COLLEAGUE, "due": due.isoformat()}
    sandbox.fill_and_submit(_OFFICER, _LESSON | owner)
    _until(demo, lambda: _now(demo, case).state is State.CLOSED)
    demo.bot.wait_settled(_SECONDS)
    say(f"{case.reference} is closed with its lesson; what was agreed is done by {due:%d %B}")


def _customer_writes_again(demo: Demo, case: Case) -> None:
    answer = demo.letterbox.messages[-1].message
    reply = EmailMessage()
    reply["From"] = f"{case.customer.name} <{case.customer.address}>"
    reply["To"] = demo.file.mailbox.address
    reply["Subject"] = f"Re: {answer['subject']}"
    reply["Message-ID"] = "<reply-1@mail.example>"
    reply["In-Reply-To"] = str(answer["message-id"])
    reply.set_content("Thank you, but it has happened again this morning.\n")
    taken = _taken_in(demo)
    demo.deliver(reply)
    _until(demo, lambda: _taken_in(demo) > taken)
    demo.bot.wait_settled(_SECONDS)


def _summary(demo: Demo) -> Summary:
    cases = _cases(demo)
    with demo.store.view() as work:
        entries = [entry for case in cases for entry in work.cases.history(case.reference)]
        sent = work.outbox.sent_by_kind()
        outbox = work.outbox.counts()
        cards = sum(work.places.get(f"card:{case.reference}") is not None for case in cases)
    today = demo.office.council.local_date(demo.now())
    events = Counter(entry.event for entry in entries)
    return Summary(
        mailbox=demo.mailbox.kind,
        taken_in={arrival.value: n for arrival, n in _arrivals(demo).items()},
        cases=len(cases),
        by_category=_counted(case.category.value for case in cases),
        by_service=_counted(case.service or "non_council" for case in cases),
        for_a_person=sum(case.prediction.needs_person for case in cases),
        cards=cards,
        acknowledgements=events[Event.ACKNOWLEDGED],
        answers=events[Event.ANSWERED],
        lessons=events[Event.LESSON_RECORDED],
        agreed_and_open_at_the_end=sum(len(still_open(case.agreed)) for case in cases),
        reminders=sent.get(Kind.REMINDER, 0),
        morning_lists=sent.get(Kind.MORNING_LIST, 0),
        overdue_at_the_end=sum(
            case.is_open and case.stage.respond_by is not None and case.stage.respond_by < today
            for case in cases
        ),
        outbox=outbox,
    )


def _until(demo: Demo, condition: Callable[[], bool]) -> None:
    demo.bot.wait_until(condition, _SECONDS)


def _view(sandbox: Sandbox) -> str | None:
    view = sandbox.open_view(_OFFICER)
    return None if view is None else str(view.definition.get("callback_id"))


def _card(demo: Demo, case: Case) -> Message:
    assert case.service is not None
    channel = demo.office.council.catalogue.services[case.service].channel
    return next(m for m in demo.sandbox.messages(channel) if case.reference in m.text)


def _now(demo: Demo, case: Case) -> Case:
    return next(one for one in _cases(demo) if one.reference == case.reference)


def _cases(demo: Demo) -> tuple[Case, ...]:
    with demo.store.view() as work:
        return work.cases.find(Query(limit=1_000))


def _arrivals(demo: Demo) -> Mapping[Arrival, int]:
    with demo.store.view() as work:
        return work.ledger.counts(_LONG_AGO, demo.now())


def _taken_in(demo: Demo) -> int:
    return sum(_arrivals(demo).values())


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
