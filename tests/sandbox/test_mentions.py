"""Whom a message would notify."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.mentions import notified
from tests.sandbox.kit import actions, button, marked, section, words


@pytest.mark.parametrize(
    ("text", "blocks", "expected"),
    [
        ("nobody", [], ()),
        ("<@U123> and <@W9|ann>", [], ("U123", "W9")),
        ("<!channel> <!here|here> <!everyone>", [], ("channel", "here", "everyone")),
        ("<!subteam^S12> <!subteam^S12|@leads>", [], ("S12",)),
        ("&lt;!channel&gt; @channel", [], ()),
        ("", [section("<@U1>")], ("U1",)),
        ("", [{"type": "section", "fields": [marked("<!here>")]}], ("here",)),
        ("", [{"type": "context", "elements": [marked("<@U1>"), words("<@U2>")]}], ("U1",)),
        ("", [{"type": "header", "text": words("<!channel>")}], ()),
        ("", [actions(button("a", "<!channel>"))], ()),
        ("", [{"type": "markdown", "text": "<!channel>"}], ("channel",)),
        ("<@U1>", [section("<@U1> <@U2>")], ("U1", "U2")),
    ],
)
def test_mentions_are_found_where_slack_reads_them(text, blocks, expected):
    assert notified(text, blocks) == expected


def test_rich_text_mentions_only_by_its_own_elements():
    elements = [
        {"type": "text", "text": "<!channel> <@U9>"},
        {"type": "user", "user_id": "U1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
    ]
    blocks = [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    ]
    assert notified("", blocks) == ("U1", "S1", "here")


def test_link_names_turns_typed_names_into_mentions():
    names = {"amina": "U1"}
    assert notified("@amina @channel", [], names=names) == ()
    assert notified("@amina @channel", [], link_names=True, names=names) == ("channel", "U1")


@given(st.text())
def test_escaped_text_notifies_nobody(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert notified(escaped, [section(escaped or "x")]) == ()


def test_a_message_reports_whom_it_notified(joined, client, channel):
    amina = joined.workspace.person("amina").id
    client.chat_postMessage(channel=channel, text=f"<@{amina}> <!here>")
    client.chat_postMessage(channel=channel, text="@amina", link_names=True)
    assert [each.notifies for each in joined.messages("triage")] == [(amina, "here"), (amina,)]
