"""What a further message means for a case, where it does not simply go on (mail.md C22 to C24).

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from datetime import datetime
from enum import StrEnum

from models.case import Case, Change
from models.changing import change
from models.history import Entry, Event
from models.message import Message, Origin, mailbox_of
from models.people import CAREBOT, CUSTOMER
from models.prediction import Prediction

_ENDS = frozenset({Event.ANSWERED, Event.CLOSED, Event.PUT_ASIDE})


class Why(StrEnum):
    """Why two cases are linked, as the newer one sees it.

    `late`: it answers the older one, which ended too long ago to be opened again. `stranger`: it
    names the older one, which has ended, and its sender is not known there. `same_matter`: the same
    person has an open case on the same topic. `same_place`: somebody else has one at the same place.
    `failed_again`: the older one should have been the end of it (models.prior_contact).
    `other_version`: it has the Message-ID of a message of the older one, and other content.
    `staff`: a person linked them (models.joining).
    """

    LATE = "late"
    STRANGER = "stranger"
    SAME_MATTER = "same_matter"
    SAME_PLACE = "same_place"
    FAILED_AGAIN = "failed_again"
    OTHER_VERSION = "other_version"
    STAFF = "staff"


def linked(case: Case, other: str, why: Why, now: datetime, *, newer: bool) -> Change:
    """`case` and `other` may belong together; `newer` says whether `case` is the newer one."""
    return change(
        case, Event.LINKED, CAREBOT, now, {"other": other, "why": why.value, "newer": newer}
    )


def filed(case: Case, message_id: int, *, known_sender: bool, now: datetime) -> Change:
    """A message on a case that has been through every stage stays with it and changes nothing."""
    details = {"message": message_id, "known_sender": known_sender}
    return change(case, Event.FILED, CUSTOMER, now, details)


def received_again(case: Case, origin: Origin, now: datetime) -> Change:
    """A copy of one of its messages lay in another place too."""
    details = {"account": origin.account, "folder": origin.folder}
    return change(case, Event.RECEIVED_AGAIN, CUSTOMER, now, details)


def ended_at(history: tuple[Entry, ...]) -> datetime | None:
    """When a case was answered or closed for the last time."""
    return max((entry.at for entry in history if entry.event in _ENDS), default=None)


def is_another_matter(case: Case, prediction: Prediction | None) -> bool:
    """Whether the model is sure that a message is about something else than its case. Where a
    person has given the case to another service, its topic says nothing of what that one answers.
    """
    if prediction is None or prediction.needs_person or prediction.topic == case.topic:
        return False
    owner, first = (case.service, case.authority), case.prediction
    corrected = owner != (first.service, first.authority)
    return not (corrected and owner == (prediction.service, prediction.authority))


def is_from(message: Message, participants: frozenset[str]) -> bool:
    """Whether the sender is one of these."""
    address = message.sender.address
    return address is not None and mailbox_of(address) in participants
