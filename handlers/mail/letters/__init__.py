"""The letters a customer gets: the templates in this folder, filled in (port `Letters`).

Never in them: the customer's own words. An automatic letter that repeats what came in can be used
to send anything to anybody (backscatter, mail.md E31).
"""

import re
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

from handlers.mail.charsets import clean
from handlers.mail.enclosures import enclosure_of
from handlers.mail.letters import document, words
from handlers.mail.letters.layout import GAP, blocks
from handlers.mail.letters.templates import Templates
from handlers.mail.letters.words import in_words
from handlers.mail.own import Seal
from models.council import Authority
from models.enclosures import Enclosure
from models.errors import Misconfigured, Refused
from models.letter import REASON_LINE, Extension, Going, Letter, LetterFacts, LetterKind, Way
from models.prediction import Category

__all__ = ["OMBUDSMAN", "TemplateLetters", "in_words"]

OMBUDSMAN = (
    "If you are not satisfied with our final answer, you can ask the Local Government and Social "
    "Care Ombudsman to look into it. The Ombudsman is independent of the council, and free. As a "
    "rule they ask you to give the council the chance to answer at every stage first. You can "
    "reach them at www.lgo.org.uk, on 0300 061 0614, or by post: PO Box 4771, Coventry CV4 0EH."
)
"""What a letter says of the Ombudsman where the policy wants it and the council has no own words."""

_LONGEST = 50_000
_ONE_ADDRESS = re.compile(r"[^\s<>@,;:()\"\\\[\]]{1,64}@[^\s<>@,;:()\"\\\[\]]{1,255}\Z")
_PLACEHOLDER = re.compile(r"^\[(?:What|The reason,) .*\]$", re.MULTILINE)


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
        letterhead: str = "",
        key: bytes | None = None,
    ) -> None:
        """`sign_off` may have several lines; `ombudsman_paragraph` stands in place of OMBUDSMAN;
        `letterhead` are the lines below the council's name on paper. With `key` the marks of a
        letter name its case and are signed.

        Raises Misconfigured where one of `own_templates` cannot be filled in, with file and line.
        """
        self._council = council_name
        self._seal = Seal(from_address.rpartition("@")[2], key)
        self._sign_off = (
            f"{sign_off.strip()}\n{from_name}" if from_name not in sign_off else sign_off
        )
        self._ombudsman = ombudsman_paragraph or OMBUDSMAN
        self._head = document.Head(council_name, tuple(letterhead.strip().splitlines()))
        if len(self._head.lines) > document.MOST_HEAD_LINES:
            raise Misconfigured(
                f"letters.letterhead has {len(self._head.lines)} lines; allowed: "
                f"{document.MOST_HEAD_LINES}"
            )
        self._templates = Templates(own_templates)
        if own_templates is not None:
            self._check_own()

    @property
    def own_domain(self) -> str:
        """The domain of the council's own address."""
        return self._seal.domain

    def draft(self, kind: LetterKind, facts: LetterFacts) -> str:
        """The template's plain text. Lines in square brackets are for a person to fill in."""
        text = self._templates.text(kind, self._values(kind, facts))
        return GAP.sub("\n\n", text).strip() + "\n"

    def finish(self, kind: LetterKind, facts: LetterFacts, text: str) -> Letter:
        """The letter as it will leave: an email has the reference once in its subject, plain text
        and HTML; a letter on paper its address and date.

        Raises Refused where the text is empty, too long or has a line still to be filled in, a
        holding reply does not say its reason and new date, or the address is no address.
        """
        text = clean(text).strip()
        if kind is LetterKind.HOLDING_REPLY:
            text = _with_the_promise(text, facts)
        _check_text(text)
        heading, going = words.heading(kind, facts), facts.going
        paper = going.way is Way.LETTER
        if not paper and not _ONE_ADDRESS.match(facts.address):
            raise Refused("There is no email address to send this to.")
        return Letter(
            kind=kind,
            reference=facts.reference,
            recipient="" if paper else facts.address,
            subject=heading if paper else f"{heading} [{facts.reference}]",
            text=f"{text}\n",
            html="" if paper else self._templates.html(heading, list(blocks(text))),
            message_id=self._seal.new_message_id(facts.reference),
            reply_token=self._seal.reply_token(facts.reference),
            answers=facts.answers,
            thread=facts.thread,
            automatic=kind is LetterKind.ACKNOWLEDGEMENT,
            way=going.way,
            postal_address=words.postal_address(going.postal_address) if paper else "",
            written_on=facts.written_on,
            extension=facts.extension if kind is LetterKind.HOLDING_REPLY else None,
            promises=_promised_in(text, facts) if kind is LetterKind.ACKNOWLEDGEMENT else None,
            attachments=facts.enclosures,
        )

    def enclosure(self, name: str, content: bytes) -> Enclosure:
        """A file that staff put with a letter, looked at. Raises Refused where it cannot go."""
        return enclosure_of(name, content)

    def document(self, letter: Letter) -> bytes:
        """A letter on paper as a print-ready DOCX."""
        return document.draw(letter, self._head)

    def _values(self, kind: LetterKind, facts: LetterFacts) -> dict[str, object]:
        authority, extension = facts.authority, facts.extension
        return {
            "council": self._council,
            "reference": facts.reference,
            "name": words.salutation(facts.customer_name),
            "category": facts.category.value,
            "decided": facts.decided,
            "owner": facts.owner_name or "The team",
            "received_on": in_words(facts.received_on),
            "respond_by": in_words(facts.respond_by) if facts.respond_by else None,
            "extended_to": in_words(extension.to) if extension else None,
            "reason": extension.reason or REASON_LINE if extension else None,
            "authority": authority.name if authority else None,
            "signpost": authority.signpost if authority else None,
            "contact": authority.contact if authority else None,
            "ombudsman": self._ombudsman if kind in facts.ombudsman else None,
            "final": facts.final,
            "by_post": facts.going.way is Way.LETTER,
            "sign_off": self._sign_off,
        }

    def _check_own(self) -> None:
        for kind in LetterKind:
            samples = [self._values(kind, facts) for facts in _samples(kind)]
            self._templates.check(kind, samples)
        self._templates.check_html("A heading", list(blocks("One\n\nTwo\n\nThree.\n\n- four")))


