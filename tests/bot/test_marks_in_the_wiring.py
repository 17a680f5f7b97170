from datetime import UTC, datetime
from pathlib import Path

from bot import wiring
from bot.config import read_council_file
from bot.council_of_settings import council_of
from handlers.mail.compose import compose
from models.facts import letter_facts
from models.letter import LetterKind
from models.message import Mark, Named, Origin, RawMessage
from models.store import open_store
from tests.support.cases import message, opened
from tests.support.council import EXAMPLE

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_c22_what_the_wired_letters_sign_the_wired_reader_knows(tmp_path: Path) -> None:
    file = read_council_file(EXAMPLE)
    council, store = council_of(file), open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    letters, read = wiring.letters_of(file, store), wiring.reader_of(file, store)
    case = opened(council, NOW, "CC-2026-00042").case
    kind = LetterKind.ACKNOWLEDGEMENT
    facts = letter_facts(case, council, message("Bins", NOW), kind, NOW)
    letter = letters.finish(kind, facts, letters.draft(kind, facts))
    sent = compose(letter, from_address=file.mailbox.address, from_name="W", now=NOW)
    by_id = f"From: a@x.example\nIn-Reply-To: {letter.message_id}\n\nHm\n"
    by_address = f"From: a@x.example\nTo: {sent['Reply-To']}\n\nHm\n"
    for reply in (by_id, by_address):
        answer = read(RawMessage(reply.encode(), Origin("a", "INBOX", 1, 1), NOW))
        assert answer.named == (Named("CC-2026-00042", Mark.SIGNED),)
    store.close()
