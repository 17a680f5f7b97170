"""The page in a real browser: files, the menu of a message, homes, and every element in use."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bot.sandbox import Sandbox
from tests.sandbox.conftest import PEOPLE
from tests.sandbox.kit import actions, button, entry, marked, modal, section, select, typed
from tests.sandbox.kit import words as plain
from tests.sandbox.test_page import open_page, tab_to

__all__ = ["open_page"]  # a fixture
pytestmark = pytest.mark.needs_chromium
PDF = b"%PDF-1.7 \x00\xff"
USERS = {"type": "users_select", "action_id": "who", "placeholder": plain("Give it to…")}
FORM = modal(
    entry("text", typed("text", multiline=True), label="Your answer"),
    entry(
        "files",
        {"type": "file_input", "action_id": "files", "filetypes": ["pdf", "txt"], "max_files": 2},
        label="Attach files",
        hint=plain("PDF or text."),
        optional=True,
    ),
    title="Answer",
)


@pytest.fixture
def sandbox():
    """A sandbox that shows a shortcut, under the name that its app gives it."""
    shortcuts = {"note": "Add to the case"}
    with Sandbox(channels=["triage", "waste"], people=PEOPLE, shortcuts=shortcuts) as started:
        yield started


def test_files_are_chosen_survive_an_error_and_are_submitted(running, open_page, client, channel):
    states = []

    @running.app.action("answer")
    def _open(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @running.app.view("modal")
    def _submit(ack, view):
        values = view["state"]["values"]
        states.append(values)
        if len(states) == 1:
            ack(response_action="errors", errors={"text": "Write a sentence."})
        else:
            ack()

    running.connect()
    client.chat_postMessage(
        channel=channel, text="Card", blocks=[actions(button("answer", "Answer"))]
    )
    page = open_page(running.sandbox)
    page.get_by_role("button", name="Answer", exact=True).click()
    dialog = page.get_by_role("dialog", name="Answer")
    dialog.get_by_label("Your answer").fill("Yes")
    chooser = dialog.get_by_label("Attach files")
    expect(chooser).to_have_accessible_description("PDF or text.")
    expect(chooser).to_have_attribute("accept", ".pdf,.txt")
    chooser.set_input_files(
        [
            {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "wrong.txt", "mimeType": "text/plain", "buffer": b"x"},
        ]
    )
    expect(dialog.get_by_text("plan.pdf, 1 KB")).to_be_visible()
    dialog.get_by_role("button", name="Take wrong.txt out").press("Enter")
    expect(dialog.get_by_text("wrong.txt")).to_have_count(0)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Write a sentence.")).to_be_visible()
    expect(dialog.get_by_text("plan.pdf, 1 KB")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    (file,) = states[1]["files"]["files"]["files"]
    assert running.sandbox.workspace.files.find(file["id"]).content == PDF


def test_a_file_in_a_message_is_saved_under_its_name_and_never_shown(
    running, open_page, client, channel
):
    attack = b"<script>window.hacked = true</script>"
    client.files_upload_v2(
        channel=channel, filename="the words.html", title="All of it", content=attack
    )
    page = open_page(running.sandbox)
    files = page.get_by_role("list", name="Files")
    expect(files).to_contain_text("the words.html, HTML, 1 KB")
    with page.expect_download() as downloading:
        files.get_by_role("link", name="All of it").click()
    assert downloading.value.suggested_filename == "the words.html"
    assert downloading.value.path().read_bytes() == attack
    client.files_delete(file=running.sandbox.messages("triage")[0].files[0].id)
    expect(page.get_by_text("This file was deleted.")).to_be_visible()


def test_a_shortcut_and_the_change_of_ones_own_words_by_the_keyboard(
    running, open_page, client, channel
):
    heard = []

    @running.app.shortcut("note")
    def _note(ack, body, client):
        ack()
        heard.append(body["message"]["text"])
        client.views_open(trigger_id=body["trigger_id"], view=modal(title="Note added"))

    running.app.event("message")(lambda body: heard.append(body["event"].get("subtype")))
    running.connect()
    running.sandbox.say("amina", "triage", "I called & nobody came")
    client.chat_postMessage(channel=channel, text="A card")
    page = open_page(running.sandbox)
    mine = page.get_by_role("button", name="More for the message of Amina Khan")
    tab_to(page, mine)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Add to the case")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Note added")).to_be_visible()
    page.keyboard.press("Escape")
    expect(mine).to_be_focused()
    mine.press("ArrowDown")
    page.get_by_role("menuitem", name="Edit message").press("Enter")
    box = page.get_by_role("dialog", name="Edit message").get_by_label("The message")
    expect(box).to_have_value("I called & nobody came")
    box.fill("I called twice")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("article").filter(has_text="I called twice")).to_contain_text(
        "(edited)"
    )
    mine.press("ArrowDown")
    page.get_by_role("menuitem", name="Delete message").press("Enter")
    expect(page.get_by_text("I called twice")).to_have_count(0)
    running.sandbox.wait_for(lambda _: heard[-1] == "message_deleted")
    assert "message_changed" in heard
    page.get_by_role("button", name="More for the message of carebot").press("ArrowDown")
    expect(page.get_by_role("menuitem")).to_have_count(1)


def test_each_person_has_a_home_of_their_own(running, open_page):
    @running.app.event("app_home_opened")
    def _opened(event, client):
        name = client.users_info(user=event["user"])["user"]["real_name"]
        blocks = [section(f"*The list of {name}*"), {**section("CC-1"), "accessory": USERS}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    given = []
    running.app.action("who")(lambda ack, action: (ack(), given.append(action["selected_user"])))
    running.connect()
    page = open_page(running.sandbox, place="home", width=390)
    expect(page.get_by_text("The list of Amina Khan")).to_be_visible()
    page.get_by_role("button", name="Give it to…").press("ArrowDown")
    page.get_by_role("menuitem", name="Ben Ward").press("Enter")
    running.sandbox.wait_for(lambda _: given)
    assert given == [running.sandbox.workspace.person("ben").id]
    page.get_by_role("button", name="‹ Channels").click()
    page.get_by_label("You are").select_option("Ben Ward")
    page.get_by_role("link", name="carebot’s home").click()
    expect(page.get_by_text("The list of Ben Ward")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_field_that_acts_at_once_brings_along_what_else_is_filled_in(
    running, open_page, client, channel
):
    heard = []
    outcome = entry(
        "outcome", select("outcome", "Upheld", "Not upheld"), label="Outcome", dispatch_action=True
    )
    text = entry("text", typed("text"), label="Reason")

    @running.app.action("open")
    def _open(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text, outcome))

    @running.app.action("outcome")
    def _chosen(ack, body, client):
        ack()
        heard.append(body["view"]["state"]["values"])
        lesson = entry("lesson", typed("lesson"), label="Lesson")
        view = modal(text, outcome, lesson)
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    running.connect()
    client.chat_postMessage(channel=channel, text="Card", blocks=[actions(button("open", "Close"))])
    page = open_page(running.sandbox)
    page.get_by_role("button", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("It was late")
    dialog.get_by_label("Outcome").select_option("Upheld")
    expect(dialog.get_by_label("Lesson")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("It was late")
    expect(dialog.get_by_label("Outcome")).to_have_value("Upheld")
    assert heard[0]["text"]["text"]["value"] == "It was late"
    assert heard[0]["outcome"]["outcome"]["selected_option"]["value"] == "Upheld"


EVERYTHING = [
    {"type": "header", "text": plain("CC-1 Missed bin")},
    section("*Open*, held by nobody"),
    {"type": "section", "fields": [marked("*Due*\n3 December"), marked("*Service*\nWaste")]},
    {**section("What to do"), "accessory": select("more", "split", "merge", kind="overflow")},
    {**section("The points"), "accessory": select("points", "one", "two", kind="checkboxes")},
    {**section("The level"), "accessory": select("level", "one", "two", kind="radio_buttons")},
    {**section("The day"), "accessory": {"type": "datepicker", "action_id": "day"}},
    {**section("The owner"), "accessory": USERS},
    {"type": "context", "elements": [marked("From the mailbox"), plain("today")]},
    {"type": "divider"},
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Not again!"}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "a point"}]}
                ],
            },
        ],
    },
    actions(button("go", "Go"), select("to", "Housing", placeholder=plain("Move to…"))),
]


@pytest.mark.parametrize("width", [1280, 390])
def test_every_element_in_use_is_drawn_named_and_fits(running, open_page, client, channel, width):
    client.chat_postMessage(channel=channel, text="CC-1", blocks=EVERYTHING)
    client.files_upload_v2(channel=channel, filename="x.txt", content="x")
    page = open_page(running.sandbox, width=width)
    card = page.get_by_role("article").first
    expect(card.get_by_role("group", name="The points").get_by_label("two")).to_be_visible()
    expect(card.get_by_role("group", name="The level").get_by_role("radio")).to_have_count(2)
    expect(card.get_by_role("button", name="More actions")).to_be_visible()
    expect(card.get_by_role("button", name="Give it to…")).to_be_visible()
    expect(card.locator("input[type=date]")).to_have_attribute("aria-label", "Date")
    expect(card.locator("blockquote")).to_have_text("Not again!")
    expect(card.get_by_role("listitem").filter(has_text="a point")).to_be_visible()
    assert "(a " not in card.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea")]
            .filter((node) => node.offsetParent && !node.textContent.trim()
                && !node.getAttribute("aria-label") && !node.labels?.length)
            .map((node) => node.outerHTML)"""
    )
    assert unnamed == []


