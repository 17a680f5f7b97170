"""Take the pictures of every window, of the lists of /case and of the home tab, on a phone and at a desk,
from the running demo: `.venv/bin/python docs/take_modal_pictures.py`.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from sheets import WIDTHS, Camera, chromium

from bot.demo import Demo
from bot.sandbox import Message, NoSuchElement, Sandbox
from handlers.slack import menu
from models.allowed import allowed_actions
from models.case import Action, Case, State
from models.ledger import Arrival
from models.prediction import Category, Flag
from models.store_port import Query

_SECONDS = 120.0
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ANSWER = {
    "outcome": "upheld",
    "level": "level_one",
    "text": "Dear Joan Pettifer\n\nWe are sorry that your bin was missed three times. The crew was given "
    "the wrong list; we have put it right, and your bin will be emptied tomorrow.\n\n"
    "Customer Care Team",
}
_POINTS = "Why are we missed?\nWhen is the bin emptied?"
_AT_ONCE = {Action.CLAIM, Action.CONFIRM, Action.UNDO}
_LISTS = ("mine", "due 20", "overdue", "triage", "search bin", "stats", "help")


class Story:
    """Priya's day in the demo, with a picture of each window that she meets."""

    def __init__(self, demo: Demo, camera: Camera) -> None:
        """Nothing has happened yet."""
        self._demo, self._camera = demo, camera
        self._sandbox = demo.sandbox
        self._sheet = "modals-working"
        self.taken: set[Action] = set()

    def arrive(self) -> None:
        """Every sample, and what the town hall passed on for a resident."""
        while self._demo.deliver_next_sample():
            pass
        self._demo.deliver(_forwarded(self._demo.now()))
        self._demo.bot.wait_until(lambda: self._taken_in() >= 16, _SECONDS)
        self.settle()
        for channel in self._demo.file.slack.private.values():
            self._sandbox.workspace.join(channel, self._sandbox.workspace.person("priya").id)

    def next_sheet(self, name: str) -> None:
        """What follows stands together."""
        self._sheet = name

    def settle(self) -> None:
        """What is to be done now is done."""
        self._demo.bot.wait_settled(_SECONDS)

    def press(self, case: Case, action: Action) -> None:
        """On the card, or in the window behind More."""
        card = self._card(case)
        try:
            self._sandbox.click("priya", card.channel, card.ts, f"case_{action}")
        except NoSuchElement:
            self._sandbox.click("priya", card.channel, card.ts, "case_more")
            self._sandbox.click_in_view("priya", f"case_{action}")
            self._sandbox.wait_for(_no_menu, _SECONDS)

    def shot(self, case: Case, action: Action, *, close: bool = True) -> None:
        """The window of an action."""
        self.press(case, action)
        self.taken.add(action)
        self.window(close=close)

    def window(self, *, close: bool = True) -> None:
        """Whatever window is open now."""
        view = self._sandbox.wait_for(lambda s: s.open_view("priya"), _SECONDS)
        self._camera.dialog(self._sheet, view.title)
        if close:
            self._sandbox.close_view("priya")

    def submit(self, **fields: object) -> None:
        """Fill in what is open and submit it."""
        self._sandbox.fill_and_submit("priya", fields)

    def more(self, case: Case) -> None:
        """The window behind More."""
        card = self._card(case)
        self._sandbox.click("priya", card.channel, card.ts, "case_more")
        self.window()

    def first(self, fits: Callable[[Case], bool]) -> Case:
        """The oldest case that fits."""
        with self._demo.store.view() as work:
            found = work.cases.find(Query(limit=1_000))
        return min((case for case in found if fits(case)), key=lambda case: case.reference)

    def now(self, case: Case) -> Case:
        """The case as it is now."""
        return self.first(lambda one: one.reference == case.reference)

    def ask(self, words: str) -> None:
        """A slash command, answered by a list or by a window."""
        self._sandbox.slash("priya", "complaints-lead", "/case", words)

    def in_a_week(self) -> str:
        """A date as a field takes it."""
        council = self._demo.office.council
        return council.calendar.add(council.local_date(self._demo.now()), 5).isoformat()

    def days_pass(self, mornings: int) -> None:
        """So many working mornings."""
        for _ in range(mornings):
            self._demo.jump_to_next_working_morning()
            self.settle()

    def let_leave(self) -> None:
        """The minute to undo is over."""
        self._demo.let_undo_pass()
        self.settle()

    def _card(self, case: Case) -> Message:
        self.settle()
        named = f"{case.reference}:"
        channels = list(self._sandbox.workspace.channels.values())
        shown = [m for channel in channels for m in self._sandbox.messages(channel.id)]
        return next(message for message in shown if message.text.startswith(named))

    def _taken_in(self) -> int:
        with self._demo.store.view() as work:
            counts = work.ledger.counts(_LONG_AGO, self._demo.now())
        return sum(times for arrival, times in counts.items() if arrival in set(Arrival))


def _no_menu(sandbox: Sandbox) -> bool:
    view = sandbox.open_view("priya")
    return view is None or view.callback_id != menu.MENU


def while_open(story: Story) -> Case:
    """The windows of a complaint that is worked on, up to its answer on its way."""
    bin_ = story.first(lambda c: "Bin missed" in c.subject and c.state is State.OPEN)
    story.more(bin_)
    for action in (Action.ASSIGN, Action.CHANGE, Action.NOTE, Action.LINK, Action.MERGE):
        story.shot(bin_, action)
    for action in (Action.SPLIT, Action.CLOSE, Action.EXTEND):
        story.shot(bin_, action)
    story.shot(bin_, Action.POINTS, close=False)
    story.submit(points=_POINTS)
    story.settle()
    story.press(bin_, Action.CLAIM)
    story.settle()
    story.shot(story.now(bin_), Action.RESPOND, close=False)
    story.submit(**_ANSWER, covered=["0"])
    story.window(close=False)
    story.submit(although_open=["sure"])
    story.settle()
    return bin_


