"""The home tab: one's own list by days left, drawn anew when what it shows has changed."""

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from bot.sandbox import Message, Sandbox
from bot.sandbox.records import View
from models.outbox import State
from tests.journeys.test_the_clock import due_at_nine
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

HALF_A_MINUTE = timedelta(seconds=31)


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def headings(view: View) -> list[str]:
    return [b["text"]["text"] for b in view.blocks if b["type"] == "header"]


def below(view: View, heading: str) -> str:
    """What stands between a heading and the next."""
    said, inside = [], False
    for block in view.blocks:
        if block["type"] == "header":
            inside = block["text"]["text"].startswith(heading)
        elif inside:
            said.append(json.dumps(block, ensure_ascii=False))
    return "\n".join(said)


def wait_home(town: Town, user: str, fits: Callable[[View], bool] = lambda _: True) -> View:
    def found(sandbox: Sandbox) -> View | None:
        view = sandbox.home(user)
        return view if view is not None and fits(view) else None

    return town.sandbox.wait_for(found, SECONDS)


def look(town: Town, user: str) -> View:
    """Somebody opens their home tab."""
    assert town.sandbox.open_home(user).acked
    return wait_home(town, user)


def leave(town: Town, channel: str, user: str) -> None:
    workspace = town.sandbox.workspace
    workspace.leave(channel, workspace.person(user).id)


def half_a_minute_later(town: Town) -> None:
    town.settle()
    town.clock.move_to(town.clock.now() + HALF_A_MINUTE)
    assert town.bot is not None
    town.bot.tick_now()


def publications(town: Town, user: str) -> int:
    id_ = town.sandbox.workspace.person(user).id
    calls = [c for c in town.sandbox.calls if c.method == "views.publish"]
    return sum(call.params["user_id"] == id_ for call in calls)


def test_a_case_claimed_in_the_channel_moves_from_the_services_to_ones_own_list(
    town: Town, card: Message
) -> None:
    home = look(town, "priya")
    assert "You hold no case now" in below(home, "Your cases")
    assert "CC-2026-00001" in below(home, "Not claimed yet")
    town.press("priya", card, "claim")
    half_a_minute_later(town)
    home = wait_home(town, "priya", lambda v: "CC-2026-00001" in below(v, "Your cases"))
    assert "Bins" in below(home, "Your cases")
    assert "15 working days left" in below(home, "Your cases")
    assert "CC-2026-00001" not in below(home, "Not claimed yet")
    assert town.sandbox.home("sam") is None


def test_open_shows_what_can_be_done_and_it_is_done_from_there(town: Town, card: Message) -> None:
    assert card.text
    look(town, "priya")
    assert town.sandbox.click_in_home("priya", "list_open").acked
    town.wait_view("priya", "What to do?")
    town.sandbox.click_in_view("priya", "case_claim")
    town.wait_card("waste-recycling", "held by")
    assert town.cases()[0].holder == town.sandbox.workspace.person("priya").id


def test_a_home_is_published_for_what_it_shows_and_every_half_minute_at_most(
    town: Town, card: Message
) -> None:
    look(town, "priya")
    town.settle()
    assert publications(town, "priya") == 1
    look(town, "priya")
    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.settle()
    assert publications(town, "priya") == 1
    half_a_minute_later(town)
    wait_home(town, "priya", lambda v: "CC-2026-00001" not in below(v, "Not claimed yet"))
    half_a_minute_later(town)
    look(town, "priya")
    town.settle()
    assert publications(town, "priya") == 2


def test_what_waits_for_somebody_away_stands_on_the_home_of_their_covers_cover(
    town: Town, card: Message
) -> None:
    from tests.journeys.test_away import go_away

    look(town, "lee")
    town.press("priya", card, "claim")
    go_away(town, "sam", "lee")
    go_away(town, "priya", "sam")
    half_a_minute_later(town)
    home = wait_home(town, "lee", lambda v: "CC-2026-00001" in below(v, "You cover"))
    assert "Bins" in below(home, "You cover")


def test_a_lead_sees_every_service_and_what_is_overdue(town: Town, card: Message) -> None:
    town.press("sam", card, "claim")
    for user in ("lee", "sam"):
        leave(town, "complaints-lead", user)
    home = look(town, "priya")
    assert "1 open, none overdue" in below(home, "Every service")
    assert "Nothing open: " in below(home, "Every service")
    assert "Every service" not in headings(look(town, "lee"))
    day = town.calendar.next_working_day(due_at_nine(town, 0).date())
    town.move_to(datetime.combine(day, time(9, 1)))
    home = wait_home(town, "priya", lambda v: "CC-2026-00001" in below(v, "Overdue"))
    assert "1 open, *1 overdue*" in below(home, "Every service")
    assert "*Answer: 1 working day overdue*" in below(home, "Overdue")


def test_a_private_case_is_named_with_its_subject_for_members_of_its_channel_only(
    town: Town,
) -> None:
    town.run()
    leave(town, "private-safeguarding", "sam")
    town.write("A child is not safe. #missed_bin complaint !safeguarding", Subject="Secret")
    town.wait_card("private-safeguarding")
    town.settle()
    homes = {user: json.dumps(look(town, user).blocks) for user in ("priya", "sam")}
    assert "CC-2026-00001* :warning: *safeguarding* Secret" in homes["priya"]
    assert "safeguarding" not in homes["sam"]
    assert "CC-2026-00001* (private)" in homes["sam"]
    assert "Secret" not in homes["sam"]
    assert "Open case CC-2026-00001" in homes["priya"]
    assert "Open case" not in homes["sam"]  # it would only be refused


def test_what_is_a_danger_stands_first_in_not_claimed_yet_and_says_so(
    town: Town, card: Message
) -> None:
    assert card.text
    town.write(
        "Needles. #missed_bin enquiry !hazard", Message_ID="<2@x>", From="Al Stone <al@x.example>"
    )
    town.wait_card("waste-recycling", "CC-2026-00002")
    town.settle()
    unclaimed = below(look(town, "priya"), "Not claimed yet")
    assert "CC-2026-00002* :warning: *hazard*" in unclaimed
    assert unclaimed.index("CC-2026-00002") < unclaimed.index("CC-2026-00001")


def test_days_left_are_counted_anew_on_the_next_working_morning(town: Town, card: Message) -> None:
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    look(town, "priya")
    town.move_to(due_at_nine(town, 3))
    wait_home(town, "priya", lambda v: "3 working days left" in below(v, "Your cases"))


def test_whose_home_slack_refuses_holds_up_nobody_and_is_drawn_when_they_look_again(
    town: Town, card: Message
) -> None:
    town.sandbox.faults.error("views.publish", "user_not_found")
    town.sandbox.open_home("priya")
    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.settle()
    with town.store.view() as work:
        assert work.homes.all() == ()
        assert State.FAILED not in work.outbox.counts()
    assert look(town, "priya")


def test_a_guest_gets_no_home(town: Town, card: Message) -> None:
    assert card.text
    assert town.sandbox.open_home("robin").acked
    look(town, "priya")
    assert town.sandbox.home("robin") is None


@pytest.mark.parametrize("fault", ["rate_limit", "lose_answer", "fail"])
def test_a_home_that_slack_did_not_take_at_first_stands_there_in_the_end(
    town: Town, card: Message, fault: str
) -> None:
    assert card.text
    getattr(town.sandbox.faults, fault)("views.publish")
    town.sandbox.open_home("priya")
    town.sandbox.wait_for(lambda _: publications(town, "priya") >= 2, SECONDS)
    assert "CC-2026-00001" in below(look(town, "priya"), "Not claimed yet")
