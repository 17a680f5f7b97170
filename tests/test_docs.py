"""What the docs say is so: commands, settings, states, kinds, files and names."""

import ast
import re
import runpy
from pathlib import Path
from typing import get_args

import pytest
import typer
from pydantic import BaseModel

from bot.cli import app
from bot.config import CouncilFile, Environment
from handlers.slack import commands, wording
from handlers.slack.listeners import ACTIONS, COMMAND
from models.allowed import RULES
from models.case import Action, State
from models.outbox import Kind
from tests.support.council import EXAMPLE

ROOT = EXAMPLE.parent
README = (ROOT / "README.md").read_text()
WAY = (ROOT / "docs" / "a-messages-way.md").read_text()
PAGES = [README, *(page.read_text() for page in sorted((ROOT / "docs").rglob("*.md")))]


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below the line that starts with `heading`."""
    lines = page[page.index(heading) :].splitlines()
    table = []
    for line in lines[1:]:
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip("|").split("|")])
        elif table:
            break
    return table[2:]


def test_every_command_is_in_the_readme_and_the_other_way_round() -> None:
    documented = re.findall(r"^\| `carebot (\w+)` \|", README, re.MULTILINE)
    assert sorted(documented) == sorted(typer.main.get_command(app).commands)


def test_every_variable_of_the_environment_is_in_the_readme() -> None:
    for name in Environment.model_fields:
        assert f"`{name.upper()}`" in README


def test_every_word_of_the_slash_command_is_in_the_readme_and_in_its_help() -> None:
    for word in filter(None, commands._WORDS):
        assert f"`{COMMAND} {word}`" in README
        assert f"`{COMMAND} {word}`" in wording.HELP


def sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    found = []
    for field in model.model_fields.values():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found += [kind, *sections(kind)]
    return found


def test_every_setting_stands_in_the_example_in_use_or_as_a_comment() -> None:
    text = EXAMPLE.read_text()
    keys = {name for section in sections(CouncilFile) for name in section.model_fields}
    missing = [
        k for k in sorted(keys) if not re.search(rf"^(# )?{k} = |\[\w+\.{k}\]", text, re.MULTILINE)
    ]
    assert missing == []


def test_the_table_of_states_and_actions_is_drawn_from_the_code() -> None:
    drawing = runpy.run_path(str(ROOT / "docs" / "draw_actions.py"))
    assert drawing["drawn"](WAY) == WAY, "run .venv/bin/python docs/draw_actions.py"
    assert set(RULES) == set(Action) == set(ACTIONS)
    rows_drawn = {row[0]: row[3:] for row in rows(WAY, "## States and actions")}
    for action, rule in RULES.items():
        assert rows_drawn[action.value] == [
            *("yes" if state in rule.states else "no" for state in State),
            "; ".join(condition.words for condition in rule.conditions) or "-",
        ]


def test_every_kind_of_thing_that_leaves_is_described() -> None:
    described = {row[0].strip("`") for row in rows(WAY, "## What leaves")}
    assert described == {kind.value for kind in Kind}


def test_the_tree_in_the_readme_names_every_folder_of_ours() -> None:
    tree = README[README.index("## Where things are") :]
    named = set(re.findall(r"^ {4}(\w+)/ ", tree, re.MULTILINE))
    ours = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith((".", "_")) and path.name != "dist"
    }
    assert named == ours


@pytest.mark.parametrize("page", PAGES, ids=range(len(PAGES)))
def test_every_file_and_name_that_a_page_points_to_exists(page: str) -> None:
    for path, name in re.findall(r"`([\w/.-]+\.py)(?:::(\w+))?`", page):
        source = ROOT / path
        assert source.is_file(), path
        if name:
            tree = ast.parse(source.read_text())
            defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
            defined |= {
                target.id
                for node in tree.body
                if isinstance(node, ast.Assign | ast.AnnAssign)
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name)
            }
            assert name in defined, f"{path}::{name}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_promise_of_the_mail_intake_has_tests_of_its_number_and_the_other_way_round() -> None:
    page = (ROOT / "docs" / "mail.md").read_text()
    promised = {n.lower() for n in re.findall(r"^\| ([A-F]\d+) \|", page, re.MULTILINE)}
    named = re.compile(r"def test_([a-f])(\d\d)_")
    tested = {
        f"{part}{int(number)}"
        for file in (ROOT / "tests").rglob("test_*.py")
        for part, number in named.findall(file.read_text())
    }
    assert tested == promised


def test_no_code_of_ours_is_replaced_by_a_mock() -> None:
    words = ("Magic" + "Mock", "mock." + "patch", "monkeypatch." + "setattr")
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text()
        assert not [word for word in words if word in text], path


def test_only_the_command_line_and_the_clock_read_the_time() -> None:
    reads = re.compile(r"datetime\.now\(|time\.time\(\)|date\.today\(")
    below = [p for f in ("handlers", "classifier", "models") for p in (ROOT / f).rglob("*.py")]
    assert [str(p) for p in below if reads.search(p.read_text())] == []


def test_no_test_sleeps() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        assert "time." + "sleep(" not in path.read_text(), path


def test_the_packages_files_are_small_enough_to_read() -> None:
    folders = ("bot", "handlers", "classifier", "models")
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if len(path.read_text().splitlines()) > 480
    }
    assert long == {}, Path
