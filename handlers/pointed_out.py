"""What a preview points out, to be looked at twice before Send; nothing of it refuses the letter."""

from collections.abc import Iterator
from dataclasses import replace

from handlers.taken_back import text_taken_back
from models.case import Case
from models.enclosures import forgotten
from models.letter import Letter, LetterFacts, LetterKind, Way
from models.personal_data import of_others
from models.ports import Letters
from models.store_port import Work

_ANSWERS = frozenset({LetterKind.RESPONSE, LetterKind.SIGNPOST})


def pointed_out(
    work: Work, case: Case, letter: Letter, facts: LetterFacts, letters: Letters
) -> tuple[str, ...]:
    """Sentences for the one who looks at the letter now."""
    promise = facts.extension and replace(facts.extension, reason="")
    template = letters.draft(letter.kind, replace(facts, extension=promise))
    return (
        *_of_others(work, case, letter, template, letters),
        *_left_out(letter, facts, template, letters),
        *_unchanged(letter, template),
        *_forgotten(work, case, letter, template),
        *_of_paper(letter),
    )


def _of_others(
    work: Work, case: Case, letter: Letter, template: str, letters: Letters
) -> Iterator[str]:
    theirs = [
        f"{stored.message.subject}\n{stored.message.text}"
        for stored in work.messages.of_case(case.reference)
        if stored.message.sender.address == case.customer.address
    ]
    known = [template, case.customer.address or "", case.reference, *theirs]
    for found in of_others(letter.text, known=known, own_domain=letters.own_domain):
        yield f"It names {found}: may the customer know it?"


def _left_out(letter: Letter, facts: LetterFacts, template: str, letters: Letters) -> Iterator[str]:
    if letter.kind in facts.ombudsman and "ombudsman" not in letter.text.lower():
        yield "The policy wants the Ombudsman's details in it, and they are not."
    if letter.kind is LetterKind.ACKNOWLEDGEMENT:
        due = letters.finish(letter.kind, facts, template).promises
        if due is not None and letter.promises is None:
            yield (
                f"The answer would be due by {due:%A} {due.day} {due:%B %Y}, and it does not say so."
            )


def _unchanged(letter: Letter, template: str) -> Iterator[str]:
    """An acknowledgement and a holding reply are meant to go as they are."""
    if letter.kind in _ANSWERS and letter.text.split() == template.split():
        yield "It is the template's text, unchanged: does it answer what they wrote?"


def _forgotten(work: Work, case: Case, letter: Letter, template: str) -> Iterator[str]:
    before = text_taken_back(work, case, letter.kind)
    kept = before.attachments if before else ()
    if missing := forgotten(letter.text, template, letter.attachments, kept):
        yield missing


def _of_paper(letter: Letter) -> Iterator[str]:
    if letter.way is Way.LETTER and "this email" in letter.text.lower():
        yield "It speaks of “this email”, but it goes on paper."
