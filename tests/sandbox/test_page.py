"""The page in a real browser, mostly by the keyboard and by what a screen reader is told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox import Person, Sandbox, SentMail
from tests.sandbox.kit import actions, button, entry, marked, modal, option, section, select, typed
from tests.sandbox.kit import words as plain

pytestmark = pytest.mark.needs_chromium
ATTACK = "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>"


@pytest.fixture
def open_page(browser):
    """Opens pages, and at the end demands that none of them complained."""
    opened, complaints = [], []

    def start(sandbox, place="triage", width=1280) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 780})
        page.set_default_timeout(8000)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(page)
        page.goto(f"{sandbox.url}#{place}")
        expect(page.locator("#me option").first).to_be_attached()
        return page

    yield start
    for page in opened:
        page.close()
    assert complaints == []


def card(officer="Nobody yet"):
    return [
        {"type": "header", "text": plain("C-1 Missed bin")},
        {
            "type": "section",
            "fields": [marked("*Service*\nWaste"), marked(f"*Officer*\n{officer}")],
        },
        actions(
            button("claim", "Claim", style="primary", accessibility_label="Claim case C-1"),
            button("answer", "Answer"),
            select("move", "Housing", "Planning", placeholder=plain("Move to…")),
        ),
    ]


ANSWER = modal(
    entry("outcome", select("outcome", "Upheld", "Not upheld"), label="Outcome"),
    entry("text", typed("text", multiline=True), label="Your answer", hint=plain("As plain text.")),
    entry("day", {"type": "datepicker", "action_id": "day"}, label="Look again on", optional=True),
    entry(
        "also",
        select("also", "Tell the councillor", kind="checkboxes"),
        label="Also",
        optional=True,
    ),
    title="Answer C-1",
    callback_id="answer",
)


@pytest.fixture
def desk(running, client, channel):
    """A card with buttons in #triage, and the app behind it."""
    app = running.app
    running.submitted = []

    @app.action("claim")
    def _claim(ack, body, client):
        ack()
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        client.chat_update(**place, text="C-1 is claimed", blocks=card("Amina Khan"))

    @app.action("answer")
    def _answer(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=ANSWER)

    @app.action("move")
    def _move(ack, action, respond):
        ack()
        respond(f"Moved to {action['selected_option']['value']}")

    @app.view("answer")
    def _submit(ack, view):
        values = view["state"]["values"]
        if len(values["text"]["text"]["value"]) < 10:
            ack(response_action="errors", errors={"text": "Write a sentence."})
        else:
            ack()
            running.submitted.append(values)

    app.command("/case")(lambda ack, command: ack(f"You asked for *{command['text']}*"))
    app.event("message")(lambda: None)
    app.event("app_mention")(lambda event, say: say("All is well.", thread_ts=event["ts"]))
    running.connect()
    running.ts = client.chat_postMessage(channel=channel, text="C-1, unassigned", blocks=card())[
        "ts"
    ]
    return running


def tab_to(page, locator):
    for _ in range(60):
        if locator.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("the keyboard does not get there")


def test_a_card_is_claimed_by_the_keyboard_and_the_focus_stays(desk, open_page):
    page = open_page(desk.sandbox)
    claim = page.get_by_role("button", name="Claim case C-1")
    expect(claim).to_be_visible()
    tab_to(page, claim)
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").get_by_text("Amina Khan")).to_be_visible()
    expect(claim).to_be_focused()


def test_a_choice_acts_when_it_is_made_and_not_before(desk, open_page):
    page = open_page(desk.sandbox)
    opener = page.get_by_role("button", name="Move to…")
    expect(opener).to_be_visible()
    tab_to(page, opener)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Housing")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert [each.kind for each in desk.sandbox.deliveries() if each.type == "interactive"] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Moved to Planning").first).to_be_visible()
    expect(page.get_by_role("button", name="Planning ▾")).to_be_focused()
    expect(page.get_by_text("Only visible to you")).to_be_visible()


