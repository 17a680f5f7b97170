"""Take a picture of the card in each state: `.venv/bin/python docs/take_card_pictures.py`.

Nothing runs but the sandbox's page: the cards are drawn by the product's own code from cases made here.
"""

import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheets import Camera, chromium
from slack_sdk import WebClient

from bot.config import council_file
from bot.council_of_settings import council_of
from bot.example import example_settings
from bot.sandbox import Person, Sandbox
from handlers.slack import cards
from handlers.slack.background import Background
from handlers.slack.related import Related, Together
from models.actions import Report, acknowledged, answered, approve_answer, claim, open_case
from models.case import Case, Level, Outcome, State
from models.letter import LetterKind
from models.message import Sender, Source
from models.outbox import Posting
from models.people import CAREBOT, staff
from models.points import Point
from models.praise import Praise
from models.prediction import Category, Doubt, Flag, Intent, Prediction, Reason
from models.routing import route

NOW = datetime(2026, 6, 8, 9, tzinfo=UTC)
TODAY = NOW.date() + timedelta(days=4)
COUNCIL = council_of(council_file(tomllib.loads(example_settings().read_text())))
PRIYA = Person("priya", "Priya Shah")


def opened(number: int, subject: str, topic: str, intent: Intent, *flags: Flag) -> Case:
    """A case as intake opens it, acknowledged."""
    to = route(COUNCIL.catalogue, topic, intent)
    prediction = Prediction(
        category=to.category,
        service=to.service,
        authority=to.authority,
        secondary_authority=None,
        flags=flags,
        topic=topic,
        intent=intent,
        confidence=0.93,
        needs_person=False,
        reasons=(Reason("third time", 1.2), Reason("thank", -0.4)),
        model="m1",
        raised=dict.fromkeys(flags, "She has not eaten for two days."),
    )
    sender = Sender("Joan Pettifer", "joan@post.example")
    report = Report(f"CC-2026-{number:05d}", subject, sender, Source.EMAIL, NOW, prediction)
    case = open_case(report, COUNCIL, NOW).case
    return acknowledged(case, COUNCIL, CAREBOT, NOW).case


def all_cards(holder: str) -> Iterator[tuple[Case, Background]]:
    """One of each state, with what is known beside it."""
    none = Background()
    new = opened(42, "Bin missed for the third time", "missed_bin", Intent.COMPLAINT)
    doubt = replace(new.prediction, confidence=0.55, needs_person=True, doubts=(Doubt.TONE,))
    yield replace(new, state=State.TRIAGE, prediction=doubt), none
    yield new, none
    held = replace(claim(new, staff(holder), NOW).case, level=Level.LEVEL_ONE)
    points = (Point("Why", is_answered=True), Point("When"), Point("Refund", is_answered=True))
    enquiry = opened(47, "Moving house", "council_tax", Intent.ENQUIRY)
    with_others = Together(linked=(Related(enquiry, Posting("", None, "", "")),))
    yield replace(held, points=points), Background(together=with_others)
    late = replace(held.stage, respond_by=TODAY - timedelta(days=3))
    yield replace(held, stage=late), none
    sent = approve_answer(held, Outcome.UPHELD, Level.LEVEL_ONE, staff(holder), NOW).case
    yield replace(sent, stage=replace(sent.stage, to_post=(LetterKind.RESPONSE,))), none
    done = answered(sent, NOW + timedelta(days=2)).case
    yield done, none
    yield replace(done, state=State.CLOSED), none
    into = Together(
        into=Related(replace(new, reference="CC-2026-00051"), Posting("", None, "", ""))
    )
    merged = replace(held, state=State.CLOSED, merged_into="CC-2026-00051")
    yield merged, Background(together=into)
    yield (
        opened(44, "My mother's carer", "adult_social_care", Intent.COMPLAINT, Flag.SAFEGUARDING),
        none,
    )
    yield opened(45, "Hole in Mill Road", "pothole_road", Intent.ENQUIRY), none
    thanks = opened(46, "Lovely park", "parks_play", Intent.COMPLIMENT)
    assert thanks.category is Category.COMPLIMENT
    yield thanks, none
    yield replace(thanks, praise=Praise(formal=True, staff=("Dave", "Sue"), passed_on_at=NOW)), none


def main() -> None:
    """Post every card and photograph each on a phone and at a desk, then all of them on a sheet."""
    with (
        Sandbox(channels=["cards"], people=[PRIYA]) as sandbox,
        chromium() as browser,
        tempfile.TemporaryDirectory() as folder,
    ):
        channel = sandbox.workspace.channel("cards").id
        client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        client.conversations_join(channel=channel)
        holder = sandbox.workspace.person("priya").id
        for case, known in all_cards(holder):
            card = cards.card(case, COUNCIL, TODAY, known, lambda _: "https://slack.example/card")
            client.chat_postMessage(channel=channel, text=card.text, blocks=list(card.blocks))
        camera = Camera(browser, sandbox.url, Path(folder))
        camera.go("cards")
        for way, page in camera.pages.items():
            found = page.get_by_role("main").get_by_role("article")
            found.last.wait_for()
            for number in range(found.count()):
                camera.keep(f"cards-{way}", found.nth(number))
        camera.put_together("cards-phone", 4)
        camera.put_together("cards-desk", 2)


if __name__ == "__main__":
    main()
