"""Every change that a case allows. An action returns the new case and the history it made.

Nobody else changes a case: handlers ask for an action, the store writes what comes back. Which
action may follow which state is one table, `models.allowed.RULES`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.agreed import Agreed
from models.case import Action, Case, Change, Classification, Level, Outcome, Stage, State
from models.changing import change as _change
from models.changing import check as _check
from models.changing import iso as _iso
from models.classifying import check_answer_fits, check_classification
from models.contact import Contact
from models.council import Council
from models.deadlines import DueDates, due_dates
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.lessons import with_lesson
from models.letter import LetterKind
from models.message import Forwarded, Sender, Source
from models.owing import carried
from models.people import CAREBOT, CUSTOMER, Actor
from models.prediction import Category, Flag, Prediction
from models.taking_back import unapproved


@dataclass(frozen=True, slots=True)
class Report:
    """What a case is opened from."""

    reference: str
    subject: str
    customer: Sender
    source: Source
    received_at: datetime
    prediction: Prediction
    original: Forwarded | None = None
    contact: Contact | None = None

    @property
    def needs_person(self) -> bool:
        """Whether a person must decide: the model says so, or it was reported before and has perhaps
        failed again.
        """
        failed_again = self.contact is not None and self.contact.failed_again is not None
        return self.prediction.needs_person or failed_again


def open_case(report: Report, council: Council, now: datetime, *, by: Actor = CAREBOT) -> Change:
    """A new case: in triage where a person must decide, else open."""
    prediction = report.prediction
    category = prediction.category
    case = Case(
        reference=report.reference,
        version=1,
        state=State.TRIAGE if report.needs_person else State.OPEN,
        category=category,
        service=prediction.service,
        authority=prediction.authority,
        secondary_authority=prediction.secondary_authority,
        flags=prediction.flags,
        level=level_of(category, Level.UNDETERMINED, prediction.flags),
        topic=prediction.topic,
        subject=report.subject,
        customer=report.customer,
        source=report.source,
        received_at=report.received_at,
        holder=None,
        stage=Stage(
            number=1,
            started_on=council.local_date(report.received_at),
            acknowledge_by=date.min,
            respond_by=None,
        ),
        prediction=prediction,
        original=report.original,
        contact=report.contact,
    )
    case = redated(case, council)
    details: dict[str, Detail] = {
        "source": report.source.value,
        "category": category.value,
        "service": case.service,
        "authority": case.authority,
        "confidence": f"{prediction.confidence:.2f}",
        "model": prediction.model,
        "acknowledge_by": case.stage.acknowledge_by.isoformat(),
        "respond_by": _iso(case.stage.respond_by),
    }
    return Change(case, (Entry(case.reference, 1, Event.OPENED, now, by, details),))


def acknowledging(opened: Change, now: datetime) -> Change:
    """A case just opened whose acknowledgement goes into the outbox with it."""
    stage = replace(opened.case.stage, acknowledgement_approved_at=now)
    return replace(opened, case=replace(opened.case, stage=stage))


def claim(case: Case, actor: Actor, now: datetime) -> Change:
    """`actor` takes the case. Refused when somebody holds it already, with who."""
    _check(case, Action.CLAIM)
    if case.holder == actor.id:
        raise Refused(f"You already hold {case.reference}.")
    if case.holder is not None:
        raise Refused(f"<@{case.holder}> already holds {case.reference}.")
    return _change(case, Event.CLAIMED, actor, now, {}, holder=actor.id)


def reclassify(
    case: Case, to: Classification, council: Council, actor: Actor, now: datetime
) -> Change:
    """Set category, service or authority, and level; due dates follow. It also ends triage."""
    _check(case, Action.CHANGE)
    check_classification(to, council)
    flags = case.flags if to.flags is None else to.flags
    after = replace(
        case,
        state=State.OPEN,
        category=to.category,
        service=to.service,
        authority=to.authority,
        level=level_of(to.category, to.level, flags),
        flags=flags,
    )
    if after.level is Level.LEVEL_TWO and case.level is not Level.LEVEL_TWO:
        raise Refused("Level Two begins when the customer asks for a review: use Level Two.")
    if (case.service, case.authority) != (after.service, after.authority):
        # Whoever held it belongs to where it was.
        after = replace(after, holder=None)
    if after.category is not Category.COMPLIMENT:
        after = replace(after, praise=None)  # that it was passed on stands in the history
    check_answer_fits(case, after)
    after = redated(after, council)
    details: dict[str, Detail] = {}
    for name in ("category", "service", "authority", "level"):
        before_value, after_value = getattr(case, name), getattr(after, name)
        if before_value != after_value:
            details[f"{name}_was"] = before_value
            details[name] = after_value
    if set(case.flags) != set(after.flags):
        details["flags_was"] = ", ".join(case.flags) or None
        details["flags"] = ", ".join(after.flags) or None
    if not details and case.state is not State.TRIAGE:
        raise Refused(f"{case.reference} is already classified like that.")
    for name in ("acknowledge_by", "respond_by"):
        was, now_due = getattr(case.stage, name), getattr(after.stage, name)
        if was != now_due:
            details[f"{name}_was"], details[name] = _iso(was), _iso(now_due)
    return _change(after, Event.RECLASSIFIED, actor, now, details)


def level_of(category: Category, level: Level | None, flags: tuple[Flag, ...]) -> Level | None:
    """The level of what is classified like that: only complaints have one, and an MP's enquiry only
    where somebody decided it.
    """
    if category is not Category.COMPLAINT:
        return None
    undecided = None if Flag.MP_ENQUIRY in flags else Level.UNDETERMINED
    return undecided if level in {None, Level.UNDETERMINED} else level


def confirm(case: Case, council: Council, actor: Actor, now: datetime) -> Change:
    """A person agrees with what the model said; that ends triage."""
    _check(case, Action.CONFIRM)
    said = Classification(case.category, case.service, case.authority, case.level)
    return reclassify(case, said, council, actor, now)


def promised_by(case: Case, council: Council, now: datetime) -> date | None:
    """The date of the answer that an acknowledgement written now promises. It holds for the case
    once that has left, on whatever day it does.
    """
    stage = replace(case.stage, acknowledgement_approved_at=now, acknowledged_at=now)
    return redated(replace(case, stage=stage), council).stage.answer_by


def acknowledged(
    case: Case,
    council: Council,
    actor: Actor,
    at: datetime,
    how: str = "email",
    promised: date | None = None,
) -> Change:
    """The acknowledgement went at `at` and told the date `promised`, if any; where the policy counts
    from it, the answer is re-dated.
    """
    stage = replace(case.stage, acknowledged_at=at, promised=promised)
    after = redated(replace(case, stage=stage), council)
    details = {"how": how, "respond_by": _iso(after.stage.answer_by)}
    return _change(after, Event.ACKNOWLEDGED, actor, at, details)


def withhold_acknowledgement(case: Case, reason: str, now: datetime) -> Change:
    """No acknowledgement leaves by itself; the reason is kept and a person can still send one."""
    return _change(case, Event.ACKNOWLEDGEMENT_WITHHELD, CAREBOT, now, {"reason": reason})


def check_acknowledge(case: Case) -> None:
    """Refused where the case was acknowledged already or can no longer be."""
    _check(case, Action.ACKNOWLEDGE)
    if case.stage.acknowledged_at is not None:
        raise Refused(f"{case.reference} has been acknowledged already.")
    if case.stage.acknowledgement_approved_at is not None:
        raise Refused(f"The acknowledgement of {case.reference} is on its way already.")


def approve_acknowledgement(case: Case, actor: Actor, now: datetime) -> Change:
    """A person saw the acknowledgement and pressed Send."""
    check_acknowledge(case)
    stage = replace(case.stage, acknowledgement_approved_at=now)
    return _change(case, Event.ACKNOWLEDGEMENT_APPROVED, actor, now, {}, stage=stage)


def check_respond(case: Case) -> None:
    """Refused where an answer is on its way already or none can follow."""
    _check(case, Action.RESPOND)


def approve_answer(
    case: Case, outcome: Outcome | None, level: Level | None, actor: Actor, now: datetime
) -> Change:
    """A person saw the answer and pressed Send. For a complaint, level and outcome are decided."""
    check_respond(case)
    if level is Level.LEVEL_TWO and case.level is not Level.LEVEL_TWO:
        raise Refused("Level Two is an independent review of an answer at Level One.")
    if case.level is Level.LEVEL_TWO and level is not Level.LEVEL_TWO:
        raise Refused(f"{case.reference} is at Level Two: its answer is that of the review.")
    if case.needs_level:
        if level in {None, Level.UNDETERMINED}:
            raise Refused("Decide the level of the complaint before you answer it.")
        if outcome is None:
            raise Refused("Choose the outcome of the complaint before you answer it.")
    else:
        level, outcome = case.level, None
    stage = replace(case.stage, answer_approved_at=now, outcome=outcome)
    details: dict[str, Detail] = {"outcome": outcome, "level_was": case.level, "level": level}
    return _change(case, Event.ANSWER_APPROVED, actor, now, details, stage=stage, level=level)


def answered(case: Case, at: datetime, files: int = 0) -> Change:
    """The answer left at `at`, so many files with it."""
    stage = replace(case.stage, answered_at=at)
    details: dict[str, Detail] = {"files": files} if files else {}
    return _change(case, Event.ANSWERED, CAREBOT, at, details, state=State.ANSWERED, stage=stage)


def letter_waiting(case: Case, kind: str, parcel: str, reason: str, at: datetime) -> Change:
    """A letter could not leave for hours; `parcel` is its key in the outbox."""
    details: dict[str, Detail] = {"letter": kind, "parcel": parcel, "reason": reason}
    return _change(case, Event.LETTER_WAITING, CAREBOT, at, details)


def letter_failed(
    case: Case,
    kind: str,
    reason: str,
    at: datetime,
    history: Iterable[Entry] = (),
    *,
    unknown: bool,
    earlier: bool = False,
) -> Change:
    """A letter was refused for good or its end is unknown; it can be approved again. One of an
    `earlier` stage changes nothing of this one. `history` is the case's.
    """
    after = case if earlier else unapproved(case, LetterKind(kind), history)
    event = Event.LETTER_UNKNOWN if unknown else Event.LETTER_FAILED
    return _change(after, event, CAREBOT, at, {"letter": kind, "reason": reason})


def check_close(case: Case) -> None:
    """Refused where the case cannot end yet, whatever the reason."""
    _check(case, Action.CLOSE)
    if case.level is Level.UNDETERMINED and case.needs_level:
        raise Refused(
            "A complaint without a level cannot be closed: set its level with Change first."
        )


def close(
    case: Case,
    reason: str,
    outcome: Outcome | None,
    actor: Actor,
    now: datetime,
    lesson: Agreed | None = None,
) -> Change:
    """End the case. One that was not answered needs a reason, an undetermined one a level first, an
    upheld complaint its lesson (`models.lessons.agreed_lesson`), which no other may have.
    """
    check_close(case)
    if case.state is State.OPEN and not reason.strip():
        raise Refused("It was not answered in writing: say why it can be closed.")
    if case.stage.answer_approved_at is not None and case.stage.answered_at is None:
        raise Refused("Its answer has not left yet; close it when it has.")
    stage = replace(case.stage, outcome=case.stage.told_outcome or outcome)
    details: dict[str, Detail] = {"reason": reason.strip() or None, "outcome": stage.outcome}
    closed = _change(case, Event.CLOSED, actor, now, details, state=State.CLOSED, stage=stage)
    return with_lesson(closed, lesson, actor, now)


def add_reply(
    case: Case,
    message_id: int,
    council: Council,
    *,
    flags: tuple[Flag, ...] = (),
    known_sender: bool,
    other_matter: bool = False,
    now: datetime,
) -> Change:
    """The customer wrote again; flags that the reply raises are raised on the case. `other_matter`:
    it seems to be about something else, which a person should look at. Where the flags move the
    date of the answer, both dates are kept; `level_two` is, where a review can be begun now.
    """
    raised = tuple(flag for flag in flags if flag not in case.flags)
    details: dict[str, Detail] = {"message": message_id, "known_sender": known_sender}
    if other_matter:
        details["other_matter"] = True
    if raised:
        details["flags"] = ", ".join(raised)
    has_ended = not case.is_open or case.stage.number > 1
    if Flag.LEVEL_TWO_REQUEST in flags and case.level is Level.LEVEL_ONE and has_ended:
        details["level_two"] = True
    after = replace(case, flags=(*case.flags, *raised))
    if case.is_open:  # the dates of a stage that has ended are what they were
        after = redated(after, council)
    details |= _moved(case, after)
    return _change(after, Event.MESSAGE_ADDED, CUSTOMER, now, details)


def reopen(case: Case, council: Council, received_at: datetime, now: datetime) -> Change:
    """An answered or closed case is open again for what was received at `received_at`. Its clock
    starts anew from there, as a stage of its own that needs no second acknowledgement.
    """
    stage = Stage(
        number=case.stage.number + 1,
        started_on=council.local_date(received_at),
        acknowledge_by=case.stage.acknowledge_by,
        respond_by=None,
        acknowledgement_approved_at=case.stage.acknowledgement_approved_at,
        acknowledged_at=case.stage.acknowledged_at,
        counted_from=case.stage.counted_from,
        to_post=tuple(k for k in case.stage.to_post if k is LetterKind.ACKNOWLEDGEMENT),
    )
    again = replace(case, state=State.OPEN, stage=stage, lessons_owed=carried(case))
    opened = redated(again, council)
    details: dict[str, Detail] = {
        "respond_by": _iso(opened.stage.respond_by),
        "stage_was": case.stage.number,
        "stage": stage.number,
    }
    return _change(opened, Event.REOPENED, CUSTOMER, now, details)


def letter_bounced(
    case: Case,
    kind: LetterKind,
    message_id: int | None,
    reason: str,
    council: Council,
    now: datetime,
    extended_before: date | None = None,
    history: Iterable[Entry] = (),
) -> Change:
    """A letter of ours came back, by the message `message_id` or by what GOV.UK Notify says: it
    counts as not sent. A case whose answer it was is open again, also a closed one, an extension
    that nobody was told of is taken back, to the date that an earlier one of the stage promised
    (`extended_before`), if any, and nothing is counted from an acknowledgement that did not arrive.
    `history` is the case's.
    """
    details: dict[str, Detail] = {"message": message_id, "reason": reason, "letter": kind}
    if kind is LetterKind.ACKNOWLEDGEMENT:
        stage = replace(
            case.stage, acknowledgement_approved_at=None, acknowledged_at=None, promised=None
        )
        after = replace(case, stage=stage)
        if case.is_open:
            after = redated(after, council)
        return _change(after, Event.BOUNCED, CUSTOMER, now, details | _moved(case, after))
    if kind is LetterKind.HOLDING_REPLY:
        stage = replace(case.stage, extension_approved_at=None, extended_to=extended_before)
        details |= _moved(case, replace(case, stage=stage))
        return _change(case, Event.BOUNCED, CUSTOMER, now, details, stage=stage)
    if case.stage.answered_at is None:  # closed since on other grounds, or it came back twice
        return _change(case, Event.BOUNCED, CUSTOMER, now, details)
    back = unapproved(case, kind, history)
    back = replace(back, state=State.OPEN, stage=replace(back.stage, answered_at=None))
    if case.state is State.CLOSED:
        details["closed"] = True
    back = _redated_by_level(case, back, council)
    return _change(back, Event.BOUNCED, CUSTOMER, now, details | _moved(case, back))


def attachment_refused(
    case: Case, message_id: int, number: int, named: str, now: datetime
) -> Change:
    """The virus scanner found something in a message's attachment, the `number`th of it."""
    details: dict[str, Detail] = {"message": message_id, "number": number, "named": named}
    return _change(case, Event.ATTACHMENT_REFUSED, CAREBOT, now, details)


