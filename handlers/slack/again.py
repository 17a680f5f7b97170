"""A modal was submitted on a case that had moved on: it stays, says who was first, and can be pressed
again.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from handlers.slack import closing_modals, kept, letter_modals, meanwhile, modals, points_modal
from handlers.slack.api import Block
from handlers.slack.asked_words import ASKED
from handlers.slack.desk import Desk
from handlers.slack.requests import Reply, Request, ShowInstead
from models.case import Case
from models.errors import Stale

_STILL_HERE = "What you filled in is still here. Look, then press *{submit}* again."
_TO_COPY = "What you filled in is still here, to be copied."
_BEHIND = (
    "Nothing was sent. Close this window: what you wrote is behind it. Press *Preview* again there."
)
_Blocks = list[dict[str, Any]]
_Anew = Callable[[Case, Request, _Blocks], list[Block]]


def asked_again(desk: Desk, stale: Stale, request: Request, view: Mapping[str, Any]) -> Reply:
    """The submitted view once more, of the case's version now. Where the action no longer fits the case
    it says so, and what was written can be copied. A preview gives way: its letter is behind it.
    """
    said = meanwhile.told(desk, stale)
    if not kept.carries_version(view):
        return ShowInstead(modals.notice(f"{said}\n\n{_BEHIND}"))
    if stale.unfit:
        said = f"{said}\n\n{stale.unfit} {_TO_COPY}"
        return ShowInstead(kept.kept(view, said, version=stale.now))
    said = f"{said}\n\n{_STILL_HERE.format(submit=view['submit']['text'])}"
    anew = _ANEW.get(str(view["callback_id"]))
    blocks: list[Block] = list(view["blocks"])
    if anew is not None:
        blocks = anew(desk.casework.case(stale.reference), request, list(view["blocks"]))
    return ShowInstead(kept.kept(view, said, version=stale.now, blocks=blocks))


def _answer(case: Case, _request: Request, blocks: _Blocks) -> list[Block]:
    """What the answer needs depends on what the case is now, and on its points."""
    asked = [block for block in blocks if block.get("block_id") == ASKED]
    rest = [block for block in _without(blocks, letter_modals.HEAD) if block not in asked]
    return [*asked, *letter_modals.head(case), *rest]


def _points(case: Case, _request: Request, blocks: _Blocks) -> list[Block]:
    """The ticks are of points that somebody may have written anew."""
    rest = _without(blocks, {points_modal.ANSWERED})
    return [*rest, *points_modal.answered(case)]


def _without(blocks: _Blocks, fields: Collection[str]) -> list[Block]:
    """The blocks save those of fields with such action ids."""
    return [
        block
        for block in blocks
        if block["type"] != "input" or block["element"].get("action_id") not in fields
    ]


def _close(case: Case, request: Request, blocks: _Blocks) -> list[Block]:
    """So does closing; a text that is not asked for any more stays."""
    drawn = closing_modals.close_blocks(case, request.fields or {})
    shown = {block.get("block_id") for block in drawn}
    left = [
        {**block, "optional": True}
        for block in blocks
        if block["type"] == "input"
        and block["element"]["type"] == "plain_text_input"
        and block["block_id"] not in shown
        and request.field(block["block_id"])
    ]
    return [*drawn, *left]


_ANEW: Mapping[str, _Anew] = {
    letter_modals.RESPOND: _answer,
    closing_modals.CLOSE: _close,
    points_modal.POINTS: _points,
}
"""Modals whose fields depend on the case."""
