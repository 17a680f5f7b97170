"""Who acts: staff in Slack, the customer, carebot itself, or whoever runs it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of actor it is."""

    STAFF = "staff"
    CUSTOMER = "customer"
    CAREBOT = "carebot"
    OPERATOR = "operator"


class Role(StrEnum):
    """What staff may do, each more than the one before (see `models.council.Staffing`).

    `officer`: work on cases. `lead`: overrule a rule, with a reason. `senior`: review at Level Two.
    """

    OFFICER = "officer"
    LEAD = "lead"
    SENIOR = "senior"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who changes a case. `id` is a Slack user id for staff, the name at the command line
    for an operator, and empty for the others.
    """

    kind: Kind
    id: str = ""

    def to_text(self) -> str:
        """The form in which history keeps it: `staff:U123`, `customer`, `carebot`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind.value

    @classmethod
    def from_text(cls, text: str) -> "Actor":
        """The inverse of `to_text`. Raises ValueError for anything else."""
        kind, _, id_ = text.partition(":")
        return cls(Kind(kind), id_)


CAREBOT = Actor(Kind.CAREBOT)
CUSTOMER = Actor(Kind.CUSTOMER)


def staff(user: str) -> Actor:
    """The member of staff with this Slack user id."""
    return Actor(Kind.STAFF, user)


def operator(name: str) -> Actor:
    """Whoever uses the command line under this name."""
    return Actor(Kind.OPERATOR, name)
