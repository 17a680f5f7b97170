"""A change is saved and shown in one go: whoever changes a case does it through here."""

from datetime import datetime

from models import actions, lessons, outbox, posting, threads
from models.case import Case, Change, Leaving, State
from models.council import Council
from models.history import Event
from models.joining import going_on, is_same_customer
from models.one_acknowledgement import acknowledged_with, is_acknowledged_once
from models.redrawing import redraw_homes
from models.splitting import parts_of
from models.store_port import Work
from models.taking_back import overtaken, waits_in_vain


def reopen_for_what_came_since(work: Work, case: Case, council: Council, now: datetime) -> None:
    """What the customer wrote while the answer was on its way waits for an answer of its own; on a
    case that has been through every stage it is filed (requirement 7).
    """
    approved = case.stage.answer_approved_at
    if case.state is not State.ANSWERED or approved is None:
        return
    history = work.cases.history(case.reference)
    came = [e for e in history if e.event is Event.MESSAGE_ADDED and e.at > approved]
    if not came:
        return
    first = came[0]
    message_id = int(str(first.details["message"]))
    if case.is_exhausted:
        known = bool(first.details.get("known_sender"))
        record(work, threads.filed(case, message_id, known_sender=known, now=now), now)
        return
    stored = work.messages.get(message_id)
    received_at = stored.message.received_at if stored else first.at
    record(work, actions.reopen(case, council, received_at, now), now)


def parts_follow(work: Work, before: Case, case: Case, council: Council, now: datetime) -> None:
    """Where the acknowledgement of `case`, which was as `before`, left or came back: it is that of what
    was taken out of it too, and where nothing else acknowledged it of the case into which it was
    merged. That of a review is its own only, and so are all other letters.
    """
    history = work.cases.history(case.reference)
    moved = before.stage.acknowledged_at != case.stage.acknowledged_at
    if not moved or not is_acknowledged_once(history):
        return
    parts = parts_of(history)
    into = going_on(case, work.cases.get)
    others = list(parts)
    if into.reference != case.reference and is_same_customer(into, case):
        others.append(into.reference)
    for reference in others:
        other = work.cases.get(reference)
        if other is None or not is_acknowledged_once(work.cases.history(reference)):
            continue
        is_part = reference in parts
        change = acknowledged_with(other, before.stage, case, council, now, is_part=is_part)
        if change is not None:
            record(work, change, now)


def record(work: Work, change: Change, now: datetime) -> Case:
    """Save a change, queue the card's redraw, the homes it concerns and a line of history for the
    thread. Where it ends the case, what waits to be posted is withdrawn with it.

    Raises Stale where somebody changed the case first.
    """
    reference = change.case.reference
    before = work.cases.get(reference)
    work.cases.save(change)
    redraw_homes(work, before, change.case, now)
    work.outbox.add(outbox.card(reference, change.case.version), now)
    for entry in change.entries:
        work.outbox.add(outbox.note(reference, entry.version, entry.event), now)
    agreed = lessons.to_tell(change, before)
    if agreed is not None:
        task = agreed.task
        told = outbox.agreed(
            reference, agreed.number, task.owner, task.due, None, change.case.version
        )
        work.outbox.add(told, now)
    after = _withdraw_what_waits(work, change.case, now)
    for one in waits_in_vain(before, change.case):
        after = _take_back(work, after, one, now)
    return after


def _withdraw_what_waits(work: Work, case: Case, now: datetime) -> Case:
    kind = posting.left_waiting(case)
    if kind is None:
        return case
    paper = work.papers.waiting(case.reference, kind)
    if paper is not None:
        work.papers.withdrawn(paper, now)
    history = work.cases.history(case.reference)
    return record(work, posting.overtaken(case, kind, history, now), now)


def _take_back(work: Work, case: Case, one: Leaving, now: datetime) -> Case:
    """What has begun to leave can be taken back no more: delivery says what became of it."""
    key = outbox.letter_key(case.reference, one.kind, one.version)
    letter = work.outbox.take_back(key, "its case has ended or gone on", now)
    if letter is None:
        return case
    work.letters.taken_back(letter)
    history = work.cases.history(case.reference)
    return record(work, overtaken(case, one, letter.message_id, history, now), now)
