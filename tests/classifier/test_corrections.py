"""From what staff decided to what is learned and judged by."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifier.corrections import CONFIRMED, Lesson, Lessons, lessons_of
from classifier.labelled import Labelled
from classifier.pipeline import examples
from models.council import Authority, Catalogue, CouncilType, Service, default_catalogue
from models.decisions import DecidedCase
from models.prediction import Category, Flag, Intent
from models.routing import undecided
from tests.classifier.test_likeness import MATTERS
from tests.support.decided import DISTRICT, NOW, decided

COMPLAINT, ENQUIRY = Category.COMPLAINT, Category.GENERAL_ENQUIRY
POTHOLE = "There is a deep pothole in the road on Mill Lane and nobody comes to fill it."
SCHOOL = "How do I apply for a primary school place for my daughter for next September?"
BIN = "My brown bin was not emptied on Tuesday although it was out by seven."
TAXI = "The taxi driver, badge 4481, would not take my guide dog and drove off."
ROADS = (Category.NON_COUNCIL, "county_highways")


@pytest.fixture
def lessons(classifier):
    """What is made of cases under a council's map, the district's if not given."""

    def of(*cases: DecidedCase, catalogue: Catalogue = DISTRICT) -> Lessons:
        return lessons_of(cases, classifier.with_catalogue(catalogue), catalogue)

    return of


def only(lessons: Lessons) -> Lesson:
    (lesson,) = lessons.corrected
    return lesson


def labels(line: Labelled) -> tuple[str | None, Intent | None, Category, str | None]:
    return line.topic, line.intent, line.category, line.service or line.authority


def test_a_correction_becomes_a_line_with_the_likeliest_topic_of_the_owner(lessons) -> None:
    lesson = only(lessons(decided(1, POTHOLE, (COMPLAINT, "environmental_health"))))
    assert lesson.learned.topic in {
        t for t, o in DISTRICT.owners().items() if o.service == lesson.learned.service
    }
    taxi = only(lessons(decided(1, TAXI, (COMPLAINT, "environmental_health"))))
    assert labels(taxi.learned) == (
        "taxi_licensing",
        Intent.COMPLAINT,
        COMPLAINT,
        "environmental_health",
    )


def test_the_intent_follows_from_the_category_and_of_another_bodys_matter_is_the_models_own(
    lessons, classifier
) -> None:
    asked = only(lessons(decided(1, BIN, (ENQUIRY, "waste_recycling"))))
    assert asked.learned.intent is Intent.ENQUIRY
    road = only(lessons(decided(1, POTHOLE, ROADS)))
    assert road.learned.topic == "pothole_road"
    assert road.learned.intent is classifier.predict("", POTHOLE).intent


@pytest.mark.parametrize(
    ("kind", "text", "owner", "topic", "by_corpus"),
    [
        (CouncilType.UNITARY, POTHOLE, "streets_open_spaces", "pothole_road", "county_highways"),
        (CouncilType.UNITARY, SCHOOL, "corporate", "schools", "county_education"),
        (CouncilType.COUNTY, POTHOLE, "streets_open_spaces", "pothole_road", "county_highways"),
        (CouncilType.COUNTY, BIN, "other_council", "missed_bin", "waste_recycling"),
    ],
)
def test_what_another_kind_of_council_corrects_is_learned_as_the_corpus_would_label_it(
    lessons, kind: CouncilType, text: str, owner: str, topic: str, by_corpus: str
) -> None:
    catalogue = default_catalogue(kind)
    category = Category.NON_COUNCIL if owner == "other_council" else COMPLAINT
    case = decided(1, text, (category, owner), said="#parish_matter enquiry", catalogue=catalogue)
    lesson = only(lessons(case, catalogue=catalogue))
    assert lesson.learned.topic == topic
    assert by_corpus in {lesson.learned.service, lesson.learned.authority}
    assert owner in {lesson.judged.service, lesson.judged.authority}
    assert lesson.judged.category is category
    examples([lesson.learned])  # it can be learned from


def test_what_staff_left_as_it_was_is_judged_by_and_never_learned(lessons) -> None:
    found = lessons(decided(1, BIN), decided(2, POTHOLE, ROADS))
    assert [lesson.reference for lesson in found.corrected] == ["CC-2026-00002"]
    (kept,) = found.confirmed
    assert (kept.category, kept.service, kept.topic) == (COMPLAINT, "waste_recycling", None)


def test_of_near_duplicates_one_line_is_learned_and_the_last_decision_stands(lessons) -> None:
    later = NOW + timedelta(days=3)
    variant = BIN.replace("brown", "green").replace("Tuesday", "Friday")
    to = (ENQUIRY, "waste_recycling")
    found = lessons(decided(2, variant, to, at=later), decided(1, BIN, to))
    lesson = only(found)
    assert (lesson.reference, lesson.at) == ("CC-2026-00002", later)
    assert not found.left_out
    assert not found.confirmed


def test_like_cases_that_staff_decided_differently_are_left_out_and_told(lessons) -> None:
    variant = BIN.replace("brown", "green")
    found = lessons(
        decided(1, BIN, (ENQUIRY, "waste_recycling")),
        decided(2, variant, (ENQUIRY, "parking")),
        decided(3, TAXI, (ENQUIRY, "environmental_health")),
    )
    assert only(found).reference == "CC-2026-00003"
    (left,) = found.left_out
    assert set(left.references) == {"CC-2026-00001", "CC-2026-00002"}
    assert "differently" in left.why


def test_a_correction_against_a_like_case_that_was_confirmed_is_a_conflict_too(lessons) -> None:
    found = lessons(decided(1, BIN), decided(2, BIN, (ENQUIRY, "waste_recycling")))
    assert not found.corrected
    assert not found.confirmed
    assert len(found.left_out) == 1


def test_what_came_by_one_web_form_is_learned_each_matter_for_itself(lessons) -> None:
    to = [
        (ENQUIRY, "waste_recycling"),
        (ENQUIRY, "parking"),
        (ENQUIRY, "environmental_health"),
        (ENQUIRY, "waste_recycling"),
    ]
    found = lessons(
        *(decided(n, text, owner) for n, (text, owner) in enumerate(zip(MATTERS, to, strict=True)))
    )
    assert not found.left_out
    assert {one.reference[-1] for one in found.corrected} == {"0", "1", "2"}


def test_no_name_address_or_number_is_in_what_is_learned_or_judged(lessons) -> None:
    words = f"{BIN} I live at 14 Tanner's Row, SO50 9ZZ. Jo Pike, 07700 900123, jo@post.example"
    found = lessons(
        decided(1, words, (ENQUIRY, "waste_recycling"), subject="Bin of Jo Pike"),
        decided(2, TAXI + " Jo", subject="Pike"),
    )
    for line in (only(found).learned, only(found).judged, *found.confirmed):
        told = repr(line)
        for secret in ("Pike", "Jo ", "Tanner", "9ZZ", "900123", "jo@", "4481"):
            assert secret not in told
    assert "brown bin was not emptied" in only(found).learned.body


def test_an_owner_without_a_topic_and_a_message_without_words_are_left_out_and_told(
    lessons,
) -> None:
    catalogue = Catalogue(
        CouncilType.DISTRICT,
        (*DISTRICT.services.values(), Service("museum", "Museum", "museum")),
        (*DISTRICT.authorities.values(), Authority("harbour", "the harbour", "", "")),
    )
    found = lessons(
        decided(1, POTHOLE, (Category.NON_COUNCIL, "harbour")),
        decided(2, BIN, (COMPLAINT, "museum")),
        decided(3, " \n", (ENQUIRY, "waste_recycling")),
        decided(4, TAXI, (ENQUIRY, "gone_since")),
        catalogue=catalogue,
    )
    assert not found.corrected
    told = {one.references: one.why for one in found.left_out}
    assert "harbour owns no topic" in told["CC-2026-00001",]
    assert "museum owns no topic" in told["CC-2026-00002",]
    assert "no words" in told["CC-2026-00003",]
    assert "gone_since" in told["CC-2026-00004",]


def test_the_flags_that_the_model_raised_are_not_unlearned(lessons) -> None:
    case = decided(1, BIN, (ENQUIRY, "waste_recycling"), said="#missed_bin complaint !hazard")
    assert only(lessons(case)).learned.flags == {Flag.HAZARD}


def test_another_body_in_the_message_stays_as_the_second_matter(lessons) -> None:
    case = decided(1, f"{BIN} {POTHOLE}", (ENQUIRY, "waste_recycling"))
    case = replace(case, prediction=replace(case.prediction, secondary_authority="county_highways"))
    line = only(lessons(case)).learned
    assert line.second_topic == "pothole_road"
    assert line.secondary_authority == "county_highways"


def test_what_the_model_could_not_say_is_learned_as_staff_decided_it(lessons) -> None:
    case = decided(1, BIN, (ENQUIRY, "corporate"))
    unread = replace(case, prediction=undecided(DISTRICT))
    assert unread.agreed
    assert only(lessons(unread)).learned.service == "corporate"


def test_a_complaint_that_only_an_earlier_case_made_teaches_nothing(lessons) -> None:
    again = decided(1, BIN, (COMPLAINT, "waste_recycling"), said="#missed_bin enquiry")
    found = lessons(replace(again, failed_again=True))
    assert (found.corrected, found.confirmed) == ((), ())
    assert "an earlier case" in found.left_out[0].why


def test_only_the_newest_of_many_confirmed_cases_are_judged_by(lessons) -> None:
    cases = [
        decided(n, f"{n * 7919} {chr(97 + n % 26) * 9} {n}", at=NOW + timedelta(minutes=n))
        for n in range(CONFIRMED + 40)
    ]
    found = lessons(*cases)
    assert len(found.confirmed) <= CONFIRMED
    assert "CC-2026-00001" not in {line.id for line in found.confirmed}


def test_nothing_decided_teaches_nothing(lessons) -> None:
    assert lessons() == Lessons((), (), ())