def when_answered(story: Story, case: Case) -> None:
    """The windows of a complaint that was answered, to the Ombudsman and back."""
    story.next_sheet("modals-answered")
    story.let_leave()
    for action in (Action.REOPEN, Action.ESCALATE, Action.LESSON, Action.CLOSE):
        story.shot(case, action)
    story.shot(case, Action.REMEDY, close=False)
    due = story.in_a_week()
    story.submit(remedy="payment", amount="49.50", what="For the bins", owner="priya", due=due)
    story.settle()
    story.shot(case, Action.DONE)
    story.shot(case, Action.OMBUDSMAN, close=False)
    story.submit(theirs="26 001 234", area="environmental_services")
    story.settle()
    story.shot(case, Action.OMBUDSMAN)


def what_else(story: Story) -> None:
    """What other cases have: compliments, forwards, letters on paper, other bodies, merging."""
    story.next_sheet("modals-others")
    thanks = story.first(lambda c: c.category is Category.COMPLIMENT and c.state is State.OPEN)
    story.shot(thanks, Action.PASS_ON)
    forwarded = story.first(lambda c: c.original is not None)
    story.shot(forwarded, Action.NAME)
    story.shot(forwarded, Action.ACKNOWLEDGE)
    other = story.first(lambda c: c.category is Category.NON_COUNCIL and fits(c, Action.RESPOND))
    story.shot(other, Action.RESPOND)
    dog = story.first(lambda c: "barking" in c.subject)
    story.press(dog, Action.RESPOND)
    paper = {"going": "letter", "postal": "Ms Bell\n3 Quay Street\nWestmere"}
    story.submit(**_level_of(dog), text="We have written to them.", **paper)
    story.submit()
    story.settle()
    story.shot(dog, Action.POST)
    first = story.first(
        lambda c: (
            fits(c, Action.MERGE)
            and c.category is Category.COMPLAINT
            and c.reference != dog.reference
        )
    )
    into = story.first(
        lambda c: (
            fits(c, Action.MERGE)
            and c.category is Category.COMPLAINT
            and c.customer.address != first.customer.address
        )
    )
    story.press(first, Action.LINK)
    story.submit(typed=into.reference)
    story.shot(first, Action.UNLINK)
    story.press(first, Action.MERGE)
    story.submit(typed=into.reference)
    story.window(close=False)
    story.submit()
    story.window()
    story.shot(first, Action.UNMERGE)
    for words in ("log", "away"):
        story.ask(words)
        story.window()


def _level_of(case: Case) -> dict[str, str]:
    complaint = case.category is Category.COMPLAINT
    return {"outcome": "not_upheld", "level": "level_one"} if complaint else {}


def fits(case: Case, action: Action) -> bool:
    """Whether the action can be taken now, and no letter of it is written yet."""
    return action in allowed_actions(case) and not set(case.flags) & set(Flag)


def lists(story: Story, camera: Camera, case: Case) -> None:
    """What /case answers, then the home tab."""
    story.press(story.first(lambda c: "Moving house" in c.subject), Action.CLAIM)
    story.days_pass(9)
    camera.go("complaints-lead")
    for words in (*_LISTS, case.reference, f"why {case.reference}"):
        shown = {
            way: page.get_by_role("main").get_by_role("article")
            for way, page in camera.pages.items()
        }
        before = {way: messages.count() for way, messages in shown.items()}
        story.ask(words)
        for way, messages in shown.items():
            messages.nth(before[way]).wait_for()
            camera.keep(f"lists-{way}", messages.last)
    camera.go("home")
    for way, page in camera.pages.items():
        page.get_by_text("Your cases").first.wait_for()
        camera.keep(f"home-lead-{way}", page.get_by_role("main"))


def _forwarded(now: datetime) -> EmailMessage:
    wrote = now - timedelta(days=3)
    email = EmailMessage()
    email["From"] = "Cllr Ann May <ann.may@westmere.example>"
    email["To"] = "complaints@westmere.example"
    email["Subject"] = "FW: The bus shelter"
    email["Message-ID"] = "<forwarded-1@westmere.example>"
    email.set_content(
        "Please look into this.\n\nFrom: Al Reed <al.reed@post.example>\n"
        f"Sent: {wrote:%d %B %Y %H:%M}\nTo: May, Ann <ann.may@westmere.example>\n"
        "Subject: My bin\n\nMy brown bin was not emptied again and nobody answers the telephone. "
        "I want to complain.\n\nAl Reed\n"
    )
    return email


def main() -> None:
    """Tell the story and put the sheets together."""
    with (
        Demo(port=0, feed=False) as demo,
        chromium() as browser,
        tempfile.TemporaryDirectory() as folder,
    ):
        camera = Camera(browser, demo.sandbox.url, Path(folder))
        story = Story(demo, camera)
        story.arrive()
        camera.go("complaints-lead")
        answered = while_open(story)
        when_answered(story, answered)
        what_else(story)
        lists(story, camera, answered)
        if missing := set(Action) - _AT_ONCE - story.taken:
            sys.exit(f"no picture of the window of {', '.join(sorted(missing))}")
        for name in ("working", "answered", "others"):
            camera.put_together(f"modals-{name}-phone", 4)
            camera.put_together(f"modals-{name}-desk", 3)
        camera.put_together("lists-phone", 4)
        camera.put_together("lists-desk", 2)
        for way in WIDTHS:
            camera.put_together(f"home-lead-{way}", 1)


if __name__ == "__main__":
    main()