FIELDS = modal(
    section("What you write is not sent yet."),
    entry("text", typed("text", multiline=True), label="Your answer", hint=plain("Plain text.")),
    entry("outcome", select("outcome", "Upheld", "Not upheld"), label="Outcome"),
    entry("who", USERS, label="Owner"),
    entry("day", {"type": "datepicker", "action_id": "day"}, label="Due"),
    entry("points", select("points", "one", "two", kind="checkboxes"), label="Points covered"),
    entry("level", select("level", "one", "two", kind="radio_buttons"), label="Level"),
    entry("many", select("many", "a", "b", kind="multi_static_select"), label="Several"),
    entry("files", {"type": "file_input", "action_id": "files"}, label="Files", optional=True),
    actions(button("more", "More…")),
    title="Everything",
)


def complaints_of_axe(page) -> list[str]:
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{found['id']}: {node['html'][:200]}"
        for found in results.response["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_any_panel(running, open_page, client, channel, width):
    @running.app.action("go")
    def _open(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FIELDS)

    running.connect()
    ts = client.chat_postMessage(channel=channel, text="CC-1", blocks=EVERYTHING)["ts"]
    client.files_upload_v2(channel=channel, filename="x.txt", content="x", thread_ts=ts)
    running.sandbox.say("amina", "triage", "I rang them.", thread_ts=ts)
    amina = running.sandbox.workspace.person("amina").id
    client.chat_postEphemeral(channel=channel, user=amina, text="Only you see this.")
    client.views_publish(user_id=amina, view={"type": "home", "blocks": EVERYTHING})
    page = open_page(running.sandbox, width=width)
    expect(page.get_by_text("Only you see this.")).to_be_visible()
    assert complaints_of_axe(page) == []
    page.get_by_role("button", name="More for the message of carebot, CC-1").click()
    expect(page.get_by_role("menuitem", name="Add to the case")).to_be_focused()
    assert complaints_of_axe(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go", exact=True).click()
    dialog = page.get_by_role("dialog", name="Everything")
    dialog.get_by_label("Files").set_input_files(
        [{"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    expect(dialog.get_by_text("plan.pdf, 1 KB")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Please complete").first).to_be_visible()
    assert complaints_of_axe(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="2 replies").click()
    expect(page.get_by_role("complementary").get_by_text("I rang them.")).to_be_visible()
    assert complaints_of_axe(page) == []
    page.goto(f"{running.sandbox.url}#home")
    expect(page.get_by_role("main", name="carebot’s home")).to_contain_text("Missed bin")
    assert complaints_of_axe(page) == []
