"""What follows from other labels: by the council's map (topics.md) and the rules of labels.md."""

from collections.abc import Callable, Iterator

from classifier.checking.findings import Finding, Line
from models.council import Catalogue
from models.prediction import Category, Flag, Intent
from models.routing import route

_RECORDS = "information_rights"


def wrong_derivations(line: Line, catalogue: Catalogue) -> Iterator[Finding]:
    """Where labels of one line contradict each other.

    Only what the guide fixes. A secondary authority may stand without a second topic (rule 18: records
    that another body holds), and two matters of the council need no second topic.
    """
    for check in _CHECKS:
        yield from check(line, catalogue)


def _by_the_map(line: Line, catalogue: Catalogue) -> Iterator[Finding]:
    """topics.md, first paragraph: category, service and authority follow from topic and intent."""
    labels = line.labels
    if labels.topic is None or labels.intent is None:
        return
    way = route(catalogue, labels.topic, labels.intent)
    for field, said, follows in (
        ("category", labels.category, way.category),
        ("service", labels.service, way.service),
        ("authority", labels.authority, way.authority),
    ):
        if said != follows:
            why = f"{said} does not follow from {labels.topic} and {labels.intent}"
            yield Finding.of(line, field, why, follows or "null")


def _second_matter(line: Line, catalogue: Catalogue) -> Iterator[Finding]:
    """labels.md, `secondary_authority` and rules 6, 7, 18: beside the council's own part only."""
    labels = line.labels
    second = labels.secondary_authority
    if labels.second_topic is not None and labels.second_topic == labels.topic:
        yield Finding.of(line, "second_topic", "is the topic again", "another topic, or null")
    if labels.category is Category.NON_COUNCIL:
        if second is not None:
            why = f"{second}, but nothing in it is the council's (rule 6)"
            yield Finding.of(line, "secondary_authority", why, "null")
        return
    if labels.second_topic is None:
        return
    owner = catalogue.owner(labels.second_topic).authority
    if owner is not None and second != owner:
        why = f"{second} does not own {labels.second_topic}"
        yield Finding.of(line, "secondary_authority", why, owner)


def _information_requests(line: Line, _: Catalogue) -> Iterator[Finding]:
    """Rules 5 and 14: a request goes to information governance; inside a complaint it is second."""
    labels = line.labels
    if Flag.INFORMATION_REQUEST not in labels.flags or labels.topic == _RECORDS:
        return
    if labels.intent is Intent.ENQUIRY:
        why = f"{labels.topic}, but the message asks for information (rule 5)"
        yield Finding.of(line, "topic", why, _RECORDS)
    elif labels.second_topic != _RECORDS:
        why = f"{labels.second_topic}, but the message asks for information too (rule 14)"
        yield Finding.of(line, "second_topic", why, _RECORDS)


_CHECKS: tuple[Callable[[Line, Catalogue], Iterator[Finding]], ...] = (
    _by_the_map,
    _second_matter,
    _information_requests,
)