def _check_text(text: str) -> None:
    if not text:
        raise Refused("The letter has no text yet.")
    if len(text) > _LONGEST:
        raise Refused(f"The letter is longer than {_LONGEST} characters: please shorten it.")
    unfilled = _PLACEHOLDER.search(text)
    if unfilled:
        raise Refused(f"The letter still says {unfilled[0]}: please fill this in.")


def _promised_in(text: str, facts: LetterFacts) -> date | None:
    """The date of the answer, where the letter tells it: a template, or a person, may not."""
    day = facts.respond_by
    return day if day is not None and in_words(day) in text else None


def _with_the_promise(text: str, facts: LetterFacts) -> str:
    """A holding reply tells its reason and the new date, whatever became of the template."""
    assert facts.extension is not None
    reason = clean(facts.extension.reason).strip()
    if not reason:
        raise Refused("Say why more time is needed: the customer is told.")
    text = text.replace(REASON_LINE, reason)
    if reason not in text:
        raise Refused(f"The letter does not say the reason. Keep the line {REASON_LINE}.")
    day = in_words(facts.extension.to)
    if day not in text:
        raise Refused(f"The letter does not say the new date, {day}.")
    return text


def _samples(kind: LetterKind) -> list[LetterFacts]:
    """Cases of every sort, so that each branch of a template is gone through."""
    day = date(2026, 6, 1)
    bare = LetterFacts(
        reference="CC-2026-00042",
        customer_name="",
        address="jo@example.org",
        subject="",
        category=Category.COMPLAINT,
        decided=True,
        owner_name="Waste and Recycling",
        received_on=day,
        respond_by=None,
        extension=Extension(day, "a reason") if kind is LetterKind.HOLDING_REPLY else None,
    )
    full = replace(
        bare,
        customer_name="Jo Pike",
        respond_by=day,
        authority=Authority("county", "The county", "Its roads.", "www.example.org"),
        ombudsman=frozenset(LetterKind),
        final=True,
    )
    sorts = product((bare, full), Category, (True, False), Way)
    return [
        replace(facts, category=category, decided=decided, going=Going(way))
        for facts, category, decided, way in sorts
    ]
