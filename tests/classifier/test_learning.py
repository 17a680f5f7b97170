"""`learn`: what staff corrected is learned, judged fairly, and goes live only if it is no worse."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from classifier.artefact import load, read_manifest
from classifier.cards import read_cards
from classifier.corrections import Lesson, Lessons
from classifier.features import sentence_features, topic_features
from classifier.labelled import Labelled, read_labelled
from classifier.learning import Learned, _on_recent, _plan, learn
from classifier.predict import Classifier
from classifier.text import read, words
from classifier.train import train
from classifier.versions import Version, Versions
from models.decisions import DecidedCase
from models.errors import Misconfigured
from models.prediction import Category
from tests.support.decided import DISTRICT, NOW, decided
from tests.support.small_corpus import LIKE_THEM, OTTERS, small_corpus, small_frozen_set

# Each learning fits two models.
pytestmark = pytest.mark.timeout(900)

ENQUIRY = Category.GENERAL_ENQUIRY
LATER = NOW + timedelta(days=20)
TO = (ENQUIRY, "leisure_culture")


def corrections() -> list[DecidedCase]:
    said = "#pests complaint"
    return [
        decided(n, text, TO, said=said, at=NOW + timedelta(days=n)) for n, text in enumerate(OTTERS)
    ]


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return small_corpus(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def fitted(small, tmp_path_factory):
    """The model of the small corpus."""
    out = tmp_path_factory.mktemp("fitted") / "carebot.skops"
    train(small, out, now=NOW)
    return out


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    return small_frozen_set(tmp_path_factory.mktemp("frozen"))


def live_model(fitted: Path, folder: Path) -> Versions:
    for file in (fitted, fitted.with_suffix(".json")):
        shutil.copy(file, folder / file.name)
    return Versions(folder / fitted.name)


@pytest.fixture(scope="session")
def learned(fitted, small, frozen, tmp_path_factory):
    """Seven corrections learned: the versions, what was told, and the steps."""
    versions = live_model(fitted, tmp_path_factory.mktemp("live"))
    steps: list[tuple[str, int, int]] = []
    done = learn(
        corrections(),
        DISTRICT,
        versions,
        corpus=small,
        frozen=frozen,
        now=LATER,
        progress=lambda *step: steps.append(step),
    )
    return versions, done, steps


def test_what_staff_corrected_is_right_in_the_next_like_message(learned, fitted) -> None:
    versions, done, _ = learned
    assert done.promoted, done.to_text()
    before = Classifier.load(fitted, DISTRICT).predict("", LIKE_THEM)
    after = Classifier.load(versions.live, DISTRICT).predict("", LIKE_THEM)
    assert (before.category, before.service) != TO
    assert (after.category, after.service) == TO


def test_the_newest_third_is_kept_from_the_trial_that_is_judged_on_it(learned) -> None:
    _, done, steps = learned
    assert (done.corrections, done.new, done.held_out, done.confirmed) == (7, 7, 2, 0)
    recent = {one.what: one for one in done.pairs if one.where == "recent"}
    assert recent["general_enquiry"].n == 2
    assert recent["general_enquiry"].champion == 0
    names = {step.partition(":")[0] for step, _, _ in steps}
    assert names == {"challenger", "trial"}


def test_the_manifest_and_the_version_say_what_was_learned(learned, fitted) -> None:
    versions, done, _ = learned
    assert read_manifest(versions.live)["corrections"] == 7
    (first, first_live), (second, second_live) = versions.all()
    assert (first_live, second_live) == (False, True)
    assert second.name == done.challenger
    assert (second.before, second.corrections) == (first.name, 7)
    assert second.learned["CC-2026-00003"] == "general_enquiry leisure_culture"
    assert first.model == read_manifest(fitted)["model"] != second.model
    assert second.figures["frozen"]["n"] == sum(
        one.n for one in done.pairs if one.where == "frozen" and one.what in set(Category)
    )


def test_no_words_of_a_customer_are_kept_beside_the_model(learned) -> None:
    versions, _, _ = learned
    for file in (versions.live.parent / "versions").rglob("*.json"):
        assert "otter" not in file.read_text(encoding="utf-8").lower()


def test_of_what_only_customers_wrote_the_model_holds_what_five_of_them_did(learned, small) -> None:
    versions, _, _ = learned
    about = load(versions.live)[0].about
    known = {
        name
        for line in read_labelled(small)
        for name in topic_features(read(line.subject, line.body))
    }
    cards = (text for kind in ("topics", "flags") for _, text in read_cards(kind))
    known.update(name for text in cards for name in sentence_features(words(text)))
    written = Counter(name for text in OTTERS for name in set(topic_features(read("", text))))
    assert "otters" in about
    assert {name for name in about.names if name not in known and written[name] < 5} == set()
    assert "sponsor an" not in about


def test_what_is_learned_already_is_not_learned_again(learned, small, frozen) -> None:
    versions, done, _ = learned
    again = learn(
        corrections(),
        DISTRICT,
        versions,
        corpus=small,
        frozen=frozen,
        now=LATER + timedelta(days=30),
    )
    assert (again.challenger, again.promoted, again.champion) == (None, False, done.challenger)
    assert "Nothing new to learn" in again.to_text()
    assert len(versions.all()) == 2


def test_what_was_told_is_plain_and_json(learned) -> None:
    _, done, _ = learned
    told = json.loads(json.dumps(done.to_json()))
    assert told["live"] == done.challenger
    assert {one["where"] for one in told["comparisons"]} == {"frozen", "recent"}
    text = done.to_text()
    assert "learned 7 corrections" in text
    assert "not worse" in text
    assert "McNemar" not in text


def test_a_challenger_that_is_worse_is_kept_and_not_taken(
    fitted, small, frozen, tmp_path: Path
) -> None:
    """Half the frozen set's complaints, corrected into compliments: nobody should learn that."""
    versions = live_model(fitted, tmp_path)
    lines = [
        json.loads(line)
        for file in sorted(frozen.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    nonsense = [
        decided(n, line["body"], (Category.COMPLIMENT, "parking"), subject=line["subject"])
        for n, line in enumerate(lines)
        if line["category"] != "compliment"
    ]
    done = learn(nonsense, DISTRICT, versions, corpus=small, frozen=frozen, now=LATER)
    assert not done.promoted
    assert any("On the frozen set it is worse in “complaint”" in why for why in done.why)
    assert f"{done.champion} stays live" in done.why[-1]
    assert read_manifest(versions.live)["model"] == read_manifest(fitted)["model"]
    kept = {version.name: (version.promoted, live) for version, live in versions.all()}
    assert kept == {done.champion: (True, True), done.challenger: (False, False)}
    assert done.to_json()["live"] == done.champion
    assert "WORSE" in done.to_text()
    same = learn(nonsense, DISTRICT, versions, corpus=small, frozen=frozen, now=LATER)
    assert same.challenger is None
    assert f"{done.challenger}, which was not taken, was made of the same" in same.to_text()
    assert len(versions.all()) == 2


def test_nothing_decided_and_no_frozen_set_are_said(fitted, small, frozen, tmp_path: Path) -> None:
    versions = live_model(fitted, tmp_path)
    nothing = learn([], DISTRICT, versions, corpus=small, frozen=frozen, now=LATER)
    assert nothing == Learned(
        nothing.champion,
        None,
        promoted=False,
        why=("Nothing to learn: staff have corrected no case that can be learned from.",),
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(Misconfigured, match=r"no \.jsonl file"):
        learn([], DISTRICT, versions, corpus=small, frozen=tmp_path / "empty", now=LATER)


# Who learns what, and who is judged on what


def lesson(number: int, *others: str) -> Lesson:
    line = Labelled(f"CC-2026-{number:05}", "", "x", ENQUIRY, "parking", None)
    at = NOW + timedelta(days=number)
    return Lesson(line.id, at, line, line, frozenset({line.id, *others}))


def ids(lines: tuple[Labelled, ...] | None) -> list[int] | None:
    return None if lines is None else [int(line.id[-5:]) for line in lines]


def champion(*learned_: int) -> Version:
    known = {f"CC-2026-{n:05}": "general_enquiry parking" for n in learned_}
    return Version("a", "a", "2026", learned=known)


@pytest.mark.parametrize("count", [1, 5, 6, 9, 30])
def test_no_line_is_both_learned_by_the_trial_and_judged_on(count: int) -> None:
    lessons = Lessons(tuple(map(lesson, range(count))), (), ())
    plan = _plan(lessons, champion())
    assert ids(plan.everything) == list(range(count))
    if count < 6:
        assert (plan.trial, plan.recent, plan.held_out) == (None, (), 0)
        return
    held, taught = ids(plan.recent), ids(plan.trial)
    assert held == list(range(count - count // 3, count))
    assert taught == list(range(count - count // 3))


def test_what_the_champion_has_learned_is_not_held_out_against_it() -> None:
    lessons = Lessons(tuple(map(lesson, range(10))), (), ())
    plan = _plan(lessons, champion(7, 8, 9))
    assert (plan.new, ids(plan.recent)) == (7, [5, 6])
    assert ids(plan.trial) == [0, 1, 2, 3, 4, 7, 8, 9]


def test_a_decision_that_changed_is_new_and_a_case_that_is_gone_is_to_be_forgotten() -> None:
    lessons = Lessons((lesson(1), lesson(2)), (), ())
    assert (_plan(lessons, champion(1, 2)).new, _plan(lessons, champion(1, 2)).gone) == (0, 0)
    changed = replace(champion(1, 2), learned={**champion(1, 2).learned, "CC-2026-00002": "other"})
    assert _plan(lessons, changed).new == 1
    assert _plan(lessons, champion(1, 2, 3)).gone == 1


def test_another_case_that_stands_for_its_group_is_not_new_and_none_is_gone() -> None:
    lessons = Lessons((lesson(2, "CC-2026-00001"),), (), ())
    plan = _plan(lessons, champion(1))
    assert (plan.new, plan.gone) == (0, 0)


def test_what_staff_left_as_it_was_judges_nobody_alone(fitted) -> None:
    model = Classifier.load(fitted, DISTRICT)
    worse = Wrong(model)
    line = replace(lesson(1).judged, body="My bin was not emptied on Tuesday.")
    said = model.predict("", line.body)
    line = replace(line, category=said.category, service=said.service, authority=said.authority)
    confirmed = _plan(Lessons((lesson(1),), (line,) * 9, ()), champion())
    pairs = _on_recent(confirmed, model, worse)
    assert {one.where for one in pairs} == {"confirmed"}
    assert max(one.lost for one in pairs) == 9
    assert not any(one.worse for one in pairs)
    held = replace(confirmed, held_out=2)
    assert any(one.worse for one in _on_recent(held, model, worse))


class Wrong:
    """A model that says of every message that it is a compliment for parking."""

    def __init__(self, model: Classifier) -> None:
        self._model = model

    def predict_many(self, texts):
        for said in self._model.predict_many(texts):
            yield replace(said, category=Category.COMPLIMENT, service="parking", authority=None)


def test_what_staff_left_as_it_was_is_judged_by_whatever_is_new() -> None:
    line = lesson(99).judged
    plan = _plan(Lessons((lesson(1),), (line,), ()), champion())
    assert (plan.recent, plan.trial) == ((line,), None)
