"""A compliment as it is passed on: whom it names, and whether it counts as formal."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Praise:
    """What a person recorded of a compliment. `staff` are names as they are to be read out.

    `formal`: made to the council as such (in writing or by its form), in the stead of in passing
    within another matter. `passed_on_at` is aware UTC.
    """

    formal: bool
    staff: tuple[str, ...]
    passed_on_at: datetime

    def to_json(self) -> dict[str, object]:
        """As the store keeps it."""
        return {
            "formal": self.formal,
            "staff": list(self.staff),
            "passed_on_at": self.passed_on_at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "Praise":
        """The inverse of `to_json`."""
        staff = data["staff"]
        assert isinstance(staff, list)
        at = datetime.fromisoformat(str(data["passed_on_at"]))
        return cls(bool(data["formal"]), tuple(map(str, staff)), at)
