"""Emails that carry a web form's fields: "Name: ... / Email: ... / Details: ..." (requirement 1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from handlers.mail.form_shapes import MOST_FIELDS, Pair, stacked, structured
from models.message import Source


class Role(StrEnum):
    """What a form's field means to us."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
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
        Role.NAME,
        r"(?:your |full |customer(?:'s)? |caller(?:'s)? |your full )?name|caller|contact name|from",
    ),
    FormField(
        Role.FIRST_NAME, r"(?:your )?(?:first name(?:\(?s\)?)?|forename(?:\(?s\)?)?|given name)"
    ),
    FormField(Role.LAST_NAME, r"(?:your )?(?:last name|surname|family name)"),
    FormField(Role.EMAIL, r"(?:your |contact |customer )?e-?mail(?: address)?"),
    FormField(
        Role.DETAILS,
        r"(?:your )?(?:details?|message|comments?|complaint|feedback|enquiry|compliment)"
        r"(?: details)?|(?:details|description) of (?:your |the )?(?:complaint|enquiry|issue|problem)"
        r"|description|what happened|what went wrong|how can we help(?: you)?"
        r"|(?:please )?(?:tell us|describe|explain|give (?:us )?(?:full )?details)\b.{0,80}"
        r"|what (?:is|was) your (?:complaint|comment|compliment|enquiry|feedback)(?: about)?"
        r"|nature of (?:your |the )?(?:complaint|enquiry)",
    ),
    FormField(Role.CHANNEL, r"channel|source|how received|received by|contact method"),
    FormField(
        Role.OTHER,
        r"(?:your |contact |mobile |daytime )?(?:tele)?phone(?: number)?|mobile(?: number)?"
        r"|(?:your |home |postal )?address(?: line \d)?"
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
_FEWEST_FIELDS = 2
_LONGEST = 200_000
# Any field, known or not, or the heading of some.
_LABELLED = re.compile(r"[ \t*•]*[^:\n]{1,60}:|[ \t]*[=#*_-]{2,}")
_NOT_GIVEN = re.compile(
    r"\W*(?:anonymous|anon|not (?:given|provided|supplied|stated|known)|none|n/?a|nil|unknown|null"
    r"|blank)?\W*\Z",
    re.IGNORECASE,
)
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
            rf"^[ \t*•#-]{{0,12}}({labels})[ \t]*\*?(?:[:?]+\*{{0,2}}[ \t]*|\t+|[ \t]{{2,}})(.*)$",
            re.IGNORECASE | re.MULTILINE,
        )

    def __call__(self, text: str) -> Form | None:
        """The form in `text`; None unless it has details, another field, and starts with one.

        A text of more than 200,000 characters is none.
        """
        if len(text) > _LONGEST:
            return None
        text = text.strip()
        pairs = structured(text)
        if pairs:
            return self._of_pairs([], pairs)
        return self._labelled(text) or self._of_pairs(*stacked(text, self._is_label))

    def _is_label(self, label: str) -> bool:
        return any(pattern.match(label) for pattern, _ in self._roles)

    def _of_pairs(self, above: list[str], pairs: list[Pair]) -> Form | None:
        """A form whose fields are told apart for certain."""
        if len(pairs) < _FEWEST_FIELDS or len(above) > _MOST_LOOSE_LINES:
            return None
        details: list[str] = []
        lines = list(above)
        for label, value in pairs:
            if self._role(label) is Role.DETAILS and value:
                details.append(value if not details else f"{label}: {value}")
            elif value:
                first, _, rest = value.partition("\n")
                lines += [f"{label}: {first}", *rest.split("\n")]
        return self._form(lines, "\n\n".join(details))

    def _labelled(self, text: str) -> Form | None:
        found = list(islice(self._line.finditer(text), MOST_FIELDS))
        if len(found) < _FEWEST_FIELDS:
            return None
        at = next((i for i, m in enumerate(found) if self._role(m[1]) is Role.DETAILS), None)
        if at is None:
            return None
        before = text[: found[at].start()].split("\n")
        loose = (one for one in before if not (_LABELLED.match(one) or self._line.match(one)))
        if sum(1 for line in loose if line.strip()) > _MOST_LOOSE_LINES:
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
        if _NOT_GIVEN.match(details):
            return None
        channel = values.get(Role.CHANNEL, "")
        source = next((s for p, s in _CHANNELS if p.search(channel)), Source.WEBSITE)
        email = values.get(Role.EMAIL, "")
        return Form(_name(values), email, details, source, tuple(others))


def _name(values: dict[Role, str]) -> str:
    """Nobody has to give one (requirement 2): "Anonymous" is none."""
    parts = [values.get(role, "") for role in (Role.FIRST_NAME, Role.LAST_NAME)]
    name = values.get(Role.NAME) or " ".join(filter(None, parts))
    return "" if _NOT_GIVEN.match(name) else name
