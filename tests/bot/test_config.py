import tomllib
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import council_file, imap_password, read_council_file, read_environment
from bot.council_of_settings import channels_of, council_of, policy_of
from bot.mailboxes import mailboxes_of
from models.errors import Misconfigured
from models.policy import PRESETS, CountedFrom
from tests.support.council import EXAMPLE


def example() -> dict[str, object]:
    return tomllib.loads(EXAMPLE.read_text())


def with_(path: str, value: object) -> dict[str, object]:
    data = example()
    table = data
    *tables, key = path.split(".")
    for name in tables:
        table = table[name]  # type: ignore[assignment]
    table[key] = value
    return data


def test_the_example_is_a_whole_council() -> None:
    council = council_of(read_council_file(EXAMPLE))
    assert (len(council.catalogue.services), len(council.catalogue.authorities)) == (9, 15)
    assert council.policy == PRESETS["eastleigh-2021"]
    assert council.sending.undo_for.total_seconds() == 60


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("mailbox.prot", 1, "mailbox.prot: there is no such setting"),
        ("mailbox.port", "imap", "mailbox.port = 'imap'"),
        ("mailbox.port", 70_000, "mailbox.port = 70000"),
        ("council.type", "parish", "council.type = 'parish'"),
        ("council.time_zone", "Mars/Olympus", "council.time_zone = 'Mars/Olympus'"),
        ("policy.preset", "none", "allowed: eastleigh-2021, lgsco-2024"),
        ("policy.count", "never", "'next_day' or 'roll_forward'"),
        ("reminders.days_before", [-1], "reminders.days_before.0 = -1"),
        ("slack.private", {"sad": "x"}, "slack.private.sad"),
        ("letters.undo_seconds", 601, "letters.undo_seconds = 601"),
        ("letters.undo_seconds", -1, "letters.undo_seconds = -1"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(
    path: str, value: object, said: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        council_file(with_(path, value))
    assert said in str(refused.value)
    assert str(refused.value).startswith("council.toml: ")


def test_a_missing_setting_is_named() -> None:
    data = example()
    del data["council"]["name"]  # type: ignore[attr-defined]
    with pytest.raises(Misconfigured, match="council.name: this setting is missing"):
        council_file(data)


def test_a_topic_given_to_nobody_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="topics.tip = 'moon'"):
        council_of(council_file(with_("topics.tip", "moon")))


def test_a_file_that_is_not_there_or_no_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="there is no .*council.toml"):
        read_council_file(tmp_path / "council.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[council\n")
    with pytest.raises(Misconfigured, match="cannot be read"):
        read_council_file(broken)


def test_what_a_policy_changes_of_its_preset_is_changed_and_the_rest_is_kept() -> None:
    file = council_file(with_("policy", {"preset": "lgsco-2024", "respond_days": 12}))
    policy = policy_of(file)
    assert (policy.acknowledge_days, policy.respond_days) == (5, 12)
    assert policy.respond_from is CountedFrom.ACKNOWLEDGEMENT


def test_every_channel_is_known_by_the_setting_that_names_it() -> None:
    channels = channels_of(council_file(example()))
    assert channels["slack.triage_channel"] == "complaints-triage"
    assert channels["service housing: channel"] == "housing"
    assert channels["slack.private.mp_enquiry"] == "private-chief-executive"
    assert len(channels) == 2 + 9 + 5


def test_a_secret_may_stand_in_a_file_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "token"
    secret.write_text("xoxb-very-secret\n")
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(secret))
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD", "also-secret")
    environment = read_environment()
    assert environment.slack_bot_token is not None
    assert environment.slack_bot_token.get_secret_value() == "xoxb-very-secret"
    assert "very-secret" not in repr(environment)
    assert "also-secret" not in repr(environment)


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBOT_SMTP_PASSWORD_FILE", "/nowhere/at/all")
    with pytest.raises(Misconfigured, match="CAREBOT_SMTP_PASSWORD_FILE"):
        read_environment()


