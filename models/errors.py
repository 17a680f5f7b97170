"""What can go wrong, in a handful of kinds. Anything else is a bug, logged with a reference."""


class CarebotError(Exception):
    """The root of carebot's own errors; never raised itself."""


class Refused(CarebotError):
    """The rules say no. The text is shown to the person who asked, so it is a full sentence."""


class Stale(CarebotError):
    """Somebody changed the case first: the change was made on a view that is no longer true. `unfit` is
    the sentence that says why the action no longer fits at all, where that is known.
    """

    def __init__(self, reference: str, seen: int, now: int) -> None:
        """Say which case, the version the change was made on, and the version it has now."""
        super().__init__(f"{reference} has changed since you opened it. Please look again.")
        self.reference = reference
        self.seen = seen
        self.now = now
        self.unfit = ""


class Unavailable(CarebotError):
    """Something outside (mailbox, letterbox, Slack) did not answer; the next pass tries again."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        """Say what did not answer; `retry_after` is in seconds where the other side named it."""
        super().__init__(reason)
        self.retry_after = retry_after


class NotMoved(CarebotError):
    """The mailbox will not move a message that is safely stored: it stays where it is for now."""


class NotYet(Unavailable):
    """Nothing is broken: its time has just not come; `retry_after` says when."""


class AnswerLost(Unavailable):
    """The attempt may have been carried out: only its answer is missing."""


class Undeliverable(CarebotError):
    """The other side refused for good: trying again cannot help, a person must look."""


class Unacceptable(Undeliverable):
    """The other side will not take this content; other content it would."""


class Gone(Undeliverable):
    """What was to be changed or answered is no longer there."""


class Misconfigured(CarebotError):
    """A setting is wrong. The text names key, value and what is allowed; the start stops."""


class Unreadable(CarebotError):
    """A message of which not even a text can be shown; its bytes are kept in quarantine."""
