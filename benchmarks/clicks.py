"""Fifty officers press at the same moment: how long until each press is acknowledged (Slack waits 3 s)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from benchmarks.figures import Row, median, percentile_95
from benchmarks.messages import write_messages
from benchmarks.town import SECONDS, Town
from bot.sandbox import Delivery, Message, NoSuchElement, Sandbox

_LIMIT = 1_000.0
_WAYS = {"socket": "Socket Mode", "http": "signed HTTP"}
_Press = Callable[[Sandbox, str, Message], Delivery]


def measure(folder: Path, officers: int) -> list[Row]:
    """The rows of both transports."""
    rows = []
    for way, name in _WAYS.items():
        apart = folder / way
        apart.mkdir()
        rows += _over(apart, way, f"{officers} officers at once, {name}", officers)
    return rows


def _over(folder: Path, way: str, subject: str, officers: int) -> list[Row]:
    maildir = folder / "mail"
    # Compliments and what goes to private channels have no place here: more mail than officers.
    write_messages(maildir / "new", officers * 2)
    for part in ("cur", "tmp"):
        (maildir / part).mkdir()
    mailbox = {"maildir": str(maildir), "poll_seconds": 1}
    with (
        Town(folder, mailbox, officers=officers, receive=way) as town,
        town.bot() as bot,
    ):
        town.sandbox.wait_for(lambda s: len(_cards(s)) >= officers, SECONDS)
        bot.wait_settled(SECONDS)
        rows = []
        for what, press in PRESSES.items():
            cards = _cards(town.sandbox)[:officers]
            took = _at_once(town.sandbox, town.officers, cards, press)
            rows += _rows(subject, what, took)
            bot.wait_settled(SECONDS)
    return rows


def _at_once(
    sandbox: Sandbox, officers: Sequence[str], cards: Sequence[Message], press: _Press
) -> list[Delivery]:
    together = Barrier(len(officers))

    def act(officer: str, card: Message) -> Delivery:
        together.wait(SECONDS)
        return press(sandbox, officer, card)

    with ThreadPoolExecutor(len(officers)) as pool:
        return list(pool.map(act, officers, cards))


def _rows(subject: str, what: str, took: Sequence[Delivery]) -> list[Row]:
    times = [delivery.ms for delivery in took if delivery.ms is not None]
    lost = sum(delivery.timed_out for delivery in took)
    worst, middle = max(times), median(times)
    late = sum(time > _LIMIT for time in times)
    spread = f"median {middle:.0f}, 95th percentile {percentile_95(times):.0f} ms"
    note = f"{spread}; {late} over one second, {lost} over Slack's three"
    return [Row(subject, f"{what}: slowest ack", worst, "ms", worst / _LIMIT, "one second", note)]


def _cards(sandbox: Sandbox) -> list[Message]:
    """The cards that an officer can claim, each channel's in turn."""
    channels = [c.id for c in sandbox.workspace.channels.values() if not c.is_private]
    shown = [message for id_ in channels for message in sandbox.messages(id_)]
    return [m for m in shown if m.text.startswith("CC-") and "case_claim" in str(m.blocks)] or [
        m for m in shown if m.text.startswith("CC-") and "case_more" in str(m.blocks)
    ]


def _press(action: str) -> _Press:
    def press(sandbox: Sandbox, officer: str, card: Message) -> Delivery:
        try:
            return sandbox.click(officer, card.channel, card.ts, action)
        except NoSuchElement:
            return sandbox.click(officer, card.channel, card.ts, "case_more")

    return press


def _ask(sandbox: Sandbox, officer: str, card: Message) -> Delivery:
    return sandbox.slash(officer, card.channel, "/case", "mine")


def _home(sandbox: Sandbox, officer: str, card: Message) -> Delivery:
    del card
    return sandbox.open_home(officer)


def _submit(**fields: str) -> _Press:
    def submit(sandbox: Sandbox, officer: str, card: Message) -> Delivery:
        del card
        return sandbox.fill_and_submit(officer, fields)

    return submit


def _through_more(action: str, title: str) -> _Press:
    """Press More and the action behind it, and wait until its window stands there."""

    def press(sandbox: Sandbox, officer: str, card: Message) -> Delivery:
        sandbox.click(officer, card.channel, card.ts, "case_more")
        delivery = sandbox.click_in_view(officer, action)

        def stands(workspace: Sandbox) -> bool:
            view = workspace.open_view(officer)
            return view is not None and view.callback_id == title

        sandbox.wait_for(stands, SECONDS)
        return delivery

    return press


# In this order: what is submitted was opened by the press before it.
PRESSES: dict[str, _Press] = {
    "More (a window opens)": _press("case_more"),
    "Respond (a window with a letter)": _press("case_respond"),
    "/case mine": _ask,
    "the home tab": _home,
    "Change (a window with fields)": _through_more("case_change", "case_change"),
    "Change, submitted": _submit(level="level_one"),
    "Assign (a window with colleagues)": _through_more("case_assign", "case_assign_to"),
    "Claim (a change)": _press("case_claim"),
}
