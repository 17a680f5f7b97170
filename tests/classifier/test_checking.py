"""`carebot corpus check`: each kind of wrong thing is found, and named; the real corpus has none."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import app
from classifier.checking.card import BEGIN, END, write_card
from classifier.checking.check import check_corpus
from classifier.checking.coverage import coverage_of
from classifier.checking.rules import RULES
from classifier.labelled import CORPUS, Labelled, read_labelled
from classifier.learning import FROZEN
from models.council import CouncilType, default_catalogue
from models.errors import Misconfigured
from models.prediction import Category, Flag, Intent

DISTRICT = default_catalogue(CouncilType.DISTRICT)

TEXTS = (
    "The crew went by our lane on Monday and never stopped for the brown bin.",
    "Who do I ask about the kerb of a grave that has sunk since the winter?",
    "My grandson swam his first length with Aisha, please tell her manager.",
    "The street lamp at the corner of Quince Row flickers from dusk to dawn.",
    "May I pay the second instalment in October, I change jobs that month?",
)


def line(number, file="01", **differing):
    """A line that is right: a first report of a missed bin, in words that no other line has."""
    fields = {
        "id": f"{file}-{number:03}",
        "scenario": f"{file}-{number:03}",
        "subject": f"About {number}",
        "body": TEXTS[number % len(TEXTS)],
        "topic": "missed_bin",
        "second_topic": None,
        "intent": "enquiry",
        "category": "general_enquiry",
        "service": "waste_recycling",
        "authority": None,
        "secondary_authority": None,
        "flags": [],
        "form": "email",
    }
    return fields | differing


@pytest.fixture
def checked(tmp_path):
    """Write lines to the files of their ids, with a card that agrees, and check them."""
    folder = tmp_path / "corpus"

    def write(into, lines, file=None):
        into.mkdir(exist_ok=True)
        for one in lines:
            name = file or (one["id"].partition("-")[0] if isinstance(one, dict) else "01")
            with (into / f"{name}.jsonl").open("a", encoding="utf-8") as out:
                out.write((json.dumps(one) if isinstance(one, dict) else one) + "\n")

    def check(*lines, file=None, frozen=(), card=True):
        write(folder, lines, file)
        if frozen:
            write(tmp_path / "frozen", frozen, "judged")
        if card:
            readable = check_corpus(folder, DISTRICT, None).coverage
            write_card(folder, readable)
        return check_corpus(folder, DISTRICT, None)

    check.folder = folder
    return check


def only(found):
    (finding,) = found.findings
    return finding


def test_nothing_is_found_where_nothing_is_wrong(checked):
    found = checked(*map(line, range(5)))
    assert (found.findings, found.ok) == ((), True)


@pytest.mark.parametrize(
    ("wrong", "field", "says", "allowed"),
    [
        ({"topic": "bins"}, "topic", "'bins'", "missed_bin"),
        ({"topic": None}, "topic", "missing", ""),
        ({"second_topic": "bins"}, "second_topic", "'bins'", "noise"),
        ({"intent": "praise"}, "intent", "'praise'", "compliment"),
        ({"intent": None}, "intent", "missing", ""),
        ({"category": "praise"}, "category", "'praise'", "general_enquiry"),
        ({"flags": ["fire"]}, "flags", "'fire'", "hazard"),
        ({"flags": ["hazard", "hazard"]}, "flags", "stands twice", "each once"),
        ({"flags": "hazard"}, "flags", "not a list", ""),
        ({"flags": None}, "flags", "missing", ""),
        ({"form": "fax"}, "form", "'fax'", "street_report"),
        ({"body": " \n"}, "body", "empty", ""),
        ({"subject": 7}, "subject", "not text", ""),
        ({"scenario": ""}, "scenario", "empty", ""),
        ({"secondary_authority": "the_moon"}, "secondary_authority", "'the_moon'", "police"),
        ({"colour": "red"}, "colour", "no such field", "subject"),
    ],
)
def test_a_wrong_field_is_named_with_file_line_and_what_is_allowed(
    checked, wrong, field, says, allowed
):
    finding = only(checked(line(0), line(1, **wrong)))
    assert (finding.file, finding.line, finding.field) == ("01.jsonl", 2, field)
    assert says in finding.wrong
    assert allowed in finding.allowed
    assert finding.to_text().startswith(f"01.jsonl, line 2: {field}: ")


def test_a_missing_field_is_named_also_where_it_may_be_null(checked):
    without = line(1)
    del without["authority"]
    assert only(checked(line(0), without)).field == "authority"


def test_every_wrong_field_of_every_line_is_found_not_only_the_first(checked):
    found = checked(line(0, topic="bins", form="fax"), "{", "[]", line(1, intent="x"))
    assert [(finding.line, finding.field) for finding in found.findings] == [
        (1, "topic"),
        (1, "form"),
        (2, ""),
        (3, ""),
        (4, "intent"),
    ]


def test_an_id_stands_once_and_in_its_own_file(checked):
    twice = only(checked(line(0), line(0, body=TEXTS[1])))
    assert (twice.line, twice.field) == (2, "id")
    assert "01.jsonl, line 1" in twice.wrong


def test_an_id_of_another_file_is_found(checked):
    assert only(checked(line(0, "07"), file="02")).allowed == "02-…"


def test_a_scenario_lies_in_one_file(checked):
    found = checked(line(0, scenario="one"), line(1, "02", scenario="one"))
    assert [(finding.file, finding.field) for finding in found.findings] == [
        ("01.jsonl", "scenario"),
        ("02.jsonl", "scenario"),
    ]
    assert "01.jsonl and 02.jsonl" in found.findings[0].wrong


@pytest.mark.parametrize(
    ("differing", "field", "allowed"),
    [
        ({"category": "complaint"}, "category", "general_enquiry"),
        ({"service": "housing"}, "service", "waste_recycling"),
        ({"authority": "police"}, "authority", "null"),
        ({"second_topic": "missed_bin"}, "second_topic", "another"),
        ({"second_topic": "pavement"}, "secondary_authority", "county_highways"),
        (
            {"second_topic": "pavement", "secondary_authority": "police"},
            "secondary_authority",
            "county_highways",
        ),
        ({"flags": ["information_request"]}, "topic", "information_rights"),
        (
            {
                "flags": ["information_request"],
                "intent": "complaint",
                "category": "complaint",
            },
            "second_topic",
            "information_rights",
        ),
        (
            {
                "topic": "pavement",
                "category": "non_council",
                "service": None,
                "authority": "county_highways",
                "second_topic": "police_matter",
                "secondary_authority": "police",
            },
            "secondary_authority",
            "null",
        ),
    ],
)
def test_labels_that_contradict_each_other_are_found(checked, differing, field, allowed):
    finding = only(checked(line(0), line(1, **differing)))
    assert (finding.line, finding.field) == (2, field)
    assert allowed in finding.allowed
    assert "01-001" in finding.wrong


@pytest.mark.parametrize(
    "differing",
    [
        {"second_topic": "noise"},
        {"second_topic": "pavement", "secondary_authority": "county_highways"},
        {
            "topic": "pavement",
            "category": "non_council",
            "service": None,
            "authority": "county_highways",
            "second_topic": "pothole_road",
        },
        {
            "topic": "information_rights",
            "service": "corporate",
            "secondary_authority": "county_social_care",
            "flags": ["information_request"],
        },
        {
            "second_topic": "information_rights",
            "intent": "complaint",
            "category": "complaint",
            "flags": ["information_request"],
        },
    ],
)
def test_what_the_guide_leaves_open_is_not_found(checked, differing):
    assert checked(line(0), line(1, **differing)).ok


def test_a_text_that_another_scenario_has_nearly_is_found(checked):
    variant = TEXTS[0].replace("Monday", "Friday")
    found = checked(line(0), line(1, "02", subject="About 0", body=variant))
    finding = only(found)
    assert (finding.file, finding.line, finding.field) == ("01.jsonl", 1, "body")
    assert "02-001" in finding.wrong


def test_lines_of_one_scenario_may_be_alike(checked):
    assert checked(line(0), line(1, scenario="01-000", subject="About 0", body=TEXTS[0])).ok


def test_a_pair_that_was_read_and_told_apart_is_not_found_again(checked):
    checked.folder.mkdir()
    apart = checked.folder / "apart.txt"
    apart.write_text("# read\n01-000 02-001 two people\n", encoding="utf-8")
    assert checked(line(0), line(1, "02", subject="About 0", body=TEXTS[0])).ok


def test_what_is_told_apart_without_being_alike_or_without_a_reason_is_found(checked):
    checked.folder.mkdir()
    apart = checked.folder / "apart.txt"
    apart.write_text("01-000 01-001 two people\n01-000\n", encoding="utf-8")
    found = checked(line(0), line(1)).findings
    assert [(finding.file, finding.line) for finding in found] == [
        ("apart.txt", 2),
        ("apart.txt", 1),
    ]


def test_a_text_of_the_frozen_set_is_found_whoever_told_it_apart(checked):
    checked.folder.mkdir()
    (checked.folder / "apart.txt").write_text("01-000 judged-1 read\n", encoding="utf-8")
    judged = line(1, id="judged-1", scenario="judged-1", subject="About 0", body=TEXTS[0])
    finding = only(checked(line(0), frozen=[judged]))
    assert (finding.file, finding.field) == ("01.jsonl", "body")
    assert "judged-1 in the frozen set" in finding.wrong


def test_a_text_of_carebots_own_frozen_set_is_found_wherever_the_corpus_lies(checked, tmp_path):
    own = next(iter(read_labelled(FROZEN)))
    checked(line(1), line(2, subject=own.subject, body=own.body))
    found = check_corpus(tmp_path / "corpus", DISTRICT)
    assert any(own.id in finding.to_text() for finding in found.findings)


def test_a_scenario_of_the_frozen_set_is_found(checked):
    finding = only(checked(line(0), frozen=[line(1, id="judged-1", scenario="01-000")]))
    assert (finding.file, finding.field) == ("01.jsonl", "scenario")


@pytest.mark.parametrize(("field", "wrong"), [("service", "housing"), ("form", "fax")])
def test_wrong_labels_in_the_frozen_set_are_found_too(checked, field, wrong):
    judged = line(1, id="judged-1", scenario="judged-1") | {field: wrong}
    finding = only(checked(line(0), frozen=[judged]))
    assert (finding.file, finding.field) == ("judged.jsonl", field)


def test_a_card_whose_figures_are_old_is_found_and_written_anew(checked):
    assert checked(line(0)).ok
    finding = only(checked(line(1), card=False))
    assert (finding.file, finding.field) == ("README.md", "figures")
    assert "1 lines" in finding.wrong
    assert "2 lines" in finding.allowed
    assert checked(line(2)).ok


def test_a_missing_card_and_one_without_its_marks_are_found(checked):
    assert only(checked(line(0), card=False)).file == "README.md"
    (checked.folder / "README.md").write_text("# A card\n", encoding="utf-8")
    assert END in only(checked(line(1), card=False)).wrong


def test_writing_the_figures_leaves_every_other_word_of_the_card(checked):
    checked.folder.mkdir()
    card = checked.folder / "README.md"
    card.write_text(f"# Ours\n\n{BEGIN}\nold\n{END}\n\nMore.\n", encoding="utf-8")
    assert checked(line(0)).ok
    text = card.read_text(encoding="utf-8")
    assert text.startswith(f"# Ours\n\n{BEGIN}\n1 lines of 1 scenarios in 1 files: 01 1.")
    assert text.endswith(f"{END}\n\nMore.\n")


def test_thin_places_are_told_and_fail_nothing(checked):
    found = checked(*map(line, range(5)))
    assert found.ok
    assert "missed_bin, enquiry: 5 lines" in found.warnings
    assert "noise, compliment: 0 lines" in found.warnings
    assert any("rule 14" in warning for warning in found.warnings)


def said(body, intent=Intent.ENQUIRY, **labels):
    category = {
        Intent.ENQUIRY: Category.GENERAL_ENQUIRY,
        Intent.COMPLAINT: Category.COMPLAINT,
        Intent.COMPLIMENT: Category.COMPLIMENT,
    }[intent]
    fields = {
        "id": "01-001",
        "subject": "",
        "category": category,
        "service": "corporate",
        "authority": None,
        "topic": "council_general",
        "form": "email",
    }
    return Labelled(body=body, intent=intent, **(fields | labels))


COMPLAINT, COMPLIMENT = Intent.COMPLAINT, Intent.COMPLIMENT
ELSEWHERE = {"category": Category.NON_COUNCIL, "service": None, "authority": "police"}


@pytest.mark.parametrize(
    ("number", "case"),
    [
        (1, said("Lovely crew, but the bin is still full.", COMPLAINT)),
        (2, said("I am sick of the neighbour's music.")),
        (3, said("Not emptied today.", topic="missed_bin")),
        (4, said("Any news on my case?")),
        (5, said("I wish to appeal against this decision.")),
        (6, said("Bins, and a pothole.", secondary_authority="county_highways")),
        (
            7,
            said(
                "Sent from one to the next.",
                COMPLAINT,
                topic="contact_centre",
                secondary_authority="police",
            ),
        ),
        (8, said("I suggest a bench by the pond.")),
        (9, said("Ok thanks\n\n> Your bin is booked for Friday", form="reply_chain")),
        (10, said("Thank you so much! Could you send the form as well?", COMPLIMENT)),
        (11, said("Final decision", COMPLAINT, flags=frozenset({Flag.OMBUDSMAN}))),
        (12, said("Type of feedback: Complaint\nDetails: what day is it?", form="webform")),
        (13, said("The price of a permit has doubled.", COMPLAINT)),
        (14, said("And send me the notes.", COMPLAINT, second_topic="information_rights")),
        (15, said("I object to the licence.", topic="premises_licensing")),
        (16, said("Your crew knocked my wall down.", COMPLAINT)),
        (17, said("They never came.", COMPLAINT, **ELSEWHERE)),
        (18, said("Well done.", COMPLIMENT, secondary_authority="police")),
    ],
)
def test_each_borderline_rule_knows_a_case_of_it(number, case):
    (rule,) = [rule for rule in RULES if rule.number == number]
    assert rule.holds(case)
    assert not rule.holds(said("When does the office open on Saturday?"))


def test_there_is_a_predicate_for_each_of_the_18_rules():
    assert [rule.number for rule in RULES] == list(range(1, 19))


def test_the_words_of_a_flag_are_counted_with_it_and_without_it():
    solicitor = "My solicitor will write to you."
    flags = frozenset({Flag.LEGAL_ACTION})
    counted = coverage_of([said(solicitor), said(solicitor, flags=flags), said("Hello")])
    assert counted.flags[Flag.LEGAL_ACTION] == (1, 1)


def test_the_command_exits_with_1_where_something_is_wrong_and_says_it_as_json_too(checked):
    checked(line(0), line(1, service="housing"))
    told = CliRunner().invoke(app, ["corpus", "check", str(checked.folder)])
    assert told.exit_code == 1
    assert "01.jsonl, line 2: service: 01-001: housing does not follow" in told.stdout
    told = CliRunner().invoke(app, ["corpus", "check", str(checked.folder), "--json"])
    said_ = json.loads(told.stdout)
    assert (told.exit_code, said_["ok"], said_["findings"][0]["line"]) == (1, False, 2)
    assert said_["coverage"]["topics"]["missed_bin"]["enquiry"] == 2


def test_the_command_writes_the_card_and_then_nothing_is_wrong(checked):
    checked(line(0), card=False)
    folder = str(checked.folder)
    assert CliRunner().invoke(app, ["corpus", "check", folder]).exit_code == 1
    assert "written" in CliRunner().invoke(app, ["corpus", "card", folder]).stdout
    assert "is up to date" in CliRunner().invoke(app, ["corpus", "card", folder]).stdout
    assert CliRunner().invoke(app, ["corpus", "check", folder]).exit_code == 0


@pytest.mark.timeout(600)
def test_nothing_is_wrong_with_the_real_corpus():
    found = check_corpus(CORPUS, DISTRICT)
    assert [finding.to_text() for finding in found.findings] == []
    assert found.coverage.lines == len(read_labelled(CORPUS))
    assert found.frozen > 0


@pytest.mark.parametrize("name", ["apart.txt", "README.md"])
def test_a_file_beside_the_corpus_that_is_not_utf_8_is_named(checked, tmp_path, name):
    checked(line(1))
    (tmp_path / "corpus" / name).write_bytes(b"\xff\xfe")
    if name == "README.md":
        with pytest.raises(Misconfigured, match=r"README\.md: cannot be read as UTF-8"):
            write_card(tmp_path / "corpus", coverage_of([]))
        return
    with pytest.raises(Misconfigured, match=r"apart\.txt: cannot be read as UTF-8"):
        check_corpus(tmp_path / "corpus", DISTRICT)


def test_a_card_of_a_file_and_a_line_nested_too_deep_are_refused(tmp_path):
    file = tmp_path / "01.jsonl"
    file.write_text("[" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match="in a folder"):
        write_card(file, coverage_of([]))
    with pytest.raises(Misconfigured, match="line 1: not JSON"):
        read_labelled(file)
