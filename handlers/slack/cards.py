"""The card of a case: drawn from its state, never from what the card was before."""

import json
from datetime import date

from handlers.slack import agreed_lines, background, leaving_lines, level_lines, why, wording
from handlers.slack.api import Block, Saying
from handlers.slack.background import Background, Link
from models.allowed import allowed_actions
from models.case import Action, Case, Leaving
from models.council import Council
from models.outbox import Posting

ACTION_PREFIX = "case_"
MORE = "case_more"
LETTER = "letter"
"""What Undo carries: the version of the case that the letter was approved on."""
_PRIMARY = frozenset({Action.CLAIM, Action.CONFIRM, Action.RESPOND, Action.POST})
_DANGER = frozenset({Action.UNDO})
_ON_CARD = (
    Action.UNDO,
    Action.POST,
    Action.NAME,
    Action.CONFIRM,
    Action.CLAIM,
    Action.RESPOND,
    Action.ACKNOWLEDGE,
    Action.CHANGE,
    Action.EXTEND,
    Action.CLOSE,
    Action.ESCALATE,
    Action.REOPEN,
)
"""What deserves a button of its own, the most urgent first; all else is one press further."""
_MOST_BUTTONS = 4
_NOTHING_KNOWN = Background()


def _no_link(_card: Posting) -> str:
    return ""


def card(
    case: Case,
    council: Council,
    today: date,
    known: Background = _NOTHING_KNOWN,
    link: Link = _no_link,
) -> Saying:
    """The card with the buttons that fit the state. Untrusted text stands in plain text only, or is
    escaped. `known` is what may be said of earlier contact, `link` gives addresses of other cards.
    """
    blocks: list[Block] = [
        {"type": "header", "text": _plain(wording.title(case))},
        {"type": "section", "text": _plain(wording.subject(case))},
    ]
    leaving = "\n".join(leaving_lines.lines(case, council))
    if leaving:
        blocks.append({"type": "section", "text": _mrkdwn(leaving)})
    decide = why.decide_lines(case, council)
    if decide:
        blocks.append({"type": "section", "text": _mrkdwn(decide)})
    fields = [_mrkdwn(field) for field in _fields(case, council, today, known.away)]
    blocks.append({"type": "section", "fields": fields})
    again = background.failed_again_line(case, known, council, link)
    notes = [again] if again else []
    agreed = agreed_lines.card_line(case, council, today)
    notes += [agreed] if agreed else []
    levels = level_lines.notes(case, known.referrals, council, today)
    notes += ["\n".join(levels)] if levels else []
    notes += [*_notes(case, council), *background.lines(case, known, council, link)]
    if notes:
        blocks.append({"type": "context", "elements": [_mrkdwn(note) for note in notes]})
    buttons = [button(case, action) for action in on_card(case)]
    blocks.append(
        {"type": "actions", "block_id": "case_actions", "elements": [*buttons, _more(case)]}
    )
    said = (
        wording.spoken(case, council, today),
        leaving_lines.spoken(case, council),
        why.spoken(case, council),
        background.spoken(case, known),
        agreed_lines.spoken(case, council, today),
        level_lines.spoken(known.referrals),
        known.away and f" The holder is {known.away}.",
    )
    return Saying("".join(said), blocks)


def stub(case: Case, channel: str) -> Saying:
    """What stays where the card was before the case moved to another channel (an id)."""
    text = wording.moved(case, channel)
    return Saying(text, [{"type": "context", "elements": [_mrkdwn(text)]}])


def private_stub(case: Case) -> Saying:
    """What stays where the card of a case stood that became private."""
    text = wording.handled_elsewhere(case)
    return Saying(text, [{"type": "context", "elements": [_mrkdwn(text)]}])


def button_value(case: Case) -> str:
    """What a button carries: which case, and the version its presser saw. It grants nothing."""
    return json.dumps({"case": case.reference, "version": case.version})


def _of_letter(case: Case, letter: Leaving) -> str:
    """What Undo carries too: the letter that its card shows, for another may follow it."""
    return json.dumps({"case": case.reference, "version": case.version, LETTER: letter.version})


def on_card(case: Case) -> tuple[Action, ...]:
    """The actions that have a button on the card now; the others are in the menu behind More."""
    allowed = allowed_actions(case)
    fits = [action for action in _ON_CARD if action in allowed and not _is_rare(case, action)]
    if level_lines.asks_for_level_two(case):
        fits.sort(key=lambda action: action not in {Action.UNDO, Action.ESCALATE})
    return tuple(fits)[:_MOST_BUTTONS]


def _is_rare(case: Case, action: Action) -> bool:
    """A second extension is a team leader's exception: it stands in the menu only."""
    return action is Action.EXTEND and case.stage.extended_to is not None


def _more(case: Case) -> Block:
    return {
        "type": "button",
        "action_id": MORE,
        "text": _plain("More…"),
        "value": button_value(case),
        "accessibility_label": f"More to do with case {case.reference}",
    }


def _fields(case: Case, council: Council, today: date, away: str) -> list[str]:
    owner = wording.owner(case, council)
    received = wording.day(council.local_date(case.received_at))
    fields = [
        f"*State*\n{wording.state(case)}{away and f', {away}'}",
        f"*Answer due*\n{wording.answer_due(case, council, today)}",
        f"*For*\n{wording.escape(owner)}",
        f"*From*\n{wording.escape(wording.customer(case))}",
        f"*Received*\n{received}, {wording.SOURCES[case.source]}",
        f"*Acknowledgement*\n{wording.acknowledgement(case, council)}",
        f"*The model said*\n{wording.confidence(case)}",
    ]
    if case.level is not None:
        fields.append(f"*Level*\n{wording.LEVELS[case.level]}")
    return fields


def _notes(case: Case, council: Council) -> list[str]:
    notes = []
    if case.flags:
        # One element: Slack takes ten of them.
        notes.append("\n".join(why.flag_lines(case.flags, case.prediction)))
    if case.original is not None:
        said = wording.escape(wording.original(case.original, council))
        notes.append(f"*Forwarded by staff.* The original is from {said}")
    if case.secondary_authority is not None:
        body = council.catalogue.owner_name(None, case.secondary_authority)
        notes.append(f"*Also a matter of:* {wording.escape(body)}")
    return notes


def button(case: Case, action: Action) -> Block:
    """The button of an action, on a card or in the menu."""
    name = wording.ACTIONS[action]
    button: Block = {
        "type": "button",
        "action_id": f"{ACTION_PREFIX}{action.value}",
        "text": _plain(name),
        "value": button_value(case),
        "accessibility_label": f"{name} case {case.reference}",
    }
    if action is Action.UNDO and case.stage.leaving:
        button["value"] = _of_letter(case, case.stage.leaving[-1])
    if action in _DANGER:
        button["style"] = "danger"
    if action in _PRIMARY:
        button["style"] = "primary"
    return button


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
