"""What cannot be read, and the book of what arrived: in a real mailbox, in Slack, at the command line."""

import json
import socket
import tomllib
from datetime import datetime, time

import httpx
import pytest
import tomli_w
from imapclient import IMAPClient

from handlers.unread import TOLD_ONE_BY_ONE
from models.history import Event
from tests.journeys.town import SECONDS, Town
from tests.support.poison import PoisonedReader

pytestmark = pytest.mark.needs_dovecot

POISON = (
    "#poison My brown bin at 14 Tanner's Row has been missed again, for the third collection "
    "running. I rang twice and nobody came. I want to complain about the service. "
    "#missed_bin complaint"
)
UNREAD = "A message that could not be read"


def lying_in(town: Town, folder: str) -> int:
    with IMAPClient(town.dovecot.host, port=town.dovecot.port, ssl=False, timeout=10) as client:
        client.login(town.user, town.dovecot.password)
        return int(client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])


def morning_after(town: Town) -> datetime:
    today = town.clock.now().astimezone(town.file.council.zone).date()
    return datetime.combine(town.calendar.next_working_day(today), time(9, 1))


def test_a12_poison_is_told_of_at_once_and_a_replay_makes_its_card_the_real_one(
    town: Town,
) -> None:
    town.run(PoisonedReader)
    town.write(POISON)
    town.write(Message_ID="<good@x>", From="al@x.example")
    good = town.wait_card("waste-recycling")
    stub = town.wait_card("complaints-triage", UNREAD)
    town.wait_thread(stub, "Nothing is lost")
    town.settle()
    assert lying_in(town, "Quarantine") == 1
    assert {m.recipients for m in town.letterbox.messages} == {("al@x.example",)}

    listed = json.loads(town.call("quarantine", "--json"))["quarantined"]
    (one,) = listed
    assert one["reference"] in stub.text
    assert (one["from"], one["subject"]) == ("Jo Pike <jo@post.example>", "Bins")
    shown = town.call("quarantine", "show", str(one["number"]))
    assert "14 Tanner's Row" in shown

    replayed = json.loads(
        town.call("quarantine", "replay", str(one["number"]), "--by", "alex", "--json")
    )["replayed"]
    assert [(r["arrival"], r["reference"]) for r in replayed] == [("case", one["reference"])]
    card = town.sandbox.wait_for(
        lambda _: next((c for c in town.cards("waste-recycling", one["reference"])), None), SECONDS
    )
    assert "Bins" in card.text
    town.wait_thread(card, "Jo Pike wrote:")
    note = town.wait_thread(card, "could be read after all")
    assert one["reference"] in note.text
    town.wait_card("complaints-triage", "is now in")
    town.letterbox.wait_for(2, SECONDS)
    assert good.ts != card.ts
    again = json.loads(town.call("quarantine", "replay", str(one["number"]), "--json"))
    assert again["replayed"][0]["again"] is True
    town.settle()
    assert len(town.letterbox.messages) == 2
    assert town.events(one["reference"]).count(Event.READ_AFTER_ALL) == 1

    account = json.loads(town.call("mailbox", "--json"))
    assert account["summary"] == (
        "2 arrived: 1 case, 0 replies, 0 automatic, 1 quarantined, 0 waiting"
    )
    assert (account["accounted_for"], account["overruled"], account["quarantine_open"]) == (
        True,
        1,
        0,
    )


def test_a12_a_flood_of_poison_is_a_few_posts_of_which_one_counts(town: Town) -> None:
    town.run(PoisonedReader)
    for n in range(20):
        town.write(f"#poison {n}", Message_ID=f"<{n}@x>")
    rest = 20 - TOLD_ONE_BY_ONE
    town.wait_card("complaints-triage", f"{rest} more messages could not be read")
    town.settle()
    posts = town.sandbox.messages("complaints-triage")
    assert len(posts) == TOLD_ONE_BY_ONE + 1
    assert len(town.cases()) == 20


def test_f36_the_morning_list_tells_of_the_mailbox_until_nothing_is_left_to_say(
    town: Town,
) -> None:
    town.run(PoisonedReader)
    town.write(POISON)
    town.write(Message_ID="<good@x>", From="al@x.example")
    town.wait_card("waste-recycling")
    stub = town.wait_card("complaints-triage", UNREAD)
    town.settle()
    town.move_to(morning_after(town))
    line = "2 arrived: 1 case, 0 replies, 0 automatic, 1 quarantined, 0 waiting"
    for channel in ("complaints-lead", "complaints-triage"):
        (told,) = town.cards(channel, "The mailbox since")
        assert line in told.text
        assert "*1 could not be read* and nobody has dealt with it" in told.text
    assert town.cards("waste-recycling", "The mailbox since") == []

    number = str(json.loads(town.call("quarantine", "--json"))["quarantined"][0]["number"])
    town.call("quarantine", "dismiss", number, "--reason", "spam, seen in Outlook", "--by", "alex")
    town.wait_thread(stub, "alex (who runs carebot) put it aside: spam, seen in Outlook")
    town.wait_card("complaints-triage", "Closed")
    town.move_to(morning_after(town))
    assert len(town.cards("complaints-lead", "nobody has dealt with")) == 1


def test_f36_a_look_into_the_mailbox_finds_what_is_in_no_book_and_changes_nothing(
    town: Town,
) -> None:
    bot = town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.settle()
    assert json.loads(town.call("mailbox", "--reconcile", "--json"))["folders"][0]["unbooked"] == []
    bot.stop()
    town.bot = None
    town.write("Another matter.", Message_ID="<2@x>")
    looked = town.spawn("mailbox", "--reconcile", "--json")
    out, _ = looked.communicate(timeout=60)
    assert looked.returncode == 1
    (folder,) = json.loads(out)["folders"]
    assert (folder["lying"], [o["folder"] for o in folder["unbooked"]]) == (1, ["INBOX"])
    assert town.folder_counts() == {"INBOX": 1, "Processed": 1}


def test_f36_the_running_bot_serves_its_health_where_a_port_is_set(town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = tomllib.loads(town.config.read_text())
    town.config.write_text(tomli_w.dumps(settings | {"health": {"port": port}}))
    town.spawn("run")
    town.write()
    town.sandbox.wait_for(
        lambda s: (
            any(s.messages(service.channel) for service in town.file.service)
            or s.messages("complaints-triage")
        ),
        SECONDS,
    )
    told = httpx.get(f"http://127.0.0.1:{port}/health").json()
    assert [(m["folder"], m["waiting"], m["failing"]) for m in told["mailboxes"]] == [
        ("INBOX", 0, False)
    ]
    assert told["problems"] == []
    assert "carebot_ok 1.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
