"""No loop ever happens (mail.md D27, D28): each of these ends by itself, with at most one
acknowledgement a case, and as few cases as the test says.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from handlers.mail.compose import compose
from models.council import Acknowledging, Sending
from models.ledger import Arrival
from models.letter import Letter
from models.outbox import Kind
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import ADDRESS, TestOffice, email, open_office

NOW = utc(2026, 11, 27)
OTHER = "care@county.example"
ROUNDS = 200
HEADERS = ("X-Carebot", "Auto-Submitted", "X-Auto-Response-Suppress", "Precedence")
THREAD = ("Message-ID", "In-Reply-To", "References", "Reply-To")

Answering = Callable[[EmailMessage, int], bytes]


def composed(letter: Letter, sender: str = ADDRESS) -> EmailMessage:
    return compose(letter, from_address=sender, from_name="Customer Care", now=NOW)


def stripped(message: EmailMessage, *names: str, n: int = 0) -> bytes:
    """As a mail system passes it on that drops these headers."""
    for name in names:
        del message[name]
    if "Message-ID" in names:
        message["Message-ID"] = f"<rewritten.{n}@relay.example>"
    return message.as_bytes()


def cases(office: TestOffice) -> int:
    with office.store.view() as work:
        return work.ledger.counts(NOW, NOW + timedelta(days=9)).get(Arrival.CASE, 0)


def run(office: TestOffice, first: bytes, answer: Answering, pause: timedelta) -> list[Letter]:
    """Everything that leaves is answered at once, until nothing leaves any more."""
    at, letters, numbers = NOW, list[Letter](), count()
    office.receive(first, at)
    for _ in range(ROUNDS):
        left = delivered(office, at)
        if not left:
            return letters
        letters += left
        at += pause
        for letter in left:
            office.receive(answer(composed(letter), next(numbers)), at)
    pytest.fail(f"it still goes round after {len(letters)} letters")


def acknowledgements_a_case(letters: list[Letter]) -> int:
    return max(Counter(letter.reference for letter in letters).values())


# The bot's own acknowledgement, fed back


FED_BACK: list[Answering] = [
    lambda message, _: message.as_bytes(),
    lambda message, n: stripped(message, "Message-ID", "X-Carebot", n=n),
    lambda message, n: stripped(message, "Message-ID", *HEADERS, n=n),
    lambda message, n: stripped(message, *THREAD, *HEADERS, n=n),
]


@pytest.mark.parametrize("answer", FED_BACK)
@pytest.mark.parametrize("pause", [timedelta(0), timedelta(hours=2)])
def test_d28_our_own_acknowledgement_fed_back_ends_with_the_one(
    office: TestOffice, answer: Answering, pause: timedelta
) -> None:
    letters = run(office, email(), answer, pause)
    assert len(letters) == 1
    assert cases(office) == 1


@pytest.mark.parametrize("sender", ["jo@post.example", "list@relay.example"])
def test_d28_our_own_acknowledgement_from_another_address_and_without_any_header_ends_too(
    office: TestOffice, sender: str
) -> None:
    def answer(message: EmailMessage, n: int) -> bytes:
        del message["From"]
        message["From"] = sender
        return stripped(message, *THREAD, *HEADERS, n=n)

    letters = run(office, email(), answer, timedelta(minutes=1))
    assert len(letters) == 1
    assert cases(office) == 1


# An autoresponder without any header


def responder(subject: str, *, quoting: bool, text: str = "I am away.", sender: str) -> Answering:
    """It answers each mail with a fresh Message-ID and no References. `subject` and `text` may hold
    {subject} of what it answers and {n}, which is new each time.
    """

    def answer(message: EmailMessage, n: int) -> bytes:
        plain = message.get_body(("plain",))
        assert plain is not None
        quoted = "\n".join(f"> {line}" for line in plain.get_content().splitlines())
        said = text.format(n=n) + (f"\n\n{quoted}" if quoting else "")
        about = subject.format(subject=message["Subject"], n=n)
        return email(said, From=sender.format(n=n), Subject=about, Message_ID=f"<auto.{n}@post>")

    return answer


SOON = [timedelta(0), timedelta(minutes=1), timedelta(hours=1)]
OURS_COMES_BACK = [("Re: {subject}", False), ("Re: {subject}", True), ("Away {n}", True)]


@pytest.mark.parametrize("pause", [*SOON, timedelta(hours=25), timedelta(days=20)])
@pytest.mark.parametrize(("subject", "quoting"), OURS_COMES_BACK)
def test_d27_an_autoresponder_without_any_header_that_names_our_letter_joins_its_case(
    office: TestOffice, subject: str, quoting: bool, pause: timedelta
) -> None:
    answer = responder(subject, quoting=quoting, sender="Jo <jo@post.example>")
    letters = run(office, email(), answer, pause)
    assert len(letters) == 1
    assert cases(office) == 1


@pytest.mark.parametrize("pause", SOON)
@pytest.mark.parametrize("subject", ["Away", "Away {n}"])
def test_d27_one_that_names_nothing_of_ours_ends_when_it_says_the_same_words_again(
    office: TestOffice, subject: str, pause: timedelta
) -> None:
    answer = responder(subject, quoting=False, sender="Jo <jo@post.example>")
    letters = run(office, email(), answer, pause)
    assert len(letters) <= 2
    assert acknowledgements_a_case(letters) == 1
    assert cases(office) <= 3


@pytest.mark.parametrize("pause", SOON)
def test_d27_one_that_says_other_words_each_time_ends_at_the_limit_of_its_address(
    office: TestOffice, pause: timedelta
) -> None:
    words = "Your number in the queue is {n}."
    answer = responder("Thank you", quoting=False, text=words, sender="Jo <jo@post.example>")
    letters = run(office, email(), answer, pause)
    most = office.council.acknowledging.per_address_per_day
    assert len(letters) <= most
    assert acknowledgements_a_case(letters) == 1
    assert cases(office) <= most + 1


@pytest.mark.parametrize("sender", ["jo+{n}@post.example", "Jo.{n} <JO+x{n}@post.example>"])
def test_d27_an_autoresponder_with_a_new_plus_address_each_time_is_one_address(
    office: TestOffice, sender: str
) -> None:
    answer = responder("Away {n}", quoting=False, text="Number {n}", sender=sender)
    letters = run(office, email(From="jo@post.example"), answer, timedelta(minutes=1))
    assert len(letters) <= office.council.acknowledging.per_address_per_day
    assert acknowledgements_a_case(letters) == 1


def test_d27_what_answers_from_a_new_address_each_time_ends_at_the_ceiling(
    office: TestOffice,
) -> None:
    council = replace(office.council, acknowledging=Acknowledging(per_minute=20))
    office = replace(office, council=council, intake=replace(office.intake, council=council))
    answer = responder("Away {n}", quoting=False, text="Number {n}", sender="j{n}@post.example")
    letters = run(office, email(), answer, timedelta(seconds=1))
    assert len(letters) == 20
    assert cases(office) == 21
    assert len(office.waiting(Kind.ALARM)) == 1


def test_d27_what_answers_from_a_new_address_each_time_goes_no_faster_than_the_ceiling(
    office: TestOffice,
) -> None:
    """Nobody looks for three hours; then a person turns everything off."""
    council = replace(office.council, acknowledging=Acknowledging(per_minute=20, per_hour=50))
    office = replace(office, council=council, intake=replace(office.intake, council=council))
    answer = responder("Away {n}", quoting=False, text="Number {n}", sender="j{n}@post.example")
    office.receive(email(), NOW)
    numbers, left = count(), Counter[int]()
    for minute in range(180):
        at = NOW + timedelta(minutes=minute)
        letters = delivered(office, at)
        left[minute // 60] += len(letters)
        for letter in letters:
            office.receive(answer(composed(letter), next(numbers)), at)
    assert max(left.values()) <= 50 + 1
    assert len(office.waiting(Kind.ALARM)) == 3  # one in each hour
    quiet = replace(office, council=replace(council, sending=Sending(quiet=True)))
    assert delivered(quiet, NOW + timedelta(hours=5)) == []
    assert office.waiting(Kind.LETTER) == []


# Two carebots


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[tuple[TestOffice, TestOffice]]:
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    ours, theirs = open_office(folders[0]), open_office(folders[1], address=OTHER)
    yield ours, theirs
    ours.store.close()
    theirs.store.close()


@pytest.mark.parametrize(
    ("without", "most_cases"),
    [
        ((), 1),
        (("X-Carebot",), 1),
        (HEADERS, 2),
        ((*HEADERS, *THREAD), 5),
    ],
)
@pytest.mark.parametrize("head_start", [0, 7])
@pytest.mark.parametrize("pause", [timedelta(0), timedelta(minutes=1)])
def test_d27_two_carebots_that_answer_each_other_end_by_themselves(
    offices: tuple[TestOffice, TestOffice],
    without: tuple[str, ...],
    most_cases: int,
    head_start: int,
    pause: timedelta,
) -> None:
    """Somebody writes to ours in the name of theirs. `head_start`: theirs counts its cases from
    elsewhere, so a reference of the one never happens to be one of the other's.
    """
    ours, theirs = offices
    for n in range(head_start):
        theirs.receive(
            email(f"{n} #noise enquiry", Message_ID=f"<{n}@x>", From=f"{n}@x.example"), NOW
        )
    delivered(theirs, NOW)
    ours.receive(email(From=OTHER), NOW)
    letters, at, numbers = list[Letter](), NOW, count()
    for _ in range(ROUNDS):
        to_theirs, to_ours = delivered(ours, at), delivered(theirs, at)
        if not (to_theirs or to_ours):
            break
        letters += [*to_theirs, *(replace(one, reference=f"b {one.reference}") for one in to_ours)]
        at += pause
        for letter in to_theirs:
            theirs.receive(stripped(composed(letter), *without, n=next(numbers)), at)
        for letter in to_ours:
            ours.receive(stripped(composed(letter, OTHER), *without, n=next(numbers)), at)
    else:
        pytest.fail("they still talk")
    assert acknowledgements_a_case(letters) == 1
    made = cases(ours) + cases(theirs) - head_start
    assert made <= most_cases
    assert len(letters) <= made
