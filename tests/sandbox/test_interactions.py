"""What people do, as an unmodified Bolt app hears it, and what its answers do to their screens."""

import pytest
from slack_sdk.webhook import WebhookClient

from bot.sandbox import NoSuchElement, NotPossible, SlackError
from tests.sandbox.kit import (
    actions,
    button,
    entry,
    marked,
    modal,
    option,
    section,
    select,
    typed,
    words,
)


@pytest.fixture
def heard(running):
    """Payloads that reached the app, by type; everything is acknowledged."""
    seen = {}

    def keep(ack, body):
        seen.setdefault(body.get("type", "command"), []).append(body)
        ack()

    running.app.action({"action_id": "press"})(keep)
    running.app.action({"action_id": "pick"})(keep)
    running.app.view_closed("modal")(keep)
    running.app.command("/case")(keep)
    running.app.shortcut("note")(keep)

    def hear(name):
        def listener(body):
            seen.setdefault(name, []).append(body["event"])
            running.sandbox.workspace.changed()  # an event is acked before: wake who waits for it

        return listener

    running.app.event("message")(hear("message"))
    running.app.event("app_mention")(hear("mention"))
    return seen


def opening(running, view):
    """Pressing `open` shows the view."""

    @running.app.action("open")
    def _open(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    running.connect()
    client, sandbox = running.app.client, running.sandbox
    channel = sandbox.workspace.channel("triage").id
    card = client.chat_postMessage(channel=channel, text="A card", blocks=[actions(button("open"))])
    sandbox.click("amina", "triage", card["ts"], "open")
    return sandbox.wait_for(lambda seen: seen.open_view("amina"))


def test_a_click_has_the_shape_of_slacks_block_actions(running, heard, client, channel):
    running.connect()
    blocks = [actions(button("press", value="C-1"), block_id="row")]
    metadata = {"event_type": "card", "event_payload": {"case": "C-1"}}
    ts = client.chat_postMessage(channel=channel, text="C", blocks=blocks, metadata=metadata)["ts"]
    delivery = running.sandbox.click("amina", "triage", ts, "press")
    body = heard["block_actions"][0]
    assert delivery.acked
    assert body["user"]["username"] == "amina"
    assert body["channel"] == {"id": channel, "name": "triage"}
    assert body["container"] == {
        "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False,
    }  # fmt: skip
    assert body["message"]["metadata"] == metadata
    assert body["is_enterprise_install"] is False
    assert body["response_url"].startswith(running.sandbox.url)
    action = body["actions"][0]
    assert (action["block_id"], action["action_id"], action["value"]) == ("row", "press", "C-1")
    assert action["type"] == "button"


def test_a_choice_in_a_message_is_remembered_in_its_state(running, heard, client, channel):
    running.connect()
    blocks = [actions(select("pick", "a", "b"), button("press"), block_id="row")]
    ts = client.chat_postMessage(channel=channel, text="Card", blocks=blocks)["ts"]
    running.sandbox.choose("amina", "triage", ts, "pick", "b")
    running.sandbox.click("amina", "triage", ts, "press")
    running.sandbox.click("ben", "triage", ts, "press")
    chosen, amina, ben = heard["block_actions"]
    assert chosen["actions"][0]["selected_option"]["value"] == "b"
    assert amina["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "b"
    assert ben["state"]["values"]["row"]["pick"]["selected_option"] is None


def test_an_overflow_menu_sends_its_option(running, heard, client, channel):
    running.connect()
    menu = select("press", "why", "split", kind="overflow")
    blocks = [{**section("A case"), "accessory": menu}]
    ts = client.chat_postMessage(channel=channel, text="Card", blocks=blocks)["ts"]
    running.sandbox.choose("amina", "triage", ts, "press", "split")
    assert heard["block_actions"][0]["actions"][0]["selected_option"] == option("split")


def test_what_is_not_on_the_screen_cannot_be_used(joined, client, channel):
    ts = client.chat_postMessage(channel=channel, text="A", blocks=[actions(button("press"))])["ts"]
    with pytest.raises(NoSuchElement, match="no 'gone'; there is: press"):
        joined.click("amina", "triage", ts, "gone")
    with pytest.raises(NoSuchElement, match="sees no message"):
        joined.click("amina", "triage", "1.000000", "press")
    with pytest.raises(NoSuchElement, match="no view open"):
        joined.fill_and_submit("amina", {})
    with pytest.raises(SlackError, match="user_not_found"):
        joined.click("nobody", "triage", ts, "press")


def test_state_values_have_slacks_shape_for_each_element(running):
    users = {"type": "users_select", "action_id": "who"}
    view = opening(
        running,
        modal(
            entry("b1", typed("text", initial_value="Hello")),
            entry("b2", select("one", "a", "b", initial_option=option("a"))),
            entry("b3", select("many", "a", "b", kind="multi_static_select"), optional=True),
            entry("b4", select("ticks", "a", "b", kind="checkboxes"), optional=True),
            entry("b5", select("radio", "a", "b", kind="radio_buttons")),
            entry("b6", {"type": "datepicker", "action_id": "day"}),
            entry("b7", users),
            actions(select("more", "x", kind="overflow"), block_id="b8"),
        ),
    )
    assert view.title == "A modal"
    seen = []

    @running.app.view("modal")
    def _submitted(ack, view):
        seen.append(view)
        ack()

    amina = running.sandbox.workspace.person("amina").id
    values = {"radio": "b", "day": "2026-12-15", "who": "amina", "many": ["a", "b"], "b4.ticks": []}
    delivery = running.sandbox.fill_and_submit("amina", values)
    assert delivery.acked
    assert seen[0]["state"]["values"] == {
        "b1": {"text": {"type": "plain_text_input", "value": "Hello"}},
        "b2": {"one": {"type": "static_select", "selected_option": option("a")}},
        "b3": {
            "many": {"type": "multi_static_select", "selected_options": [option("a"), option("b")]}
        },
        "b4": {"ticks": {"type": "checkboxes", "selected_options": []}},
        "b5": {"radio": {"type": "radio_buttons", "selected_option": option("b")}},
        "b6": {"day": {"type": "datepicker", "selected_date": "2026-12-15"}},
        "b7": {"who": {"type": "users_select", "selected_user": amina}},
    }
    assert running.sandbox.open_view("amina") is None


def test_a_required_input_must_be_filled_in(running):
    opening(running, modal(entry("b1", typed("text"), label="Your answer")))
    with pytest.raises(NotPossible, match="Your answer"):
        running.sandbox.fill_and_submit("amina", {})
    assert "required" in running.sandbox.open_view("amina").errors["b1"]
    assert [each.kind for each in running.sandbox.deliveries()].count("view_submission") == 0


def test_errors_of_an_ack_stand_beside_their_field(running):
    opening(running, modal(entry("b1", typed("text"))))
    running.app.view("modal")(
        lambda ack: ack(response_action="errors", errors={"b1": "Too short."})
    )
    running.sandbox.fill_and_submit("amina", {"text": "x"})
    view = running.sandbox.open_view("amina")
    assert view.errors == {"b1": "Too short."}
    assert view.values["b1"]["text"]["value"] == "x"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"unknown": "No such block"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "vanish"},
    ],
)
def test_an_ack_that_slack_would_not_take_leaves_the_view_with_a_warning(running, answer):
    opening(running, modal(entry("b1", typed("text"))))
    running.app.view("modal")(lambda ack: ack(**answer))
    running.sandbox.fill_and_submit("amina", {"text": "x"})
    assert "trouble" in running.sandbox.open_view("amina").errors[""]


