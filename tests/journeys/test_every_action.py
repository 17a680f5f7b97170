"""Every action from the outside, over Socket Mode and over signed HTTP: a press, its modal, and what
stands on the card, in the thread or in the letterbox afterwards.
"""

import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from bot.dovecot import available
from bot.sandbox import Delivery, Message, Sandbox
from bot.sandbox.records import Given, View
from models.case import Action, Case
from models.history import Event
from tests.journeys.town import SECONDS, Town
from tests.servers.fixtures import running_dovecot

pytestmark = pytest.mark.needs_dovecot

CHANNEL = "waste-recycling"
COMPLAINT = "Not emptied. #missed_bin complaint"
ANSWER = {"level": "level_one", "text": "We come tomorrow."}
ADDRESS = "Jo Pike\n1 High Street\nWestmere"
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["socket", "http"])
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """One town for the whole module: each journey has a customer and a case of its own. Everybody is a
    team leader and a senior officer; a letter can be undone for a minute.
    """
    if available() is None:
        pytest.skip("Dovecot is missing: apt-get install dovecot-imapd")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        staff = {"leads": ["#complaints-lead"], "senior": ["#complaints-lead"]}
        folder, way = tmp_path_factory.mktemp("town"), request.param
        mailbox = f"every-action-{way}-{os.getpid()}"
        settings = {"letters": {"undo_seconds": 60}, "staff": staff}
        built = Town(running_dovecot(), mailbox, folder, receive=way, settings=settings)
        built.run()
        yield built
        built.close()


@dataclass(frozen=True)
class OneCase:
    """A customer's case, as those who work on it see it."""

    town: Town
    customer: str
    channel: str
    reference: str

    def card(self) -> Message:
        """Its card once everything that is due has left."""
        self.town.settle()
        return self.town.wait_card(self.channel, f"{self.reference}:")

    def shows(self, words: str) -> None:
        """The card comes to say this, in its text or its blocks."""

        def said(_: object) -> bool:
            (card,) = self.town.cards(self.channel, f"{self.reference}:")
            return words in card.text + json.dumps(card.blocks, ensure_ascii=False)

        self.town.sandbox.wait_for(said, SECONDS)

    def tells(self, words: str) -> str:
        """The thread comes to say this: the whole line."""
        return self.town.wait_thread(self.card(), words).text

    def letters(self) -> list[str]:
        """The words of what its customer got."""
        got = [m for m in self.town.letterbox.messages if self.customer.lower() in m.recipients[0]]
        bodies = [m.message.get_body(("plain",)) for m in got]
        return [body.get_content() for body in bodies if body is not None]

    def stored(self) -> Case:
        return next(one for one in self.town.cases() if one.reference == self.reference)

    def press(self, action: Action, user: str = "priya") -> Delivery:
        return self.town.press(user, self.card(), action)

    def open(self, action: Action, title: str, user: str = "priya") -> View:
        self.press(action, user)
        return self.town.wait_view(user, title)

    def do(self, action: Action, title: str, user: str = "priya", **fields: Given) -> None:
        """Press, fill the modal in, submit."""
        self.open(action, title, user)
        delivery = self.town.sandbox.fill_and_submit(user, fields)
        assert delivery.acked
        view = self.town.sandbox.open_view(user)
        assert view is None or not view.errors, view.errors

    def send(self, action: Action, title: str, **fields: Given) -> None:
        """Write a letter, look at its preview, press Send."""
        self.do(action, title, **fields)
        self.town.wait_view("priya", "preview")
        self.town.sandbox.fill_and_submit("priya", {})

    def answer(self, outcome: str) -> None:
        """Priya answers by email, and nobody undoes it."""
        self.send(Action.RESPOND, "Answer", outcome=outcome, **ANSWER)
        self.tells("pressed Send on the answer")
        a_minute_passes(self.town)
        self.shows("Answered")


def a_minute_passes(town: Town) -> None:
    town.clock.move_to(town.clock.now() + timedelta(seconds=61))
    town.settle()


def in_a_week(town: Town) -> str:
    today = town.clock.now().astimezone(town.file.council.zone).date()
    due: date = town.calendar.add(today, 5)
    return due.isoformat()


