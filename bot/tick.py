"""`carebot tick`: one tick of the clock, and the outbox until it is empty."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.drift import look_at_agreement
from bot.wiring import Office
from handlers.reminders import remind
from models.errors import Unavailable
from models.outbox import Lane, State


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did: new reminders and lists, items by how they ended, and what still waits."""

    queued: int
    ended: Mapping[State, int]
    waiting: int

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        ended = {state.value: n for state, n in self.ended.items()}
        return {"queued": self.queued, "ended": ended, "waiting": self.waiting}

    def to_text(self) -> str:
        """One line."""
        ended = ", ".join(f"{n} {state}" for state, n in self.ended.items()) or "nothing left"
        return f"{self.queued} queued; {ended}; {self.waiting} waiting"


def tick_once(office: Office, channels: Mapping[str, str], clock: Clock) -> Ticked:
    """Tick at the clock's time, then deliver. Slack or mail that does not answer leaves it waiting."""
    queued = remind(office.store, office.council, clock.now())
    queued += look_at_agreement(office.store, office.council, clock.now())
    ended: Counter[State] = Counter()
    ended.update(office.delivery.deliver_due(Lane.EMAIL, clock.now))
    try:
        office.slack.connect(channels)
    except Unavailable:
        pass
    else:
        ended.update(office.delivery.deliver_due(Lane.SLACK, clock.now))
    with office.store.view() as work:
        waiting = work.outbox.counts().get(State.PENDING, 0)
    return Ticked(queued, ended, waiting)
