"""What a check of the corpus finds: wrong things, which fail it, and thin places, which do not."""

from dataclasses import dataclass

from classifier.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Line:
    """One line whose fields can be read, and where it stands; numbers count from 1."""

    file: str
    number: int
    labels: Labelled

    @property
    def text(self) -> str:
        """What is compared with other texts: subject and body."""
        return f"{self.labels.subject}\n{self.labels.body}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One wrong thing: file, line (0 for the file as a whole), field, what is wrong, what is allowed."""

    file: str
    line: int
    field: str
    wrong: str
    allowed: str = ""

    @classmethod
    def of(cls, line: Line, field: str, wrong: str, allowed: str = "") -> "Finding":
        """A finding in a line that could be read; its id stands before what is wrong."""
        return cls(line.file, line.number, field, f"{line.labels.id}: {wrong}", allowed)

    def to_text(self) -> str:
        """One line for people."""
        where = f"{self.file}, line {self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{where}:{field} {self.wrong}{allowed}"

    def to_json(self) -> dict[str, object]:
        """For machines; `line` is null for a whole file."""
        return {
            "file": self.file,
            "line": self.line or None,
            "field": self.field,
            "wrong": self.wrong,
            "allowed": self.allowed,
        }
