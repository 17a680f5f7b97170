"""Bounce addresses that name their letter (VERP, mail.md E32): `bounces+<token>@council`.

A bounce that repeats neither our headers nor our Message-ID still went to such an address.
"""

import re

from handlers.mail.own import without_plus

LONGEST_LOCAL = 14
"""The most characters before the @ of a base address: with the token there may be 64 (RFC 5321)."""

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
