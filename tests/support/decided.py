"""Decided cases for tests of learning, without a store."""

from datetime import datetime

from models.council import Catalogue, CouncilType, default_catalogue
from models.decisions import DecidedCase, Decision
from models.message import Sender
from models.people import staff
from models.prediction import Category
from tests.support.council import utc
from tests.support.triage import ToldTriage

DISTRICT = default_catalogue(CouncilType.DISTRICT)
NOW = utc(2026, 11, 2)


def decided(
    number: int,
    text: str,
    to: tuple[Category, str] | None = None,
    *,
    said: str = "#missed_bin complaint",
    at: datetime = NOW,
    catalogue: Catalogue = DISTRICT,
    subject: str = "",
) -> DecidedCase:
    """A case of which the model said `said`, and that staff decided to be `to` (a category and an
    owner), or left as it was.
    """
    prediction = ToldTriage(catalogue).predict("", said)
    category, owner = to or (prediction.category, prediction.service or prediction.authority or "")
    outside = category is Category.NON_COUNCIL
    decision = Decision(
        category, None if outside else owner, owner if outside else None, staff("U1"), at
    )
    sender = Sender("Jo Pike", "jo@post.example")
    reference = f"CC-2026-{number:05}"
    return DecidedCase(reference, subject, text, sender, (sender.name,), prediction, decision)
