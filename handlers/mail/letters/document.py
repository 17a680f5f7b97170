"""A letter on paper: a DOCX of A4 for a window envelope, with real headings, lists and language.

The address stands where GOV.UK Notify's letter specification wants it, which fits the windows of
DL and C5 envelopes: 24.6 mm from the left, 39.5 mm from the top, seven lines in 26.8 mm.
"""

from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from handlers.mail.letters.layout import blocks
from handlers.mail.letters.words import in_words
from models.letter import Letter

MOST_HEAD_LINES = 5
_LANGUAGE = "en-GB"
_FONT = "Arial"
_LEFT, _RIGHT, _TOP, _BOTTOM = Mm(24.6), Mm(20), Mm(20), Mm(20)
_ADDRESS_TOP, _ADDRESS_HEIGHT, _ADDRESS_LINES = Mm(39.5), Mm(26.8), 7
_HEADER_DISTANCE = Mm(10)
_NAME_LINE, _HEAD_LINE = Pt(24), Pt(11)
_WIDTH_IN_POINTS = 468
_BLACK = RGBColor(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of the first page: the council's name and lines below it."""

    name: str
    lines: tuple[str, ...] = ()


def draw(letter: Letter, head: Head) -> bytes:
    """The document of a letter whose way is paper; its words are the letter's, no others but date,
    reference, page numbers and the names of what is enclosed.
    """
    paper = Document()
    _set_page(paper)
    _set_styles(paper)
    _set_properties(paper, letter, head)
    _draw_head(paper, head)
    _draw_foot(paper, letter)
    _draw_address(paper, letter)
    if letter.written_on is not None:
        paper.add_paragraph(in_words(letter.written_on))
    paper.add_paragraph(f"Our reference: {letter.reference}")
    paper.add_heading(letter.subject, level=1)
    _draw_text(paper, letter.text)
    if letter.attachments:
        _add_lines(paper.add_paragraph(), ["Enclosures:", *(a.name for a in letter.attachments)])
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    section.top_margin, section.bottom_margin = _TOP, _BOTTOM
    section.header_distance = section.footer_distance = _HEADER_DISTANCE
    section.different_first_page_header_footer = True


def _set_styles(paper: Paper) -> None:
    for name, size in (
        ("Normal", 12),
        ("Heading 1", 16),
        ("Heading 2", 13),
        ("List Bullet", 12),
        ("Footer", 10),
    ):
        style = paper.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), _BLACK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), _FONT)
        style.paragraph_format.space_after = Pt(4 if name == "List Bullet" else 10)
        style.paragraph_format.line_spacing = 1.15
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), _LANGUAGE)


def _set_properties(paper: Paper, letter: Letter, head: Head) -> None:
    properties = paper.core_properties
    properties.title = f"{letter.subject} ({letter.reference})"
    properties.author = properties.last_modified_by = head.name[:255]
    properties.language = _LANGUAGE
    properties.comments = ""
    if letter.written_on is not None:
        dated = datetime.combine(letter.written_on, time())  # the format has no zone
        properties.created = properties.modified = dated


def _draw_head(paper: Paper, head: Head) -> None:
    """The head of the first page is as high as it must be for the address to come into place."""
    header = paper.sections[0].first_page_header
    name = header.paragraphs[0]
    run = name.add_run(head.name)
    run.bold = True
    # A long name gets smaller rather than a second line, which would move the address.
    run.font.size = Pt(max(8, min(18, _WIDTH_IN_POINTS * 1.7 // max(1, len(head.name)))))
    _set_exact(name, _NAME_LINE)
    last, height = name, int(_NAME_LINE)
    for line in head.lines:
        last = header.add_paragraph()
        last.add_run(line).font.size = Pt(9)
        _set_exact(last, _HEAD_LINE)
        height += int(_HEAD_LINE)
    rest = int(_ADDRESS_TOP) - int(_HEADER_DISTANCE) - height
    last.paragraph_format.space_after = Length(max(0, rest))


def _draw_foot(paper: Paper, letter: Letter) -> None:
    section = paper.sections[0]
    for footer in (section.first_page_footer, section.footer):
        line = footer.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.add_run(f"{letter.reference}, page ")
        _add_field(line, "PAGE")
        line.add_run(" of ")
        _add_field(line, "NUMPAGES")


def _draw_address(paper: Paper, letter: Letter) -> None:
    lines = letter.postal_address.split("\n")
    line_height = Length(int(_ADDRESS_HEIGHT) // _ADDRESS_LINES)
    for line in lines:
        paragraph = paper.add_paragraph()
        paragraph.add_run(line).font.size = Pt(10.5)
        _set_exact(paragraph, line_height)
    empty = (_ADDRESS_LINES - len(lines)) * int(line_height)
    paragraph.paragraph_format.space_after = Length(max(0, empty) + int(Mm(12)))


def _draw_text(paper: Paper, text: str) -> None:
    parts = list(blocks(text))
    for at, (kind, lines) in enumerate(parts):
        if kind == "heading":
            paper.add_heading(lines[0].strip(), level=2)
        elif kind == "list":
            for line in lines:
                paper.add_paragraph(line, style="List Bullet")
        elif at and at == len(parts) - 1:
            _draw_sign_off(paper, lines)
        else:
            _add_lines(paper.add_paragraph(), lines)


def _draw_sign_off(paper: Paper, lines: list[str]) -> None:
    """The last paragraph, with room to sign: below "Yours sincerely", else above the name."""
    if len(lines) > 1 and lines[0].startswith("Yours"):
        first = paper.add_paragraph(lines[0])
        first.paragraph_format.keep_with_next = True
        lines = lines[1:]
    signed = paper.add_paragraph()
    signed.paragraph_format.space_before = Mm(18)
    signed.paragraph_format.keep_together = True
    _add_lines(signed, lines)


def _add_lines(paragraph: Paragraph, lines: list[str]) -> None:
    for at, line in enumerate(lines):
        run = paragraph.add_run(line)
        if at < len(lines) - 1:
            run.add_break()


def _set_exact(paragraph: Paragraph, height: Length) -> None:
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, height
    form.space_before = form.space_after = Pt(0)


def _add_field(paragraph: Paragraph, name: str) -> None:
    """A number that the word processor keeps up to date (ECMA-376, 17.16.5)."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001  # python-docx has no fields
