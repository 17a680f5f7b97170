"""`carebot explain` and `carebot classify` as processes: in words, as data, as a page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.test_command_line import BINS, POTHOLE, carebot
from tests.support.council import EXAMPLE
from tests.support.office import email

GAS = "My bin was missed again. There is a smell of gas from the drain. \x1b[31m[bold]Hm[/bold]"


def explain(*arguments: str, folder: Path, stdin: str | None = None) -> str:
    done = carebot("explain", *arguments, folder=folder, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_pipe_gets_the_text_with_marks_the_decision_and_what_stood_second(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(email(BINS))
    said = explain("one.eml", folder=tmp_path)
    assert said.startswith("Complaint for Waste and recycling")
    assert "[+missed] [+again]" in said
    assert "all other words" in said
    assert said.count("the decision value: all of these together") == 2
    assert said.count("Second: ") == 2
    assert "\x1b" not in said
    assert explain("-", folder=tmp_path, stdin=email(BINS).decode()) == said


def test_marks_stand_without_colour_and_what_a_customer_wrote_controls_no_terminal(
    tmp_path: Path,
) -> None:
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(EXAMPLE.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "explain", "--subject", "Gas", "--body", GAS],
        cwd=tmp_path,
        env=environment | {"FORCE_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert "[31m[bold]Hm[/bold]" in done.stdout
    assert "\x1b[31m[bold]" not in done.stdout
    assert "Flag: hazard, raised by “There is a smell of gas from the drain.”" in done.stdout


def test_as_data_the_numbers_add_up(tmp_path: Path) -> None:
    told = json.loads(explain("--body", BINS, "--json", folder=tmp_path))
    assert told["prediction"]["topic"] == told["topic"]["name"] == "missed_bin"
    for voice in (told["topic"], told["intent"]):
        words = sum(item["weight"] for item in voice["words"])
        whole = words + voice["all_other_words"] + voice["average"]
        assert whole == pytest.approx(voice["decision_value"], abs=1e-5)
    assert told["read"]["said"] == BINS
    first = told["words"][0]
    assert BINS[first["start"] : first["end"]].isalpha()
    assert told["second_owner"]["name"] != "waste_recycling"


def test_json_lines_are_explained_in_order_and_a_broken_one_is_named(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "subject": "Bins", "body": BINS}),
        "{not json",
        "",
        json.dumps({"id": "b", "body": POTHOLE}),
    ]
    said = explain("--jsonl", "-", folder=tmp_path, stdin="\n".join(lines) + "\n")
    first, broken, last = map(json.loads, said.splitlines())
    assert (first["id"], first["topic"]["name"]) == ("a", "missed_bin")
    assert broken["line"] == 2
    assert (last["id"], last["prediction"]["authority"]) == ("b", "county_highways")


def test_a_page_holds_the_same_and_nothing_that_a_customer_wrote_is_html(tmp_path: Path) -> None:
    body = f"{BINS} <script>alert(1)</script>"
    explain("--body", body, "--html", "why.html", folder=tmp_path)
    page = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert "[+missed]" in page
    assert "<script>" not in page
    assert "<title>" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("one.eml", "--body", "x"), "--subject and --body"),
        (("--jsonl", "--html", "x.html"), "--html"),
        (("nowhere.eml",), "nowhere.eml"),
    ],
)
def test_a_call_that_means_two_things_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = carebot("explain", *arguments, folder=tmp_path, stdin="")
    assert done.returncode == 2
    assert said in done.stderr


def test_classify_says_its_doubts_and_the_sentence_that_raised_a_flag(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(email(GAS))
    said = carebot("classify", "one.eml", folder=tmp_path).stdout
    assert "flag hazard: “There is a smell of gas from the drain.”" in said
    (tmp_path / "two.eml").write_bytes(
        email("Warum wurde die Mülltonne schon wieder nicht geleert?")
    )
    strange = carebot("classify", "two.eml", folder=tmp_path).stdout
    assert "a person should decide: hardly a word is known" in strange
