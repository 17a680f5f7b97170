"""Raw bytes to a Message: the reader that intake calls (port `Reader` in models/ports.py)."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from email.message import Message as Part

from handlers.mail.attachments import attachments
from handlers.mail.authentication import authentication, is_refuted
from handlers.mail.automatic import NO_REPLIES, machine
from handlers.mail.body import Contents, inner_parts
from handlers.mail.charsets import clean, decode
from handlers.mail.containers import read_contents, without_armour
from handlers.mail.forwarded import chosen, originals
from handlers.mail.headers import HOSTILE, Headers, lower_domain, one_line
from handlers.mail.naming import named_cases
from handlers.mail.own import OWN_HEADER, Seal, without_plus
from handlers.mail.quoting import new_text
from handlers.mail.structure import parsed
from handlers.mail.verp import letter_written_to, with_letter
from handlers.mail.webform import DEFAULT_FIELDS, Form, FormField, FormReader
from models.errors import Unreadable
from models.message import (
    Attachment,
    Forwarded,
    Machine,
    MachineKind,
    Mark,
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
        sender = self._sender(headers, defects)
        verdict = authentication(headers, self._authserv_ids)
        subject = headers.text("subject")
        text = found.text
        form = self._read_form(text)
        trusted = form is not None and self._is_form_address(sender) and not is_refuted(verdict)
        references = _references(headers)
        named = self._named(headers, references, subject, text)
        letter = letter_written_to(headers, self._bounces_to, self._seal)
        read = Message(
            sha256=hashlib.sha256(raw.content).hexdigest(),
            message_id=headers.own_id(),
            references=references,
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
            authentication=verdict,
            named=named,
            machine=machine(
                headers,
                part,
                found,
                own=self._own_mail(headers),
                is_form=trusted,
                answers=bool(references or letter or _names_outside_text(named)),
            )
            or _another_carebot(headers),
        )
        if letter:
            read = with_letter(read, letter)
        if letter or (read.machine and read.machine.failed_message_ids):
            read = replace(read, named=self._named_with_failed(headers, read))
        if form is not None and trusted:
            read = _as_form(read, form)
        elif form is not None:
            read = replace(self._guarded(read, headers, defects, is_form=True), new_text=text)
        else:
            read = self._guarded(read, headers, defects, is_form=False)
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

    def _guarded(
        self, read: Message, headers: Headers, defects: list[str], *, is_form: bool
    ) -> Message:
        """With nobody to answer to where an answer would reach nobody, and no acknowledgement where
        the mail may be our own (D28, D30). A form that we cannot trust is an email with all its
        words: what it says of its sender is for a person to judge.
        """
        if read.is_automatic:
            return read
        machine = read.machine or self._perhaps_ours(read, headers)
        address = read.sender.address or ""
        if is_form and self._is_form_address(read.sender):
            why = "our mail server could not confirm that this form is the council's"
            machine = machine or Machine(MachineKind.BULK, why)
            defects.append(f"{why} ({read.authentication}): nothing in it is proved")
        elif NO_REPLIES.search(address):
            defects.append(f"from an address that takes no replies: {address}")
        elif not (address and self._is_own(address)):
            return replace(read, machine=machine)
        return replace(read, machine=machine, sender=Sender(read.sender.name, None))

    def _perhaps_ours(self, read: Message, headers: Headers) -> Machine | None:
        """Our own mail with its marks lost, or a colleague who writes from the mailbox."""
        for address, why in (
            (read.sender.address, "from our own address"),
            (self._reply_to(headers), "Reply-To is our own address"),
        ):
            if address and self._is_own(address):
                return Machine(MachineKind.BULK, why)
        return None

    def _sender(self, headers: Headers, defects: list[str]) -> Sender:
        """From is who wrote (B21), never Reply-To. Of several the one who sent it (RFC 5322, 3.6.2)."""
        found = headers.mailboxes("from")
        if found:
            if len({m.address for m in found}) > 1:
                defects.append("From: several addresses")
            sent = {m.address for m in headers.mailboxes("sender")} if len(found) > 1 else set()
            one = next((m for m in found if m.address in sent), found[0])
            return Sender(one.name, one.address)
        defects.append("From: missing" if "from" not in headers else "From: no address")
        name = headers.text("from").strip("<> ").strip(' "')
        return Sender("" if "@" in name else name[:200], None)

    def _is_form_address(self, sender: Sender) -> bool:
        address = (sender.address or "").lower()
        local, _, domain = address.rpartition("@")
        if address in self._forms:
            return True
        return domain in self._own_domains and (
            _FORM_SENDER.match(local) is not None or address in self._own
        )

    def _reply_to(self, headers: Headers) -> str | None:
        found = headers.mailboxes("reply-to")
        return found[0].address if len(found) == 1 else None

    def _own_mail(self, headers: Headers) -> str | None:
        """The mark by which a message is for certain our own coming back (D28)."""
        if any(map(self._seal.is_own_header, headers.all(OWN_HEADER.lower()))):
            return f"our own {OWN_HEADER} header"
        if self._seal.is_own_id(headers.own_id() or ""):
            return "our own Message-ID"
        reply_to = self._reply_to(headers)
        if reply_to and self._is_own(reply_to) and self._seal.is_own_reply_to(reply_to):
            return "Reply-To is the address for answers to a letter of ours"
        return None

    def _is_own(self, address: str) -> bool:
        return without_plus(address.lower()) in self._own

    def _named_with_failed(self, headers: Headers, read: Message) -> tuple[Named, ...]:
        """The cases that a message names, and those of what came back with it."""
        failed = read.machine.failed_message_ids if read.machine else ()
        return self._named(headers, (*failed, *read.references), read.subject, read.text)

    def _named(
        self, headers: Headers, references: tuple[str, ...], subject: str, text: str
    ) -> tuple[Named, ...]:
        return named_cases(
            headers,
            references,
            subject,
            text,
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


def _names_outside_text(named: tuple[Named, ...]) -> bool:
    return any(one.mark is not Mark.QUOTED for one in named)


def _as_form(read: Message, form: Form) -> Message:
    """What a form's email says. Only of mail that is from the form: else anybody could have us
    write to anybody.
    """
    # Some products write the address a second time, as a link.
    found = {lower_domain(address) for address in _ADDRESS.findall(form.email)}
    sender = Sender(one_line(form.name, 200), found.pop() if len(found) == 1 else None)
    return replace(
        read, sender=sender, text=form.text, new_text=form.details,
        source=form.source, reply_to=None,
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
