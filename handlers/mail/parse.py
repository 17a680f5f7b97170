"""Raw bytes to a Message: the reader that intake calls (port `Reader` in models/ports.py)."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from email.message import Message as Part

from handlers.mail.attachments import attachments
from handlers.mail.authentication import authentication
from handlers.mail.automatic import machine
from handlers.mail.body import Contents, inner_parts
from handlers.mail.charsets import clean, decode
from handlers.mail.containers import read_contents, without_armour
from handlers.mail.forwarded import chosen, originals
from handlers.mail.headers import HOSTILE, Headers, lower_domain, one_line
from handlers.mail.naming import named_cases
from handlers.mail.own import OWN_HEADER, Seal, without_plus
from handlers.mail.quoting import new_text
from handlers.mail.structure import parsed
from handlers.mail.verp import with_letter
from handlers.mail.webform import DEFAULT_FIELDS, Form, FormField, FormReader
from models.errors import Unreadable
from models.message import (
    Attachment,
    Forwarded,
    Machine,
    MachineKind,
    Message,
    Named,
    RawMessage,
    Sender,
    Source,
)

_ADDRESS = re.compile(r"[^\s<>@,;:()\"\\\[\]]{1,64}@[^\s<>@,;:()\"\\\[\]]{1,255}")
_FORM_SENDER = re.compile(
    r"\A(?:(?:web)?-?forms?|web(?:site|master)?|online|no-?reply|do-?not-?reply|e-?forms?)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What a reader must know of the council. Addresses are compared without regard to case.

    `own_addresses`: the mailboxes that carebot watches. `own_domain`: the right-hand side of the
    Message-IDs that carebot writes, and `key` what they are signed with (handlers/mail/own.py).
    `reference_pattern`: a case reference as a regular expression, in capitals.
    `webform_fields`: labels of the website's forms. `form_addresses`: where those come from;
    senders named forms@, website@, noreply@ and the like at the domain of an own address too.
    `staff_domains`: whose mail is staff's; the own addresses' if none is given. `zone`: in which
    forwarded mail without an offset was written. `authserv_ids`: our mail servers' names
    in Authentication-Results; no other host's are read. `bounce_address`: what the addresses are
    made of to which bounces go, each with the name of a letter (handlers/mail/verp.py).
    """

    own_addresses: tuple[str, ...]
    own_domain: str
    reference_pattern: str = r"CC-\d{4}-\d{5,7}"
    webform_fields: tuple[FormField, ...] = DEFAULT_FIELDS
    form_addresses: tuple[str, ...] = ()
    staff_domains: tuple[str, ...] = ()
    zone: tzinfo = UTC
    authserv_ids: tuple[str, ...] = ()
    key: bytes | None = field(default=None, repr=False)
    bounce_address: str = ""


