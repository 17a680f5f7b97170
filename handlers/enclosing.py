"""Files that go with a letter: kept in the store when they are given, looked at again at Send."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.taken_back import text_taken_back
from models.case import Case
from models.council import Council
from models.enclosures import Enclosure, check_number, check_size
from models.errors import Refused
from models.letter import Letter, LetterKind
from models.message import Verdict
from models.ports import Letters
from models.store_port import Store, Work

ANSWER_KINDS = (LetterKind.RESPONSE, LetterKind.SIGNPOST)


@dataclass(frozen=True, slots=True)
class Enclosing:
    """What keeping files for a letter needs."""

    store: Store
    letters: Letters
    council: Council

    def taken_back(self, case: Case) -> tuple[Enclosure, ...]:
        """The files of an answer that was taken back and not sent again since."""
        with self.store.view() as work:
            letters = [text_taken_back(work, case, kind) for kind in ANSWER_KINDS]
        return next((one.attachments for one in letters if one is not None), ())

    def keep(
        self, given: Sequence[tuple[str, bytes]], before: Sequence[Enclosure] = ()
    ) -> tuple[Enclosure, ...]:
        """Files by their names and contents, kept to go with a letter beside those that were kept
        `before`, each under a name of its own.

        Raises Refused where one of them cannot go, or they are too many or too large together.
        """
        check_number(len(given) + len(before))
        sizes = [one.size for one in before] + [len(content) for _, content in given]
        check_size(sizes, self.council.sending.enclosures.most_bytes)
        taken = {one.name.lower() for one in before}
        made = [
            _named_apart(self.letters.enclosure(name, content), taken) for name, content in given
        ]
        with self.store.work() as work:
            for _, content in given:
                work.contents.put(content)
        return (*before, *made)


def check_sendable(work: Work, letter: Letter, council: Council) -> None:
    """Raises Refused where a file that goes with the letter is infected, is not there any more, or,
    where there is a scanner, was not looked at yet.
    """
    files = letter.attachments
    verdicts = work.contents.verdicts([one.sha256 for one in files])
    for one in files:
        scanned = verdicts.get(one.sha256)
        if scanned is None:
            raise Refused(f"{one.name} is not kept any more. Please start again from the card.")
        if scanned.verdict is Verdict.INFECTED:
            raise Refused(
                f"{one.name} is not sent: the virus scanner found {scanned.named} in it. Nothing "
                "has left."
            )
        if scanned.verdict is Verdict.NOT_SCANNED and council.sending.enclosures.scanned:
            raise Refused(
                f"The virus scanner has not looked at {one.name} yet. Nothing has left: try again "
                "in a minute."
            )


def _named_apart(enclosure: Enclosure, taken: set[str]) -> Enclosure:
    stem, _, ending = enclosure.name.rpartition(".")
    number, name = 1, enclosure.name
    while name.lower() in taken:
        number += 1
        name = f"{stem} ({number}).{ending}"
    taken.add(name.lower())
    return replace(enclosure, name=name)
