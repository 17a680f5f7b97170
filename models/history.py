"""What happened to a case, one entry for each thing, written with the change itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from models.people import Actor

Detail = str | int | bool | None


class Event(StrEnum):
    """The kinds of entry. Figures are counted from these, so a kind never changes its meaning."""

    OPENED = "opened"
    MESSAGE_ADDED = "message_added"
    AUTOMATIC_MESSAGE = "automatic_message"
    BOUNCED = "bounced"
    UNDELIVERED_REPORT = "undelivered_report"
    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    RELEASED = "released"
    RECLASSIFIED = "reclassified"
    CUSTOMER_NAMED = "customer_named"
    ATTACHMENT_REFUSED = "attachment_refused"
    ACKNOWLEDGEMENT_APPROVED = "acknowledgement_approved"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_WITHHELD = "acknowledgement_withheld"
    ANSWER_APPROVED = "answer_approved"
    ANSWERED = "answered"
    EXTENSION_APPROVED = "extension_approved"
    EXTENDED = "extended"
    LETTER_TO_POST = "letter_to_post"
    LETTER_WITHDRAWN = "letter_withdrawn"
    LETTER_TAKEN_BACK = "letter_taken_back"
    LEFT_ALL_THE_SAME = "left_all_the_same"
    LETTER_WAITING = "letter_waiting"
    LETTER_FAILED = "letter_failed"
    LETTER_UNKNOWN = "letter_unknown"
    READ_AFTER_ALL = "read_after_all"
    PUT_ASIDE = "put_aside"
    TAKEN_UP_AGAIN = "taken_up_again"
    MADE_A_CASE = "made_a_case"
    CLOSED = "closed"
    LESSON_RECORDED = "lesson_recorded"
    LESSON_CORRECTED = "lesson_corrected"
    REMEDY_AGREED = "remedy_agreed"
    AGREED_DONE = "agreed_done"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    REFERRED = "referred"
    OMBUDSMAN_DECIDED = "ombudsman_decided"
    FILED = "filed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    JOINED = "joined"
    TAKEN_APART = "taken_apart"
    PASSED_ON = "passed_on"
    SPLIT = "split"
    RECEIVED_AGAIN = "received_again"
    NOTE_FILED = "note_filed"
    NOTE_WRITTEN = "note_written"
    NOTE_EDITED = "note_edited"
    NOTE_DELETED = "note_deleted"
    POINTS_WRITTEN = "points_written"
    POINTS_COVERED = "points_covered"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: to which case, its version then, who did it, when (aware UTC).

    `details` holds ids, dates as ISO text and words of the catalogue; of free text only what
    staff wrote as a reason, never a customer's words.
    """

    reference: str
    version: int
    event: Event
    at: datetime
    actor: Actor
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def begins_a_stage(self) -> bool:
        """Whether another stage of the case began with it: not where what had been closed without an
        answer went on. Of what was opened again before that was noted, each counts.
        """
        if self.event is Event.REOPENED:
            stage = self.details.get("stage")
            return stage is None or stage != self.details.get("stage_was")
        return self.event is Event.ESCALATED
