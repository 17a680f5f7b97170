"""What Slack refuses in blocks and views, and that its own SDK agrees where it checks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError, SlackObjectFormationError
from slack_sdk.models.blocks import Block

from bot.sandbox import SlackError
from bot.sandbox.limits import block_problems, check_blocks, view_problems
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

ASK = {"title": words("T"), "text": words("?"), "confirm": words("Y"), "deny": words("N")}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_quote",
            "elements": [
                {"type": "text", "text": "<script>"},
                {"type": "link", "url": "https://example.org"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": []}],
        },
    ],
}
CELL = {"type": "raw_text", "text": "x"}
GOOD = [
    section("x" * 3000),
    {"type": "section", "fields": [marked("x" * 2000)] * 10},
    {**section("x"), "accessory": button("a")},
    {**section("x"), "accessory": select("a", *"abcde", kind="overflow")},
    {"type": "header", "text": words("x" * 150)},
    {"type": "divider"},
    {"type": "context", "elements": [marked("x")] * 10},
    actions(*(button(f"a{number}") for number in range(25))),
    actions(button("a", "x" * 75, value="x" * 2000, style="danger", confirm=ASK)),
    actions(select("a", *map(str, range(100)))),
    entry("b", typed("a", multiline=True)),
    {"type": "image", "alt_text": "A bin", "image_url": "https://example.org/bin.png"},
    RICH,
    {"type": "table", "rows": [[CELL] * 20] * 100},
    {"type": "markdown", "text": "x" * 12_000},
]
BAD = [
    (section("x" * 3001), "less than 3001 characters"),
    (section(""), "more than 0 characters"),
    ({"type": "section"}, "missing required field: text or fields"),
    ({"type": "section", "text": "plain"}, "must be a plain_text or mrkdwn object"),
    ({"type": "section", "fields": [marked("x" * 2001)]}, "less than 2001 characters"),
    ({"type": "section", "fields": [marked("x")] * 11}, "no more than 10 items"),
    ({**section("x"), "colour": "red"}, "invalid additional property: colour"),
    ({**section("x"), "accessory": {"type": "slider"}}, "unsupported type: slider"),
    ({**section("x"), "block_id": "x" * 256}, "less than 256 characters"),
    ({"type": "header", "text": words("x" * 151)}, "less than 151 characters"),
    ({"type": "header", "text": marked("x")}, "must be a plain_text object"),
    ({"type": "context", "elements": [marked("x")] * 11}, "no more than 10 items"),
    ({"type": "context", "elements": []}, "no fewer than 1 items"),
    (actions(*(button(f"a{number}") for number in range(26))), "no more than 25 items"),
    (actions(button("a"), button("a")), "action_id already exists: a"),
    (actions(button("a", "x" * 76)), "less than 76 characters"),
    (actions(button("a", "")), "more than 0 characters"),
    (actions(button("a", value="x" * 2001)), "less than 2001 characters"),
    (actions(button("a", style="loud")), "must be one of primary, danger"),
    (actions(button("a", url="x" * 3001)), "less than 3001 characters"),
    (actions(button("a", accessibility_label="x" * 76)), "less than 76 characters"),
    (actions(button("x" * 256)), "less than 256 characters"),
    (actions(button("a", confirm={**ASK, "title": words("x" * 101)})), "less than 101"),
    (actions(button("a", confirm={**ASK, "text": words("x" * 301)})), "less than 301"),
    (actions(button("a", confirm={**ASK, "deny": words("x" * 31)})), "less than 31"),
    (actions(select("a", *map(str, range(101)))), "no more than 100 items"),
    (actions(select("a", *"abcdef", kind="overflow")), "no more than 5 items"),
    (actions(select("a", *map(str, range(11)), kind="checkboxes")), "no more than 10 items"),
    (actions(select("a")), "missing required field: options"),
    (actions(select("a", "x" * 151)), "less than"),
    (actions(select("a", "x", placeholder=words("x" * 151))), "less than 151"),
    (actions({**select("a"), "options": [option("a", "x" * 76)]}), "less than 76"),
    (actions({**select("a"), "options": [{"text": marked("x"), "value": "a"}]}), "plain_text"),
    (actions(typed("a")), "unsupported type: plain_text_input"),
    (entry("b", typed("a", initial_value="x" * 3001)), "less than 3001"),
    (entry("b", typed("a"), label="x" * 2001), "less than 2001"),
    (entry("b", button("a")), "unsupported type: button"),
    (entry("b", {"type": "datepicker", "action_id": "a", "initial_date": "1 May"}), "a date like"),
    ({"type": "image", "image_url": "https://example.org/x.png"}, "field: alt_text"),
    ({"type": "image", "alt_text": "x"}, "missing required field: image_url"),
    ({"type": "table", "rows": [[CELL] * 21]}, "no more than 20 items"),
    ({"type": "table", "rows": [[CELL]] * 101}, "no more than 100 items"),
    ({"type": "markdown", "text": "x" * 12_001}, "less than 12001"),
    ({"type": "hologram"}, "unsupported type: hologram"),
    ({"text": words("x")}, "missing required field: type"),
    ("divider", "missing required field: type"),
]
NOT_CHECKED_BY_THE_SDK = {"table", "rich_text", "markdown"}


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_what_is_within_the_limits_is_accepted(block):
    assert block_problems([block], 50) == []


@pytest.mark.parametrize(("block", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_what_is_beyond_the_limits_is_refused_with_its_place(block, reason):
    (problem, *_) = [each for each in block_problems([block], 50) if reason in each]
    assert "[json-pointer:/blocks/0" in problem


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_slacks_own_sdk_accepts_what_the_sandbox_accepts(block):
    parsed = Block.parse(block)
    assert parsed is not None
    parsed.validate_json()


@pytest.mark.parametrize("block", [block for block, _ in BAD], ids=[reason for _, reason in BAD])
def test_the_sandbox_refuses_whatever_slacks_own_sdk_refuses(block):
    try:
        parsed = Block.parse(block)
        if parsed is not None:
            parsed.validate_json()
    except (SlackObjectFormationError, TypeError, AttributeError):
        assert block_problems([block], 50)


@given(st.integers(1, 3500), st.integers(1, 200))
def test_the_sandbox_and_the_sdk_draw_the_same_lines(text, header):
    for block in (section("x" * text), {"type": "header", "text": words("x" * header)}):
        try:
            Block.parse(block).validate_json()
            agreed = True
        except SlackObjectFormationError:
            agreed = False
        assert (block_problems([block], 50) == []) is agreed


def test_a_message_is_refused_as_a_whole_with_every_reason(client, channel):
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(
            channel=channel, text="x", blocks=[section(""), {"type": "hologram"}]
        )
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] unsupported type: hologram [json-pointer:/blocks/1/type]",
    ]


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([section("x" * 2700)] * 5, "msg_blocks_too_long"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "invalid_blocks"),
        ([{"type": "table", "rows": [[CELL]]}] * 2, "invalid_attachments"),
        ([{"type": "divider", "block_id": "same"}] * 2, "invalid_blocks"),
    ],
)
def test_blocks_that_are_fine_alone_may_be_too_many(blocks, error):
    with pytest.raises(SlackError, match=error):
        check_blocks(blocks)


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (modal(title="x" * 25), "less than 25 characters"),
        (modal(title=""), "less than 25 characters"),
        (modal(submit=words("x" * 25)), "less than 25 characters"),
        (modal(close=marked("x")), "plain_text object"),
        (modal(private_metadata="x" * 3001), "less than 3001 characters"),
        (modal(callback_id="x" * 256), "less than 256 characters"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items"),
        (modal(entry("b", typed("a")), submit=None), "missing required field: submit"),
        (modal({"type": "table", "rows": [[CELL]]}), "unsupported type: table"),
        (modal(colour="red"), "invalid additional property: colour"),
        ({"type": "modal", "title": words("x")}, "missing required field: blocks"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        ({"type": "home", "blocks": [], "title": words("x")}, "additional property: title"),
        ({"type": "popup", "blocks": []}, "unsupported type: popup"),
        ("modal", "must be an object"),
    ],
)
def test_a_bad_view_is_refused_with_its_place(view, reason):
    assert any(reason in problem and "/view" in problem for problem in view_problems(view))


def test_a_bad_view_is_refused_over_the_wire(sandbox, client):
    amina = sandbox.workspace.person("amina").id
    trigger = sandbox.workspace.grants.trigger(amina)
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=trigger, view=modal(title="x" * 25))
    assert refused.value.response["error"] == "invalid_arguments"
    assert "json-pointer:/view/title" in refused.value.response["response_metadata"]["messages"][0]


def test_blocks_validate_needs_no_token_and_points_at_each_mistake(client):
    client.token = None
    assert client.api_call("blocks.validate", json={"blocks": [section("x")]})["ok"]
    assert client.api_call("blocks.validate", json={"view": modal()})["ok"]
    with pytest.raises(SlackApiError) as refused:
        client.api_call("blocks.validate", json={"message": {"blocks": [section("")]}})
    (error,) = refused.value.response["errors"]
    assert error["pointer"] == "/blocks/0/text/text"
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.api_call("blocks.validate", json={"message": {"text": "x", "blocks": []}})