def of_two_mailboxes(**changes: object) -> dict[str, object]:
    data = example()
    one = data["mailbox"]
    assert isinstance(one, dict)
    data["mailbox"] = [one, one | {"name": "waste", "user": "waste@westmere.example"} | changes]
    return data


def test_a13_mailbox_is_one_table_or_several_and_the_first_ones_address_is_ours() -> None:
    file = council_file(of_two_mailboxes(address="waste@westmere.example", junk="Spam"))
    assert [one.account for one in file.mailboxes] == [
        "complaints@westmere.example",
        "waste@westmere.example",
    ]
    assert file.mailbox.address == "complaints@westmere.example"
    assert len(council_file(example()).mailboxes) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"port": "x"}, "mailbox.1.port = 'x'"),
        ({"user": "complaints@westmere.example"}, "needs a user of its own"),
        ({"name": "", "user": "other"}, "needs a name of its own"),
        ({"name": "Waste Team"}, "mailbox.1.name = 'Waste Team'"),
        ({"folders": ["INBOX", "Web"]}, "give folder, or folders, not both"),
        ({"processed": "INBOX"}, "must be different folders"),
        ({"poll_seconds": 900}, "must be less than alarm_minutes"),
        ({"tls": "none"}, 'tls = "none": a password and the mail would cross the network'),
        ({"maildir": "/var/mail/waste"}, "take out folder, host, port"),
    ],
)
def test_a13_what_is_wrong_with_one_of_several_mailboxes_is_said(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        council_file(of_two_mailboxes(**changes))
    assert said in str(refused.value)
    assert "Westmere Borough" not in str(refused.value)


def test_a10_a_mailbox_on_this_machine_needs_no_encryption() -> None:
    file = council_file(of_two_mailboxes(tls="none", host="127.0.0.1"))
    assert file.mailboxes[1].tls == "none"


def test_a13_a_maildir_stands_alone_with_what_means_something_for_it() -> None:
    data = example()
    data["mailbox"] = {"address": "a@b.example", "maildir": "/var/mail/a", "tries": 3}
    assert council_file(data).mailbox.account == "/var/mail/a"


@pytest.mark.parametrize(
    ("by", "notify", "said"),
    [
        ("smtp", {}, r'\[notify\] does nothing without \[letters\] by = "notify"'),
        ("notify", {"url": "http://notify.example"}, "notify.url = 'http://notify.example'.*https"),
        ("notify", {"url": "https://notify.example"}, None),
        ("notify", {"url": "http://localhost:8080"}, None),
    ],
)
def test_e34_notify_is_asked_over_an_encrypted_line_and_only_where_it_is_the_way_out(
    by: str, notify: dict[str, object], said: str | None
) -> None:
    data = with_("letters.by", by)
    data["notify"] = {"template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a"} | notify
    if said is None:
        assert council_file(data).notify
        return
    with pytest.raises(Misconfigured, match=said):
        council_file(data)


def test_a09_the_alarm_of_a_named_mailbox_names_the_variable_that_holds_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD", "all")
    assert imap_password(read_environment(), "waste")[1] == "CAREBOT_IMAP_PASSWORD"
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD_WASTE", "own")
    assert imap_password(read_environment(), "waste")[1] == "CAREBOT_IMAP_PASSWORD_WASTE"


def test_a13_a_named_mailbox_has_a_password_of_its_own_or_that_for_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD", "all")

    def password(name: str) -> str | None:
        found, _ = imap_password(read_environment(), name)
        return found and found.get_secret_value()

    assert [password(""), password("waste")] == ["all", "all"]
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD_WASTE", "own")
    assert [password(""), password("waste")] == ["all", "own"]
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("CAREBOT_IMAP_PASSWORD_WASTE_FILE", str(tmp_path / "secret"))
    assert password("waste") == "from a file"


def test_a13_a_mailbox_without_a_password_stops_the_start_and_names_the_variable() -> None:
    file = council_file(of_two_mailboxes())
    with pytest.raises(Misconfigured, match="CAREBOT_IMAP_PASSWORD is not set"):
        mailboxes_of(file, read_environment(), SystemClock())
