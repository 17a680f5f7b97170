"""The marks by which carebot knows its own letters again, so that it never answers itself (D28)."""

import re
import secrets

OWN_HEADER = "X-Carebot"
_PREFIX = "carebot."
_PLUS = re.compile(r"[+].*\Z", re.DOTALL)


def new_message_id(domain: str) -> str:
    """A Message-ID nobody can guess, with angle brackets (RFC 5322, 3.6.4)."""
    return f"<{_PREFIX}{secrets.token_hex(16)}@{domain}>"


def is_own_message_id(message_id: str, domain: str) -> bool:
    """Whether carebot wrote it, and not just anybody at a domain that it shares with people."""
    low = message_id.lower()
    return low.startswith(f"<{_PREFIX}") and low.endswith(f"@{domain.lower()}>")


def with_plus(address: str, token: str) -> str:
    """The address that brings answers back to their case: local+token@domain (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{without_plus(local)}+{token}@{domain}" if local else address


def without_plus(address: str) -> str:
    """The address, or its local part alone, without a plus token."""
    local, at, domain = address.rpartition("@")
    return f"{_PLUS.sub('', local)}@{domain}" if at else _PLUS.sub("", address)
