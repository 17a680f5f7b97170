"""A workspace on this machine that speaks Slack's protocol to an unmodified Bolt app.

It refuses what Slack refuses, fails on demand, and has a page for people. It stands alone: nothing
in here knows what the app does.
"""

from bot.sandbox.deliveries import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.records import (
    Call,
    DemoControls,
    File,
    Message,
    NoSuchElement,
    NotPossible,
    Person,
    SentMail,
    SlackError,
    View,
)
from bot.sandbox.server import Sandbox

__all__ = [
    "Call",
    "Delivery",
    "DemoControls",
    "Faults",
    "File",
    "Message",
    "NoSuchElement",
    "NotPossible",
    "Person",
    "Sandbox",
    "SentMail",
    "SlackError",
    "View",
]
