"""Tokens for a mailbox or a letterbox that takes no password (mail.md A10)."""

from typing import Protocol


class Tokens(Protocol):
    """Where access tokens come from. Safe to ask from several threads."""

    def token(self, *, fresh: bool = False) -> str:
        """An access token that is good for some minutes at least; `fresh` asks for a new one,
        after the server refused the last.

        Raises Unavailable, with what a person is to mend; its `retry_after` keeps a wrong secret
        from being tried in a hot loop.
        """
        ...


def xoauth2(user: str, token: str) -> str:
    """The first client response of SASL XOAUTH2, not yet in base64; `user` is the mailbox, also
    a shared one, never the application.
    """
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
