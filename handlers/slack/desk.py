"""What the listeners work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.absence import Absences
from handlers.agreed import Agreeing
from handlers.assigning import Assigning
from handlers.casework import Casework
from handlers.enclosing import Enclosing
from handlers.intake import Intake
from handlers.joining import Joining
from handlers.levels import Levels
from handlers.looking import Looking
from handlers.notes import Notes
from handlers.ombudsman import Ombudsman
from handlers.pointing import Pointing
from handlers.praising import Praising
from handlers.seen import Seen
from handlers.slack import wording
from handlers.slack.requests import Request
from handlers.slack.who import Staff
from handlers.splitting import Splitting
from handlers.taken_back import TakingBack
from models.allowed import is_reviewing, role_for
from models.case import Action, Case, check_fresh
from models.changing import check
from models.council import Council
from models.errors import Refused, Stale
from models.involvement import check_reviewer
from models.people import Actor
from models.store_port import Store


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who may take an action on a case that it fits, on the version that they saw."""

    actor: Actor
    case: Case
    seen: Seen


@dataclass(frozen=True, slots=True)
class Desk:
    """The use cases, who may use them, and the time."""

    casework: Casework
    intake: Intake
    store: Store
    council: Council
    staff: Staff
    now: Callable[[], datetime]
    download: Callable[[Sequence[str], int], tuple[bytes, ...]]

    @property
    def agreeing(self) -> Agreeing:
        """Lessons recorded later, remedies, and what was agreed."""
        return Agreeing(self.store, self.council)

    @property
    def taking_back(self) -> TakingBack:
        """Undo."""
        return TakingBack(self.store, self.council)

    @property
    def pointing(self) -> Pointing:
        """The points that an answer has to cover."""
        return Pointing(self.store)

    @property
    def levels(self) -> Levels:
        """Opening a case again, and Level Two."""
        return Levels(self.store, self.council)

    @property
    def ombudsman(self) -> Ombudsman:
        """The register of what went to the Ombudsman."""
        return Ombudsman(self.store, self.council)

    @property
    def enclosing(self) -> Enclosing:
        """Keeping files that go with letters."""
        return Enclosing(self.store, self.casework.letters, self.council)

    @property
    def splitting(self) -> Splitting:
        """Taking a second matter out of a case."""
        return Splitting(self.intake)

    @property
    def absences(self) -> Absences:
        """Who is away, and who covers."""
        return Absences(self.store, self.council)

    @property
    def assigning(self) -> Assigning:
        """Giving a case to somebody else."""
        return Assigning(self.store, self.council)

    @property
    def notes(self) -> Notes:
        """Notes on cases."""
        return Notes(self.store)

    @property
    def joining(self) -> Joining:
        """Linking and merging cases."""
        return Joining(self.store, self.council)

    @property
    def praising(self) -> Praising:
        """Passing compliments on."""
        return Praising(self.store, self.council)

    @property
    def looking(self) -> Looking:
        """Reading cases' texts."""
        return Looking(self.store)

    def stands_in(self, case: Case, channel: str | None) -> bool:
        """Whether a channel (an id) is that of the case: who looks there does not look from outside."""
        return self.staff.stands_in(case, channel)

    def is_outside(self, case: Case, request: Request) -> bool:
        """Whether what was asked would be shown outside the channel of the case."""
        return not self.staff.stands_in(case, request.stands_in)

    def today(self) -> date:
        """The council's date."""
        return self.council.local_date(self.now())

    def case_for(self, user: str, reference: str) -> Case:
        """A case that this user may see. Raises Refused."""
        case = self.casework.case(reference)
        self.staff.check_may_see(user, case)
        return case

    def acting(self, request: Request, action: Action, *, fresh: bool = True) -> Acting:
        """Who acts on what: the one check of every click and of every submitted modal.

        Raises Refused where the person may not see the case or take the action, was involved in what
        it would review, or the action does not fit its state; Stale where it moved on since. With
        `fresh` False, where a modal only opens, that alone is no reason: it is taken as it is now.
        """
        actor = self.staff.actor(request.user)
        seen = request.seen
        case = self.case_for(request.user, seen.reference)
        self._check_may(request.user, action, case)
        unfit = _unfit(case, action)
        if fresh or unfit:
            _check_fresh(case, seen, unfit)
        if unfit:
            raise Refused(unfit)
        return Acting(actor, case, Seen(case.reference, case.version))

    def acting_on(self, user: str, reference: str, action: Action) -> Acting:
        """The same where no card was seen: the case is the thread's, as it is now."""
        actor = self.staff.actor(user)
        case = self.case_for(user, reference)
        self._check_may(user, action, case)
        unfit = _unfit(case, action)
        if unfit:
            raise Refused(unfit)
        return Acting(actor, case, Seen(reference, case.version))

    def menu_of(self, case: Case, user: str, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        """Those of the actions that this person may take."""
        return tuple(a for a in actions if self.staff.has(user, role_for(a, case), case))

    def _check_may(self, user: str, action: Action, case: Case) -> None:
        self.staff.check_may(user, action, case)
        if is_reviewing(action, case):
            with self.store.view() as work:
                check_reviewer(work, case, user, self.council)


def _check_fresh(case: Case, seen: Seen, unfit: str) -> None:
    try:
        check_fresh(case, seen.version)
    except Stale as stale:
        stale.unfit = unfit
        raise


def _unfit(case: Case, action: Action) -> str:
    """Why the action does not fit the case, in the words of its button; empty where it fits."""
    try:
        check(case, action)
    except Refused as refused:
        return f"“{wording.action(case, action)}” is not possible now: {refused}"
    return ""
