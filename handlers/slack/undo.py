"""Undo was pressed: what a person sent by email is taken back before it has left."""

import json

from handlers.slack.cards import LETTER
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, Reply, Request
from models.case import Action


def undo(desk: Desk, request: Request) -> Reply:
    """Take back the letter that the card showed, whatever has happened to the case since."""
    acting = desk.acting(request, Action.UNDO, fresh=False)
    version = _version(request)
    desk.taking_back.take_back(acting.case.reference, version, acting.actor, desk.now())
    return Done()


def _version(request: Request) -> int | None:
    """The version that the letter was approved on; None where the button names no letter."""
    try:
        return int(json.loads(request.value)[LETTER])
    except (ValueError, KeyError, TypeError):
        return None
