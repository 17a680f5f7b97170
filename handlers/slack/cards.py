"""The card of a case: drawn from its state, never from what the card was before."""

import json
from datetime import date

from handlers.slack import (
    agreed_lines,
    background,
    leaving_lines,
    level_lines,
    related,
    why,
    wording,
)
from handlers.slack.api import Block, Saying
from handlers.slack.background import Background, Link
from handlers.slack.card_buttons import main, on_card
from models.case import Action, Case, Leaving, Level
from models.channels import is_private
from models.council import Council
from models.outbox import Posting
from models.points import open_points
from models.praise import Praise

ACTION_PREFIX = "case_"
MORE = "case_more"
LETTER = "letter"
"""What Undo carries: the version of the case that the letter was approved on."""
_DANGER = frozenset({Action.UNDO})
# Slack takes ten elements of a context.
_MOST_NOTES = 10
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
        {"type": "header", "text": _plain(_head(case))},
        {"type": "section", "text": _plain(wording.subject(case))},
    ]
    first = (
        "\n".join(why.flag_lines(case.flags, case.prediction)),
        "\n".join(leaving_lines.lines(case, council)),
        background.failed_again_line(case, known, council, link),
        why.decide_lines(case, council),
    )
    blocks += [{"type": "section", "text": _mrkdwn(said)} for said in first if said]
    stands = "\n".join(_stands(case, council, today, known.away))
    blocks.append({"type": "section", "text": _mrkdwn(stands)})
    notes = [
        *related.lines(known.together, link),
        agreed_lines.card_line(case, council, today),
        "\n".join(level_lines.notes(case, known.referrals, council, today)),
        *_notes(case, council),
        *background.lines(case, known, council, link),
        _small_print(case, council),
    ]
    notes = _at_most([note for note in notes if note])
    blocks.append({"type": "context", "elements": [_mrkdwn(note) for note in notes]})
    marked = main(case)
    buttons = [button(case, action, marked=action is marked) for action in on_card(case)]
    blocks.append(
        {"type": "actions", "block_id": "case_actions", "elements": [*buttons, _more(case)]}
    )
    said = (
        wording.spoken(case, council, today),
        related.spoken(known.together),
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


def _more(case: Case) -> Block:
    return {
        "type": "button",
        "action_id": MORE,
        "text": _plain("More…"),
        "value": button_value(case),
        "accessibility_label": f"More to do with case {case.reference}",
    }


def _head(case: Case) -> str:
    if case.level is None or wording.is_undecided(case):
        return wording.title(case)
    level = "no level yet" if case.level is Level.UNDETERMINED else wording.LEVELS[case.level]
    return f"{wording.title(case)}, {level}"


def _stands(case: Case, council: Council, today: date, away: str) -> list[str]:
    """What everybody looks for, a line each: how it stands, until when, whose it is and from whom."""
    due = wording.answer_due(case, council, today)
    if case.is_open and case.stage.answer_by is not None and case.stage.answer_by <= today:
        due = f"*{due}*"
    awaited = case.is_open and case.stage.answer_by is not None
    return [
        f"*State:* {wording.state(case)}{away and f', {away}'}",
        f"*{'Answer due' if awaited else 'Answer'}:* {due}",
        f"*For:* {wording.escape(wording.owner(case, council))}",
        f"*From:* {wording.escape(wording.customer(case))}",
    ]


def _small_print(case: Case, council: Council) -> str:
    """How it came, whether it was acknowledged and, until it is first answered, how sure the model was."""
    received = wording.day(council.local_date(case.received_at))
    said = [
        f"Received {received}, {wording.SOURCES[case.source]}",
        f"Acknowledgement {wording.acknowledgement(case, council)}",
    ]
    if case.is_open and case.level is not Level.LEVEL_TWO:
        said.append(f"The model said: {wording.confidence(case)}")
    return ". ".join(said)


def _notes(case: Case, council: Council) -> list[str]:
    notes = []
    if is_private(case, council):
        notes.append("*Private:* only the members of this channel see this case")
    if case.original is not None:
        said = wording.escape(wording.original(case.original, council))
        notes.append(f"*Forwarded by staff.* The original is from {said}")
    if case.secondary_authority is not None:
        body = council.catalogue.owner_name(None, case.secondary_authority)
        notes.append(f"*Also a matter of:* {wording.escape(body)}")
    still = len(open_points(case.points))
    # A review finds the points ticked that the answer at Level One covered, and has answered none.
    ticked_before = case.level is Level.LEVEL_TWO and not still
    if case.points and case.merged_into is None and not ticked_before:
        answered = len(case.points) - still
        notes.append(f"*Points:* {answered} of {len(case.points)} answered")
    if case.praise is not None:
        notes.append(_passed_on(case.praise, council))
    return notes


def _passed_on(praise: Praise, council: Council) -> str:
    on = wording.day(council.local_date(praise.passed_on_at))
    to = wording.one_line(", ".join(praise.staff), 300)
    how = "formal" if praise.formal else "informal"
    return f"*Passed on* {on}{f' to {wording.escape(to)}' if to else ''}, {how} compliment"


def _at_most(notes: list[str]) -> list[str]:
    """The notes as elements: what is beyond Slack's number shares the last one."""
    kept, rest = notes[: _MOST_NOTES - 1], notes[_MOST_NOTES - 1 :]
    return [*kept, "\n".join(rest)] if rest else kept


def button(case: Case, action: Action, *, marked: bool = False) -> Block:
    """The button of an action, on a card or in the menu; `marked` is what to press first."""
    name = wording.action(case, action)
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
    elif marked:
        button["style"] = "primary"
    return button


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
