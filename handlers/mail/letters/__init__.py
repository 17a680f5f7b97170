"""The letters a customer gets: the templates in this folder, filled in (port `Letters`).

Never in them: the customer's own words. An automatic letter that repeats what came in can be used
to send anything to anybody (backscatter, mail.md E31).
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_eval_context,
    select_autoescape,
)
from jinja2.filters import do_urlize
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from handlers.mail.charsets import clean
from handlers.mail.own import new_message_id
from models.errors import Refused
from models.letter import Letter, LetterFacts, LetterKind
from models.prediction import Category

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MATTER = {
    Category.COMPLAINT: "complaint",
    Category.GENERAL_ENQUIRY: "enquiry",
    Category.COMPLIMENT: "kind words",
    Category.NON_COUNCIL: "message",
}
_HEADINGS = {
    LetterKind.ACKNOWLEDGEMENT: "We have received your {matter}",
    LetterKind.RESPONSE: "Our answer to your {matter}",
    LetterKind.SIGNPOST: "Who can help with your {matter}",
}
_LONGEST = 50_000
_LONGEST_HEADING = 60
# A name in a salutation is the customer's own text too: only what can be nothing but a name.
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’-]|\.(?=\s|\Z)){0,59}\Z")
_ONE_ADDRESS = re.compile(r"[^\s<>@,;:()\"\\\[\]]{1,64}@[^\s<>@,;:()\"\\\[\]]{1,255}\Z")
_PLACEHOLDER = re.compile(r"^\[What .*\]$", re.MULTILINE)
_MAY_LINK = re.compile(
    r"@|://|www\.|mailto:|\w\.(?:com|net|int|edu|gov|org|info|mil|uk)\b", re.IGNORECASE
)
_GAP = re.compile(r"\n\s*\n")


def in_words(day: date) -> str:
    """The date as a person says it: Monday 22 June 2020."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


class TemplateLetters:
    """Letters from templates. A council's own, under the same file names, go before ours."""

    def __init__(
        self,
        *,
        council_name: str,
        from_address: str,
        from_name: str,
        sign_off: str,
        ombudsman_paragraph: str | None,
        own_templates: Path | None = None,
    ) -> None:
        """`sign_off` may have several lines; `ombudsman_paragraph` is for answers to complaints."""
        self._council = council_name
        self._domain = from_address.rpartition("@")[2]
        self._sign_off = (
            f"{sign_off.strip()}\n{from_name}" if from_name not in sign_off else sign_off
        )
        self._ombudsman = ombudsman_paragraph
        folders = [f for f in (own_templates, Path(__file__).parent) if f is not None]
        # Plain text is not escaped, HTML always is; the names of the templates tell them apart.
        self._templates = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=select_autoescape(["html.jinja"]),
            undefined=StrictUndefined,
            keep_trailing_newline=False,
            auto_reload=False,
        )
        self._templates.filters["linked"] = _linked

    def draft(self, kind: LetterKind, facts: LetterFacts) -> str:
        """The template's plain text. A response has lines in square brackets for a person to fill."""
        authority = facts.authority
        text = self._templates.get_template(f"{kind.value}.txt.jinja").render(
            council=self._council,
            reference=facts.reference,
            name=_salutation(facts.customer_name),
            category=facts.category.value,
            decided=facts.decided,
            owner=facts.owner_name or "The team",
            received_on=in_words(facts.received_on),
            respond_by=in_words(facts.respond_by) if facts.respond_by else None,
            authority=authority.name if authority else None,
            signpost=authority.signpost if authority else None,
            contact=authority.contact if authority else None,
            ombudsman=self._ombudsman,
            sign_off=self._sign_off,
        )
        return _GAP.sub("\n\n", text).strip() + "\n"

    def finish(self, kind: LetterKind, facts: LetterFacts, text: str) -> Letter:
        """The email as it will leave: the reference once in the subject, plain text and HTML.

        Raises Refused where the text is empty, too long or has a line still to be filled in, or
        the address is not one address.
        """
        text = clean(text).strip()
        if not text:
            raise Refused("The letter has no text yet.")
        if len(text) > _LONGEST:
            raise Refused(f"The letter is longer than {_LONGEST} characters: please shorten it.")
        unfilled = _PLACEHOLDER.search(text)
        if unfilled:
            raise Refused(f"The letter still says {unfilled[0]}: please fill this in.")
        if not _ONE_ADDRESS.match(facts.address):
            raise Refused("There is no email address to send this to.")
        heading = self._heading(kind, facts)
        return Letter(
            kind=kind,
            reference=facts.reference,
            recipient=facts.address,
            subject=f"{heading} [{facts.reference}]",
            text=f"{text}\n",
            html=self._html(heading, text),
            message_id=new_message_id(self._domain),
            answers=facts.answers,
            thread=facts.thread,
            automatic=kind is LetterKind.ACKNOWLEDGEMENT,
        )

    @staticmethod
    def _heading(kind: LetterKind, facts: LetterFacts) -> str:
        matter = _MATTER[facts.category] if facts.decided else "message"
        if kind is LetterKind.ACKNOWLEDGEMENT and matter == "kind words":
            return "Thank you for your kind words"
        return _HEADINGS[kind].format(matter=matter)

    def _html(self, heading: str, text: str) -> str:
        template = self._templates.get_template("letter.html.jinja")
        return template.render(heading=heading, blocks=list(_blocks(text)))


@pass_eval_context
def _linked(context: EvalContext, line: str) -> Markup:
    """The line, escaped, with addresses as links. Jinja's own filter looks at every word; most
    lines have none.
    """
    if not _MAY_LINK.search(line):
        return escape(line)
    return Markup(do_urlize(context, line))  # noqa: S704  # it escapes what it does not link


def _salutation(name: str) -> str | None:
    shown = " ".join(clean(name).split())
    return shown if _NAME.match(shown) else None


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """The text's paragraphs as ("heading" | "list" | "paragraph", lines)."""
    paragraphs = [p.split("\n") for p in _GAP.split(text)]
    for at, lines in enumerate(paragraphs):
        following = paragraphs[at + 1] if at + 1 < len(paragraphs) else None
        if all(line.lstrip().startswith(("- ", "• ")) for line in lines):
            yield "list", [line.lstrip()[2:].strip() for line in lines]
        elif at and following and _is_heading(lines, following):
            yield "heading", lines
        else:
            yield "paragraph", lines


def _is_heading(lines: list[str], following: list[str]) -> bool:
    # A short line without a full stop above a sentence; "Yours sincerely" stands above a name.
    line = lines[0].strip()
    short = len(lines) == 1 and len(line) <= _LONGEST_HEADING and line[-1:].isalnum()
    return short and line[:1].isupper() and following[-1].strip().endswith((".", "?", "!"))
