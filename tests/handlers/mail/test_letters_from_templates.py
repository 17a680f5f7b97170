"""Templates: any name and text, a council's own, and what stops the start (requirement 35)."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from bot.config import read_council_file
from bot.wiring import ombudsman_paragraph_of
from handlers.mail.letters import TemplateLetters, templates
from handlers.mail.letters.words import salutation
from models.errors import Misconfigured, Refused
from models.letter import Extension, LetterKind
from tests.handlers.mail.test_letters import FROM, KINDS, LETTERS, facts
from tests.support.council import EXAMPLE


def own(folder: Path) -> TemplateLetters:
    return TemplateLetters(
        council_name="C", from_address=FROM, from_name="C", sign_off="C",
        ombudsman_paragraph=None, own_templates=folder,
    )  # fmt: skip


def written(folder: Path, text: str, name: str = "acknowledgement.txt.jinja") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name",
    [
        "Jane O'Hara", "Siân Ní Bhriain", "François-Xavier", "J. R. Hartley", "Nguyễn Văn Đức",
        "प्रिया शर्मा", "محمد علي", "Σοφία Παππά", "Олена Шевченко", "山田 太郎", "สมชาย ใจดี",
        "אברהם לוי", "ஸ்ரீனிவாசன்", "김민준", "فاطمه‌زهرا", "Ọláyínká",
    ],
)  # fmt: skip
def test_a_name_in_any_script_is_greeted(name: str) -> None:
    shown = salutation(name)
    assert shown is not None
    draft = LETTERS.draft(LetterKind.ACKNOWLEDGEMENT, facts(customer_name=name))
    assert draft.startswith(f"Dear {shown},\n")


@pytest.mark.parametrize(
    "name",
    ["Win £1,000", "see x.example", "x@y.example", "a/b", "J" * 61, "Z\u0300\u0301\u0302\u0303o",
     "\u202eevil", "a\u2028b: c", "123", "Bob; click", "{{ 7*7 }}", "🎉"],
)  # fmt: skip
def test_e31_what_may_be_more_than_a_name_is_not_repeated(name: str) -> None:
    assert salutation(name) is None


class Words(HTMLParser):
    """The elements, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


HOSTILE = "<script>x</script><img src=x onerror=y> {{ 7*7 }} {% raw %}"
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "body",
    "main",
    "div",
    "h1",
    "h2",
    "p",
    "br",
    "ul",
    "li",
    "a",
}


@KINDS
@given(name=st.text(max_size=60), subject=st.text(max_size=60), reason=st.text(min_size=1))
@example(name=HOSTILE, subject=HOSTILE, reason=HOSTILE)
def test_whoever_writes_about_whatever_the_html_is_well_formed_and_has_no_markup_of_theirs(
    kind: LetterKind, name: str, subject: str, reason: str
) -> None:
    to = facts().extension
    case = facts(customer_name=name, subject=subject, extension=Extension(to.to, reason))
    try:
        text = LETTERS.draft(kind, case).replace("[What", "(What").replace("]\n", ")\n")
        done = LETTERS.finish(kind, case, text)
    except Refused:
        if kind is not LetterKind.HOLDING_REPLY:
            raise
        return
    html = Words(done.html)
    assert html.tags <= OURS
    assert "".join(html.words.split()).endswith("".join(done.text.replace("- ", "").split())[-20:])
    parser = etree.HTMLParser(recover=False)
    etree.fromstring(done.html, parser)
    assert [e for e in parser.error_log if "Tag main invalid" not in e.message] == []
    if subject.strip() == HOSTILE:
        assert HOSTILE not in done.text.replace(reason, "")


def test_a_holding_reply_says_old_and_new_date_and_the_reason_where_the_line_stood() -> None:
    case = facts()
    without = replace(case, extension=replace(case.extension, reason=""))
    text = LETTERS.draft(LetterKind.HOLDING_REPLY, without)
    assert "[The reason, as you give it above]" in text
    done = LETTERS.finish(LetterKind.HOLDING_REPLY, case, text)
    for words in ("Monday 22 June 2020", "Monday 6 July 2020", "\n\nThe driver was away.\n\n"):
        assert words in done.text
    assert done.extension == case.extension