def writes(town: Town, text: str = COMPLAINT, channel: str = CHANNEL, **headers: str) -> OneCase:
    """Somebody who never wrote before writes; the case that comes of it."""
    customer = f"Jo{next(_numbers)}x"
    subject = f"Bins of {customer}"
    headers = {
        "Subject": f"FW: {subject}" if "From: " in text else subject,
        "From": f"{customer} <{customer.lower()}@post.example>",
        "Message_ID": f"<{customer}@post.example>",
    } | headers
    town.write(text, **headers)
    card = town.wait_card(channel, subject)
    return OneCase(town, customer, channel, card.text.partition(":")[0])


def again(first: OneCase) -> OneCase:
    """The same customer writes of something else."""
    return writes(first.town, From=f"{first.customer} <{first.customer.lower()}@post.example>")


# A journey for each action


def claim(town: Town) -> None:
    case = writes(town)
    case.press(Action.CLAIM)
    case.shows("held by")
    case.tells("priya claimed the case")


def assign(town: Town) -> None:
    case = writes(town)
    case.do(Action.ASSIGN, "Assign", assign_other="sam")
    case.shows("held by")
    assert case.stored().holder == town.sandbox.workspace.person("sam").id
    case.tells("priya gave the case to")


def confirm(town: Town) -> None:
    case = writes(town, "Bins? #missed_bin complaint unsure", "complaints-triage")
    case.press(Action.CONFIRM)
    moved = town.wait_card(CHANNEL, f"{case.reference}: complaint")
    assert "Open, not claimed yet" in moved.text
    town.settle()
    assert "case_confirm" not in json.dumps(moved.blocks)


def change(town: Town) -> None:
    case = writes(town)
    case.do(Action.CHANGE, "Change", level="level_one")
    assert "Level One" in case.tells("decided")
    case.shows("Level One")


def acknowledge(town: Town) -> None:
    case = writes(town, From="")
    case.tells("No acknowledgement left")
    case.send(Action.ACKNOWLEDGE, "Acknowledge", postal=ADDRESS)
    case.tells("The acknowledgement is ready to print")
    case.shows("to be printed and posted")


def extend(town: Town) -> None:
    case = writes(town)
    case.tells("The acknowledgement left")
    case.send(Action.EXTEND, "More time", reason="The crew's log is on paper.")
    case.tells("pressed Send on a holding reply")
    assert len(case.letters()) == 1
    a_minute_passes(town)
    case.tells("The holding reply left")
    assert "The crew's log is on paper." in case.letters()[1]
    case.shows("extended")


def respond(town: Town) -> None:
    case = writes(town)
    case.tells("The acknowledgement left")
    case.answer("not_upheld")
    case.tells("The answer left")
    assert "We come tomorrow." in case.letters()[1]


def points(town: Town) -> None:
    case = writes(town)
    case.do(Action.POINTS, "Points", points="When do you come?\nWho decided it?")
    case.tells("2 points, 2 of them open")


def post(town: Town) -> None:
    case = writes(town)
    case.send(
        Action.RESPOND, "Answer", outcome="resolved", going="letter", postal=ADDRESS, **ANSWER
    )
    case.tells("The answer is ready to print")
    case.shows("to be printed and posted")
    case.do(Action.POST, "Posted")
    case.tells("The answer was posted on")
    case.shows("Answered")
    assert "tomorrow" not in "".join(case.letters())


def close(town: Town) -> None:
    case = writes(town)
    case.answer("not_upheld")
    case.do(Action.CLOSE, "Close")
    case.shows("Closed, not upheld")


def reopen(town: Town) -> None:
    case = writes(town)
    case.answer("not_upheld")
    case.do(Action.REOPEN, "Open again", "sam", reason="The crew's log was wrong.")
    case.tells("sam opened the case again: The crew's log was wrong")
    case.shows("Open, ")


def escalate(town: Town) -> None:
    case = writes(town)
    case.answer("not_upheld")
    case.do(Action.ESCALATE, "Level Two", "lee", reason="The crew never came.", reviewer="sam")
    case.shows("Under review at Level Two, held by")
    case.tells("lee recorded that the customer asked for a review")
    town.sandbox.click("priya", CHANNEL, case.card().ts, "case_respond")
    town.wait_whisper("priya", f"You answered {case.reference} at Level One")


def ombudsman(town: Town) -> None:
    case = writes(town)
    case.answer("not_upheld")
    theirs = f"26 {case.customer}"
    case.do(Action.OMBUDSMAN, "With the Ombudsman", theirs=theirs, area="environmental_services")
    case.tells("With the Ombudsman since")
    case.shows(theirs)
    case.do(Action.OMBUDSMAN, "Ombudsman decided", decision="upheld")
    case.tells("The Ombudsman decided: upheld")


