"""From the settings to a letterbox: a wrong setting stops the start and is named."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomli_w

from bot.clock import MovableClock
from bot.config import CouncilFile, Environment, council_file
from bot.notify import NotifyLetterbox
from bot.smtp import SmtpLetterbox
from bot.wiring import email_courier_of, reader_of
from models.errors import Misconfigured
from models.ports import Letterbox
from models.store import open_store
from tests.servers.certificates import Authority
from tests.servers.notify_server import KEY, TEMPLATE
from tests.servers.token_server import CLIENT, TENANT
from tests.support.council import EXAMPLE

MICROSOFT = {"tenant": TENANT, "client_id": CLIENT}


def settings(
    letters: dict[str, object], without: tuple[str, ...] = (), **sections: object
) -> CouncilFile:
    data = tomllib.loads(EXAMPLE.read_text())
    data["letters"] |= letters
    for name in without:
        del data["letters"][name]
    return council_file(data | sections)


def letterbox(file: CouncilFile, **secrets: str) -> Letterbox:
    environment = Environment.model_validate(secrets)
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/carebot.db")
        try:
            return email_courier_of(file, environment, MovableClock(), store).letterbox
        finally:
            store.close()


def test_a_user_needs_a_password() -> None:
    with pytest.raises(Misconfigured, match="CAREBOT_SMTP_PASSWORD"):
        letterbox(settings({}))
    assert isinstance(letterbox(settings({}), carebot_smtp_password="p"), SmtpLetterbox)
    assert isinstance(letterbox(settings({}, ("user",))), SmtpLetterbox)


def test_a10_a_token_needs_microsoft_and_its_secret() -> None:
    with pytest.raises(Misconfigured, match=r'letters\.auth = "xoauth2".*\[microsoft\]'):
        letterbox(settings({"auth": "xoauth2"}))
    with pytest.raises(Misconfigured, match="CAREBOT_MICROSOFT_SECRET"):
        letterbox(settings({"auth": "xoauth2"}, microsoft=MICROSOFT))
    letterbox(settings({"auth": "xoauth2"}, microsoft=MICROSOFT), carebot_microsoft_secret="s")


def test_a10_a_certificate_stands_for_the_secret(certificates: Authority, tmp_path: Path) -> None:
    pem = certificates.rsa_certificate().pem
    letterbox(settings({"auth": "xoauth2"}, microsoft=MICROSOFT | {"certificate": str(pem)}))
    missing = MICROSOFT | {"certificate": str(tmp_path / "none.pem")}
    with pytest.raises(Misconfigured, match=r"microsoft\.certificate"):
        letterbox(settings({"auth": "xoauth2"}, microsoft=missing))


def test_a10_tokens_are_asked_for_over_https_only() -> None:
    with pytest.raises(Misconfigured, match=r"microsoft\.authority = 'http://"):
        settings({}, microsoft=MICROSOFT | {"authority": "http://login.example"})


@pytest.mark.parametrize("auth", ["password", "xoauth2"])
def test_neither_password_nor_token_crosses_the_network_unencrypted(auth: str) -> None:
    file = settings({"auth": auth, "tls": "none"}, microsoft=MICROSOFT)
    with pytest.raises(Misconfigured, match=r'letters\.tls = "none"'):
        letterbox(file, carebot_smtp_password="p", carebot_microsoft_secret="s")


def test_an_authority_that_is_no_file_of_certificates_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    for content in (None, "no certificate"):
        if content is not None:
            path.write_text(content)
        file = settings({"certificate_authority": str(path)})
        with pytest.raises(Misconfigured, match=r"letters\.certificate_authority"):
            letterbox(file, carebot_smtp_password="p")


def test_e32_a_bounce_address_with_a_plus_of_its_own_is_refused_where_letters_are_named() -> None:
    file = settings({"verp": True, "envelope_sender": "cc+b@westmere.example"})
    with pytest.raises(Misconfigured, match=r"letters\.envelope_sender = 'cc\+b@.*without a plus"):
        letterbox(file, carebot_smtp_password="p")


def test_e34_notify_needs_its_section_and_its_key() -> None:
    with pytest.raises(Misconfigured, match=r'letters\.by = "notify".*\[notify\]'):
        letterbox(settings({"by": "notify"}))
    section = {"template_id": TEMPLATE}
    with pytest.raises(Misconfigured, match="CAREBOT_NOTIFY_KEY"):
        letterbox(settings({"by": "notify"}, notify=section))
    with pytest.raises(Misconfigured, match=r"notify\.template_id"):
        settings({"by": "notify"}, notify={"template_id": "the usual"})
    made = letterbox(settings({"by": "notify"}, notify=section), carebot_notify_key=KEY)
    assert isinstance(made, NotifyLetterbox)


@pytest.mark.parametrize("sender", ["", "a-base-that-is-too-long@westmere.example"])
def test_e32_verp_needs_an_address_with_room_for_a_token(sender: str) -> None:
    file = settings({"verp": True, "envelope_sender": sender}, ("user",))
    with pytest.raises(Misconfigured, match=r"letters\.envelope_sender"):
        letterbox(file)


@pytest.mark.parametrize("sender", [None, "bounces@westmere.example"])
def test_e32_the_reader_knows_the_address_that_verp_is_made_of(sender: str | None) -> None:
    given = {} if sender is None else {"envelope_sender": sender}
    reader = reader_of(settings({"verp": True, **given}))
    assert reader._bounces_to == (sender or "complaints@westmere.example")
    assert reader_of(settings({}))._bounces_to == ""


@pytest.mark.parametrize("library", ["msal", "notifications_python_client"])
def test_a_library_for_some_is_imported_only_where_the_settings_ask_for_it(library: str) -> None:
    said = f"import bot.wiring, sys; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


def test_e34_where_notifys_library_is_missing_the_start_stops_and_says_what_to_install(
    tmp_path: Path,
) -> None:
    (tmp_path / "notifications_python_client.py").write_text("raise ImportError")
    data = tomllib.loads(EXAMPLE.read_text())
    data["letters"]["by"] = "notify"
    data["notify"] = {"template_id": TEMPLATE}
    config = tmp_path / "council.toml"
    config.write_text(tomli_w.dumps(data))
    secrets = {
        "CAREBOT_NOTIFY_KEY": KEY,
        "CAREBOT_STORE": f"sqlite:///{tmp_path / 'carebot.db'}",
        "CAREBOT_IMAP_PASSWORD": "p",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "PYTHONPATH": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--config", str(config)],
        env=os.environ | secrets,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "install carebot[notify]" in ended.stderr.replace("\n", " ")
