"""What the listeners work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from handlers.casework import Casework
from handlers.intake import Intake
from handlers.slack.who import Staff
from handlers.splitting import Splitting
from models.case import Case
from models.council import Council
from models.store_port import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """The use cases, who may use them, and the time."""

    casework: Casework
    intake: Intake
    store: Store
    council: Council
    staff: Staff
    now: Callable[[], datetime]

    @property
    def splitting(self) -> Splitting:
        """Taking a second matter out of a case."""
        return Splitting(self.intake)

    def today(self) -> date:
        """The council's date."""
        return self.council.local_date(self.now())

    def case_for(self, user: str, reference: str) -> Case:
        """A case that this user may see. Raises Refused."""
        case = self.casework.case(reference)
        self.staff.check_may_see(user, case)
        return case
