"""Emails that carry a web form's fields: "Name: ... / Email: ... / Details: ..." (requirement 1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from models.message import Source


class Role(StrEnum):
    """What a form's field means to us."""

    NAME = "name"
    EMAIL = "email"
    DETAILS = "details"
    CHANNEL = "channel"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field's label as a regular expression (the whole label, any case), and what it means."""

    role: Role
    label: str


DEFAULT_FIELDS = (
    FormField(
        Role.NAME, r"(?:your |full |customer(?:'s)? |caller(?:'s)? )?name|caller|contact name|from"
    ),
    FormField(Role.EMAIL, r"(?:your |contact |customer )?e-?mail(?: address)?"),
    FormField(
        Role.DETAILS,
        r"(?:your )?(?:details?|message|comments?|complaint|feedback|enquiry|compliment)"
        r"(?: details)?|(?:details|description) of (?:your |the )?(?:complaint|enquiry|issue|problem)"
        r"|description|what happened",
    ),
    FormField(Role.CHANNEL, r"channel|source|how received|received by|contact method"),
    FormField(
        Role.OTHER,
        r"(?:your |contact |mobile )?(?:tele)?phone(?: number)?|mobile|(?:your |home )?address"
        r"|post ?code|subject|date|reference|form|service|department|location|type(?: of .{1,30})?"
        r"|title|preferred contact(?: method)?|submitted(?: on| at)?",
    ),
)
_CHANNELS = (
    (re.compile(r"phone|call", re.IGNORECASE), Source.PHONE),
    (re.compile(r"letter|post", re.IGNORECASE), Source.LETTER),
    (re.compile(r"face|person|visit|counter|reception", re.IGNORECASE), Source.FACE_TO_FACE),
    (re.compile(r"staff|portal|internal", re.IGNORECASE), Source.STAFF_PORTAL),
)
_MOST_FIELDS = 200
_FEWEST_FIELDS = 2
_LABELLED = re.compile(r"[ \t*•]*[^:\n]{1,60}:")
# "A form was submitted on the website." above the fields.
_MOST_LOOSE_LINES = 2


@dataclass(frozen=True, slots=True)
class Form:
    """A form's fields as filled in. `email` is as typed, unchecked; `others` are whole lines."""

    name: str
    email: str
    details: str
    source: Source
    others: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that the person filled in but name and email: the details, then the other fields."""
        return "\n\n".join(filter(None, [self.details, "\n".join(self.others)]))


class FormReader:
    """Finds a form's fields in a text, by the labels it was made with."""

    def __init__(self, fields: Sequence[FormField] = DEFAULT_FIELDS) -> None:
        """Compile the labels once. Raises re.error for a label that is no regular expression."""
        self._roles = [(re.compile(rf"(?:{f.label})\Z", re.IGNORECASE), f.role) for f in fields]
        labels = "|".join(f"(?:{f.label})" for f in fields)
        self._line = re.compile(
            rf"^[ \t*•]*({labels})[ \t]*\*?(?::\*?[ \t]*|\t+)(.*)$", re.IGNORECASE | re.MULTILINE
        )

    def __call__(self, text: str) -> Form | None:
        """The form in `text`; None unless it has details, another field, and starts with one."""
        text = text.strip()
        found = list(islice(self._line.finditer(text), _MOST_FIELDS))
        if len(found) < _FEWEST_FIELDS:
            return None
        at = next((i for i, m in enumerate(found) if self._role(m[1]) is Role.DETAILS), None)
        if at is None:
            return None
        before = text[: found[at].start()].split("\n")
        if (
            sum(1 for line in before if line.strip() and not _LABELLED.match(line))
            > _MOST_LOOSE_LINES
        ):
            return None
        # Details run over many lines, and a resident's own line may look like a field. So only
        # fields that stand together at the very end are taken off them.
        trailing = self._trailing(text, found[at + 1 :])
        end = trailing[0].start() if trailing else len(text)
        return self._form(
            [*before, *text[end:].split("\n")], text[found[at].start(2) : end].strip()
        )

    def _role(self, label: str) -> Role:
        return next((role for pattern, role in self._roles if pattern.match(label)), Role.OTHER)

    @staticmethod
    def _trailing(text: str, found: list[re.Match[str]]) -> list[re.Match[str]]:
        trailing: list[re.Match[str]] = []
        end = len(text)
        for match in reversed(found):
            if text[match.end() : end].strip():
                break
            trailing.insert(0, match)
            end = match.start()
        return trailing

    def _form(self, lines: list[str], details: str) -> Form | None:
        values: dict[Role, str] = {}
        others: list[str] = []
        for line in lines:
            match = self._line.match(line)
            role = self._role(match[1]) if match else Role.OTHER
            value = match[2].strip() if match else line.strip()
            if role is Role.OTHER and value:
                # A field that nobody told us of may say where the pothole is: it is kept as it is.
                others.append(line.strip())
            elif value:
                values.setdefault(role, value)
        if not details:
            return None
        channel = values.get(Role.CHANNEL, "")
        source = next((s for p, s in _CHANNELS if p.search(channel)), Source.WEBSITE)
        name, email = values.get(Role.NAME, ""), values.get(Role.EMAIL, "")
        return Form(name, email, details, source, tuple(others))
