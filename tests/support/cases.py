"""Cases and messages for tests, each as the product itself makes them."""

import hashlib
from datetime import datetime

from models.actions import Report, open_case
from models.case import Change
from models.council import Council, CouncilType, default_catalogue
from models.message import Message, Sender, Source
from tests.support.triage import ToldTriage

_TRIAGE = ToldTriage(default_catalogue(CouncilType.DISTRICT))


def opened(
    council: Council, now: datetime, reference: str, told: str = "#missed_bin complaint"
) -> Change:
    prediction = _TRIAGE.predict("", told)
    sender = Sender("Jo Pike", "jo@post.example")
    return open_case(Report(reference, "Bins", sender, Source.EMAIL, now, prediction), council, now)


def message(text: str, at: datetime, **changes: object) -> Message:
    fields: dict[str, object] = {
        "sha256": hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest(),
        "message_id": None,
        "references": (),
        "sender": Sender("Jo Pike", "jo@post.example"),
        "reply_to": None,
        "recipients": ("complaints@westmere.example",),
        "subject": "Bins",
        "text": text,
        "new_text": text,
        "received_at": at,
        "dated": None,
        "source": Source.EMAIL,
    }
    return Message(**(fields | changes))
