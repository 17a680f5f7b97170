"""A mailbox of the product over a test's server."""

from datetime import UTC, datetime
from pathlib import Path

from bot.imap import ImapMailbox
from bot.imap_connection import Access

_OF_ACCESS = set(Access.__dataclass_fields__)


def real_now() -> datetime:
    return datetime.now(UTC)


def imap_mailbox(port: int, **settings: object) -> ImapMailbox:
    """An ImapMailbox on 127.0.0.1; settings of `Access` and of `ImapMailbox` in one list."""
    access = {
        "account": "complaints", "host": "127.0.0.1", "user": "u", "password": "p", "tls": "none",
        "timeout": 5.0,
    }  # fmt: skip
    access |= {name: value for name, value in settings.items() if name in _OF_ACCESS}
    rest = {name: value for name, value in settings.items() if name not in _OF_ACCESS}
    return ImapMailbox(Access(port=port, **access), **({"now": real_now} | rest))


def trusting(authority: Path) -> dict[str, object]:
    """Settings for a server whose certificate this authority signed."""
    return {"certificate_authority": authority}
