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
from handlers.mail.headers import HOSTILE, Headers, lower_domain, one_line
from handlers.mail.written_dates import read_date
from models.message import Forwarded

_MOST_LINES = 3_000
_MOST_BLOCKS = 5
_LONGEST_LINE = 1_000
_LONGEST_NAME = 200
# The labels of mail programs, in the languages of those who write to a council in Britain.
_FROM = (
    "from|von|de|da|van|od|från|fra|lähettäjä|de la|oddi wrth|gan|expéditeur|afzender|mittente"
    "|remitente|от|від"
)
_DATE = (
    "sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviada em|enviado em|fecha|data"
    "|inviato|verzonden|wysłano|wysłane|skickat|sendt|dato|lähetetty|trimis|anfonwyd|dyddiad|дата"
)
_SUBJECT = (
    "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|subiect|pwnc|testun"
    "|тема"
)
_OTHER = (
    "to|an|à|a|para|aan|do|till|til|vastaanottaja|către|at|cc|kopie|copie|dw|cci|bcc|reply-to|antwort an"
    "|antwoord aan|répondre à|responder a|rispondi a|odpowiedz do|importance|priority|attachments|кому"
)
_LABELLED = re.compile(
    rf"[ \t>*_|]{{0,12}}(?:(?P<sender>{_FROM})|(?P<date>{_DATE})|(?P<subject>{_SUBJECT})|(?:{_OTHER}))"
    r"[*_]{0,2}[ \u00a0\t]{0,3}:[*_]{0,2}[ \t\u00a0|]*(?P<value>.*)",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"[ \t>*_]{0,12}(?:-{2,40}[ \t]*)?(?:begin )?(?:forwarded (?:message|by)|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|message (?:transféré|transmis|réexpédié)"
    r"|début du message (?:transféré|réexpédié)|mensaje reenviado|inicio del mensaje reenviado"
    r"|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|wiadomość przekazana|przekazana wiadomość"
    r"|początek przekazywanej wiadomości|mensagem (?:encaminhada|reencaminhada)"
    r"|início da mensagem (?:encaminhada|reencaminhada)|vidarebefordrat meddelande"
    r"|videresendt (?:melding|meddelelse)|neges (?:wedi'i hanfon|a anfonwyd) ymlaen"
    r"|mesaj redirecționat)\b.{0,120}",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*|(?:re|aw|sv|antw?|odp|r)\s*:\s*)*"
    r"(?:fwd?|wg|tr|rv|i|doorst|pd|vb|vs|enc|reenc|ymlaen|vl|rif|wtrlt)\s*:",
    re.IGNORECASE,
)
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
    forwards = _FORWARD_SUBJECT.match(subject) is not None
    for block in islice(_blocks(text), _MOST_BLOCKS):
        if block.marked or forwards:
            found.append(_of_block(block, zone))
            forwards = True
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
        label = _LABELLED.match(line)
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
            if _MARK.fullmatch(line.strip()):
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