def test_a_submission_may_update_push_and_clear(running):
    opening(running, modal(entry("b1", typed("text"))))
    views = iter(
        [
            {"response_action": "update", "view": modal(title="Second")},
            {"response_action": "push", "view": modal(title="Third", notify_on_close=True)},
            {"response_action": "push", "view": modal(title="Fourth")},
            {"response_action": "push", "view": modal(title="Fifth is too many")},
            {},
            {"response_action": "clear"},
        ]
    )
    running.app.view("modal")(lambda ack: ack(**next(views)))
    sandbox = running.sandbox
    titles = []
    for values in ({"text": "x"}, {}, {}, {}, {}, {}):
        sandbox.fill_and_submit("amina", values)
        view = sandbox.open_view("amina")
        titles.append(view.title if view else None)
    assert titles == ["Second", "Third", "Fourth", "Fourth", "Third", None]


def test_closing_is_told_only_on_request(running, heard):
    view = opening(running, modal(notify_on_close=True))
    delivery = running.sandbox.close_view("amina")
    assert delivery.acked
    assert heard["view_closed"][0]["view"]["id"] == view.id
    assert heard["view_closed"][0]["is_cleared"] is False
    assert running.sandbox.open_view("amina") is None


def test_a_button_in_a_view_may_push_another_view(running):
    @running.app.action("deeper")
    def _push(ack, body, client):
        ack()
        assert "channel" not in body
        assert "response_url" not in body
        client.views_push(trigger_id=body["trigger_id"], view=modal(title="Deeper"))

    opening(running, modal(actions(button("deeper"))))
    running.sandbox.click_in_view("amina", "deeper")
    deeper = running.sandbox.wait_for(
        lambda seen: seen.open_view("amina").title == "Deeper" and seen.open_view("amina")
    )
    assert deeper.previous_id == deeper.root_id
    assert running.sandbox.close_view("amina") is None
    assert running.sandbox.open_view("amina").title == "A modal"


def test_an_input_acts_only_with_the_view(running):
    opening(running, modal(entry("b1", typed("text"))))
    with pytest.raises(NoSuchElement, match="when the view is submitted"):
        running.sandbox.click_in_view("amina", "text", "x")


def test_a_command_hides_the_name_of_a_private_channel_and_refers_to_people(running, heard):
    running.connect()
    running.sandbox.slash("amina", "seniors", "/case", "give C-1 to @ben in #waste")
    body = heard["command"][0]
    ben = running.sandbox.workspace.person("ben").id
    waste = running.sandbox.workspace.channel("waste").id
    assert body["channel_name"] == "privategroup"
    assert body["text"] == f"give C-1 to <@{ben}|ben> in <#{waste}|waste>"
    assert body["is_enterprise_install"] == "false"


