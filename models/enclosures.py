"""Files that go with a letter: which may, and what they are called to those who read of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from models.errors import Refused

MOST: Final = 5
"""So many files go with one letter."""

_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "pdf": ("application/pdf", "PDF document"),
        "docx": (_OFFICE, "Word document"),
        "odt": ("application/vnd.oasis.opendocument.text", "OpenDocument text"),
        "png": ("image/png", "picture"),
        "jpg": ("image/jpeg", "picture"),
        "jpeg": ("image/jpeg", "picture"),
        "txt": ("text/plain", "plain text"),
    }
)
"""What may go with a letter: the type of a file by the ending of its name, and its name in words."""
ALLOWED: Final = "PDF, Word (docx), OpenDocument (odt), PNG, JPEG and plain text (txt)"
_MENTIONS = ("attached", "attachment", "enclosed", "enclose ", "enclosure")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file of ours that goes with a letter; its bytes are in the store under `sha256` (hex).

    `name` is as the customer sees it, without a path or control characters; `size` is in bytes.
    """

    name: str
    content_type: str
    sha256: str
    size: int

    @property
    def what(self) -> str:
        """Its kind and size in words."""
        return f"{KINDS[ending_of(self.name)][1]}, {in_words(self.size)}"

    def __str__(self) -> str:
        """Name, kind and size, for whoever looks at it before it leaves."""
        return f"{self.name} ({self.what})"


@dataclass(frozen=True, slots=True)
class EnclosureRules:
    """What may go with letters: `most_bytes` in all with one, and whether an email can carry any.
    `scanned`: nothing goes that the virus scanner has not looked at.
    """

    most_bytes: int = 10_000_000
    by_email: bool = True
    scanned: bool = False


def check_number(number: int) -> None:
    """Raises Refused where more files are given than go with one letter."""
    if number > MOST:
        raise Refused(f"At most {MOST} files go with one letter, and these are {number}.")


def check_size(sizes: Sequence[int], most_bytes: int) -> None:
    """Raises Refused where the files (sizes in bytes) are too much for one letter."""
    if sum(sizes) > most_bytes:
        raise Refused(
            f"The files are {in_words(sum(sizes))} together, and {in_words(most_bytes)} go with "
            "one letter. Make them smaller, or send fewer."
        )


def check_by_email(enclosures: Sequence[Enclosure], rules: EnclosureRules) -> None:
    """Raises Refused where an email cannot carry files."""
    if enclosures and not rules.by_email:
        raise Refused(
            "Emails leave by GOV.UK Notify, which carries no attachments. Take the files out, or "
            "send the letter by post."
        )


def ending_of(name: str) -> str:
    """The ending of a file's name in lower case, without the dot."""
    return name.rpartition(".")[2].lower()


def in_words(size: int) -> str:
    """A size in bytes as people read it."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1_000))} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".0 ", " ")


def forgotten(
    text: str, template: str, now: Sequence[Enclosure], before: Sequence[Enclosure]
) -> str:
    """What to look at twice where a letter has no files: that its words, and not the template's,
    speak of one, or that it had some before it was taken back. Empty where there is nothing.
    """
    if now:
        return ""
    if before:
        names = ", ".join(one.name for one in before)
        return f"The letter that was taken back had {names} with it, and this one has no file."
    said = next((word for word in _MENTIONS if word in text.lower()), None)
    if said and said not in template.lower():
        return f"It says “{said.strip()}”, but no file goes with it."
    return ""
