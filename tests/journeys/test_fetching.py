"""Mailboxes that fail, the whole way to what the lead sees in Slack (mail.md A8, A9, A13)."""

import tomllib
from itertools import pairwise

import pytest
import tomli_w
from imapclient import IMAPClient

from bot.config import council_file
from tests.journeys.town import SECONDS, Town
from tests.servers.relay import Relay
from tests.servers.scripted_imap import ScriptedImap
from tests.support.office import email

pytestmark = pytest.mark.needs_dovecot
LEAD = "complaints-lead"


def mailboxes(town: Town, *changes: dict[str, object]) -> None:
    """One [[mailbox]] for each of the changes to the town's own."""
    data = tomllib.loads(town.config.read_text())
    data["mailbox"] = [data["mailbox"] | change for change in changes]
    town.config.write_text(tomli_w.dumps(data))
    town.file = council_file(data)


def deliver(town: Town, user: str, number: int, folder: str = "INBOX") -> None:
    with IMAPClient(town.dovecot.host, town.dovecot.port, ssl=False, timeout=10) as client:
        client.login(user, town.dovecot.password)
        if not client.folder_exists(folder):
            client.create_folder(folder)
        content = email(
            Message_ID=f"<{number}@x.example>",
            From=f"P{number} <p{number}@x.example>",
            Subject=f"Bins {number}",
        )
        client.append(folder, content, msg_time=town.clock.now())


def test_a13_one_mailboxs_failure_does_not_stop_another_and_the_lead_is_told_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{town.user}x"
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD_WASTE", "wrong")
    mailboxes(town, {}, {"name": "waste", "user": other, "address": "waste@westmere.example"})
    town.run()
    told = town.wait_card(LEAD, "refuses the user name or the password")
    assert other in told.text
    deliver(town, town.user, 1)
    town.wait_card("waste-recycling", "CC-2026-00001")
    town.settle()
    assert len(town.cards(LEAD, "refuses")) == 1


def test_a13_several_mailboxes_and_folders_are_watched_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{town.user}x"
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD_WASTE", town.dovecot.password)
    deliver(town, other, 3, "Webform")
    waste = {"name": "waste", "user": other, "address": "waste@westmere.example"}
    folders = {"folders": ["INBOX", "Webform"]}
    data = tomllib.loads(town.config.read_text())
    data["mailbox"].pop("folder")
    town.config.write_text(tomli_w.dumps(data))
    mailboxes(town, {}, waste | folders)
    town.run()
    deliver(town, town.user, 1)
    deliver(town, other, 2)
    town.sandbox.wait_for(lambda _: len(town.cards("waste-recycling")) == 3, SECONDS)
    town.settle()
    with town.store.view() as work:
        states = {(s.account, s.folder): s for s in work.folders.all()}
    assert set(states) == {(town.user, "INBOX"), (other, "INBOX"), (other, "Webform")}
    assert all(s.looked_at and not s.error and s.waiting == 0 for s in states.values())


def test_a09_a_server_that_turns_us_away_is_tried_again_after_growing_scattered_pauses(
    town: Town,
) -> None:
    with ScriptedImap([], greeting=b"* BYE Server Unavailable. 15\r\n") as server:
        mailboxes(town, {"port": server.port})
        town.run()
        server.wait_connections(4, SECONDS)
        at = server.connected_at
        pauses = [later - earlier for earlier, later in pairwise(at)]
        # Half of 1, 2 and 4 seconds at least.
        assert all(pause > least for pause, least in zip(pauses, (0.5, 1.0, 2.0), strict=False))
        assert town.bot is not None
        town.bot.stop()
        town.bot = None


def test_a08_a_mailbox_that_nobody_can_look_at_is_told_once_and_once_when_it_is_well(
    town: Town,
) -> None:
    with Relay(town.dovecot.host, town.dovecot.port) as relay:
        mailboxes(town, {"port": relay.port, "timeout_seconds": 0.5, "alarm_minutes": 0.03})
        town.run()
        deliver(town, town.user, 1)
        town.wait_card("waste-recycling", "CC-2026-00001")
        relay.freeze()
        town.wait_card(LEAD, "No look at the folder “INBOX”")
        deliver(town, town.user, 2)
        relay.thaw()
        town.wait_card("waste-recycling", "CC-2026-00002")
        town.wait_card(LEAD, "is looked at again")
        town.settle()
        assert len(town.cards(LEAD, "No look at")) == 1
        assert len(town.cards(LEAD, "is looked at again")) == 1
        assert town.bot is not None
        town.bot.stop()
        town.bot = None
