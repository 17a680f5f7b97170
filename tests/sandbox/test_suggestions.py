"""A select whose options the app gives while somebody types."""

import pytest
from playwright.sync_api import expect

from bot.sandbox import NoSuchElement
from tests.sandbox.kit import actions, button, entry, modal, option, typed, words
from tests.sandbox.test_page import open_page

__all__ = ["open_page"]  # a fixture
STREETS = ("Mill Lane", "Mill Road", "Tanner's Row")
EXTERNAL = {
    "type": "external_select",
    "action_id": "street",
    "min_query_length": 2,
    "initial_option": option("High Street"),
    "placeholder": words("A street"),
}


@pytest.fixture
def asked(running, client, channel):
    """A modal that asks for a street, and what was submitted."""
    running.submitted, running.queries = [], []
    view = modal(
        entry("where", EXTERNAL, label="Street"), entry("text", typed("text"), optional=True)
    )

    @running.app.action("open")
    def _open(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @running.app.options("street")
    def _streets(ack, payload):
        running.queries.append(payload["value"])
        if payload["value"] == "broken":
            ack(options=[{"text": "no option"}])
        else:
            ack(options=[option(each) for each in STREETS if payload["value"] in each])

    @running.app.view("modal")
    def _submit(ack, view):
        ack()
        running.submitted.append(view["state"]["values"]["where"]["street"])

    running.connect()
    running.ts = client.chat_postMessage(
        channel=channel, text="Card", blocks=[actions(button("open", "Open"))]
    )["ts"]
    return running


def opened(asked):
    asked.sandbox.click("amina", "triage", asked.ts, "open")
    asked.sandbox.wait_for(lambda seen: seen.open_view("amina"))
    return asked.sandbox


def test_what_is_typed_is_asked_of_the_app_and_can_then_be_chosen(asked):
    sandbox = opened(asked)
    found = sandbox.suggest("amina", "street", "Mill")
    assert [each["value"] for each in found] == ["Mill Lane", "Mill Road"]
    sandbox.fill_and_submit("amina", {"street": "Mill Road"})
    assert asked.submitted == [{"type": "external_select", "selected_option": option("Mill Road")}]
    suggestion = next(each for each in sandbox.deliveries() if each.kind == "block_suggestion")
    assert suggestion.payload["block_id"] == "where"
    assert suggestion.payload["view"]["callback_id"] == "modal"


def test_too_little_and_a_bad_answer_offer_nothing(asked):
    sandbox = opened(asked)
    assert sandbox.suggest("amina", "street", "M") == []
    assert sandbox.suggest("amina", "street", "broken") == []
    assert asked.queries == ["broken"]
    with pytest.raises(NoSuchElement, match="offers no 'Mill Lane'"):
        sandbox.fill_and_submit("amina", {"street": "Mill Lane"})
    with pytest.raises(NoSuchElement, match="asks the app nothing"):
        sandbox.suggest("amina", "text", "Mill")
    sandbox.fill_and_submit("amina", {})
    assert asked.submitted[0]["selected_option"] == option("High Street")


@pytest.mark.needs_chromium
def test_the_page_shows_what_was_found(asked, open_page):
    page = open_page(asked.sandbox)
    page.get_by_role("button", name="Open", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox", name="Street").fill("Mill")
    expect(dialog.get_by_role("status")).to_have_text("2 found")
    dialog.get_by_label("What was found").select_option("Mill Road")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert asked.submitted[0]["selected_option"]["value"] == "Mill Road"
