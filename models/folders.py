"""The folders of the mailboxes as they were last seen (mail.md A13, F36)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What a folder is for. Of the junk folder messages are counted and never taken in."""

    WATCHED = "watched"
    JUNK = "junk"


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as it was last seen. Times are aware UTC.

    `first_looked_at`: what is older was there before carebot. `looked_at`: the last look that
    succeeded, None where none did. `waiting`: of a watched folder the messages that are not taken
    in yet, of the junk folder all. `oldest_waiting`: when the oldest of them came, where that is
    known. `error`: why looks fail, or why what is taken in cannot be moved, as a sentence; empty
    where all is well. `alarmed_at`: since when the lead knows that nobody looks.
    """

    account: str
    folder: str
    role: Role
    first_looked_at: datetime
    looked_at: datetime | None = None
    waiting: int = 0
    oldest_waiting: datetime | None = None
    error: str = ""
    error_since: datetime | None = None
    alarmed_at: datetime | None = None


def of_the_settings(
    states: Iterable[FolderState], watched: frozenset[tuple[str, str]]
) -> tuple[FolderState, ...]:
    """Without the folders that the settings no longer name. `watched` has account and folder of
    what is taken in; a junk folder goes with its account. Empty, it stands for all.
    """
    accounts = {account for account, _ in watched}
    return tuple(
        state
        for state in states
        if not watched
        or (state.account, state.folder) in watched
        or (state.role is Role.JUNK and state.account in accounts)
    )


class Folders(Protocol):
    """How each folder of each mailbox stands; written after each look."""

    def get(self, account: str, folder: str) -> FolderState | None:
        """As it was last seen; None where nobody ever looked."""
        ...

    def all(self) -> tuple[FolderState, ...]:
        """Every folder ever looked at, by account and folder."""
        ...

    def put(self, state: FolderState) -> None:
        """Keep how it is now, in the stead of what was known."""
        ...