def lesson(town: Town) -> None:
    case = writes(town)
    case.answer("upheld")
    case.do(
        Action.LESSON,
        "Lesson",
        cause="information",
        lesson="The list was wrong.",
        what="Check the lists",
        owner="sam",
        due=in_a_week(town),
    )
    assert "The list was wrong." in case.tells("recorded the lesson")
    case.shows("Check the lists")


def agree(case: OneCase) -> None:
    fields = {"remedy": "payment", "amount": "49.50", "what": "For the bins", "owner": "priya"}
    case.do(Action.REMEDY, "Remedy", **fields, due=in_a_week(case.town))


def remedy(town: Town) -> None:
    case = writes(town)
    case.answer("upheld")
    agree(case)
    case.tells("payment of £49.50")
    case.shows("Payment of £49.50: For the bins")


def done(town: Town) -> None:
    case = writes(town)
    case.answer("upheld")
    agree(case)
    case.shows("Agreed and still to be done")
    case.do(Action.DONE, "Done", note="Paid on Monday.")
    case.tells("priya said that it is done")
    assert "still to be done" not in case.card().text


def name(town: Town) -> None:
    forwarded = (
        "Please look into this.\n\nFrom: Al Reed <al@post.example>\n"
        f"Sent: {town.clock.now():%d %B %Y %H:%M}\nTo: May, Ann <ann.may@westmere.example>\n"
        "Subject: My bin\n\nNot emptied. #missed_bin complaint\n"
    )
    case = writes(town, forwarded, From="Cllr Ann May <ann.may@westmere.example>")
    case.do(Action.NAME, "Name the customer")
    case.tells("named the customer")
    assert "from Al Reed" in case.card().text
    assert case.stored().customer.address == "al@post.example"


def split(town: Town) -> None:
    case = writes(town)
    case.do(
        Action.SPLIT,
        "Split",
        part="Not emptied. #missed_bin complaint",
        category="non_council",
        authority="county_highways",
    )
    town.wait_view("priya", "Case split")
    other = case.tells("took a second matter out").rpartition("|")[2].partition(">")[0]
    card = town.wait_card("complaints-triage", f"{other}:")
    town.wait_thread(card, f"took this out of {case.reference}")


def link(town: Town) -> None:
    first = writes(town)
    second = again(first)
    first.do(Action.LINK, "Link", typed=second.reference, why="Same street")
    for one, other in ((first, second), (second, first)):
        assert f"|{other.reference}>: Same street" in one.tells("linked this with")
        one.shows("Linked with")


def unlink(town: Town) -> None:
    first = writes(town)
    second = again(first)
    first.do(Action.LINK, "Link", typed=second.reference)
    second.shows("Linked with")
    first.do(Action.UNLINK, "Unlink")
    for one, other in ((first, second), (second, first)):
        assert f"|{other.reference}>" in one.tells("took the link with")


def merged(town: Town) -> tuple[OneCase, OneCase]:
    first = writes(town)
    second = again(first)
    first.do(Action.MERGE, "Merge", picked=second.reference, why="Reported twice")
    return first, second


def merge(town: Town) -> None:
    first, second = merged(town)
    first.shows("Closed, merged into another case")
    assert "Reported twice" in second.tells("into this case")
    second.shows("Joined by")


def unmerge(town: Town) -> None:
    first, second = merged(town)
    first.shows("Closed, merged into another case")
    first.do(Action.UNMERGE, "Undo the merge")
    first.shows("Open, not claimed yet")
    assert "Joined by" not in json.dumps(second.card().blocks)


def pass_on(town: Town) -> None:
    case = writes(town, "Please thank Dave, he found my ring. #missed_bin compliment")
    staff = f"Dave of {case.customer}"
    case.do(Action.PASS_ON, "Pass on", staff=staff, how="informal")
    told = town.wait_card(CHANNEL, f"A compliment for {staff}")
    assert "he found my ring" in json.dumps(told.blocks)
    case.tells("passed the compliment on")


def undo(town: Town) -> None:
    case = writes(town)
    case.tells("The acknowledgement left")
    case.send(Action.RESPOND, "Answer", outcome="resolved", **ANSWER)
    case.shows("The answer leaves at")
    case.press(Action.UNDO, "sam")
    case.tells("sam took the answer back")
    a_minute_passes(town)
    assert len(case.letters()) == 1
    assert "case_respond" in json.dumps(case.card().blocks)


