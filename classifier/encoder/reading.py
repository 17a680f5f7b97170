"""A message as the encoder reads it: subject, own words, what is quoted, in pieces of words."""

from typing import TYPE_CHECKING

from classifier.text import Reading

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 96
"""Pieces read of a message. Beyond this the beginning and the end are read, and the middle not."""

_SUBJECT = 32
_BEGINNING = 0.75
_START, _BETWEEN = 101, 102
"""BERT's own marks for the start of a text and for the end of each of its parts."""


def pieces(reading: Reading, tokenizer: "Tokenizer") -> list[int]:
    """The numbers of the pieces, from 3 to LONGEST of them."""
    subject = _numbers(reading.heading, tokenizer)[:_SUBJECT]
    body = _numbers(
        f"{reading.said} | {reading.cited}" if reading.cited else reading.said, tokenizer
    )
    room = LONGEST - 3 - len(subject)
    if len(body) > room:
        beginning = int(room * _BEGINNING)
        body = body[:beginning] + body[len(body) - (room - beginning) :]
    return [_START, *subject, _BETWEEN, *body, _BETWEEN]


def _numbers(text: str, tokenizer: "Tokenizer") -> list[int]:
    numbers: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return numbers
