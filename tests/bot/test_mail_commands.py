"""`carebot mailbox`, `quarantine` and `health` from the outside, over a store that is there."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.folders import FolderState, Role
from models.store import open_store
from tests.bot.test_command_line import carebot
from tests.handlers.test_quarantine import Ward
from tests.support.council import EXAMPLE
from tests.support.office import email, open_office

NOW = datetime.now(UTC) - timedelta(minutes=1)
TODAY = NOW.date()
CONFIG = ("--config", str(EXAMPLE))
ACCOUNT = "complaints@westmere.example"
POISON = "#poison \x1b[31mred\x1b[0m \u202eright to left"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases, a copy in a second mailbox, an automatic message and a poison one."""
    path = tmp_path_factory.mktemp("store")
    office = open_office(path)
    ward = Ward(office)
    office.receive(email(), NOW, account="one")
    office.receive(email("Noise. #noise enquiry", Message_ID="<2@x>"), NOW, account="one")
    office.receive(email(), NOW, account="two")
    office.receive(email("Away", Message_ID="<3@x>", Auto_Submitted="auto-replied"), NOW)
    ward.poison(POISON, Subject="Bins\tand \u202e more", Message_ID="<4@x>")
    office.store.close()
    return path


def days() -> tuple[str, str]:
    """Whatever the council's day is by now."""
    return "--since", (TODAY - timedelta(days=1)).isoformat()


def test_f36_the_mailboxs_account_as_json_and_as_text(folder: Path) -> None:
    done = carebot("mailbox", *days(), "--json", *CONFIG, folder=folder)
    assert done.returncode == 0, done.stderr
    account = json.loads(done.stdout)
    assert account["summary"] == (
        "4 arrived: 2 cases, 0 replies, 1 automatic, 1 quarantined, 0 waiting; 1 further copy"
    )
    parts = ("cases", "replies", "automatic", "bounces", "quarantined")
    for row in (account, *account["folders"]):
        assert row["arrived"] == sum(row[part] for part in parts)
    assert {r["account"]: r["copies"] for r in account["folders"]} == {
        "intake": 0,
        "one": 0,
        "two": 1,
    }
    assert (account["accounted_for"], account["quarantine_open"]) == (True, 1)
    text = carebot("mailbox", *days(), *CONFIG, folder=folder).stdout
    assert account["summary"] in text
    assert "1 in quarantine and not dealt with" in text


def test_f36_a_day_on_which_nothing_came(folder: Path) -> None:
    done = carebot("mailbox", "--day", "2020-01-01", *CONFIG, folder=folder)
    assert done.returncode == 0
    assert "Wed 1 January 2020\n0 arrived" in done.stdout


def test_f36_something_in_the_mailbox_and_not_in_the_ledger_exits_with_one(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    with store.work() as work:
        work.folders.put(FolderState(ACCOUNT, "INBOX", Role.WATCHED, NOW, NOW, waiting=3))
    store.close()
    done = carebot("mailbox", *CONFIG, folder=tmp_path)
    assert done.returncode == 1
    assert (
        "NOT ACCOUNTED FOR: 3 in INBOX of complaints@westmere.example and not in the ledger"
        in done.stdout
    )


def test_f36_the_ignored_are_listed_with_their_reasons_and_one_is_made_a_case(folder: Path) -> None:
    listing = ("mailbox", "--ignored", *days(), "--json", *CONFIG)
    ignored = json.loads(carebot(*listing, folder=folder).stdout)["ignored"]
    assert [line["arrival"] for line in ignored] == ["duplicate", "automatic"]
    assert all(line["reason"] for line in ignored)
    number = str(ignored[1]["number"])
    undone = carebot("mailbox", "undo", number, "--by", "alex", "--json", *CONFIG, folder=folder)
    assert undone.returncode == 0, undone.stderr
    (made,) = json.loads(undone.stdout)["replayed"]
    after = json.loads(carebot(*listing, folder=folder).stdout)["ignored"][1]["became"]
    assert (after["reference"], after["by"]) == (made["reference"], "operator:alex")
    said = carebot("mailbox", "undo", "1", *CONFIG, folder=folder)
    assert (said.returncode, "nothing to undo" in said.stderr) == (1, True)


def test_a12_the_quarantine_is_listed_and_shown_without_obeying_what_is_in_it(folder: Path) -> None:
    listed = carebot("quarantine", *CONFIG, folder=folder)
    assert listed.returncode == 0, listed.stderr
    assert "not even a text can be shown" in listed.stdout
    assert "from Jo Pike <jo@post.example>" in listed.stdout
    (one,) = json.loads(carebot("quarantine", "--json", *CONFIG, folder=folder).stdout)[
        "quarantined"
    ]
    shown = carebot("quarantine", "show", str(one["number"]), *CONFIG, folder=folder)
    for text in (listed.stdout, shown.stdout, one["subject"]):
        assert "\x1b" not in text
        assert "\u202e" not in text
    written = carebot(
        "quarantine", "show", str(one["number"]), "--raw", "m.eml", *CONFIG, folder=folder
    )
    assert written.returncode == 0
    assert len((folder / "m.eml").read_bytes()) == one["size"]
    again = carebot(
        "quarantine", "show", str(one["number"]), "--raw", "m.eml", *CONFIG, folder=folder
    )
    assert (again.returncode, "m.eml cannot be written" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("quarantine", "show", "99"), 1, "no number 99"),
        (("quarantine", "replay"), 2, "--all"),
        (("quarantine", "dismiss", "5"), 2, "--reason"),
        (("mailbox", "--day", "2026-01-01", "--since", "2026-01-01"), 2, "not both"),
        (("mailbox", "--since", "2026-01-02", "--until", "2026-01-01"), 2, "before"),
        (("mailbox", "--day", "yesterday"), 2, "yesterday"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(
    folder: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = carebot(*arguments, *CONFIG, folder=folder)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_f36_health_exits_with_one_where_something_needs_somebody(folder: Path) -> None:
    done = carebot("health", "--json", *CONFIG, folder=folder)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert any("the clock's loop has never ticked" in problem for problem in told["problems"])
    assert told["quarantine_open"] == 1
    assert (
        "PROBLEM: the clock's loop has never ticked"
        in carebot("health", *CONFIG, folder=folder).stdout
    )
