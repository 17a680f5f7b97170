"""Two `carebot run` on one store and one workspace: whoever answers a press, it is done once, and the
other person is told.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from bot.sandbox import Delivery, Message
from models.history import Event
from tests.journeys.town import SECONDS, Town, in_thread

pytestmark = [pytest.mark.needs_dovecot, pytest.mark.timeout(180)]

CLEAR = (
    "My brown bin at 14 Tanner's Row has been missed again, for the third collection running. "
    "I rang twice and was promised a crew and nobody came. I want to complain about the service."
)
CHANNEL = "waste-recycling"
START = 60.0
ANSWER = {"outcome": "resolved", "level": "level_one", "text": "We come tomorrow."}


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    """A letter can be undone for five seconds."""
    built = Town(dovecot, mail_user, tmp_path, settings={"letters": {"undo_seconds": 5}})
    yield built
    built.close()


def start(town: Town, bots: int, cases: int) -> list[Message]:
    """So many bots and so many acknowledged cases; their cards."""
    for n in range(cases):
        town.write(f"{CLEAR} {n}", Message_ID=f"<{n}@x>", From=f"A{n} <a{n}@x.example>")
    for _ in range(bots):
        town.spawn("run")
    town.sandbox.wait_for(lambda s: s.connected == 2 * bots, START)
    town.sandbox.wait_for(lambda _: len(town.cards(CHANNEL)) == cases, START)
    for card in town.cards(CHANNEL):
        town.wait_thread(card, "The acknowledgement left")
    return [stands_still(town, card) for card in town.cards(CHANNEL)]


def stands_still(town: Town, card: Message) -> Message:
    """The card as it is once it says that the acknowledgement was sent."""

    def sent(_: object) -> Message | None:
        (now,) = [each for each in town.cards(CHANNEL) if each.ts == card.ts]
        return now if "sent " in json.dumps(now.blocks) else None

    return town.sandbox.wait_for(sent, SECONDS)


def at_once(*acts: Callable[[], object]) -> None:
    threads = [in_thread(act) for act in acts]
    for thread in threads:
        thread.join()


def reference(card: Message) -> str:
    return card.text.partition(":")[0]


def times(town: Town, card: Message, event: Event) -> int:
    return town.events(reference(card)).count(event)


def preview(town: Town, user: str, card: Message) -> None:
    town.press(user, card, "respond")
    town.wait_view(user, "Answer")
    town.sandbox.fill_and_submit(user, ANSWER)
    town.wait_view(user, "preview")


def answers_that_left(town: Town) -> list[str]:
    bodies = [m.message.get_body(("plain",)) for m in town.letterbox.messages]
    texts = [body.get_content() for body in bodies if body is not None]
    return [text for text in texts if "We come tomorrow." in text]


def told(town: Town, user: str) -> str:
    """Whatever only this person reads now: whispers and their open modal."""
    view = town.sandbox.open_view(user)
    shown = "" if view is None else json.dumps([view.blocks, dict(view.errors)])
    return shown + "".join(m.text for m in town.sandbox.ephemerals(user))


def test_five_cards_that_two_officers_claim_at_once_have_one_holder_each_and_one_is_told(
    town: Town,
) -> None:
    cards = start(town, bots=2, cases=5)

    def claims(user: str, card: Message) -> Callable[[], object]:
        return lambda: town.sandbox.click(user, card.channel, card.ts, "case_claim", seen=card)

    at_once(*(claims(user, card) for card in cards for user in ("priya", "sam")))
    town.sandbox.wait_for(
        lambda s: sum(len(s.ephemerals(user)) for user in ("priya", "sam")) == 5, SECONDS
    )
    holders = {case.reference: case.holder for case in town.cases()}
    for card in cards:
        assert times(town, card, Event.CLAIMED) == 1
    for user, other in (("priya", "sam"), ("sam", "priya")):
        first = town.sandbox.workspace.person(other).id
        lost = [ref for ref, holder in holders.items() if holder == first]
        said = [m.text for m in town.sandbox.ephemerals(user)]
        assert len(said) == len(lost)
        assert all(any(ref in text for text in said) for ref in lost)
        assert all(f"<@{first}>" in text for text in said)


def test_send_pressed_at_once_on_two_previews_sends_one_letter_and_tells_the_other(
    town: Town,
) -> None:
    (card,) = start(town, bots=2, cases=1)
    for user in ("priya", "sam"):
        preview(town, user, card)
    at_once(*(lambda u=u: town.sandbox.fill_and_submit(u, {}) for u in ("priya", "sam")))
    line = town.wait_thread(card, "pressed Send on the answer")
    first, other = ("priya", "sam") if line.text.startswith("priya") else ("sam", "priya")
    assert town.sandbox.open_view(first) is None
    assert "pressed Send" in told(town, other)
    town.wait_thread(card, "The answer left")
    assert times(town, card, Event.ANSWER_APPROVED) == 1
    assert len(answers_that_left(town)) == 1


def test_undo_pressed_by_two_at_once_takes_the_letter_back_once_and_nothing_leaves(
    town: Town,
) -> None:
    (card,) = start(town, bots=2, cases=1)
    preview(town, "priya", card)
    town.sandbox.fill_and_submit("priya", {})
    leaving = town.wait_card(CHANNEL, "The answer leaves at")
    at_once(
        *(
            lambda u=u: town.sandbox.click(u, card.channel, card.ts, "case_undo", seen=leaving)
            for u in ("priya", "sam")
        )
    )
    town.wait_thread(card, "took the answer back")
    town.sandbox.wait_for(
        lambda _: any("took it back already" in told(town, u) for u in ("priya", "sam")), SECONDS
    )
    assert times(town, card, Event.LETTER_TAKEN_BACK) == 1
    # Another letter, sent after this one and left, shows that this one's time has passed, too.
    preview(town, "sam", town.wait_card(CHANNEL, "Open"))
    town.sandbox.fill_and_submit("sam", {})
    town.wait_thread(card, "The answer left")
    assert len(answers_that_left(town)) == 1


@pytest.mark.parametrize("committed", [False, True], ids=["before it began", "after its commit"])
def test_of_a_send_whose_bot_is_killed_before_its_ack_the_other_makes_one_letter(
    town: Town, committed: bool
) -> None:
    (card,) = start(town, bots=1, cases=1)
    (first,) = town.processes
    preview(town, "priya", card)
    if not committed:
        os.killpg(first.pid, signal.SIGSTOP)  # it takes the delivery and never looks at it
    sent = town.sandbox.fill_and_submit("priya", {})
    assert sent.timed_out is not committed
    town.kill(first)
    town.sandbox.wait_for(lambda s: s.connected == 0, SECONDS)
    town.spawn("run")
    town.sandbox.wait_for(lambda s: s.connected == 2, START)
    assert town.sandbox.deliver_again(sent).acked
    town.wait_thread(card, "The answer left")
    assert town.sandbox.deliver_again(sent).acked
    assert times(town, card, Event.ANSWER_APPROVED) == 1
    assert len(answers_that_left(town)) == 1


def until_heard(town: Town, press: Callable[[], Delivery]) -> Callable[[], object]:
    """Slack's client says that it had trouble, and its person presses again when there is a line."""

    def act() -> None:
        for _ in range(5):
            if press().acked:
                return
            town.sandbox.wait_for(lambda s: s.connected, SECONDS)
        raise AssertionError("nobody hears")

    return act


