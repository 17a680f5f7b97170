"""What a person may say that a case is."""

from models.case import Case, Classification
from models.council import Council
from models.errors import Refused
from models.letter import LetterKind
from models.prediction import Category

_ANSWERS = frozenset({LetterKind.RESPONSE, LetterKind.SIGNPOST})


def check_classification(to: Classification, council: Council) -> None:
    """Refused where a matter is not exactly one owner's: a service's, or another body's."""
    outside = to.category is Category.NON_COUNCIL
    if outside and to.authority not in council.catalogue.authorities:
        raise Refused("Choose the body whose matter it is.")
    if not outside and to.service not in council.catalogue.services:
        raise Refused("Choose the service that answers it.")
    if outside is not (to.service is None) or outside is (to.authority is None):
        raise Refused("A matter is a service's of the council or another body's, not both.")


def check_answer_fits(case: Case, after: Case) -> None:
    """Refused where an answer is on its way that was written for something else than `after`, with what
    to do first. Flags change no answer.
    """
    written_for = ("category", "service", "authority", "level")
    same = all(getattr(case, name) == getattr(after, name) for name in written_for)
    if same or not case.stage.is_on_its_way(LetterKind.RESPONSE):
        return
    said = f"An answer to {case.reference} is on its way, written for what the case is now"
    if not _ANSWERS.isdisjoint(case.stage.to_post):
        raise Refused(f"{said}: take the letter on paper back first, with “I posted it”.")
    if any(one.kind in _ANSWERS for one in case.stage.leaving):
        raise Refused(f"{said}: take it back with Undo first.")
    raise Refused(f"{said}: wait until it has left, then use Open again.")
