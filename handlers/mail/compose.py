"""A letter as an email: the headers that keep two machines from talking (mail.md E31, E32)."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import idna

from handlers.mail.headers import one_line
from handlers.mail.own import OWN_HEADER, with_plus
from models.errors import Undeliverable
from models.letter import Letter

_LONGEST_SUBJECT = 200
_MOST_REFERENCES = 8
_ADDRESS = re.compile(r"[^\s<>@,;:()\"\\\[\]]{1,64}@[^\s<>@,;:()\"\\\[\]]{1,255}\Z")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>\Z")
# Microsoft's Message-IDs are longer than a folded line; the standard library would write them as
# encoded words, which no mail program reads as an id. RFC 5322 allows lines of 998 characters,
# and _MOST_REFERENCES ids fit. The body is encoded before, with lines of 76.
_HEADERS_ON_LONG_LINES = SMTP.clone(max_line_length=990)


def compose(
    letter: Letter,
    *,
    from_address: str,
    from_name: str,
    now: datetime,
    files: Sequence[bytes] = (),
) -> EmailMessage:
    """The email of `letter`, plain text with HTML beside it; `now` (aware) becomes its Date.
    `files` are the bytes of its attachments, in their order.

    To exactly one address. Ids of other people's messages that are no ids are left out. Raises
    Undeliverable where the recipient cannot be written in a header.
    """
    message = EmailMessage(policy=SMTP)
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for attachment, content in zip(letter.attachments, files, strict=True):
        maintype, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(
            content, maintype=maintype, subtype=subtype, filename=attachment.name
        )
    message.policy = _HEADERS_ON_LONG_LINES
    message["From"] = _address(from_address, from_name)
    message["To"] = _one_address(letter.recipient)
    message["Reply-To"] = _address(with_plus(from_address, letter.reply_token or letter.reference))
    message["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = letter.message_id
    if letter.answers and _MESSAGE_ID.match(letter.answers):
        message["In-Reply-To"] = letter.answers
    thread = _thread(letter)
    if thread:
        message["References"] = " ".join(thread)
    if letter.automatic:
        message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message[OWN_HEADER] = letter.reply_token or letter.reference
    return message


def _thread(letter: Letter) -> list[str]:
    """RFC 5322, 3.6.4: the thread so far, the message that is answered last; the newest ones."""
    ids = [*letter.thread, *([letter.answers] if letter.answers else [])]
    known = [i for i in dict.fromkeys(reversed(ids)) if _MESSAGE_ID.match(i)]
    return known[:_MOST_REFERENCES][::-1]


def _one_address(address: str) -> Address:
    """The last look at it, whatever was looked at before: a list, a group or a line end is none."""
    if not _ADDRESS.match(address):
        raise Undeliverable("The recipient is not one email address.")
    return _address(address)


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        # RFC 6531 could carry it, but only where every server on its way can; a person finds
        # another way sooner than we would learn that it was lost.
        raise Undeliverable("The address has letters before its @ that an email cannot be sent to.")
    try:
        # RFC 5891: a domain in other letters goes out as its ASCII form. The rules of 2003, which
        # Python's own codec follows, would make another domain of some; it knows empty and
        # overlong labels, and lets underscores be.
        in_ascii = domain.encode("idna") if domain.isascii() else idna.encode(domain, uts46=True)
        plain = in_ascii.decode("ascii")
        return Address(one_line(name, _LONGEST_SUBJECT), local, plain)
    except (ValueError, IndexError) as error:
        raise Undeliverable("The recipient's address cannot be written in an email.") from error