def test_a_mention_is_heard_as_mention_and_as_message(running, heard):
    running.connect()
    bot = running.sandbox.bot_user
    delivery = running.sandbox.say("amina", "triage", "@carebot status <b>now</b>")
    running.sandbox.wait_for(lambda _: len(heard) == 2)
    assert delivery.kind == "app_mention"
    assert heard["mention"][0]["text"] == f"<@{bot}> status &lt;b&gt;now&lt;/b&gt;"
    assert heard["message"][0]["channel_type"] == "channel"
    parent = running.sandbox.messages("triage")[0]
    running.sandbox.say("ben", "triage", f"<@{bot}> close", thread_ts=parent.ts)
    running.sandbox.wait_for(lambda _: len(heard["mention"]) == 2)
    assert heard["mention"][1]["thread_ts"] == parent.ts
    assert heard["mention"][1]["parent_user_id"] == parent.user


def test_the_app_hears_nothing_from_channels_that_it_is_not_in(sandbox):
    assert sandbox.say("amina", "waste", "@carebot hello") is None
    assert sandbox.deliveries() == []


def test_the_apps_own_posts_come_back_and_bolt_drops_them(running, heard, client, channel):
    running.connect()
    client.chat_postMessage(channel=channel, text="Mine")
    running.sandbox.wait_for(lambda seen: [each for each in seen.deliveries() if each.acked])
    event = running.sandbox.deliveries()[0].payload["event"]
    assert event["bot_id"] == client.auth_test()["bot_id"]
    assert "message" not in heard


def test_a_shortcut_brings_its_message(running, heard, client, channel):
    running.connect()
    parent = client.chat_postMessage(channel=channel, text="Parent")["ts"]
    reply = client.chat_postMessage(channel=channel, text="Reply", thread_ts=parent)["ts"]
    running.sandbox.use_shortcut("amina", "triage", reply, "note")
    assert heard["message_action"][0]["message"]["thread_ts"] == parent


def test_a_response_url_adds_replaces_and_deletes(running, heard, client, channel):
    running.connect()
    ts = client.chat_postMessage(channel=channel, text="A", blocks=[actions(button("press"))])["ts"]
    running.sandbox.click("amina", "triage", ts, "press")
    url = WebhookClient(heard["block_actions"][0]["response_url"])
    assert url.send(text="Only you").status_code == 200
    assert url.send(text="Everyone", response_type="in_channel").status_code == 200
    assert url.send(text="Changed", replace_original=True).status_code == 200
    assert url.send(text="", blocks=[{"type": "nonsense"}]).status_code == 400
    assert [each.text for each in running.sandbox.ephemerals("amina")] == ["Only you"]
    assert [each.text for each in running.sandbox.messages("triage")] == ["Changed", "Everyone"]
    assert url.send(delete_original=True).status_code == 200
    assert [each.text for each in running.sandbox.messages("triage")] == ["Everyone"]
    sixth = url.send(text="too often")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)


def test_a_click_on_an_ephemeral_has_no_message_but_may_replace_it(running, client, channel):
    amina = running.sandbox.workspace.person("amina").id

    @running.app.action("press")
    def _press(ack, body, respond):
        ack()
        assert body["container"]["is_ephemeral"] is True
        assert "message" not in body
        respond(text="Done.", replace_original=True)

    running.connect()
    blocks = [actions(button("press"))]
    client.chat_postEphemeral(channel=channel, user=amina, text="Sure?", blocks=blocks)
    ts = running.sandbox.ephemerals("amina")[0].ts
    running.sandbox.click("amina", "triage", ts, "press")
    running.sandbox.wait_for(lambda seen: seen.ephemerals("amina")[0].text == "Done.")
    with pytest.raises(NoSuchElement):
        running.sandbox.click("ben", "triage", ts, "press")


def test_the_home_tab_is_published_and_pressed(running, heard, client):
    opened = []
    running.app.event("app_home_opened")(lambda event: opened.append(event["user"]))
    running.connect()
    amina = running.sandbox.workspace.person("amina").id
    assert running.sandbox.open_home("amina").acked
    running.sandbox.wait_for(lambda _: opened == [amina])
    home = {"type": "home", "blocks": [actions(button("press"))]}
    view = client.views_publish(user_id=amina, view=home)["view"]
    running.sandbox.click_in_home("amina", "press")
    assert heard["block_actions"][0]["view"]["id"] == view["id"]
    assert running.sandbox.home("amina").type == "home"


def test_a_menu_option_may_have_marked_text_only_where_slack_allows_it(client, channel):
    ticks = {
        "type": "checkboxes",
        "action_id": "pick",
        "options": [{"text": marked("*bold*"), "value": "a"}],
    }
    assert client.chat_postMessage(channel=channel, text="t", blocks=[actions(ticks)])["ok"]
    assert words("x")["type"] == "plain_text"
