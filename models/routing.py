"""From topic and intent to category, service and authority: the map of labels.md and topics.md."""

from dataclasses import dataclass

from models.council import Catalogue
from models.prediction import Category, Doubt, Intent, Prediction

_CATEGORY_OF_INTENT = {
    Intent.COMPLIMENT: Category.COMPLIMENT,
    Intent.COMPLAINT: Category.COMPLAINT,
    Intent.ENQUIRY: Category.GENERAL_ENQUIRY,
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes: a service answers it, or an authority is named to the sender."""

    category: Category
    service: str | None
    authority: str | None


def route(catalogue: Catalogue, topic: str, intent: Intent) -> Route:
    """Category, service and authority of a topic and an intent in this council.

    `non_council` where the topic's owner is another body, else the category of the intent
    (topics.md, first paragraph).
    """
    owner = catalogue.owner(topic)
    if owner.authority is not None:
        return Route(Category.NON_COUNCIL, None, owner.authority)
    return Route(_CATEGORY_OF_INTENT[intent], owner.service, None)


def undecided(catalogue: Catalogue) -> Prediction:
    """What stands for a prediction where the model could not make one: a person decides."""
    topic, intent = "council_general", Intent.ENQUIRY
    found = route(catalogue, topic, intent)
    return Prediction(
        category=found.category,
        service=found.service,
        authority=found.authority,
        secondary_authority=None,
        flags=(),
        topic=topic,
        intent=intent,
        confidence=0.0,
        needs_person=True,
        reasons=(),
        model="none",
        doubts=(Doubt.NO_PREDICTION,),
    )
