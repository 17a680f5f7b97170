"""What every table of council.toml is, and what settings may not be together: each rule gives back what
it was given or raises ValueError.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""The hosts to which nothing has to be encrypted."""

IMAP_ONLY = frozenset(
    {
        "host", "port", "user", "auth", "tls", "certificate_authority", "folder", "folders",
        "processed", "quarantine", "look_every_seconds", "timeout_seconds",
    }
)  # fmt: skip
"""The keys of [mailbox] that mean nothing with a `maildir`."""


class Section(BaseModel):
    """A table of council.toml: frozen, and no key that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refuse_idle_keys(given: Collection[str]) -> None:
    """With a `maildir`, keys of [mailbox] that would do nothing."""
    idle = sorted(IMAP_ONLY.intersection(given))
    if idle:
        raise ValueError(
            f"with maildir there is no IMAP server, so take out {', '.join(idle)}"
            " (or take out maildir)"
        )


def refuse_in_the_clear(tls: str, host: str) -> None:
    """A login that would cross the network unencrypted."""
    if tls == "none" and host not in THIS_MACHINE:
        raise ValueError(
            f'tls = "none": a password and the mail would cross the network to {host} '
            "unencrypted; use tls or starttls"
        )


def encrypted_or_here(url: str) -> str:
    """A web address of https, or of this machine."""
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or parts.hostname in THIS_MACHINE):
        return url
    raise ValueError("it must begin with https://, save on this machine")
