"""What a letter may say of a case."""

from models.case import Case, State
from models.council import Council
from models.letter import LetterFacts
from models.message import Message


def letter_facts(case: Case, council: Council, message: Message) -> LetterFacts:
    """The facts of a letter that answers `message`, the customer's latest on the case."""
    authority = council.catalogue.authorities.get(case.authority or "")
    answers = message.message_id
    return LetterFacts(
        reference=case.reference,
        customer_name=case.customer.name,
        address=case.customer.address or "",
        subject=case.subject,
        category=case.category,
        decided=case.state is not State.TRIAGE,
        owner_name=council.catalogue.owner_name(case.service, case.authority),
        received_on=council.local_date(case.received_at),
        respond_by=case.stage.respond_by,
        authority=authority,
        answers=answers,
        thread=(*reversed(message.references), answers) if answers else (),
    )
