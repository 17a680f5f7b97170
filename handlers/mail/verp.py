"""Bounce addresses that name their letter (VERP, mail.md E32): `bounces+<token>@council`.

A bounce that repeats neither our headers nor our Message-ID still went to such an address.
"""

import re
from dataclasses import replace

from handlers.mail.headers import Headers
from handlers.mail.own import Seal, without_plus
from models.message import Machine, MachineKind, Message

LONGEST_LOCAL = 14
"""The most characters before the @ of a base address: with the token there may be 64 (RFC 5321)."""

_HEADERS = ("to", "delivered-to", "x-original-to", "envelope-to")
# The signed part of a Message-ID of ours (handlers/mail/own.py), which is all of it but its domain.
_OWN_ID = re.compile(r"<carebot\.([A-Za-z0-9-]{1,31}\.[a-z2-7]{16})@[^@<>]+>\Z")
_TOKEN = re.compile(r"([a-z0-9-]{1,14})-([0-9a-f]{16})\.([a-z2-7]{16})\Z")


def bounce_address(base: str, message_id: str) -> str:
    """The envelope sender of the letter with this Message-ID; `base` itself where that is not a
    Message-ID of ours, or too long for an address.
    """
    match = _OWN_ID.match(message_id)
    local, _, domain = base.rpartition("@")
    if match is None or not local or len(local) > LONGEST_LOCAL:
        return base
    return f"{local}+{match[1]}@{domain}"


def letter_written_to(headers: Headers, base: str, seal: Seal) -> str | None:
    """The Message-ID of the letter of ours whose bounce address it came to; None for other mail,
    and where there is no `base`.
    """
    if not base:
        return None
    return next(filter(None, (_letter(a, base, seal) for a in _addresses(headers))), None)


def with_letter(read: Message, found: str) -> Message:
    """The message with the letter whose bounce address it came to: as what came back, or else as
    what it answers. Only machines know such an address, so it is never a person's.
    """
    machine = read.machine or Machine(
        MachineKind.BULK, "it came to the bounce address of a letter of ours"
    )
    if machine.kind is MachineKind.BOUNCE and found not in machine.failed_message_ids:
        machine = replace(machine, failed_message_ids=(*machine.failed_message_ids, found))
    references = tuple(dict.fromkeys([*read.references, found]))
    return replace(read, machine=machine, references=references)


def _addresses(headers: Headers) -> list[str]:
    return [m.address for name in _HEADERS for m in headers.mailboxes(name) if "+" in m.address]


def _letter(address: str, base: str, seal: Seal) -> str | None:
    named = letter_named_by(address, base, seal.domain)
    return named if named and seal.is_own_id(named) else None


def letter_named_by(address: str, base: str, own_domain: str) -> str | None:
    """The Message-ID of the letter whose bounce address this is; None for any other address.

    It is not yet checked that we signed it. Relays may have changed the case of the letters.
    """
    low = address.lower()
    if without_plus(low) != base.lower():
        return None
    match = _TOKEN.match(low.rpartition("@")[0].partition("+")[2])
    if match is None:
        return None
    return f"<carebot.{match[1].upper()}-{match[2]}.{match[3]}@{own_domain}>"
