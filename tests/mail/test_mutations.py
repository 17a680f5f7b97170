"""Whatever is cut, doubled, moved or overwritten in a message: reading never raises nor hangs."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.parse import MailReader, ReadingRules
from handlers.mail.quoting import new_text
from models.ledger import Arrival
from models.message import Message, Origin, RawMessage
from tests.mail import fuzz
from tests.mail.fuzz import SLOWEST

# A minute in all: an hour is `python -m tests.mail.fuzz --seconds 3600`.
SEEDS = (20261127, 20261128, 20261129)
SECONDS = 20
READER = MailReader(ReadingRules(("complaints@council.gov.uk",), "bot.council.gov.uk"))


def read(content: bytes) -> Message:
    return READER(RawMessage(content, Origin("t", "t"), datetime(2020, 6, 1, tzinfo=UTC)))


@pytest.mark.parametrize("seed", SEEDS)
def test_b15_every_mutant_is_taken_in_as_one_thing_in_time_and_the_next_message_is_a_case(
    seed: int,
) -> None:
    wanted = {Arrival.CASE, Arrival.REPLY, Arrival.DUPLICATE, Arrival.AUTOMATIC, Arrival.BOUNCE}
    seen = set(fuzz.run(seed, SECONDS).ended)
    # On a busy machine fewer mutants fit into the time: others are made until each kind was there.
    for further in range(1, 4):
        if not wanted <= seen:
            seen |= set(fuzz.run(seed + 1_000 * further, SECONDS).ended)
    assert wanted <= seen


def test_a_mutant_is_made_again_from_its_seed_and_number() -> None:
    sources = fuzz.sources()
    assert fuzz.mutant(1, 2, sources) == fuzz.mutant(1, 2, sources) != fuzz.mutant(1, 3, sources)


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


@pytest.mark.parametrize("head", ["Subject: x", "Subject: Returned mail\nReturn-Path: <>"])
def test_a02_hostile_lines_of_every_kind_cost_no_time(head: str) -> None:
    """As many of each as a text may have in which a form is still looked for."""
    signs = [
        " ",
        "*",
        "_",
        "-",
        "\t",
        "> ",
        "* ",
        "a ",
        "<",
        "(",
        "[",
        ":",
        "=",
        "a@",
        "relay",
        "wrote ",
    ]
    opened = ["", "Total", "a", "Name", "Tell us ", "On ", "From: ", "----- original", "user "]
    for line in [f"{start}{sign * 197}"[:197] + "x" for start in opened for sign in signs]:
        content = f"From: a@example.org\n{head}\n\nHello.\n" + f"{line}\n" * 960
        started = time.process_time()
        read(content.encode())
        assert time.process_time() - started < SLOWEST, line


@pytest.mark.parametrize(
    "line", ["Total" + " " * 180 + "x", "a" + "*" * 197 + "x", "a" + "* " * 98 + "x"]
)
def test_a02_nine_hundred_lines_of_a_table_are_read_in_time(line: str) -> None:
    started = time.process_time()
    read(("From: a@example.org\nSubject: x\n\n" + f"{line}\n" * 900).encode())
    assert time.process_time() - started < SLOWEST


def test_a_large_message_nested_deep_is_read_in_time() -> None:
    content = "From: a@example.org\nContent-Type: MULTIPART/mixed; BOUNDARY = b0\n\n"
    for depth in range(90):
        content += f"--b{depth}\nContent-Type: MULTIPART/mixed; BOUNDARY = b{depth + 1}\n\n"
    started = time.perf_counter()
    read((content + "words and words\n" * 200_000).encode())
    assert time.perf_counter() - started < 2 * SLOWEST


def test_b17_of_a_million_headers_the_first_and_the_last_are_read_in_time() -> None:
    content = b"Subject: Bins\n" + b"X-A: b\n" * 1_000_000 + b"From: a@example.org\n\nHello.\n"
    started = time.process_time()
    message = read(content)
    assert time.process_time() - started < SLOWEST
    found = (message.subject, message.sender.address, message.text)
    assert found == ("Bins", "a@example.org", "Hello.")
    assert "the headers are too long: cut" in message.defects


def test_b17_twenty_megabytes_are_read_in_time() -> None:
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg==\n"
    head = b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b\n"
    part = b"Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\n"
    started = time.process_time()
    message = read(head + part + line * 270_000 + b"--b--\n")
    assert time.process_time() - started < SLOWEST
    assert (message.text, len(message.attachments)) == ("Hello.", 1)


@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Message-ID", "Date",
                                  "Content-Type", "Content-Disposition", "Reply-To"])  # fmt: skip
@pytest.mark.parametrize(
    "piece", ["(", "a,", "=?utf-8?q?", "<", '"', "<a@b> ", ";x*0=", "\\", "@", "x     "]
)
def test_a_header_of_a_hundred_thousand_signs_is_read_in_time(name: str, piece: str) -> None:
    started = time.perf_counter()
    read(f"{name}: {piece * (100_000 // len(piece))}\n\nHello.\n".encode())
    assert time.perf_counter() - started < SLOWEST


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Message-ID", "Date", "Content-Type",
                                  "Content-Disposition", "Reply-To", "Return-Path"])  # fmt: skip
@pytest.mark.parametrize("sign", [" ", "\t", "*", "-", "a"])
@pytest.mark.parametrize("start", ["text/plain", "a@b.example"])
def test_a02_a_header_of_one_sign_many_times_is_read_in_time(
    name: str, sign: str, start: str
) -> None:
    started = time.process_time()
    read(f"{name}: {start}{sign * 99_000}x\n\nHello.\n".encode())
    assert time.process_time() - started < SLOWEST


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
