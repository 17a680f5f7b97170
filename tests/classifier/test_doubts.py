"""The model says what it does not know, and a person then decides."""

import numpy as np
import pytest

from classifier.decide import Decided
from classifier.doubts import doubts
from classifier.evidence import Evidence
from classifier.labelled import CORPUS, DEFAULT_MODEL, read_labelled
from classifier.learning import FROZEN
from classifier.predict import Classifier
from models.council import CouncilType, default_catalogue
from models.prediction import Doubt

POLISH = (
    "Dzień dobry, śmieci nie zostały odebrane od trzech tygodni i nikt nie odpowiada na moje"
    " wiadomości. Proszę o pilny kontakt w tej sprawie, mieszkam na pierwszym piętrze."
)
SPAM = "Ｃｒｙｐｔｏ airdrop claim wallet seed USDT jackpot slots casino viagra forex pips staking yield"


class Tuned:
    """The one number that doubts ask of the tuning."""

    threshold = 0.8


def told(**changed):
    """The doubts on one message of plain words that the model is sure of, but for what is changed."""
    scores = {
        "first_owner": 0.95,
        "second_owner": 0.02,
        "praise": 0.02,
        "dissatisfaction": 0.95,
        "outside": False,
        "sure": 0.99,
        "words": 40,
        "known": 1.0,
    } | changed
    decided = Decided(
        topic=np.array([0]),
        intent=np.array([0]),
        owner=np.array([0]),
        second=np.array([0]),
        rival=np.array([0]),
        rival_signs=np.zeros((1, 1)),
        signs=np.zeros((1, 1)),
        outside=np.array([scores["outside"]]),
        **{
            name: np.array([scores[name]])
            for name in ("first_owner", "second_owner", "praise", "dissatisfaction")
        },
    )
    nothing = np.zeros((1, 1), np.float32)
    evidence = Evidence(
        topics=nothing,
        intents=nothing,
        flags=nothing,
        sentences=nothing,
        sentence_flags=nothing,
        starts=np.array([0]),
        words=np.array([scores["words"]]),
        known=np.array([scores["known"]], np.float32),
    )
    return doubts(decided, np.array([scores["sure"]]), evidence, Tuned())[0]


def test_a_sure_message_leaves_no_doubt():
    assert told() == ()


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"sure": 0.79}, Doubt.NOT_SURE),
        ({"words": 0, "known": 0.0}, Doubt.NO_WORDS),
        ({"known": 0.3}, Doubt.UNLIKE),
        ({"first_owner": 0.45, "second_owner": 0.4}, Doubt.TWO_MATTERS),
        ({"praise": 0.4, "dissatisfaction": 0.45}, Doubt.TONE),
    ],
)
def test_each_doubt_is_told_by_itself(changed, doubt):
    assert told(**changed) == (doubt,)


def test_a_tone_is_no_doubt_where_another_body_answers_or_where_it_is_hardly_heard():
    assert told(praise=0.4, dissatisfaction=0.45, outside=True) == ()
    assert told(praise=0.05, dissatisfaction=0.06) == ()


@pytest.mark.parametrize(
    ("subject", "body", "doubt"),
    [
        ("", "", Doubt.NO_WORDS),
        ("Skarga", POLISH, Doubt.UNLIKE),
        ("Claim", SPAM, Doubt.UNLIKE),
    ],
)
def test_what_is_unlike_any_letter_to_a_council_goes_to_a_person(classifier, subject, body, doubt):
    prediction = classifier.predict(subject, body)
    assert prediction.needs_person
    assert doubt in prediction.doubts


def test_a_person_decides_exactly_where_there_is_a_doubt():
    # The model that `make test` fits, on texts it has not learned: one of few texts doubts everything.
    live = Classifier.load(DEFAULT_MODEL, default_catalogue(CouncilType.DISTRICT))
    lines = read_labelled(FROZEN / "emails.jsonl")
    made = list(live.predict_many((line.subject, line.body, "") for line in lines))
    assert all(prediction.needs_person == bool(prediction.doubts) for prediction in made)
    assert {prediction.needs_person for prediction in made} == {True, False}


def test_every_flag_stands_with_a_sentence_of_the_message(classifier):
    lines = read_labelled(CORPUS / "09.jsonl")
    flagged = 0
    for line in lines:
        prediction = classifier.predict(line.subject, line.body)
        written = f"{line.subject}\n{line.body}"
        assert set(prediction.raised) <= set(prediction.flags)
        assert all(sentence in written for sentence in prediction.raised.values())
        flagged += len(prediction.raised)
    assert flagged


def test_the_sentence_shown_is_the_one_with_the_gas_in_it(classifier):
    body = "I live at the back. There is a strong smell of gas in the hall. Our bins were emptied."
    prediction = classifier.predict("Flats", body)
    (sentence,) = [s for flag, s in prediction.raised.items() if flag.value == "hazard"]
    assert sentence == "There is a strong smell of gas in the hall."
