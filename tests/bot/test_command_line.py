"""The commands from the outside, as processes: what they print and how they exit."""

import json
import mailbox
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.outbox import Kind
from models.store import open_store
from tests.support.council import EXAMPLE
from tests.support.office import email, everything_waiting

BINS = (
    "My brown bin at 14 Tanner's Row has been missed again, for the third collection running. "
    "I rang twice and was promised a crew and nobody came. I want to complain about the service."
)
POTHOLE = "There is a deep pothole on Mill Lane by the railway bridge. Please have it filled."


def carebot(
    *arguments: str, folder: Path, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK", "CAREBOT"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment
        | {
            "CAREBOT_STORE": f"sqlite:///{folder / 'carebot.db'}",
            "PYTHONPATH": str(EXAMPLE.parent),
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def ingest(folder: Path, *paths: str) -> list[dict[str, object]]:
    done = carebot("ingest", *paths, "--json", "--config", str(EXAMPLE), folder=folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_ingest_takes_in_files_folders_maildirs_and_mboxes_and_prints_a_line_each(
    tmp_path: Path,
) -> None:
    (tmp_path / "one.eml").write_bytes(email(BINS))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "two.eml").write_bytes(email(POTHOLE, Message_ID="<2@x>", From="Al <al@x.example>"))
    (folder / "three.eml").write_bytes(email(BINS))
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(email("I am away", Message_ID="<4@x>", Auto_Submitted="auto-replied"))
    maildir.close()
    mbox = mailbox.mbox(tmp_path / "old.mbox")
    mbox.add(email("PS: still there.", Message_ID="<5@x>", In_Reply_To="<first@post.example>"))
    mbox.close()

    lines = ingest(tmp_path, "one.eml", "folder", "maildir", "old.mbox")
    outcomes = {Path(str(line["file"])).name.partition("#")[0]: line for line in lines}
    assert [line["outcome"] for line in lines].count("case") == 2
    first = outcomes["one.eml"]
    assert (first["outcome"], first["from"], first["subject"]) == (
        "case",
        "jo@post.example",
        "Bins",
    )
    assert str(first["new_text"]).strip() == BINS
    assert first["attachments"] == []
    prediction = first["prediction"]
    assert isinstance(prediction, dict)
    assert (prediction["category"], prediction["service"]) == ("complaint", "waste_recycling")
    assert outcomes["three.eml"]["outcome"] == "duplicate"
    assert outcomes["three.eml"]["reference"] == first["reference"]
    assert outcomes["old.mbox"]["outcome"] == "reply"
    pothole = outcomes["two.eml"]["prediction"]
    assert isinstance(pothole, dict)
    assert (pothole["category"], pothole["authority"]) == ("non_council", "county_highways")
    assert {line["outcome"] for line in lines} == {"case", "duplicate", "reply", "automatic"}


def test_what_must_leave_waits_in_the_outbox_after_an_ingest(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(email(BINS))
    ingest(tmp_path, "one.eml")
    store = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    kinds = [parcel.kind for parcel in everything_waiting(store)]
    store.close()
    assert kinds == [Kind.CARD, Kind.WORDS, Kind.LETTER]


def test_the_same_files_a_second_time_are_all_duplicates(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(email(BINS))
    ingest(tmp_path, "one.eml")
    assert [line["outcome"] for line in ingest(tmp_path, "one.eml")] == ["duplicate"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ingest", "nowhere.eml", "--config", str(EXAMPLE)), "nowhere.eml"),
        (("ingest", "x.eml"), "council.toml"),
        (("classify", "nowhere.eml"), "nowhere.eml"),
        (("run", "--config", str(EXAMPLE)), "SLACK_APP_TOKEN"),
        (("tick", "--now", "yesterday", "--config", str(EXAMPLE)), "yesterday"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_a_wrong_call_or_setting_exits_with_two_and_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = carebot(*arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_classify_reads_one_email_from_a_file_or_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(email(BINS))
    by_file = carebot("classify", "one.eml", "--json", folder=tmp_path)
    piped = carebot("classify", "--json", folder=tmp_path, stdin=email(BINS).decode())
    assert json.loads(by_file.stdout) == json.loads(piped.stdout)
    assert json.loads(by_file.stdout)["topic"] == "missed_bin"


def test_classify_answers_json_lines_in_order_and_names_a_broken_one(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "subject": "Bins", "body": BINS}),
        "{not json",
        json.dumps({"id": "b", "subject": "Hole", "body": POTHOLE, "from": "al@x.example"}),
    ]
    done = carebot("classify", "--jsonl", "-", folder=tmp_path, stdin="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    first, broken, last = map(json.loads, done.stdout.splitlines())
    assert (first["category"], last["category"]) == ("complaint", "non_council")
    assert broken["line"] == 2
    assert "error" in broken


def test_classify_answers_a_line_before_the_next_one_is_written() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "classify", "--jsonl", "-"],
        cwd=EXAMPLE.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for body in (BINS, POTHOLE):
            process.stdin.write(json.dumps({"subject": "", "body": body}) + "\n")
            process.stdin.flush()
            assert "category" in json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(20) == 0


def test_every_command_has_help() -> None:
    for command in ("demo", "run", "ingest", "classify", "train", "evaluate", "learn", "tick"):
        done = carebot(command, "--help", folder=EXAMPLE.parent)
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_the_demo_tells_its_story_to_the_end(tmp_path: Path) -> None:
    done = carebot("demo", "--headless", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["messages_taken_in"] == 16
    assert summary["taken_in"] == {"case": 13, "automatic": 1, "duplicate": 1, "reply": 1}
    assert summary["cases"] == summary["cards"] == summary["acknowledgements"] == 13
    assert sum(summary["cases_by_category"].values()) == 13
    assert sum(summary["cases_by_service"].values()) == 13
    assert summary["answers"] == summary["lessons"] == 1
    assert summary["agreed_and_open_at_the_end"] == 1
    assert summary["reminders"] > 0
    assert summary["morning_lists"] > 0
    assert set(summary["outbox"]) <= {"sent", "dropped"}
