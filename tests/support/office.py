"""The use cases over a real store, the real reader and the real letters; only the model is told."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from handlers.casework import Casework
from handlers.intake import Intake, TakenIn
from handlers.mail.letters import TemplateLetters
from handlers.mail.parse import MailReader, ReadingRules
from models.case import Case
from models.council import Council
from models.message import Origin, RawMessage
from models.outbox import Kind, Parcel
from models.store import open_store
from models.store_port import Store
from tests.support.council import example_council
from tests.support.triage import ToldTriage

ADDRESS = "complaints@westmere.example"


@dataclass
class TestOffice:
    """What a test of the use cases works with."""

    __test__ = False

    store: Store
    council: Council
    intake: Intake
    casework: Casework
    _uids: "count[int]"

    def receive(self, content: bytes, at: datetime, **origin: object) -> TakenIn:
        place = Origin("intake", "INBOX", 1, next(self._uids))
        return self.intake.take_in(RawMessage(content, replace(place, **origin), at), at)

    def case(self, reference: str | None) -> Case:
        assert reference is not None
        with self.store.view() as work:
            case = work.cases.get(reference)
        assert case is not None
        return case

    def waiting(self, kind: Kind | None = None) -> list[Parcel]:
        """What is in the outbox, looked at without taking it."""
        return [p for p in everything_waiting(self.store) if kind is None or p.kind is kind]


def everything_waiting(store: Store) -> list[Parcel]:
    from datetime import timedelta

    from models.outbox import Lane
    from tests.support.council import utc

    class _Looked(Exception):
        pass

    found: list[Parcel] = []
    later = utc(2100, 1, 1)
    try:
        with store.work() as work:
            queue = deque(Lane)
            while queue:
                items = work.outbox.claim(queue[0], later, 1_000, timedelta(days=1))
                found += [item.parcel for item in items]
                for item in items:
                    work.outbox.dropped(item, "", later)
                if not items:
                    queue.popleft()
            raise _Looked
    except _Looked:
        return found


def open_office(
    folder: Path,
    council: Council | None = None,
    bounce_address: str = "",
    address: str = ADDRESS,
) -> TestOffice:
    council = council or example_council()
    store = open_store(f"sqlite:///{folder / 'carebot.db'}")
    letters = TemplateLetters(
        council_name=council.name,
        from_address=address,
        from_name=council.name,
        sign_off="Customer Care Team",
        ombudsman_paragraph=None,
        key=store.seal_key(),
    )
    rules = ReadingRules(
        (address,), address.partition("@")[2], key=store.seal_key(), bounce_address=bounce_address
    )
    reader = MailReader(rules)
    intake = Intake(store, reader, ToldTriage(council.catalogue), letters, council)
    ids = count(1)
    casework = Casework(store, letters, council, lambda: f"draft-{next(ids)}")
    return TestOffice(store, council, intake, casework, count(1))


def email(text: str = "Not emptied. #missed_bin complaint", **headers: str) -> bytes:
    """An email as bytes; `headers` are added or changed, `_` stands for `-`, "" takes one away."""
    message = EmailMessage()
    fields = {
        "From": "Jo Pike <jo@post.example>",
        "To": ADDRESS,
        "Subject": "Bins",
        "Message-ID": "<first@post.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in fields.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()