def note(town: Town) -> None:
    case = writes(town)
    case.do(Action.NOTE, "Add a note", text="I rang them.")
    line = town.wait_thread(case.card(), "priya added a note")
    assert "I rang them." in json.dumps(line.blocks)


JOURNEYS: Mapping[Action, Callable[[Town], None]] = {
    Action.CLAIM: claim,
    Action.ASSIGN: assign,
    Action.CONFIRM: confirm,
    Action.CHANGE: change,
    Action.ACKNOWLEDGE: acknowledge,
    Action.EXTEND: extend,
    Action.RESPOND: respond,
    Action.POINTS: points,
    Action.POST: post,
    Action.CLOSE: close,
    Action.REOPEN: reopen,
    Action.ESCALATE: escalate,
    Action.OMBUDSMAN: ombudsman,
    Action.LESSON: lesson,
    Action.REMEDY: remedy,
    Action.DONE: done,
    Action.NAME: name,
    Action.SPLIT: split,
    Action.LINK: link,
    Action.UNLINK: unlink,
    Action.MERGE: merge,
    Action.UNMERGE: unmerge,
    Action.PASS_ON: pass_on,
    Action.UNDO: undo,
    Action.NOTE: note,
}


def test_every_action_has_a_journey_here() -> None:
    assert set(JOURNEYS) == set(Action)


@pytest.mark.parametrize("action", JOURNEYS)
def test_what_an_action_does_is_seen_from_the_outside(town: Town, action: Action) -> None:
    JOURNEYS[action](town)


# What is no action of a case comes over both ways, too


def test_an_empty_field_is_said_at_the_field_and_nothing_is_done(town: Town) -> None:
    case = writes(town)
    case.open(Action.LINK, "Link")
    town.sandbox.fill_and_submit("priya", {"typed": "nothing"})
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "look like CC-" in view.errors["typed"]
    assert Event.LINKED not in town.events(case.reference)
    town.sandbox.close_view("priya")


def test_a_shortcut_files_a_message_and_its_later_edit_is_kept(town: Town) -> None:
    case = writes(town)
    card = case.card()
    town.sandbox.say("sam", card.channel, "Ring at ten.", thread_ts=card.ts)
    said = town.sandbox.replies(card.channel, card.ts)[-1]
    town.sandbox.use_shortcut("priya", said.channel, said.ts, "note_add")
    town.wait_whisper("priya", f"Filed to {case.reference}")
    heard = town.sandbox.edit_message("sam", said.channel, said.ts, "Ring at noon.")
    assert heard is not None
    case.tells("sam *edited a message that is filed as a note*")
    assert town.sandbox.deliver_again(heard).acked
    town.settle()
    with town.store.view() as work:
        (kept,) = work.notes.of_case(case.reference)
    assert [version.text for version in kept.versions] == ["Ring at ten.", "Ring at noon."]


def test_what_is_pressed_on_the_home_tab_is_done(town: Town) -> None:
    writes(town)
    town.settle()
    assert town.sandbox.open_home("lee").acked

    def listed(sandbox: Sandbox) -> bool:
        home = sandbox.home("lee")
        return home is not None and "list_open" in json.dumps(home.blocks)

    town.sandbox.wait_for(listed, SECONDS)
    assert town.sandbox.click_in_home("lee", "list_open").acked
    view = town.wait_view("lee", "What to do?")
    reference = view.blocks[0]["text"]["text"].partition(" ")[0]
    town.sandbox.click_in_view("lee", "case_note")
    town.wait_view("lee", "Add a note")
    town.sandbox.fill_and_submit("lee", {"text": "Seen at home."})
    town.sandbox.wait_for(lambda _: Event.NOTE_WRITTEN in town.events(reference), SECONDS)


@pytest.mark.parametrize("action", [Action.CLAIM, Action.NOTE])
def test_a_delivery_that_comes_twice_does_its_work_once(town: Town, action: Action) -> None:
    case = writes(town)
    if action is Action.NOTE:
        case.open(action, "Add a note")
        delivery = town.sandbox.fill_and_submit("priya", {"text": "I rang them."})
    else:
        delivery = case.press(action)
    assert town.sandbox.deliver_again(delivery).acked
    town.settle()
    once = {Action.CLAIM: Event.CLAIMED, Action.NOTE: Event.NOTE_WRITTEN}[action]
    assert town.events(case.reference).count(once) == 1