def _moved(before: Case, after: Case) -> dict[str, Detail]:
    """The dates of the answer before and after, where they differ."""
    was, now_due = before.stage.answer_by, after.stage.answer_by
    return {} if was == now_due else {"respond_by_was": _iso(was), "respond_by": _iso(now_due)}


def note_machine(case: Case, event: Event, message_id: int, reason: str, now: datetime) -> Change:
    """A machine's message (out of office, bounce) belongs to the case; its state stays."""
    return _change(case, event, CUSTOMER, now, {"message": message_id, "reason": reason})


def redated_by_level(before: Case, change: Change, council: Council) -> Change:
    """A change that may have put the level back to what it was, with the dates that follow from it."""
    return replace(change, case=_redated_by_level(before, change.case, council))


def _redated_by_level(before: Case, after: Case, council: Council) -> Case:
    return after if before.level is after.level else redated(after, council)


def redated(case: Case, council: Council) -> Case:
    """The case with the dates that follow from what it is, and from when it was acknowledged."""
    dates = _due_dates(case, council, case.category)
    if case.state is State.TRIAGE:
        # Nobody has decided yet, so the clock that would be missed first runs: the complaint's,
        # or an earlier one of what the model thinks it is.
        complaint = _due_dates(case, council, Category.COMPLAINT).respond_by
        promised = [day for day in (dates.respond_by, complaint) if day is not None]
        dates = replace(dates, respond_by=min(promised))
    stage = replace(case.stage, acknowledge_by=dates.acknowledge_by, respond_by=dates.respond_by)
    return replace(case, stage=stage)


def _due_dates(case: Case, council: Council, category: Category) -> DueDates:
    return due_dates(
        council.policy,
        council.calendar,
        category=category,
        as_enquiry=case.level is Level.GENERAL_ENQUIRY,
        level_two=case.level is Level.LEVEL_TWO,
        flags=frozenset(case.flags),
        received_on=case.stage.started_on,
        acknowledged_on=acknowledged_on(case.stage, council),
    )


def acknowledged_on(stage: Stage, council: Council) -> date | None:
    """The day that an acknowledgement which left counts from: that of its writing, for it promised
    the date that follows from there, also where it is another case's. A stage that was opened again
    has none of its own: it is counted from its start.
    """
    day = acknowledgement_day(stage, council)
    return day and max(day, stage.started_on)


def acknowledgement_day(stage: Stage, council: Council) -> date | None:
    """The day on which the acknowledgement that left was written, in whatever stage that was; None
    where none left.
    """
    if stage.acknowledged_at is None:
        return None
    if stage.acknowledgement_approved_at is None and stage.counted_from is not None:
        return stage.counted_from
    return council.local_date(stage.acknowledgement_approved_at or stage.acknowledged_at)
