"""Promises as data: how many working days each answer may take. `[policy]` of council.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Count(StrEnum):
    """What happens to a message that arrives on a day off.

    `next_day`: it counts from the next working day as day 1. `roll_forward`: it is treated as
    received on the next working day.
    """

    NEXT_DAY = "next_day"
    ROLL_FORWARD = "roll_forward"


class CountedFrom(StrEnum):
    """Where the response's working days start."""

    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"


class OmbudsmanIn(StrEnum):
    """A letter to a complainant in which the Ombudsman is named, and how to reach them."""

    LEVEL_ONE_ANSWER = "level_one_answer"
    LEVEL_TWO_ANSWER = "level_two_answer"
    HOLDING_REPLY = "holding_reply"


@dataclass(frozen=True, slots=True)
class Policy:
    """The working days of each promise; every number can be set in council.toml.

    `signpost_days` None means the acknowledgement's own (requirements.md, non-council mail).
    `extension_days` may be added to a stage's answer once, with a holding reply; at Level Two it is
    `level_two_extension_days`. A review at Level Two is answered within `level_two_respond_days`,
    counted from what `respond_from` says, and acknowledged within `level_two_acknowledge_days`,
    None of which means as at Level One. `ombudsman_in` says which letters name the Ombudsman.
    """

    name: str
    acknowledge_days: int
    respond_days: int
    respond_from: CountedFrom
    enquiry_days: int = 10
    mp_days: int = 10
    signpost_days: int | None = None
    extension_days: int = 10
    level_two_extension_days: int = 10
    level_two_acknowledge_days: int | None = None
    level_two_respond_days: int = 15
    ombudsman_in: frozenset[OmbudsmanIn] = frozenset({OmbudsmanIn.LEVEL_TWO_ANSWER})
    count: Count = Count.NEXT_DAY


PRESETS: Mapping[str, Policy] = MappingProxyType(
    {
        # The policy of the published year: acknowledge in 3, answer in 15 from receipt.
        "eastleigh-2021": Policy(
            name="eastleigh-2021",
            acknowledge_days=3,
            respond_days=15,
            respond_from=CountedFrom.RECEIPT,
        ),
        # The Ombudsmen's joint Complaint Handling Code: acknowledge in 5, then answer in 10 counted
        # from the acknowledgement, at the second stage in 20. An extension comes with the Ombudsman's
        # details (6.5), and complainants are told early of their right to go there.
        "lgsco-2024": Policy(
            name="lgsco-2024",
            acknowledge_days=5,
            respond_days=10,
            respond_from=CountedFrom.ACKNOWLEDGEMENT,
            level_two_extension_days=20,
            level_two_respond_days=20,
            ombudsman_in=frozenset(OmbudsmanIn),
        ),
    }
)
