import pytest

from models.council import Catalogue, CouncilType, default_catalogue
from models.errors import Misconfigured
from models.prediction import Category, Intent
from models.routing import Route, route
from models.topics import TOPICS
from tests.support.council import example_council


@pytest.mark.parametrize(
    ("kind", "pothole", "school", "bin_"),
    [
        (CouncilType.DISTRICT, Category.NON_COUNCIL, Category.NON_COUNCIL, Category.COMPLAINT),
        (CouncilType.COUNTY, Category.COMPLAINT, Category.COMPLAINT, Category.NON_COUNCIL),
        (CouncilType.UNITARY, Category.COMPLAINT, Category.COMPLAINT, Category.COMPLAINT),
        (CouncilType.LONDON_BOROUGH, Category.COMPLAINT, Category.COMPLAINT, Category.COMPLAINT),
        (CouncilType.METROPOLITAN, Category.COMPLAINT, Category.COMPLAINT, Category.COMPLAINT),
    ],
)
def test_the_kind_of_council_decides_whose_matter_it_is(
    kind: CouncilType, pothole: Category, school: Category, bin_: Category
) -> None:
    catalogue = default_catalogue(kind)
    found = [
        route(catalogue, topic, Intent.COMPLAINT).category
        for topic in ("pothole_road", "schools", "missed_bin")
    ]
    assert found == [pothole, school, bin_]


@pytest.mark.parametrize("kind", CouncilType)
def test_every_topic_has_exactly_one_owner_in_every_kind_of_council(kind: CouncilType) -> None:
    for owner in default_catalogue(kind).owners().values():
        assert (owner.service is None) != (owner.authority is None)


def test_a_change_of_responsibility_is_a_line_of_configuration() -> None:
    default = default_catalogue(CouncilType.DISTRICT)
    changed = Catalogue(
        CouncilType.DISTRICT,
        tuple(default.services.values()),
        tuple(default.authorities.values()),
        {"gritting_verges": "streets_open_spaces"},
    )
    found = route(changed, "gritting_verges", Intent.ENQUIRY)
    assert found == Route(Category.GENERAL_ENQUIRY, "streets_open_spaces", None)


@pytest.mark.parametrize(
    ("topics", "said"),
    [
        ({"pot_holes": "county_highways"}, "topics.pot_holes: no such topic"),
        ({"pothole_road": "highways"}, "topics.pothole_road = 'highways'"),
    ],
)
def test_a_wrong_line_of_the_map_is_named(topics: dict[str, str], said: str) -> None:
    default = default_catalogue(CouncilType.DISTRICT)
    with pytest.raises(Misconfigured, match=said):
        Catalogue(
            CouncilType.DISTRICT,
            tuple(default.services.values()),
            tuple(default.authorities.values()),
            topics,
        )


def test_the_example_names_every_topic_and_has_a_signpost_for_every_body() -> None:
    catalogue = example_council().catalogue
    assert set(catalogue.owners()) == set(TOPICS)
    assert all(body.signpost and body.contact for body in catalogue.authorities.values())
    assert dict(catalogue.owners()) == dict(default_catalogue(CouncilType.DISTRICT).owners())
