"""The marks by which carebot knows its own letters again (mail.md C22, D28).

A Message-ID, the plus address of Reply-To and the header `X-Carebot` name the case and are signed
with a key that the store keeps. So an answer finds its case even where the store no longer knows
the letter (a backup was restored), and nobody can invent a mark for a case that is not theirs.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from dataclasses import dataclass, field

OWN_HEADER = "X-Carebot"
_PREFIX = "carebot."
_PLUS = re.compile(r"[+].*\Z", re.DOTALL)
# Lower case everywhere: some mail systems change the case of what they pass on.
_OWN_ID = re.compile(r"<carebot\.([a-z0-9-]{1,40})-([0-9a-f]{16})\.([a-z2-7]{16})@([^@<>]+)>\Z")
_TOKEN = re.compile(r"([a-z0-9-]{1,40})\.([a-z2-7]{6})\Z")
_NOBODYS = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Seal:
    """Writes and reads the marks. `domain` is the right-hand side of the Message-IDs.

    Without a `key` nothing that comes back is believed to name a case: the mark of a Message-ID
    then says only that a carebot wrote it.
    """

    domain: str
    key: bytes | None = field(default=None, repr=False)

    def new_message_id(self, reference: str) -> str:
        """A Message-ID nobody can guess, with angle brackets (RFC 5322, 3.6.4), that names the
        case: `<carebot.CC-2026-00042-nonce.mac@domain>`.
        """
        nonce = secrets.token_hex(8)
        return f"<{_PREFIX}{reference}-{nonce}.{self._id_mac(reference, nonce)}@{self.domain}>"

    def reply_token(self, reference: str) -> str:
        """What stands behind the plus of the address for answers: `CC-2026-00042.k7f3q2`."""
        if self.key is None:
            return reference
        return f"{reference}.{self._token_mac(reference)}"

    def case_of_id(self, message_id: str) -> str | None:
        """The case that a Message-ID of ours names; None where we did not write it."""
        match = _OWN_ID.match(message_id.lower())
        if match is None or self.key is None or match[4] != self.domain.lower():
            return None
        real = hmac.compare_digest(match[3], self._id_mac(match[1], match[2]))
        return match[1].upper() if real else None

    def case_of_token(self, token: str) -> str | None:
        """The case that a plus address or our header names; None where its check is not ours."""
        match = _TOKEN.match(token.strip().lower())
        if match is None or self.key is None:
            return None
        real = hmac.compare_digest(match[2], self._token_mac(match[1]))
        return match[1].upper() if real else None

    def is_own_id(self, message_id: str) -> bool:
        """Whether carebot wrote it, and not just anybody at a domain that it shares with people."""
        if self.key is not None:
            return self.case_of_id(message_id) is not None
        low = message_id.lower()
        return low.startswith(f"<{_PREFIX}") and low.endswith(f"@{self.domain.lower()}>")

    def is_own_header(self, value: str) -> bool:
        """Whether an X-Carebot header is ours, and not of another council's carebot."""
        return self.key is None or self.case_of_token(value) is not None

    def is_own_reply_to(self, address: str) -> bool:
        """Whether it is the plus address for answers to a letter of ours, which only ours give as
        their Reply-To; its local part before the plus is not looked at.
        """
        token = address.rpartition("@")[0].partition("+")[2]
        return bool(token) and self.is_own_header(token)

    def _id_mac(self, reference: str, nonce: str) -> str:
        return self._mac(f"message-id {reference.upper()} {nonce}", 16)

    def _token_mac(self, reference: str) -> str:
        return self._mac(f"reply {reference.upper()}", 6)

    def _mac(self, said: str, length: int) -> str:
        digest = hmac.digest(self.key or _NOBODYS, said.encode(), hashlib.sha256)
        return b32encode(digest[:10]).decode("ascii")[:length].lower()


def with_plus(address: str, token: str) -> str:
    """The address that brings answers back to their case: local+token@domain (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{without_plus(local)}+{token}@{domain}" if local else address


def without_plus(address: str) -> str:
    """The address, or its local part alone, without a plus token."""
    local, at, domain = address.rpartition("@")
    return f"{_PLUS.sub('', local)}@{domain}" if at else _PLUS.sub("", address)
