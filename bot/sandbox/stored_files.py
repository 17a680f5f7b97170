"""The files of the workspace, and those whose bytes are still on their way."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.sandbox.records import File, SlackError


@dataclass(frozen=True, slots=True)
class Expected:
    """An upload that was asked for; the file is whole once the bytes have come."""

    file: File
    length: int
    arrived: bool = False


class Files:
    """Every file by its id; the caller holds the workspace's lock where it needs two steps."""

    def __init__(self) -> None:
        self._whole: dict[str, File] = {}
        self._expected: dict[str, Expected] = {}

    def find(self, name: str) -> File:
        """The file of that id, deleted ones too; `file_not_found` for anything else."""
        try:
            return self._whole[name]
        except KeyError:
            raise SlackError("file_not_found") from None

    def add(self, file: File) -> File:
        """Keep a file that came in one piece."""
        self._whole[file.id] = file
        return file

    def expect(self, file: File, length: int) -> str:
        """The ticket under which the file's bytes may be sent, once and in that length."""
        ticket = secrets.token_urlsafe(24)
        self._expected[ticket] = Expected(file, length)
        return ticket

    def arrived(self, ticket: str, content: bytes) -> None:
        """Take the bytes of an upload; `file_not_found` for a ticket that nobody was given,
        `invalid_arguments` for another length than was said.
        """
        expected = self._expected.get(ticket)
        if expected is None or expected.arrived:
            raise SlackError("file_not_found")
        if len(content) != expected.length:
            raise SlackError("invalid_arguments")
        file = replace(expected.file, content=content)
        self._expected[ticket] = replace(expected, file=file, arrived=True)

    def complete(self, wanted: Sequence[tuple[str, str | None]]) -> tuple[File, ...]:
        """The files of those ids under their titles; `file_not_found` if one's bytes never came,
        or it was completed before, and then none is.
        """
        ready = {each.file.id: name for name, each in self._expected.items() if each.arrived}
        if any(name not in ready for name, _ in wanted):
            raise SlackError("file_not_found")
        files = []
        for name, title in wanted:
            file = self._expected.pop(ready[name]).file
            files.append(self.add(replace(file, title=title or file.name)))
        return tuple(files)

    def forget(self, file: File) -> File:
        """What is left of a file whose content is gone."""
        return self.add(replace(self._whole.get(file.id, file), content=b"", deleted=True))
