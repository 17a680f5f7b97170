"""Finds who wrote what was forwarded, attached whole or in the text, in many languages (B19).

What is found is offered to a person and never trusted: anybody can type such lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from email.message import Message as Part
from itertools import islice

from handlers.mail.body import inner_parts
from handlers.mail.head_labels import FORWARD_MARK, FORWARD_SUBJECT, LABELLED
from handlers.mail.headers import HOSTILE, Headers, lower_domain, one_line
from handlers.mail.written_dates import read_date
from models.message import Forwarded

_MOST_LINES = 3_000
_MOST_BLOCKS = 5
_LONGEST_LINE = 1_000
_LONGEST_TEXT = 100_000
_LONGEST_NAME = 200
# Outlook for Mac and others forward with the head of a reply.
_WROTE = re.compile(
    r"^[ \t>]{0,12}(?:On|Am|Le|El|Il giorno|Il|Op|Dnia|Em|Den|Dne)\b(?P<before>.{10,300}?)"
    r"[<\[(](?:mailto:)?(?P<address>[^\s<>@]{1,64}@[^\s<>@\])]{1,255})[>\])](?P<after>.{0,60}):[ \t]*$",
    re.MULTILINE,
)
_QUOTED = re.compile(r"[\"«„“]([^\"«»„“”]{1,200})[\"»”“]")
_ADDRESS = re.compile(r"[^\s<>@,;:()\"'\[\]]{1,64}@[^\s<>@,;:()\"'\[\]]{1,255}")
# How many lines may stand between the line that says so and the head.
_FAR = 3
_ROLES = ("sender", "date", "subject")
_AROUND_NAME = " \t\"'<>[]()*,;:\u00a0"


@dataclass(slots=True)
class _Block:
    """The labelled lines of one head, as written."""

    marked: bool = False
    values: dict[str, str] = field(default_factory=dict)
    labels: int = 0

    @property
    def is_head(self) -> bool:
        others = "date" in self.values or "subject" in self.values
        return "sender" in self.values and others and self.labels >= (2 if self.marked else 3)


def originals(
    attached: list[Part], text: str, subject: str, zone: tzinfo, defects: list[str]
) -> list[Forwarded]:
    """Who wrote what is forwarded in a message, the outermost first; empty where nothing is.

    A head in the text counts under a line that says so, or where the subject does: a reply quotes
    with the same head. Dates without an offset are read in `zone`.
    """
    found = [_of_attached(part, defects) for part in attached[:_MOST_BLOCKS]]
    forwards = FORWARD_SUBJECT.match(subject) is not None
    for block in islice(_blocks(text), _MOST_BLOCKS):
        if block.marked or forwards:
            found.append(_of_block(block, zone))
            forwards = True
    if forwards and not any(found):
        found.append(_of_wrote(text[:_LONGEST_TEXT], zone))
    return [one for one in found if one is not None]


def _of_attached(part: Part, defects: list[str]) -> Forwarded | None:
    for inner in inner_parts(part)[:1]:
        headers = Headers(inner, defects)
        senders = headers.mailboxes("from")
        name, address = (senders[0].name, senders[0].address) if len(senders) == 1 else ("", None)
        if not senders and not headers.text("subject"):
            return None
        return Forwarded(name, address, headers.date("date"), headers.text("subject"))
    return None


def _blocks(text: str) -> Iterator[_Block]:
    """The heads in a text. A blank line between two labels is allowed; a long line may fold."""
    block, blank, mark_at = _Block(), 0, -10
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    for number, line in enumerate(one[:_LONGEST_LINE] for one in lines):
        label = LABELLED.match(line)
        if label is not None:
            role = next((r for r in _ROLES if label[r]), "other")
            if role == "sender" and block.is_head:
                yield block
                block = _Block()
            block.values.setdefault(role, label["value"].strip())
            block.labels += 1
            block.marked = block.marked or number - mark_at <= _FAR
            blank = 0
        elif not line.strip(" \t>"):
            blank += 1
        else:
            if FORWARD_MARK.fullmatch(line.strip()):
                mark_at = number
            if not _folds(line, block, blank):
                if block.is_head:
                    yield block
                block = _Block()
    if block.is_head:
        yield block


def _folds(line: str, block: _Block, blank: int) -> bool:
    """Whether a line goes on with a long list of recipients."""
    indented = line.startswith((" ", "\t"))
    return block.labels > 0 and blank == 0 and ("@" in line or indented)


def _of_block(block: _Block, zone: tzinfo) -> Forwarded | None:
    name, address = _sender(block.values["sender"])
    if not name and address is None:
        return None
    try:
        dated = read_date(block.values.get("date", ""), zone)
    except HOSTILE:
        dated = None
    return Forwarded(name, address, dated, one_line(block.values.get("subject", ""), 300))


def _of_wrote(text: str, zone: tzinfo) -> Forwarded | None:
    head = _WROTE.search(text)
    if head is None:
        return None
    quoted = _QUOTED.search(head["before"])
    name = quoted[1] if quoted else head["before"].rpartition(",")[2]
    try:
        dated = read_date(head["before"], zone)
    except HOSTILE:
        dated = None
    name = one_line(name.strip(_AROUND_NAME), _LONGEST_NAME)
    return Forwarded(name, lower_domain(head["address"]), dated, "")


def _sender(written: str) -> tuple[str, str | None]:
    """Name and address of "Jo Pike <jo@post.example>", "[mailto:...]" and the like."""
    written = written[:_LONGEST_LINE]
    match = _ADDRESS.search(written.replace("mailto:", " "))
    address = lower_domain(match[0].rstrip(".")) if match else None
    before = written[: written.find(match[0])] if match else written
    name = before.replace("mailto:", " ").strip(_AROUND_NAME)
    if not name and match:
        # Some write the name behind the address, in brackets.
        brackets = re.search(r"\(([^()@]{1,200})\)", written)
        name = brackets[1] if brackets else ""
    return one_line(name, _LONGEST_NAME), address


def chosen(found: list[Forwarded], staff_domains: frozenset[str]) -> Forwarded | None:
    """The first original by somebody from outside, or else the first: mail that officers hand on
    twice is still the resident's.
    """
    outside = (
        one for one in found
        if one.address and one.address.rpartition("@")[2].lower() not in staff_domains
    )  # fmt: skip
    return next(outside, found[0] if found else None)