@pytest.mark.parametrize(
    ("taken_out", "why"),
    [("[The reason, as you give it above]", "the reason"), ("Monday 6 July 2020", "the new date")],
)
def test_a_holding_reply_without_its_reason_or_date_is_refused(taken_out: str, why: str) -> None:
    case = facts()
    text = LETTERS.draft(
        LetterKind.HOLDING_REPLY, replace(case, extension=replace(case.extension, reason=""))
    )
    with pytest.raises(Refused, match=f"does not say {why}"):
        LETTERS.finish(LetterKind.HOLDING_REPLY, case, text.replace(taken_out, "soon"))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("Dear {{ nmae }}", 1, "there is no nmae"),
        (
            "Hello\n\n{% if category == 'never' %}\n{{ colour }}\n{% endif %}",
            4,
            "there is no colour",
        ),
        ("Hello\n{% if decided %}\nx", 2, "Unexpected end"),
        ("Hello\n{{ reference", 2, "unexpected end"),
        ("Hello\n\n{{ reference.upper().nothing.more }}", 3, "cannot be filled in"),
        ("Hello\n{{ respond_by.strip() }}", 2, "cannot be filled in"),
        ("Hello\n\n{% include '_missing.jinja' %}", 3, "cannot be filled in"),
        ("Hello {{ reference|shout }}", 1, "shout"),
    ],
)
def test_a_template_that_cannot_be_filled_in_stops_the_start_with_file_and_line(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(Misconfigured) as stopped:
        own(tmp_path)
    assert str(stopped.value).startswith(f"{path}, line {line}: ")
    assert why in str(stopped.value)


def test_a_template_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "response.txt.jinja"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(Misconfigured, match=r"response\.txt\.jinja, line 1"):
        own(tmp_path)
    assert path.exists()


def test_html_of_a_councils_own_is_looked_at_too(tmp_path: Path) -> None:
    written(tmp_path, "<p>{{ heading }}\n{{ logo }}", "letter.html.jinja")
    with pytest.raises(Misconfigured, match=r"letter\.html\.jinja, line 2: there is no logo"):
        own(tmp_path)


def test_a_misspelt_file_name_is_named_with_what_is_allowed(tmp_path: Path) -> None:
    written(tmp_path, "Hello", "acknowledgment.txt.jinja")
    with pytest.raises(Misconfigured, match=r"no letter has this name; allowed: acknowledgement"):
        own(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"letters\.templates = .*there is no such folder"):
        own(tmp_path / "nowhere")


def test_parts_that_templates_include_may_have_any_name_with_an_underscore(tmp_path: Path) -> None:
    written(tmp_path, "{{ council }}, our ref. {{ reference }}", "_ref.jinja")
    written(tmp_path, "{% include '_ref.jinja' %}")
    assert own(tmp_path).draft(LetterKind.ACKNOWLEDGEMENT, facts()) == "C, our ref. CC-2026-00042\n"


@KINDS
def test_our_own_templates_pass_what_a_councils_must(kind: LetterKind, tmp_path: Path) -> None:
    for path in templates.OURS.glob("*.jinja"):
        written(tmp_path, path.read_text(), path.name)
    assert own(tmp_path).draft(kind, facts())


def test_another_nations_council_must_name_its_own_ombudsman() -> None:
    file = read_council_file(EXAMPLE)
    scottish = file.model_copy(
        update={"council": file.council.model_copy(update={"nation": "scotland"})}
    )
    assert ombudsman_paragraph_of(file) is None
    with pytest.raises(Misconfigured, match=r"letters\.ombudsman_paragraph is not set"):
        ombudsman_paragraph_of(scottish)


@KINDS
def test_every_word_that_a_template_may_use_is_in_the_docs_and_no_other(kind: LetterKind) -> None:
    page = (EXAMPLE.parent / "docs" / "letters.md").read_text(encoding="utf-8")
    table = page[page.index("| word |") :].split("\n\n")[0]
    documented = {line.split("`")[1] for line in table.splitlines()[2:]}
    assert documented == set(LETTERS._values(kind, facts()))
