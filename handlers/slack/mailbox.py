"""What Slack is told of the mailbox: messages that could not be read, and the ledger. All mrkdwn."""

from datetime import datetime

from handlers.slack.wording import escape, one_line
from models.council import Council
from models.quarantine import Quarantined


def quarantined(of: Quarantined, council: Council) -> str:
    """For the thread of the stub case: what happened, that nothing is lost, what to do."""
    why = escape(one_line(of.why, 300))
    place = escape(one_line(f"{of.origin.account}, {of.origin.folder}", 120))
    return (
        f"*This message could not be read*: {why}.\n"
        f"It came {_when(of.received_at, council)} to {place} ({_size(of.size)}). Nothing is lost: "
        "its bytes are kept as they came, and it lies in the mailbox's quarantine folder. Nobody "
        f"was answered; the clock of {of.reference} runs from its receipt.\n"
        "What to do: open it there with a mail program and decide here what it is. Or ask whoever "
        f"runs carebot to look (`carebot quarantine show {of.number}`) and, once it can be read, to "
        f"take it in again (`carebot quarantine replay {of.number}`): this case becomes its case. "
        f"If nothing is to be done: `carebot quarantine dismiss {of.number} --reason …`"
    )


def flood(count: int, hour: datetime, council: Council) -> str:
    """The one post that counts a flood; `count` is how many have no post of their own."""
    local = hour.astimezone(council.zone)
    messages = "1 more message" if count == 1 else f"{count} more messages"
    return (
        f":warning: *{messages} could not be read* between {local:%H:%M} and "
        f"{_end(local)} on {local.day} {local:%B}. They are counted here instead of posted one by "
        "one. Nothing is lost: the bytes are kept, each has a case (`/case triage`) whose clock "
        "runs, and nobody was answered. `carebot quarantine` lists them; once they can be read, "
        "`carebot quarantine replay --all` takes them in."
    )


def _end(local: datetime) -> str:
    return f"{(local.hour + 1) % 24:02d}:{local.minute:02d}"


def _when(at: datetime, council: Council) -> str:
    local = at.astimezone(council.zone)
    return f"on {local.day} {local:%B at %H:%M}"


def _size(size: int) -> str:
    return f"{size:,} bytes" if size < 10_000 else f"{size / 1000:,.0f} kB"
