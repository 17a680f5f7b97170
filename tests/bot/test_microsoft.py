import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.microsoft import MicrosoftTokens, certificate_credential
from bot.oauth import xoauth2
from models.errors import Misconfigured, Unavailable
from tests.servers.certificates import Authority
from tests.servers.token_server import CLIENT, SECRET, TENANT, Refusal, TokenServer


@pytest.fixture
def server(certificates: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.pem))
    with TokenServer(certificates) as running:
        yield running


def tokens(server: TokenServer, **changes: object) -> MicrosoftTokens:
    settings = {
        "tenant": TENANT, "client_id": CLIENT, "credential": SECRET, "authority": server.url,
        "timeout": 5.0, **changes,
    }  # fmt: skip
    return MicrosoftTokens(**settings)


def test_a10_a_token_is_asked_for_once_and_kept(server: TokenServer) -> None:
    source = tokens(server)
    assert server.asked == []
    assert source.token() == source.token() == server.given[0]
    assert len(server.given) == 1


def test_a10_a_token_near_its_end_is_replaced_before(server: TokenServer) -> None:
    server.expires_in = 290
    source = tokens(server)
    source.token()
    assert source.token() == server.given[1]


def test_a10_a_fresh_token_is_a_new_one_and_kept_in_its_turn(server: TokenServer) -> None:
    source = tokens(server)
    first = source.token()
    second = source.token(fresh=True)
    assert (first, second) == tuple(server.given)
    assert source.token() == second


def test_a10_an_application_may_prove_itself_by_a_certificate(
    server: TokenServer, certificates: Authority
) -> None:
    server.knows = certificates.rsa_certificate()
    credential = certificate_credential(server.knows.pem, None)
    assert tokens(server, credential=credential).token() == server.given[0]


def test_a10_an_encrypted_key_is_opened_by_its_passphrase(
    server: TokenServer, certificates: Authority
) -> None:
    server.knows = certificates.rsa_certificate(passphrase="open sesame")
    credential = certificate_credential(server.knows.pem, "open sesame")
    assert tokens(server, credential=credential).token() == server.given[0]


@pytest.mark.parametrize("passphrase", [None, "wrong"])
def test_a10_a_key_that_does_not_open_stops_the_start(
    certificates: Authority, passphrase: str | None
) -> None:
    encrypted = certificates.rsa_certificate(passphrase="open sesame")
    with pytest.raises(Misconfigured, match="microsoft.certificate = .*passphrase"):
        certificate_credential(encrypted.pem, passphrase)


@pytest.mark.parametrize("content", ["", "-----BEGIN PRIVATE KEY-----\nx\n", "ä"])
def test_a10_a_file_that_is_no_certificate_stops_the_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "app.pem"
    path.write_text(content)
    with pytest.raises(Misconfigured, match=r"microsoft\.certificate"):
        certificate_credential(path, None)
    with pytest.raises(Misconfigured, match="FileNotFoundError"):
        certificate_credential(tmp_path / "missing.pem", None)


def test_a10_a_wrong_secret_is_named_and_not_hurried(server: TokenServer) -> None:
    with pytest.raises(Unavailable, match=r"AADSTS7000215.*Value, not its ID") as refusal:
        tokens(server, credential="wrong").token()
    assert refusal.value.retry_after == 300
    assert "wrong" not in str(refusal.value).replace("is wrong", "")


def test_a09_a_refused_secret_is_not_tried_again_at_once_and_recovers_when_it_is_mended(
    server: TokenServer,
) -> None:
    server.refusals.append(Refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret"))
    source = tokens(server)
    for fresh in (False, False, True):
        with pytest.raises(Unavailable, match="AADSTS7000215") as refusal:
            source.token(fresh=fresh)
        assert refusal.value.retry_after == pytest.approx(300, abs=5)
    assert sum(path.endswith("/token") for path in server.asked) == 1
    server.refusals.append(Refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret"))
    hurried = tokens(server, refused_pause=0.0)
    with pytest.raises(Unavailable):
        hurried.token()
    assert hurried.token() == server.given[0]


@pytest.mark.parametrize(
    ("status", "error", "description", "advice"),
    [
        (401, "invalid_client", "AADSTS7000222: The provided keys are expired.", "has expired"),
        (401, "invalid_client", "AADSTS700027: not found", "certificate"),
        (400, "invalid_request", "AADSTS900023: odd", "tenant and client_id"),
        (400, "invalid_request", "", "tenant and client_id"),
    ],
)
def test_a10_what_entra_refuses_says_what_to_mend(
    server: TokenServer,
    status: int,
    error: str,
    description: str,
    advice: str,
) -> None:
    server.refusals.append(Refusal(status, error, description))
    with pytest.raises(Unavailable, match=advice):
        tokens(server).token()


def test_a10_an_unknown_tenant_and_an_unknown_application_are_named(server: TokenServer) -> None:
    with pytest.raises(Unavailable, match=r"AADSTS90002.*\[microsoft\] tenant"):
        tokens(server, tenant="other.example").token()
    with pytest.raises(Unavailable, match=r"AADSTS700016.*client_id"):
        tokens(server, client_id="other").token()


def test_a10_a_service_in_trouble_is_asked_again_later(server: TokenServer) -> None:
    source = tokens(server)
    source.token()
    server.refusals.append(Refusal(503, "temporarily_unavailable", "AADSTS90033: try later"))
    with pytest.raises(Unavailable) as refusal:
        source.token(fresh=True)
    assert refusal.value.retry_after is None


@pytest.mark.parametrize(
    ("status", "error", "description"),
    [
        (400, "temporarily_unavailable", "AADSTS90033: A transient error has occurred."),
        (400, "invalid_request", "AADSTS90033: A transient error has occurred."),
        (400, "server_error", ""),
        (429, "temporarily_unavailable", "slow down"),
        (503, "unavailable", ""),
    ],
)
def test_a10_what_passes_by_itself_is_no_refusal_and_nobody_is_sent_to_look_at_the_secret(
    server: TokenServer, status: int, error: str, description: str
) -> None:
    source = tokens(server)
    server.refusals.append(Refusal(status, error, description))
    with pytest.raises(Unavailable, match="no token now") as passing:
        source.token()
    assert passing.value.retry_after is None
    assert "tenant" not in str(passing.value)
    # msal itself keeps from asking the same again for a minute; another application may.
    assert tokens(server).token() == server.given[0]


def test_a10_a_host_that_is_not_there_or_not_who_it_says_gives_no_token(
    server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(Unavailable, match=r"gives no token \(SSLError\).*HTTPS"):
        tokens(server).token()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unavailable, match="ConnectionError"):
        tokens(server, authority=f"https://127.0.0.1:{port}").token()
    assert server.asked == []


def test_a10_neither_secret_nor_token_is_logged(
    server: TokenServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens(server).token()
    with pytest.raises(Unavailable):
        tokens(server, client_id="other").token()
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert said
    assert SECRET not in said
    assert server.given[0] not in said


def test_a10_the_first_response_names_the_mailbox_and_the_token() -> None:
    assert xoauth2("a@b.example", "t") == "user=a@b.example\x01auth=Bearer t\x01\x01"
