"""What Slack is told of the mailbox: true, safe to show, and nothing where nothing is to be said."""

from dataclasses import replace
from datetime import date

import pytest

from bot.sandbox.mentions import notified
from handlers.ledger import Account, days
from handlers.slack import cards, digest, lists, mailbox, threads
from models.folders import FolderState, Role
from models.ledger import Arrival, Booking, Tally
from models.message import Origin
from models.quarantine import Quarantined
from models.stub import open_stub
from tests.handlers.slack.test_rendering import assert_slack_takes
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27, 9)
FIRST = date(2026, 11, 26)
HOSTILE = "<!channel> <@U1> *x* &"
PLACE = Origin("complaints@westmere.example", "INBOX", 1, 7)
WELL = FolderState("complaints@westmere.example", "INBOX", Role.WATCHED, NOW, looked_at=NOW)
POISON = Quarantined(17, "ff", "CC-2026-00043", "too deep", PLACE, NOW, NOW, 226)
BOOKING = Booking(18, PLACE, "ff", Arrival.CASE, "", NOW)
COUNTS = {Arrival.CASE: 36, Arrival.REPLY: 3, Arrival.AUTOMATIC: 1, Arrival.QUARANTINED: 1}


def account(**changes: object) -> Account:
    nothing = Account(days(COUNCIL, FIRST, FIRST), (), (WELL,), (), ())
    return replace(nothing, **changes)


def lines(**changes: object) -> tuple[str, ...]:
    return mailbox.ledger(account(**changes), FIRST, COUNCIL)


def test_f36_nothing_is_said_where_nothing_arrived_and_all_is_well() -> None:
    assert lines() == ()
    assert digest.morning_list([], [], COUNCIL, NOW.date(), None, ()) is None


def test_f36_the_morning_has_one_line_with_the_ledger() -> None:
    (line,) = lines(tallies=(Tally("a", "INBOX", COUNTS),))
    assert line == (
        "*The mailbox since Thu 26 November:* "
        "41 arrived: 36 cases, 3 replies, 1 automatic, 1 quarantined, 0 waiting."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"folders": (replace(WELL, waiting=2, oldest_waiting=NOW),)}, "*2 lie in INBOX of"),
        ({"folders": (replace(WELL, alarmed_at=NOW),)}, "*Nobody has looked"),
        ({"folders": (replace(WELL, looked_at=None, error="Wrong password."),)}, "could ever look"),
        ({"folders": (replace(WELL, error="It cannot be moved."),)}, "It cannot be moved."),
        ({"open": (POISON,)}, "*1 could not be read* and nobody has dealt with it: CC-2026-00043."),
        ({"open": (POISON,) * 12}, "and 2 more"),
        ({"unaccounted": (BOOKING,)}, "*The ledger does not add up*"),
    ],
)
def test_f36_each_thing_that_is_not_well_is_a_warning_line(
    changes: dict[str, object], said: str
) -> None:
    (line,) = lines(**changes)
    assert said in line
    assert line.startswith((":warning:", ":rotating_light:"))


def test_f36_what_the_list_says_of_the_mailbox_is_taken_by_slack_and_notifies_nobody() -> None:
    folder = replace(WELL, folder=HOSTILE, error=HOSTILE * 100, waiting=1, looked_at=None)
    told = lines(folders=(folder,), open=(POISON,), unaccounted=(BOOKING,) * 30)
    saying = digest.morning_list([], [], COUNCIL, NOW.date(), None, told)
    assert saying is not None
    assert_slack_takes(saying)
    assert notified(saying.text, saying.blocks) == ()
    assert "The ledger does not add up" in saying.text


def test_a12_the_note_says_what_happened_that_nothing_is_lost_and_what_to_do() -> None:
    said = mailbox.quarantined(replace(POISON, why=HOSTILE), COUNCIL)
    assert "could not be read" in said
    assert "Nothing is lost" in said
    assert "carebot quarantine replay 17" in said
    assert "CC-2026-00043" in said
    saying = threads.line(said)
    assert_slack_takes(saying)
    assert notified(saying.text, saying.blocks) == ()


def test_a12_a_floods_post_counts_and_names_the_hour_in_local_time() -> None:
    said = mailbox.flood(97, utc(2026, 6, 1, 13, 0), COUNCIL)
    assert "97 more messages could not be read* between 14:00 and 15:00 on 1 June" in said
    assert_slack_takes(threads.line(said))


def test_a12_the_card_of_a_message_that_could_not_be_read_claims_nothing_of_it() -> None:
    case = open_stub("CC-2026-00043", NOW, COUNCIL, NOW).case
    card = cards.card(case, COUNCIL, NOW.date())
    assert_slack_takes(card)
    shown = str(card.blocks)
    assert "CC-2026-00043 · Undecided" in shown
    assert "*For:* nobody yet" in shown
    assert "The model said: nothing" in shown
    assert card.text.startswith(
        "CC-2026-00043: undecided for nobody yet, “A message that could not"
    )
    row = lists.Row(case, lists.standing(case, COUNCIL, NOW.date()))
    page = lists.Page("Waiting", 1, [row])
    listed = lists.drawn(page, lists.Asked("triage", ""), COUNCIL, lambda _: True)
    assert "perhaps" not in str(listed.blocks)