def notes_and_claims(town: Town) -> tuple[list[Message], dict[str, Callable[[], Delivery]]]:
    """Six cards; three officers have a note's window open and a card to claim each."""
    cards = start(town, bots=2, cases=6)
    presses: dict[str, Callable[[], Delivery]] = {}
    for card, other, user in zip(cards[:3], cards[3:], ("priya", "sam", "lee"), strict=True):
        town.press(user, card, "note")
        town.wait_view(user, "note")
        presses[f"{user} writes"] = partial(town.sandbox.fill_and_submit, user, {"text": user})
        place = (user, other.channel, other.ts, "case_claim")
        presses[f"{user} claims"] = partial(town.sandbox.click, *place, seen=other)
    return cards, presses


def assert_each_once(town: Town, cards: list[Message]) -> None:
    for card in cards[:3]:
        assert times(town, card, Event.NOTE_WRITTEN) == 1
    for card in cards[3:]:
        assert times(town, card, Event.CLAIMED) == 1


def test_a_refresh_in_the_midst_of_clicks_loses_none_of_them(town: Town) -> None:
    cards, presses = notes_and_claims(town)
    before = len(town.sandbox.deliveries())
    at_once(town.sandbox.faults.refresh_sockets, *presses.values())
    pressed = [d for d in town.sandbox.deliveries()[before:] if d.type == "interactive"]
    assert len(pressed) == len(presses)
    assert [delivery for delivery in pressed if delivery.timed_out or not delivery.acked] == []
    assert_each_once(town, cards)
    town.sandbox.wait_for(lambda s: s.connected == 4, START)


def test_a_cut_in_the_midst_of_clicks_loses_none_and_doubles_none(town: Town) -> None:
    cards, presses = notes_and_claims(town)
    claims, writes = list(presses.values())[1::2], list(presses.values())[::2]
    at_once(
        *(until_heard(town, press) for press in claims),
        town.sandbox.faults.cut_sockets,
        *(until_heard(town, press) for press in writes),
    )
    town.sandbox.wait_for(lambda s: s.connected == 4, START)
    assert_each_once(town, cards)