def test_a_modal_is_filled_in_by_the_keyboard_and_gives_the_focus_back(desk, open_page):
    page = open_page(desk.sandbox)
    opener = page.get_by_role("button", name="Answer", exact=True)
    expect(opener).to_be_visible()
    tab_to(page, opener)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Answer C-1")
    outcome = dialog.get_by_label("Outcome")
    expect(outcome).to_be_focused()
    page.keyboard.type("Upheld")
    tab_to(page, dialog.get_by_label("Your answer"))
    page.keyboard.type("Short")
    tab_to(page, dialog.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    answer = dialog.get_by_label("Your answer")
    expect(answer).to_be_focused()
    expect(answer).to_have_attribute("aria-invalid", "true")
    expect(answer).to_have_accessible_description("As plain text. Write a sentence.")
    expect(answer).to_have_value("Short")
    page.keyboard.press("End")
    page.keyboard.type(" no longer: we are sorry.")
    dialog.get_by_label("Look again on").fill("2026-12-15")
    dialog.get_by_label("Tell the councillor").check()
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    (values,) = desk.submitted
    assert values["outcome"]["outcome"]["selected_option"] == option("Upheld")
    assert values["text"]["text"]["value"] == "Short no longer: we are sorry."
    assert values["day"]["day"]["selected_date"] == "2026-12-15"
    assert len(values["also"]["also"]["selected_options"]) == 1


def test_a_required_field_is_asked_for_and_escape_closes(desk, open_page):
    page = open_page(desk.sandbox)
    page.get_by_role("button", name="Answer", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Please complete this required field.")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert desk.sandbox.open_view("amina") is None


def test_a_view_that_the_app_replaces_is_drawn_anew(desk, open_page):
    page = open_page(desk.sandbox)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("dialog", name="Answer C-1")).to_be_visible()
    view = desk.sandbox.open_view("amina")
    client = desk.app.client
    client.views_update(view_id=view.id, view=modal(section("Loaded."), title="Loaded"))
    expect(page.get_by_role("dialog", name="Loaded")).to_contain_text("Loaded.")
    amina = desk.sandbox.workspace.person("amina").id
    trigger = desk.sandbox.workspace.grants.trigger(amina, view.id)
    client.views_push(trigger_id=trigger, view=modal(title="On top"))
    expect(page.get_by_role("dialog", name="On top")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Loaded")).to_be_visible()


def test_a_command_answers_only_the_one_who_typed_it(desk, open_page):
    page = open_page(desk.sandbox)
    page.get_by_label("Message #triage").fill("/case overdue")
    page.keyboard.press("Enter")
    answer = page.get_by_role("article").filter(has_text="You asked for overdue")
    expect(answer).to_contain_text("Only visible to you")
    expect(answer.get_by_text("overdue", exact=True)).to_have_css("font-weight", "700")
    page.get_by_label("You are").select_option("Ben Ward")
    expect(answer).to_have_count(0)
    expect(page.get_by_role("button", name="Claim case C-1")).to_be_visible()


def test_a_thread_opens_takes_replies_and_refuses_commands(desk, open_page):
    page = open_page(desk.sandbox)
    opener = page.get_by_role("button", name="Reply in thread to carebot: C-1")
    opener.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_role("heading", name="Thread")).to_be_focused()
    reply = thread.get_by_label("Reply in the thread")
    reply.fill("/case overdue")
    reply.press("Enter")
    refusal = thread.get_by_role("alert")
    expect(refusal).to_have_text("/case is not supported in threads. Sorry!")
    expect(reply).to_have_value("/case overdue")
    reply.fill("I called the depot.")
    reply.press("Enter")
    expect(thread.get_by_text("I called the depot.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="1 reply")).to_be_visible()
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()
    expect(page.get_by_role("button", name="1 reply")).to_be_focused()


def test_a_mention_is_answered_in_its_thread(desk, open_page):
    page = open_page(desk.sandbox)
    page.get_by_label("Message #triage").fill("@carebot status")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="1 reply").click()
    expect(page.get_by_role("complementary").get_by_text("All is well.")).to_be_visible()


def test_what_is_being_typed_survives_what_arrives(desk, open_page, client, channel):
    page = open_page(desk.sandbox)
    box = page.get_by_label("Message #triage")
    box.fill("half a sent")
    client.chat_postMessage(channel=channel, text="Something *new*")
    expect(page.get_by_role("article").filter(has_text="Something new")).to_be_visible()
    page.keyboard.type("ence")
    expect(box).to_have_value("half a sentence")
    expect(page.locator("#news")).to_have_text("carebot: Something new")
    expect(page.locator("#news")).to_have_attribute("aria-live", "polite")


def test_markup_in_any_text_stays_text(desk, open_page, client, channel):
    amina = desk.sandbox.workspace.person("amina").id
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": ATTACK}]}
    everywhere = [
        {"type": "header", "text": plain(ATTACK)},
        section(ATTACK),
        section("<javascript:window.hacked=true|press me> <https://example.org|a link>"),
        {"type": "context", "elements": [marked(ATTACK), plain(ATTACK)]},
        {"type": "rich_text", "elements": [quote]},
        {"type": "markdown", "text": f"# {ATTACK}\n[x](javascript:window.hacked=true)"},
        {"type": "image", "alt_text": ATTACK, "image_url": "https://example.org/x.png"},
        actions(button("a", ATTACK[:75])),
    ]
    client.chat_postMessage(channel=channel, text=ATTACK, blocks=everywhere)
    client.chat_postMessage(channel=channel, text=f"{ATTACK} <@{amina}>")
    page = open_page(desk.sandbox)
    expect(page.get_by_role("main").get_by_text("window.hacked").first).to_be_visible()
    expect(page.get_by_role("link", name="a link")).to_have_attribute("rel", re.compile("noopener"))
    assert page.evaluate("window.hacked") is None
    assert page.locator("main script, main img").count() == 0
    assert page.locator("main a[href^=javascript]").count() == 0


def test_a_dangerous_button_asks_first(running, open_page, client, channel):
    pressed = []
    running.app.action("close")(lambda ack: (ack(), pressed.append(1)))
    running.connect()
    question = {
        "title": plain("Close the case?"), "text": plain("The customer is not told."),
        "confirm": plain("Close it"), "deny": plain("Keep it"),
    }  # fmt: skip
    danger = button("close", "Close", style="danger", confirm=question)
    client.chat_postMessage(channel=channel, text="Card", blocks=[actions(danger)])
    page = open_page(running.sandbox)
    close = page.get_by_role("button", name="Close", exact=True)
    close.press("Enter")
    page.get_by_role("dialog", name="Close the case?").get_by_text("Keep it").press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert pressed == []
    close.press("Enter")
    page.get_by_role("button", name="Close it").press("Enter")
    running.sandbox.wait_for(lambda seen: [each for each in seen.deliveries() if each.acked])
    running.sandbox.wait_for(lambda _: pressed)


def test_an_app_that_does_not_respond_is_said_aloud(joined, open_page, client, channel):
    client.chat_postMessage(channel=channel, text="Card", blocks=[actions(button("a", "Press me"))])
    page = open_page(joined)
    expect(page.get_by_text("carebot is not connected")).to_be_visible()
    page.get_by_role("button", name="Press me").click()
    expect(page.get_by_role("alert").filter(has_text="did not respond")).to_be_visible()


def test_channels_show_what_is_unread(desk, open_page, client):
    page = open_page(desk.sandbox)
    waste = desk.sandbox.workspace.channel("waste").id
    client.chat_postMessage(channel=waste, text="One")
    link = page.get_by_role("link", name="waste 1 unread")
    expect(link).to_be_visible()
    link.press("Enter")
    expect(page.get_by_role("heading", name="# waste")).to_be_visible()
    expect(page.get_by_role("link", name="# waste", exact=True)).to_have_attribute(
        "aria-current", "page"
    )


def test_the_page_is_made_of_landmarks_headings_and_labels(desk, open_page):
    page = open_page(desk.sandbox)
    expect(page.get_by_role("navigation", name="Channels and people")).to_be_visible()
    expect(page.get_by_role("main", name="# triage")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Council sandbox")
    expect(page.get_by_role("heading", name="C-1 Missed bin")).to_be_visible()
    expect(page.get_by_role("combobox", name="You are")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message #triage")).to_be_visible()
    expect(page.get_by_role("list", name="Channels")).to_be_visible()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea")]
            .filter((node) => node.offsetParent && !node.textContent.trim()
                && !node.getAttribute("aria-label") && !node.labels?.length)
            .map((node) => node.outerHTML)"""
    )
    assert unnamed == []


def test_a_narrow_screen_shows_one_panel_at_a_time(desk, open_page):
    page = open_page(desk.sandbox, width=390)
    navigation, main = page.locator("nav"), page.locator("main")
    expect(page.get_by_role("button", name="Claim case C-1")).to_be_visible()
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="‹ Channels").click()
    expect(navigation).to_be_visible()
    expect(main).to_be_hidden()
    page.get_by_role("link", name="# triage").click()
    page.get_by_role("button", name="Reply in thread").click()
    expect(page.get_by_role("complementary")).to_be_visible()
    expect(main).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Close thread").click()
    expect(main).to_be_visible()


def test_the_home_tab_opens_and_is_heard_of(desk, open_page):
    amina = desk.sandbox.workspace.person("amina").id

    @desk.app.event("app_home_opened")
    def _opened(event, client):
        home = {"type": "home", "blocks": [section("*Yours*: nothing is overdue")]}
        client.views_publish(user_id=event["user"], view=home)

    page = open_page(desk.sandbox)
    page.get_by_role("link", name="carebot’s home").click()
    expect(page.get_by_text("nothing is overdue")).to_be_visible()
    assert desk.sandbox.home("amina").user == amina


class Demo:
    """A demo whose clock and letters the test can read."""

    def __init__(self):
        self.time = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
        self.subjects = ["A missed bin"]
        self.mail = []

    def now(self):
        return self.time

    def jump_to_next_working_morning(self):
        self.time += timedelta(days=3)
        return self.time

    def deliver_next_sample(self):
        if not self.subjects:
            return None
        self.mail.append(
            SentMail(self.time, "jo@example.org", "We have it", f"Dear Jo\n{ATTACK}", None)
        )
        return self.subjects.pop()

    def sent_mail(self):
        return list(self.mail)

    def samples_left(self):
        return len(self.subjects)


def test_the_demo_bar_moves_the_clock_and_the_mailbox(open_page):
    people = [Person("amina", "Amina Khan")]
    demo = Demo()
    with Sandbox(channels=["triage"], people=people, demo=demo) as sandbox:
        page = open_page(sandbox)
        bar = page.get_by_role("region", name="Demo")
        expect(bar).to_contain_text("Friday 27 November 2026, 09:00")
        bar.get_by_role("button", name="Next working morning").click()
        expect(bar).to_contain_text("Monday 30 November 2026")
        bar.get_by_role("button", name="Send the next sample email (1 left)").click()
        expect(page.locator("#news")).to_have_text("In the mailbox now: A missed bin")
        expect(bar.get_by_role("button", name="No sample email is left")).to_be_visible()
        page.get_by_role("link", name="Sent emails (1)").click()
        letter = page.get_by_role("article")
        expect(letter.get_by_role("heading")).to_have_text("We have it")
        expect(letter).to_contain_text("To jo@example.org, Mon 30 Nov 2026")
        expect(letter).to_contain_text(ATTACK)
        demo.mail.append(SentMail(demo.time, "al@example.org", "Our answer", "Dear Al", None))
        expect(page.get_by_role("heading", name="Our answer")).to_be_visible()
        page.close()
