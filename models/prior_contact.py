"""Whether the service has had a chance to put it right (requirement 12; labels.md rules 2 to 4).

A report is an enquiry the first time. Where the same person reported the same before, or the place
was dealt with, it has perhaps failed again, and that is a complaint: a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from models.case import Case
from models.channels import may_stand_beside
from models.contact import By
from models.council import Catalogue, Council
from models.prediction import Category, Flag, Prediction
from models.told_before import Told


class Site(StrEnum):
    """Where a matter is: at the sender's home, at a place out of doors, or where no text tells."""

    HOME = "home"
    OUT = "out"
    UNKNOWN = "unknown"


CURED: Mapping[str, Site] = MappingProxyType(
    {
        # Fetched, brought or exchanged: the next collection or delivery shows whether it was.
        "missed_bin": Site.HOME,
        "bin_container": Site.HOME,
        "garden_bulky": Site.HOME,
        "pests": Site.HOME,
        # Cleaned, cleared or mended: it is gone, or it is there still or again.
        "litter_cleansing": Site.OUT,
        "fly_tip": Site.OUT,
        "graffiti_flyposting": Site.OUT,
        "abandoned_vehicle": Site.OUT,
        "parks_play": Site.OUT,
        "grass_trees_council": Site.OUT,
        "toilets_cemetery_allotment": Site.OUT,
        "pothole_road": Site.OUT,
        "pavement": Site.OUT,
        "street_light": Site.OUT,
        "traffic_signals": Site.OUT,
        "road_drainage": Site.OUT,
        "gritting_verges": Site.OUT,
        "rights_of_way": Site.OUT,
        # Looked into and stopped: told before and not stopped is "did not act" (rule 2).
        "noise": Site.OUT,
        "smoke_smell_air": Site.OUT,
        "planning_enforcement": Site.OUT,
        "waste_crew": Site.UNKNOWN,
        "food_safety": Site.UNKNOWN,
        "animals": Site.UNKNOWN,
        "private_renting": Site.UNKNOWN,
    }
)
"""The topics of which a report should have ended the matter. Applications, bills and bookings are not
among them: a second question on council tax says nothing of the first.
"""

_NEAR = (
    # Rubbish in the street is litter to one and a fly-tip to another.
    frozenset({"fly_tip", "litter_cleansing"}),
    # A garden bin that was not emptied, a bin left for what was in it.
    frozenset({"missed_bin", "garden_bulky", "recycling_rules"}),
    frozenset({"parks_play", "grass_trees_council"}),
    frozenset({"pothole_road", "pavement", "roadworks"}),
    frozenset({"council_tax", "council_tax_recovery"}),
    frozenset({"car_parks", "penalty_notice"}),
)

# What was told a day ago could not be put right yet.
_CHANCE = timedelta(days=2)
# Nor, whatever the words say, what was told minutes ago.
_AT_LEAST = timedelta(days=1)
# What is ordered, booked or asked about too: there only the words tell a report from another order.
_ORDERED = frozenset(
    {"garden_bulky", "bin_container", "toilets_cemetery_allotment", "private_renting"}
)
# A street is long, and its name may stand in several towns: that a case on it has ended says little.
_CERTAIN = MappingProxyType(
    {
        Site.HOME: frozenset({By.ADDRESS}),
        Site.OUT: frozenset({By.ADDRESS, By.POSTCODE}),
        Site.UNKNOWN: frozenset[By](),
    }
)
# Who writes for others has many matters on one topic.
_FOR_OTHERS = frozenset({Flag.MP_ENQUIRY, Flag.OMBUDSMAN})


@dataclass(frozen=True, slots=True)
class Found:
    """A case on the same matter, and what it has in common with the new one."""

    case: Case
    by: By


def site(topic: str) -> Site:
    """Where matters on a topic are."""
    return CURED.get(topic, Site.UNKNOWN)


def near(topic: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The topic, and those under which the same matter may have been filed; all of one owner here."""
    others = (one for group in _NEAR if topic in group for one in group - {topic})
    owner = catalogue.owner(topic)
    return (topic, *sorted(one for one in others if catalogue.owner(one) == owner))


def is_same_matter(case: Case, prediction: Prediction) -> bool:
    """Whether a case on a near topic may be what the new message is about: one that staff gave to
    somebody else is not, nor is thanks.
    """
    same_owner = (case.service, case.authority) == (prediction.service, prediction.authority)
    return same_owner and case.category is not Category.COMPLIMENT


def is_same_spot(found: Found, topic: str) -> bool:
    """Whether a case that was found by its place is about one and the same bin, heap or noise."""
    return found.by is By.ADDRESS or (found.by is not By.SENDER and site(topic) is Site.OUT)


def may_have_failed(prediction: Prediction) -> bool:
    """Whether a message is a report that the council should have to deal with once only."""
    return (
        prediction.category is Category.GENERAL_ENQUIRY
        and prediction.topic in CURED
        and not _FOR_OTHERS.intersection(prediction.flags)
    )


def failed_again(
    prediction: Prediction, found: Iterable[Found], said: Told, at: datetime, council: Council
) -> Found | None:
    """The earlier case that should have been the end of what a message received `at` reports; None
    for a first report and for a question how it stands. One that the message's channel may not know
    of counts for nothing.
    """
    if not may_have_failed(prediction) or (said.asks_for_news and not said.repeated):
        return None
    if prediction.topic in _ORDERED and not said.before:
        return None
    return next(
        (
            one
            for one in found
            if one.case.topic == prediction.topic
            and may_stand_beside(prediction.flags, one.case, council)
            and _had_its_chance(one, said, at)
        ),
        None,
    )


def _had_its_chance(found: Found, said: Told, at: datetime) -> bool:
    """Of the same person: it was told in time, ended, or the words say that it was told. Of somebody
    else: it has ended, and the place or the words leave no doubt.
    """
    case, ended = found.case, not found.case.is_open
    if found.by is By.SENDER:
        return ended or at - case.received_at >= (_AT_LEAST if said.before else _CHANCE)
    return ended and (found.by in _CERTAIN[site(case.topic)] or bool(said.before))
