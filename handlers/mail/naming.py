"""Which cases a message names, and how sure that is (mail.md C22)."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from handlers.mail.headers import Headers
from handlers.mail.own import OWN_HEADER, Seal
from models.message import Mark, Named

_PLUS_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "reply-to")
# What anybody can write is read as far as an honest message goes.
_MOST_IDS = 50
_MOST_BARE = 5
_MOST_QUOTED = 3
_LONGEST_TEXT = 50_000


def named_cases(
    headers: Headers,
    references: tuple[str, ...],
    subject: str,
    text: str,
    *,
    seal: Seal,
    pattern: re.Pattern[str],
    is_own: Callable[[str], bool],
) -> tuple[Named, ...]:
    """The cases named, the surest mark first, each with its surest mark alone.

    `references` are the ids it answers, nearest first; `pattern` is a case reference, in capitals;
    `is_own` says whether an address is one of ours, with or without a plus.
    """
    tokens = list(_plus_tokens(headers, is_own))
    found: dict[str, Mark] = {}
    for reference in _signed(headers, references, tokens, seal):
        found.setdefault(reference, Mark.SIGNED)
    for words, mark, most in (
        (" ".join([*tokens, subject]), Mark.BARE, _MOST_BARE),
        (text[:_LONGEST_TEXT], Mark.QUOTED, _MOST_QUOTED),
    ):
        for reference in islice(_references_in(words, pattern), most):
            found.setdefault(reference, mark)
    return tuple(Named(reference, mark) for reference, mark in found.items())


def _references_in(words: str, pattern: re.Pattern[str]) -> Iterator[str]:
    # Without regard to case by way of capitals: so a long text is searched for the first letters.
    words = words.upper()
    for match in pattern.finditer(words):
        before = words[match.start() - 1 : match.start()]
        if not (before.isalnum() or before in {"-", "_"}):
            yield match[0]


def _signed(
    headers: Headers, references: tuple[str, ...], tokens: list[str], seal: Seal
) -> Iterator[str]:
    yield from filter(None, map(seal.case_of_id, references[:_MOST_IDS]))
    yield from filter(None, map(seal.case_of_token, tokens))
    if OWN_HEADER.lower() in headers:
        yield from filter(None, map(seal.case_of_token, headers.all(OWN_HEADER.lower())))


def _plus_tokens(headers: Headers, is_own: Callable[[str], bool]) -> Iterator[str]:
    for name in _PLUS_HEADERS:
        for mailbox in headers.mailboxes(name) if name in headers else ():
            if "+" in mailbox.address and is_own(mailbox.address):
                yield mailbox.address.rpartition("@")[0].partition("+")[2]
