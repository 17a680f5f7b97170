"""Letters from the mailbox to the customer: by tokens, by GOV.UK Notify, and past a kill -9."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta

import pytest
import tomli_w

from bot.config import council_file
from models.history import Event
from models.outbox import State
from tests.journeys.town import SECONDS, Town
from tests.servers.certificates import Authority
from tests.servers.notify_server import KEY, TEMPLATE, Fault, NotifyServer
from tests.servers.scripted_smtp import HANG, ScriptedSmtp
from tests.servers.submission import Submission
from tests.servers.token_server import CLIENT, SECRET, TENANT, TokenServer

pytestmark = pytest.mark.needs_dovecot

CLEAR = (
    "My brown bin at 14 Tanner's Row has been missed again, for the third collection running. "
    "I rang twice and was promised a crew and nobody came. I want to complain about the service."
)
# Longer than the lease of a letter under way: what was begun and not ended is somebody's again.
LEASE = timedelta(minutes=6)


def change_settings(town: Town, letters: dict[str, object], **sections: object) -> None:
    data = tomllib.loads(town.config.read_text())
    data["letters"] |= letters
    data |= sections
    town.config.write_text(tomli_w.dumps(data))
    town.file = council_file(data)


def outbox(town: Town) -> dict[str, int]:
    with town.store.view() as work:
        return dict(work.outbox.counts())


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch) -> Iterator[NotifyServer]:
    monkeypatch.setenv("CAREBOT_NOTIFY_KEY", KEY)
    with NotifyServer() as running:
        yield running


def by_notify(town: Town, notify: NotifyServer) -> None:
    section = {"template_id": TEMPLATE, "url": notify.url}
    change_settings(town, {"by": "notify"}, notify=section)


def test_a10_with_microsofts_tokens_an_acknowledgement_leaves_over_checked_tls(
    town: Town, certificates: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.pem))
    monkeypatch.setenv("CAREBOT_MICROSOFT_SECRET", SECRET)
    with TokenServer(certificates) as entra:
        server = Submission(
            certificates.certificate("127.0.0.1"),
            takes_token=lambda who, token: (
                who.endswith("@westmere.example") and token in entra.given
            ),
        )
        server.start()
        letters = {
            "port": server.port, "tls": "starttls", "auth": "xoauth2",
            "certificate_authority": str(certificates.pem),
        }  # fmt: skip
        microsoft = {"tenant": TENANT, "client_id": CLIENT, "authority": entra.url}
        change_settings(town, letters, microsoft=microsoft)
        try:
            town.run()
            town.write()
            (came,) = server.wait_for(1, SECONDS)
            assert came.recipients == ("jo@post.example",)
            card = town.wait_card("waste-recycling")
            town.wait_thread(card, "The acknowledgement left")
        finally:
            server.stop()


def test_e33_killed_between_the_text_and_its_answer_the_letter_is_not_sent_again_but_shown(
    town: Town,
) -> None:
    with ScriptedSmtp({"TEXT": HANG}) as server:
        change_settings(town, {"port": server.port})
        town.write(CLEAR)
        process = town.spawn("run")
        town.sandbox.wait_for(lambda _: server.texts, 60)
        town.kill(process)
        server.answers.clear()
        town.clock.move_to(town.clock.now() + LEASE)
        town.run()
        card = town.wait_card("waste-recycling")
        town.wait_thread(card, "Nobody can tell whether the acknowledgement left")
        town.settle()
        assert len(server.texts) == 1
        assert outbox(town)[State.UNKNOWN] == 1


def test_e34_killed_between_the_text_and_its_answer_notify_is_asked_and_the_letter_left_once(
    town: Town, notify: NotifyServer
) -> None:
    by_notify(town, notify)
    notify.faults.append(Fault(taken=True, holds=True))
    town.write(CLEAR)
    process = town.spawn("run")
    notify.wait_for(1, 60)
    town.kill(process)
    town.clock.move_to(town.clock.now() + LEASE)
    town.run()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    assert len(notify.notifications) == 1


def test_e34_killed_before_notify_had_it_the_letter_still_leaves_once(
    town: Town, notify: NotifyServer
) -> None:
    by_notify(town, notify)
    with ScriptedSmtp({"CONNECT": HANG}) as silent:  # speaks no HTTP, and takes nothing
        silent_url = f"http://127.0.0.1:{silent.port}"
        change_settings(town, {"by": "notify"}, notify={"template_id": TEMPLATE, "url": silent_url})
        town.write(CLEAR)
        process = town.spawn("run")
        town.sandbox.wait_for(lambda _: silent.heard, 60)
        town.kill(process)
    by_notify(town, notify)
    town.clock.move_to(town.clock.now() + LEASE)
    town.run()
    notify.wait_for(1, SECONDS)
    town.settle()
    assert len(notify.notifications) == 1


def test_e34_what_notify_could_not_deliver_is_said_in_the_thread_and_can_be_sent_again(
    town: Town, notify: NotifyServer
) -> None:
    by_notify(town, notify)
    town.run()
    town.write()
    (made,) = notify.wait_for(1, SECONDS)
    assert "CC-" in made.subject
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    made.status = "permanent-failure"
    town.clock.move_to(town.clock.now() + timedelta(minutes=11))
    town.wait_thread(card, "did not arrive")
    town.settle()
    (case,) = town.cases()
    assert Event.BOUNCED in town.events(case.reference)
    assert case.stage.acknowledged_at is None


def test_e34_in_quiet_mode_a_case_and_its_card_are_made_and_nothing_leaves(town: Town) -> None:
    change_settings(town, {"quiet": True})
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "quiet mode is on")
    town.settle()
    assert town.letterbox.messages == ()