class MailReader:
    """Reads raw bytes into a Message. May be shared between threads."""

    def __init__(self, rules: ReadingRules) -> None:
        """Compile the rules once. Raises re.error for a pattern that is none."""
        self._own = frozenset(a.lower() for a in rules.own_addresses)
        self._own_domains = frozenset(a.rpartition("@")[2] for a in self._own)
        self._staff = frozenset(d.lower() for d in rules.staff_domains) or self._own_domains
        self._zone = rules.zone
        self._authserv_ids = frozenset(host.lower() for host in rules.authserv_ids)
        self._forms = frozenset(a.lower() for a in rules.form_addresses)
        self._seal = Seal(rules.own_domain, rules.key)
        self._bounces_to = rules.bounce_address
        self._reference = re.compile(rf"(?:{rules.reference_pattern})(?![\w-])")
        self._read_form = FormReader(rules.webform_fields)

    def __call__(self, raw: RawMessage) -> Message:
        """The message, with what could not be read named in `defects` (B15). Message-IDs keep
        their angle brackets; `dated` is in UTC.

        Raises Unreadable only for an error that no guard knows, so that intake can quarantine it.
        """
        defects: list[str] = []
        part = parsed(raw.content, defects)
        try:
            return self._read(raw, part, defects)
        except HOSTILE as error:
            defects.append(f"{type(error).__name__}: shown as it came")
        try:
            return self._coarse(raw, defects)
        except HOSTILE as error:
            raise Unreadable(f"not even its text can be shown: {type(error).__name__}") from error

    def _read(self, raw: RawMessage, part: Part, defects: list[str]) -> Message:
        headers = Headers(part, defects)
        found = read_contents(part, raw.content, defects)
        sender, is_form_address = self._sender(headers, defects)
        subject = headers.text("subject")
        text = found.text
        form = self._read_form(text)
        read = Message(
            sha256=hashlib.sha256(raw.content).hexdigest(),
            message_id=headers.own_id(),
            references=_references(headers),
            sender=sender,
            reply_to=self._reply_to(headers),
            recipients=_unique(m.address for name in ("to", "cc") for m in headers.mailboxes(name)),
            subject=subject,
            text=text,
            new_text="",
            received_at=raw.received_at,
            dated=headers.date("date"),
            source=Source.EMAIL,
            attachments=_attached(found, defects),
            authentication=authentication(headers, self._authserv_ids),
            machine=machine(
                headers,
                part,
                found,
                own=self._own_mail(headers, sender, is_form=form is not None),
                is_form=form is not None and is_form_address,
            )
            or _another_carebot(headers),
        )
        if self._bounces_to:
            read = with_letter(read, headers, self._bounces_to, self._seal)
        read = replace(read, named=self._named(headers, read))
        if form is not None:
            read = _as_form(read, form, trusted=is_form_address)
        else:
            read = replace(read, forwarded=self._forwarded(read, found, defects))
            text = _with_forwarded(read, found, defects)
            read = replace(read, text=text, new_text=new_text(without_armour(text), subject))
        return replace(read, defects=tuple(dict.fromkeys(_completed(defects, read, found))))

    def _forwarded(self, read: Message, found: Contents, defects: list[str]) -> Forwarded | None:
        """Not of a machine's message: what that returns is our own letter."""
        if read.is_automatic:
            return None
        known = originals(found.forwarded, read.text, read.subject, self._zone, defects)
        return chosen(known, self._staff)

    def _coarse(self, raw: RawMessage, defects: list[str]) -> Message:
        """The bytes as text, for a message whose structure cannot be read at all."""
        text = clean(decode(raw.content[:200_000], None)[0])
        return Message(
            sha256=hashlib.sha256(raw.content).hexdigest(),
            message_id=None,
            references=(),
            sender=Sender("", None),
            reply_to=None,
            recipients=(),
            subject="",
            text=text,
            new_text=text,
            received_at=raw.received_at,
            dated=None,
            source=Source.EMAIL,
            defects=tuple(defects),
        )

    def _sender(self, headers: Headers, defects: list[str]) -> tuple[Sender, bool]:
        """From is who wrote (B21), never Reply-To. Of several the one who sent it (RFC 5322, 3.6.2)."""
        found = headers.mailboxes("from")
        if found:
            if len({m.address for m in found}) > 1:
                defects.append("From: several addresses")
            sent = {m.address for m in headers.mailboxes("sender")} if len(found) > 1 else set()
            one = next((m for m in found if m.address in sent), found[0])
            return Sender(one.name, one.address), self._is_form_address(one.address)
        defects.append("From: missing" if "from" not in headers else "From: no address")
        name = headers.text("from").strip("<> ").strip(' "')
        return Sender("" if "@" in name else name[:200], None), False

    def _is_form_address(self, address: str) -> bool:
        local, _, domain = address.lower().rpartition("@")
        if address.lower() in self._forms:
            return True
        return domain in self._own_domains and (
            _FORM_SENDER.match(local) is not None or address.lower() in self._own
        )

    def _reply_to(self, headers: Headers) -> str | None:
        found = headers.mailboxes("reply-to")
        return found[0].address if len(found) == 1 else None

    def _own_mail(self, headers: Headers, sender: Sender, *, is_form: bool) -> str | None:
        """The sign by which a message is our own coming back (D28)."""
        if any(map(self._seal.is_own_header, headers.all(OWN_HEADER.lower()))):
            return f"our own {OWN_HEADER} header"
        if self._seal.is_own_id(headers.own_id() or ""):
            return "our own Message-ID"
        if sender.address and self._is_own(sender.address) and not is_form:
            return "from our own address"
        reply_to = self._reply_to(headers)
        return "Reply-To is our own address" if reply_to and self._is_own(reply_to) else None

    def _is_own(self, address: str) -> bool:
        return without_plus(address.lower()) in self._own

    def _named(self, headers: Headers, read: Message) -> tuple[Named, ...]:
        """The cases it names; a bounce also those of what came back."""
        failed = read.machine.failed_message_ids if read.machine else ()
        return named_cases(
            headers,
            (*failed, *read.references),
            read.subject,
            read.text,
            seal=self._seal,
            pattern=self._reference,
            is_own=self._is_own,
        )


def _another_carebot(headers: Headers) -> Machine | None:
    """Another council's: perhaps a letter that a person wrote there, so it is not filed away."""
    if OWN_HEADER.lower() not in headers:
        return None
    return Machine(MachineKind.BULK, "another council's carebot sent it")


def _attached(found: Contents, defects: list[str]) -> tuple[Attachment, ...]:
    return attachments(found.others, defects) if found.others else ()


def _references(headers: Headers) -> tuple[str, ...]:
    nearest_first = reversed(headers.message_ids("references"))
    return tuple(dict.fromkeys([*headers.message_ids("in-reply-to"), *nearest_first]))


def _unique(addresses: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))  # type: ignore[call-overload]


def _as_form(read: Message, form: Form, *, trusted: bool) -> Message:
    """What a form's email says. Its fields name the sender only where the mail is from the form:
    else anybody could have us write to anybody.
    """
    sender = read.sender
    if trusted:
        # Some products write the address a second time, as a link.
        found = {lower_domain(address) for address in _ADDRESS.findall(form.email)}
        sender = Sender(one_line(form.name, 200), found.pop() if len(found) == 1 else None)
    return replace(
        read, sender=sender, text=form.text, new_text=form.details,
        source=form.source, reply_to=None if trusted else read.reply_to,
    )  # fmt: skip


def _with_forwarded(read: Message, found: Contents, defects: list[str]) -> str:
    """The text, followed by the messages attached whole: whoever forwards one wants it read (B19).

    Not for a machine's message: what it returns is our own letter.
    """
    if read.machine is not None or not found.forwarded:
        return read.text
    shown = [read.text] if read.text else []
    for part in found.forwarded[:5]:
        for inner in inner_parts(part)[:1]:
            headers = Headers(inner, defects)
            lines = [f"{n}: {headers.text(n.lower())}" for n in ("From", "Date", "Subject")]
            text = read_contents(inner, b"", defects).text
            shown.append("\n".join(["---------- Forwarded message ----------", *lines, "", text]))
    return "\n\n".join(shown)


def _completed(defects: list[str], read: Message, found: Contents) -> list[str]:
    extra = list(defects)
    if found.encrypted:
        extra.append("encrypted: open it in the mailbox")
    if not read.text.strip():
        extra.append("no text in it")
    return extra
