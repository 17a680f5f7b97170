"""Officers correct the model in Slack; `carebot learn` learns it; the running bot knows it."""

import json

import pytest

from bot.live_model import LiveModel
from bot.sandbox import Message
from classifier.labelled import DEFAULT_MODEL
from classifier.train import train
from models.case import Case
from models.decisions import DecidedCase
from models.prediction import Category
from tests.journeys.town import SECONDS, Town
from tests.support.council import example_council
from tests.support.small_corpus import LIKE_THEM, OTTERS, small_corpus, small_frozen_set

pytestmark = [pytest.mark.needs_dovecot, pytest.mark.timeout(900)]

TO = (Category.GENERAL_ENQUIRY, "leisure_culture")


@pytest.fixture
def learner(town: Town, tmp_path_factory) -> list[str]:
    """A model of a small corpus, live in the town; gives the options by which `learn` knows it."""
    folder = tmp_path_factory.mktemp("learning")
    corpus, frozen, place = folder / "corpus", folder / "frozen", folder / "model"
    for made in (corpus, frozen, place):
        made.mkdir()
    model = place / DEFAULT_MODEL.name
    train(small_corpus(corpus), model, now=town.clock.now())
    small_frozen_set(frozen)
    town.run(triage=LiveModel(model, example_council().catalogue))
    return ["--corpus", str(corpus), "--frozen", str(frozen), "--model", str(model)]


def arrives(town: Town, text: str, number: int) -> Case:
    """A resident's mail becomes a case with a card."""
    before = len(town.cases())
    town.write(
        text, From=f"R{number} <r{number}@post.example>", Message_ID=f"<{number}@x>", Subject=""
    )
    assert town.bot is not None
    town.bot.wait_until(lambda: len(town.cases()) > before, SECONDS)
    town.settle()
    return max(town.cases(), key=lambda case: case.reference)


def card_of(town: Town, case: Case) -> Message:
    with town.store.view() as work:
        place = work.places.get(f"card:{case.reference}")
    assert place is not None
    return town.sandbox.wait_for(
        lambda s: next(m for m in s.messages(place.channel) if m.ts == place.ts), SECONDS
    )


def correct(town: Town, case: Case, user: str = "priya") -> None:
    card = card_of(town, case)
    town.press(user, card, "change")
    town.wait_view(user, "Change")
    town.sandbox.fill_and_submit(user, {"category": TO[0].value, "service": TO[1]})
    town.settle()


def learn(town: Town, *options: str) -> dict[str, object]:
    process = town.spawn("learn", *options, "--json")
    out, _ = process.communicate(timeout=500)
    assert process.returncode == 0, (town.folder / "stderr").read_text()
    return json.loads(out)


def decided(town: Town) -> tuple[DecidedCase, ...]:
    with town.store.view() as work:
        return work.decisions.decided()


def said(case: Case) -> tuple[Category, str | None]:
    return case.prediction.category, case.prediction.service


def test_what_officers_correct_is_right_in_the_next_like_message_until_it_is_rolled_back(
    town: Town, learner: list[str]
) -> None:
    wrong = [arrives(town, text, n) for n, text in enumerate(OTTERS[:5])]
    assert TO not in {said(case) for case in wrong}

    guest = card_of(town, wrong[0])
    town.press("robin", guest, "change")
    town.wait_whisper("robin", "own staff")
    assert decided(town) == ()

    for case in wrong:
        correct(town, case)
    priya = town.sandbox.workspace.person("priya").id
    assert [(one.decision.by.id, one.corrected) for one in decided(town)] == [(priya, True)] * 5

    told = learn(town, *learner)
    assert told["promoted"], told["why"]
    assert (told["corrections"], told["left_out"]) == (5, [])
    town.settle()  # the clock's look takes the new model up
    assert said(arrives(town, LIKE_THEM, 10)) == TO

    back = learn(town, "--rollback", "--model", learner[-1])
    assert back == {"was": told["challenger"], "live": told["champion"]}
    town.settle()
    assert said(arrives(town, LIKE_THEM, 11)) != TO
