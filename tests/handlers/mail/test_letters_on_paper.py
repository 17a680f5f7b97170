"""A letter on paper: the document that is printed (requirement 18)."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as Paper
from docx.shared import Emu, Mm
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.letters import TemplateLetters
from models.errors import Misconfigured, Refused
from models.letter import Going, Letter, LetterKind, Way
from tests.handlers.mail.test_letters import FROM, KINDS, facts

NAME = "Westmere Borough Council"
LETTERS = TemplateLetters(
    council_name=NAME, from_address=FROM, from_name=NAME, sign_off="Yours sincerely\nCare Team",
    ombudsman_paragraph=None, letterhead="Town Hall\n01632 960000",
)  # fmt: skip
ADDRESS = "Ms Jane O'Hara\nFlat 2\n14 Mill Lane\nWestmere\nWM2 3AB"
ON_PAPER = facts(going=Going(Way.LETTER, ADDRESS), address="")
TEXT = "Dear Jane\n\nWhat we did\n\nWe did this.\n\n- one\n- two\n\nYours sincerely\nCare Team"


def letter(kind: LetterKind = LetterKind.RESPONSE, text: str = TEXT, **changes: object) -> Letter:
    if kind is not LetterKind.RESPONSE:
        text = LETTERS.draft(kind, ON_PAPER)
    return LETTERS.finish(kind, replace(ON_PAPER, **changes), text)


def opened(done: Letter) -> Paper:
    return Document(BytesIO(LETTERS.document(done)))


def lines(paper: Paper) -> list[tuple[str, str]]:
    return [(p.style.name, p.text) for p in paper.paragraphs]


@KINDS
def test_a_letter_on_paper_needs_no_email_address_and_has_its_postal_one(kind: LetterKind) -> None:
    done = letter(kind)
    assert (done.way, done.recipient, done.html) == (Way.LETTER, "", "")
    assert (done.postal_address, done.written_on) == (ADDRESS, date(2020, 6, 1))
    assert Letter.from_json(done.to_json()) == done


@KINDS
def test_no_letter_on_paper_speaks_of_an_email(kind: LetterKind) -> None:
    assert "email" not in LETTERS.draft(kind, ON_PAPER)


def test_the_document_says_address_date_reference_heading_and_text_in_this_order() -> None:
    said = lines(opened(letter()))
    assert [text for _, text in said[:5]] == ADDRESS.split("\n")
    assert said[5:] == [
        ("Normal", "Monday 1 June 2020"),
        ("Normal", "Our reference: CC-2026-00042"),
        ("Heading 1", "Our answer to your complaint"),
        ("Normal", "Dear Jane"),
        ("Heading 2", "What we did"),
        ("Normal", "We did this."),
        ("List Bullet", "one"),
        ("List Bullet", "two"),
        ("Normal", "Yours sincerely"),
        ("Normal", "Care Team"),
    ]


def test_the_page_is_a4_with_the_councils_name_above_and_page_numbers_below() -> None:
    section = opened(letter()).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    head = [p.text for p in section.first_page_header.paragraphs]
    assert head == [NAME, "Town Hall", "01632 960000"]
    for footer in (section.first_page_footer, section.footer):
        xml = footer.paragraphs[0]._p.xml
        assert 'w:instr="PAGE"' in xml
        assert 'w:instr="NUMPAGES"' in xml
        assert "CC-2026-00042" in footer.paragraphs[0].text


def height(paragraphs: list) -> float:
    """In millimetres, of lines whose height is fixed."""
    forms = [p.paragraph_format for p in paragraphs]
    return sum(Emu(f.line_spacing + f.space_before + f.space_after).mm for f in forms)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 7), st.integers(0, 5), st.integers(1, 90))
def test_the_address_stands_in_the_window_whatever_the_letterhead(
    address_lines: int, head_lines: int, name_length: int
) -> None:
    letters = TemplateLetters(
        council_name="N" * name_length, from_address=FROM, from_name=NAME, sign_off="x",
        ombudsman_paragraph=None, letterhead="\n".join(["x"] * head_lines),
    )  # fmt: skip
    going = Going(Way.LETTER, "\n".join(["line"] * address_lines))
    done = letters.finish(LetterKind.RESPONSE, facts(going=going), TEXT)
    paper = Document(BytesIO(letters.document(done)))
    section = paper.sections[0]
    top = section.header_distance.mm + height(section.first_page_header.paragraphs)
    assert top == pytest.approx(39.5, abs=0.1)
    assert section.left_margin == pytest.approx(Mm(24.6), abs=400)
    assert top + height(paper.paragraphs[:address_lines]) == pytest.approx(
        39.5 + 26.8 + 12, abs=0.2
    )


def test_the_document_is_in_british_english_with_a_title_of_its_own() -> None:
    paper = opened(letter())
    assert 'w:lang w:val="en-GB"' in paper.styles.element.xml
    assert paper.core_properties.language == "en-GB"
    assert paper.core_properties.title == "Our answer to your complaint (CC-2026-00042)"
    assert paper.core_properties.author == NAME


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=300))
def test_any_text_becomes_a_document_that_says_all_of_it(text: str) -> None:
    try:
        done = letter(text=f"Dear Jane\n\n{text}")
    except Refused:
        return
    said = "".join(t for _, t in lines(opened(done)))
    squeezed = "".join(said.replace("\t", "").split())
    wanted = "".join(done.text.replace("- ", "").replace("• ", "").replace("\t", "").split())
    assert (
        squeezed.replace("-", "")
        .replace("•", "")
        .endswith(wanted.replace("-", "").replace("•", ""))
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "each line on its own"),
        ("Jane", "each line on its own"),
        ("\n".join("abcdefgh"), "more than 7 lines"),
        ("Jane\n" + "x" * 51, "longer than 50"),
    ],
)
def test_an_address_that_would_not_show_in_the_window_is_refused(address: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        letter(going=Going(Way.LETTER, address))


def test_an_address_is_tidied() -> None:
    going = Going(Way.LETTER, "  Jane \r\n\r\n 1  High Street\x00 \n")
    assert letter(going=going).postal_address == "Jane\n1 High Street"


def test_a_letterhead_that_would_push_the_address_down_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match=r"letters\.letterhead has 6 lines; allowed: 5"):
        TemplateLetters(
            council_name=NAME, from_address=FROM, from_name=NAME, sign_off="x",
            ombudsman_paragraph=None, letterhead="\n".join("abcdef"),
        )  # fmt: skip
