"""What a prediction promises."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.explain import MOST
from classifier.labelled import CORPUS, read_labelled
from classifier.predict import BATCH
from models.council import CouncilType, default_catalogue
from models.prediction import Category, Flag, Prediction
from models.topics import TOPICS

POTHOLE = ("Pothole", "There is a huge pothole in the road on Mill Lane, please fill it in.", "")
SCHOOL = ("School", "How do I apply for a primary school place? What are the term dates?", "")
BIN = ("Missed bin", "My bin was not emptied today, please could you collect it?", "")


def owners(classifier, kind, text):
    prediction = classifier.with_catalogue(default_catalogue(kind)).predict(*text)
    return prediction.category, prediction.service, prediction.authority


def test_a_district_sends_the_pothole_and_the_school_to_the_county(classifier):
    district = CouncilType.DISTRICT
    assert owners(classifier, district, POTHOLE)[0] is Category.NON_COUNCIL
    assert owners(classifier, district, POTHOLE)[2] == "county_highways"
    assert owners(classifier, district, SCHOOL)[2] == "county_education"
    assert owners(classifier, district, BIN)[1] == "waste_recycling"


def test_a_unitary_answers_all_three_with_the_same_fitted_model(classifier):
    unitary = CouncilType.UNITARY
    assert owners(classifier, unitary, POTHOLE)[1] == "streets_open_spaces"
    assert owners(classifier, unitary, SCHOOL)[1] == "corporate"
    assert owners(classifier, unitary, BIN)[1] == "waste_recycling"


def test_a_county_answers_the_road_and_sends_the_bin_to_the_district(classifier):
    county = CouncilType.COUNTY
    assert owners(classifier, county, POTHOLE)[1] == "streets_open_spaces"
    assert owners(classifier, county, BIN)[2] == "other_council"


@pytest.mark.parametrize("kind", list(CouncilType))
def test_service_is_none_exactly_for_non_council_and_follows_the_map(classifier, kind):
    lines = read_labelled(CORPUS / "16.jsonl")[:60]
    here = classifier.with_catalogue(default_catalogue(kind))
    for prediction in here.predict_many((line.subject, line.body, "") for line in lines):
        assert (prediction.service is None) == (prediction.category is Category.NON_COUNCIL)
        owner = default_catalogue(kind).owner(prediction.topic)
        assert (prediction.service, prediction.authority) == (owner.service, owner.authority)
        assert prediction.secondary_authority is None or prediction.service is not None


def test_predictions_come_in_order_and_equal_the_single_ones(classifier):
    lines = read_labelled(CORPUS / "03.jsonl")[:100]
    texts = [(line.subject, line.body, "") for line in lines]
    many = list(classifier.predict_many(texts))
    for text, prediction in list(zip(texts, many, strict=True))[::7]:
        alone = classifier.predict(*text)
        assert (alone.topic, alone.category, alone.flags) == (
            prediction.topic,
            prediction.category,
            prediction.flags,
        )
        assert alone.confidence == pytest.approx(prediction.confidence, abs=1e-4)


def test_a_stream_is_answered_before_its_end(classifier):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield BIN

    answers = classifier.predict_many(endless())
    assert next(answers).topic in TOPICS
    assert len(taken) <= BATCH


def test_reasons_are_few_signed_and_stand_in_the_text(classifier):
    reasons = classifier.predict(*POTHOLE).reasons
    assert 0 < len(reasons) <= MOST
    assert reasons[0].weight > 0
    text = " ".join(POTHOLE).lower()
    assert all(w.rstrip("…") in text for r in reasons for w in r.word.lower().split())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\0\0\0",
        "\ud800\udfff",
        "Добрый день, когда вывозят мусор с нашей улицы?",
        "Guten Tag, warum wurde unsere Mülltonne schon wieder nicht geleert? Wir warten seit Wochen",
        "qwxz zzkj " * 120_000,
    ],
    ids=["empty", "NUL", "surrogates", "Russian", "German", "a megabyte"],
)
def test_a_person_decides_on_text_of_another_kind(classifier, body):
    prediction = classifier.predict("", body)
    assert prediction.needs_person


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(subject=st.text(), body=st.text(), sender=st.text())
def test_any_text_has_a_prediction_that_json_keeps(classifier, subject, body, sender):
    prediction = classifier.predict(subject, body, sender)
    assert 0 <= prediction.confidence <= 1
    assert Prediction.from_json(prediction.to_json()).topic == prediction.topic


def test_the_senders_own_address_raises_the_flag(classifier):
    assert Flag.MP_ENQUIRY in classifier.predict("Hi", "A case", "Jo <jo@parliament.uk>").flags
    assert Flag.OMBUDSMAN in classifier.predict("Hi", "A case", "x@mail.lgo.org.uk").flags
    assert Flag.MP_ENQUIRY not in classifier.predict("Hi", "A bin", "jo@notparliament.uk").flags


def test_a_smell_of_gas_is_a_hazard(classifier):
    assert Flag.HAZARD in classifier.predict("", "There is a strong smell of gas here").flags
