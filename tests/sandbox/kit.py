"""Blocks and views in few words."""


def words(text):
    return {"type": "plain_text", "text": text}


def marked(text):
    return {"type": "mrkdwn", "text": text}


def section(text):
    return {"type": "section", "text": marked(text)}


def button(action_id, label="Press", **extra):
    return {"type": "button", "action_id": action_id, "text": words(label), **extra}


def option(value, label=None):
    return {"text": words(label or value), "value": value}


def select(action_id, *values, kind="static_select", **extra):
    return {"type": kind, "action_id": action_id, "options": list(map(option, values)), **extra}


def actions(*elements, **extra):
    return {"type": "actions", "elements": list(elements), **extra}


def entry(block_id, element, label="Label", **extra):
    return {
        "type": "input", "block_id": block_id, "label": words(label), "element": element, **extra,
    }  # fmt: skip


def typed(action_id, **extra):
    return {"type": "plain_text_input", "action_id": action_id, **extra}


def modal(*blocks, title="A modal", callback_id="modal", **extra):
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": words(title),
        "submit": words("Save"),
        "close": words("Cancel"),
        "blocks": list(blocks) or [section("Nothing to fill in")],
        **extra,
    }
