"""One acknowledgement for several cases: what was split off (requirement 5) or merged (requirement 14).

Like `models.actions`: gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from models import actions
from models.case import Case, Change, Stage
from models.council import Council
from models.history import Entry, Event
from models.letter import LetterKind
from models.people import CAREBOT


def is_acknowledged_once(history: Iterable[Entry]) -> bool:
    """Whether the acknowledgement of a case is still that of its opening: a review has its own."""
    return all(entry.event is not Event.ESCALATED for entry in history)


def shared(stage: Stage, first: Stage, council: Council) -> Stage:
    """The stage of another case, acknowledged by the letter that acknowledged `first`, if any, and
    counted from the same day.
    """
    return replace(
        stage,
        acknowledged_at=first.acknowledged_at,
        counted_from=actions.acknowledgement_day(first, council),
    )


def acknowledged_with(
    other: Case, before: Stage, first: Case, council: Council, now: datetime, *, is_part: bool
) -> Change | None:
    """What it means for `other`, which was taken out of `first` or into which that was merged, that the
    acknowledgement of `first` left or came back; `before` is the stage of `first` as it was until then.
    None where that acknowledgement was not the other's too, or the other has one of its own, or has
    ended.
    """
    stage, left_at = other.stage, first.stage.acknowledged_at
    has_its_own = stage.acknowledgement_approved_at is not None
    is_theirs = stage.acknowledged_at == before.acknowledged_at != left_at
    if has_its_own or not is_theirs or not other.is_open:
        return None
    other = replace(other, stage=shared(stage, first.stage, council))
    if left_at is not None:
        changed = actions.acknowledged(other, council, CAREBOT, left_at)
    else:
        which = "it was taken out of" if is_part else "that was merged into this one"
        reason = f"the acknowledgement of the case {which} did not arrive"
        changed = actions.letter_bounced(
            other, LetterKind.ACKNOWLEDGEMENT, None, reason, council, now
        )
    return replace(
        changed, entries=tuple(replace(e, details={**e.details, "with": True}) for e in changed.entries)
    )  # fmt: skip
