"""Whatever is cut, doubled, moved or overwritten in a message: reading never raises nor hangs."""

import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.parse import MailReader, ReadingRules
from handlers.mail.quoting import new_text
from models.message import Message, Origin, RawMessage

CORPUS = Path(__file__).parent / "corpus"
SEED = 20261127
MUTANTS = 600
SLICES = 6
SLOWEST = 2.0
# Pieces that have broken header parsers, MIME walkers or regular expressions before.
NASTY = (
    b"\x00", b"\r\n", b"\n\n", b"\r", b"=?utf-8?b?", b"?=", b"=?hex?q?41?=", b"<[", b"]>", b'"', b"(",
    b"((((((", b"*", b"filename*0*=utf-8''%", b"; charset=idna", b"; charset=\xff", b"boundary=",
    b"--b", b"--b--", b"Content-Type: multipart/mixed", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: uuencode\r\n", b":;,<>@", b"<" * 200, b">" * 200, b"On " * 50,
    b"From: a\nTo: b\nSubject: c\n", b"&#xD800;", b"&#0;", b"<table>" * 40, b"\xed\xa0\x80", b"\x1b$B",
)  # fmt: skip
READER = MailReader(ReadingRules(("complaints@council.gov.uk",), "bot.council.gov.uk"))


def read(content: bytes) -> Message:
    return READER(RawMessage(content, Origin("t", "t"), datetime(2020, 6, 1, tzinfo=UTC)))


def mutant(source: bytes, other: bytes, chance: random.Random) -> bytes:
    content = bytearray(source)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(content))
        end = min(len(content), at + chance.randint(1, 80))
        what = chance.randrange(6)
        if what == 0:
            content[at:at] = chance.choice(NASTY)
        elif what == 1:
            del content[at:end]
        elif what == 2:
            content[at:at] = content[at:end] * chance.randint(1, 30)
        elif what == 3:
            content[at:end] = chance.randbytes(end - at)
        elif what == 4 and other:
            start = chance.randrange(len(other))
            content[at:end] = other[start : start + 200]
        else:
            colon = content.find(b": ", at)
            if colon >= 0:
                content[colon + 2 : colon + 2] = chance.choice(NASTY)
    return bytes(content)


@pytest.mark.parametrize("part", range(SLICES))
def test_no_mutant_of_an_awkward_message_raises_or_takes_long(part: int) -> None:
    chance = random.Random(SEED + part)
    sources = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    for number in range(MUTANTS // SLICES):
        content = mutant(chance.choice(sources), chance.choice(sources), chance)
        started = time.perf_counter()
        message = read(content)
        took = time.perf_counter() - started
        assert took < SLOWEST, (number, took)
        (message.text + message.new_text + message.subject + message.sender.name).encode("utf-8")
        assert "\0" not in message.text


@pytest.mark.parametrize(
    "line",
    [
        "On " + "a " * 5000, "> " * 5000, "From: " * 3000, "-" * 20000, "Name: x\n" * 3000, "_" * 9000,
        "From: a b c\n" + "Sent: x\n" * 3000, "wrote " * 4000 + ":", "On x\n" * 4000, "--\n" * 4000,
        "This email is " * 2000, "[](" * 6000, " " * 30000 + "x", "\n" * 30000 + ">", "Le 1 " * 4000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_long_hostile_text_is_read_in_time(line: str, kind: str) -> None:
    head = f"From: a@example.org\nSubject: x\nContent-Type: text/{kind}\n\n"
    started = time.perf_counter()
    read((head + line + "\n" + line + ": \n> x\n").encode())
    assert time.perf_counter() - started < SLOWEST


@pytest.mark.parametrize(
    "line",
    [
        "On " + "a " * 80, "--", "schrieb schrieb " * 10, "This email and any files " * 4, " " * 190 + "x",
        "From: a", "Sent: x", "Name: x", "> quoted", "On 1 June 2020 Bob wrote:", "<b>x</b> " * 10,
        "=?utf-8?q?x?= " * 9, "a@b.example " * 12 + ":", "Bob wrote on wrote on wrote on " * 6,
        "This email is confidential", "Sent from my iPhone", "<!-- x", "<table><tr><td>x",
        "<a href='http://x'>z</a>",
        "<script>", "< <", "<a b c d e", "</script ", "[x](y) [", "<?xml", "&nbsp;",
        "-----Original Message----", "Details: x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_megabyte_of_hostile_lines_is_read_in_time(line: str, kind: str) -> None:
    head = f"From: a@example.org\nSubject: x\nContent-Type: text/{kind}\n\n<p>Hello.</p>\n"
    started = time.perf_counter()
    read((head + f"{line}\n" * (1_000_000 // (len(line) + 1))).encode())
    assert time.perf_counter() - started < 2 * SLOWEST


def test_a_large_message_nested_deep_is_read_in_time() -> None:
    content = "From: a@example.org\nContent-Type: MULTIPART/mixed; BOUNDARY = b0\n\n"
    for depth in range(90):
        content += f"--b{depth}\nContent-Type: MULTIPART/mixed; BOUNDARY = b{depth + 1}\n\n"
    started = time.perf_counter()
    read((content + "words and words\n" * 200_000).encode())
    assert time.perf_counter() - started < 2 * SLOWEST


@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Message-ID", "Date",
                                  "Content-Type", "Content-Disposition", "Reply-To"])  # fmt: skip
@pytest.mark.parametrize(
    "piece", ["(", "a,", "=?utf-8?q?", "<", '"', "<a@b> ", ";x*0=", "\\", "@", "x     "]
)
def test_a_header_of_a_hundred_thousand_signs_is_read_in_time(name: str, piece: str) -> None:
    started = time.perf_counter()
    read(f"{name}: {piece * (100_000 // len(piece))}\n\nHello.\n".encode())
    assert time.perf_counter() - started < SLOWEST


@given(st.binary(max_size=2000))
@settings(max_examples=150, deadline=None)
def test_any_bytes_become_a_message(content: bytes) -> None:
    message = read(content)
    assert bool(message.new_text.strip()) == bool(message.text.strip())


LINES = st.lists(st.sampled_from([
    "Words.", "> quoted", ">> deep", "", "--", "-- ", "On 1 June 2020 Bob <b@x.org> wrote:", "From: Bob",
    "Sent: 1 June", "To: Jane", "Subject: Bins", "-----Original Message-----", "Sent from my iPhone",
]), max_size=25)  # fmt: skip


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_new_text_adds_nothing_and_is_empty_only_where_the_text_is(lines: list[str]) -> None:
    text = "\n".join(lines)
    new = new_text(text)
    assert bool(new) == bool(text.strip())
    known = {"", *(line.strip() for line in lines)}
    assert [line for line in new.split("\n") if line.strip() not in known] == []


@given(LINES)
@settings(max_examples=200, deadline=None)
def test_unquoted_words_above_the_first_quote_are_always_kept(lines: list[str]) -> None:
    assert new_text("\n".join(["My first words.", *lines])).startswith("My first words.")
