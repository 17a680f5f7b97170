"""What a letter may say of a case."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from models.actions import promised_by
from models.case import Case, Level, State
from models.council import Council
from models.letter import LetterFacts, LetterKind, Way
from models.message import Message, Source
from models.policy import OmbudsmanIn, Policy
from models.prediction import Category

# A web form's fields stand in a message's text as "label: value", a line each.
_ADDRESS_FIELD = re.compile(
    r"^(?:your |home |postal )?address:[ \t]*(\S.{3,300})$", re.IGNORECASE | re.MULTILINE
)
_POSTCODE_FIELD = re.compile(r"^post ?code:[ \t]*(\S.{2,12})$", re.IGNORECASE | re.MULTILINE)


def letter_facts(
    case: Case, council: Council, message: Message | None, kind: LetterKind, now: datetime
) -> LetterFacts:
    """The facts of a letter written now that answers `message`, the customer's latest on the case,
    if any.
    """
    authority = council.catalogue.authorities.get(case.authority or "")
    # Who did not send the message, because it was forwarded, gets no answer to it.
    wrote = message and not (message.forwarded and message.sender.address != case.customer.address)
    answers, references = (
        (message.message_id, message.references) if message and wrote else (None, ())
    )
    return LetterFacts(
        reference=case.reference,
        customer_name=case.customer.name,
        address=case.customer.address or "",
        subject=case.subject,
        category=case.category,
        decided=case.state is not State.TRIAGE,
        owner_name=council.catalogue.owner_name(case.service, case.authority),
        received_on=_received_on(case, council),
        respond_by=_respond_by(case, council, kind, now),
        authority=authority,
        answers=answers,
        thread=(*reversed(references), answers) if answers else (),
        ombudsman=_names_the_ombudsman(case, council.policy),
        final=case.level is Level.LEVEL_TWO,
    )


def _received_on(case: Case, council: Council) -> date:
    """The day of receipt; of a review the day on which it was asked for."""
    if case.level is Level.LEVEL_TWO:
        return case.stage.started_on
    return council.local_date(case.received_at)


def _respond_by(case: Case, council: Council, kind: LetterKind, now: datetime) -> date | None:
    if kind is LetterKind.ACKNOWLEDGEMENT:
        return promised_by(case, council, now)
    if kind is LetterKind.HOLDING_REPLY:
        return case.stage.promised
    return case.stage.answer_by


def default_way(case: Case) -> Way:
    """How the person used to write to us, as far as they can be reached so (requirement 18)."""
    paper = case.source is Source.LETTER or case.customer.address is None
    return Way.LETTER if paper else Way.EMAIL


def postal_address(name: str, texts: Iterable[str]) -> str:
    """The name and what a form's fields give as address and postcode, in lines; the first of the
    texts that has an address counts. Empty where none has.
    """
    for text in texts:
        address = _ADDRESS_FIELD.search(text)
        if address is None:
            continue
        postcode = _POSTCODE_FIELD.search(text)
        given = f"{address[1]}, {postcode[1]}" if postcode else address[1]
        lines = [part.strip() for part in given.split(",") if part.strip()]
        return "\n".join(filter(None, [name.strip(), *lines]))
    return ""


def _names_the_ombudsman(case: Case, policy: Policy) -> frozenset[LetterKind]:
    """Only complaints go to the Ombudsman: not what was reclassified as a request for service."""
    if case.category is not Category.COMPLAINT or case.level is Level.GENERAL_ENQUIRY:
        return frozenset()
    two = case.level is Level.LEVEL_TWO
    answer = OmbudsmanIn.LEVEL_TWO_ANSWER if two else OmbudsmanIn.LEVEL_ONE_ANSWER
    letters = {answer: LetterKind.RESPONSE, OmbudsmanIn.HOLDING_REPLY: LetterKind.HOLDING_REPLY}
    return frozenset(kind for wanted, kind in letters.items() if wanted in policy.ombudsman_in)
