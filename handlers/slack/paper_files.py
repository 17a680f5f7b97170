"""Puts a letter on paper under its card, to be printed: the document and the files that go with it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from handlers.slack import threads, wording
from handlers.slack.api import ThreadFile
from handlers.slack.placing import Placing, number_of, put_once, reference_of
from models.errors import Gone, Undeliverable
from models.outbox import Delivered, Dropped, Item
from models.store_port import Paper, Work


def paper(at: Placing, item: Item, now: datetime) -> Delivered | Dropped:
    """Put the files there, while the letter waits to be posted. Where Slack takes none the thread says
    who can write them.
    """
    reference, version = reference_of(item), number_of(item, "version")
    with at.store.view() as work:
        found = [
            one
            for one in work.papers.of_case(reference)
            if (one.letter.kind, one.version) == (item.parcel.payload["letter"], version)
        ]
        waiting = [one for one in found if one.posted_on is None and one.withdrawn_at is None]
        files = [file for one in waiting for file in files_of(work, one)]
    if not waiting:
        return Dropped("the letter was posted or taken back")
    try:
        for file in files:
            put_once(at, item, file)
    except Gone:
        raise  # somebody deleted the card in this moment: it is said under a new one
    except Undeliverable:
        at.in_parts(item, [threads.line(_by_hand(reference))], now, "by_hand:")
    missing = [
        wording.escape(wording.one_line(one.name, 80))
        for one in waiting[0].letter.attachments
        if not any(file.name.endswith(f"-{one.name}") for file in files)
    ]
    if missing:
        said = f"*{', '.join(missing)}* goes with this letter and is not kept any more"
        at.in_parts(item, [threads.line(said)], now, "missing:")
    return Delivered()


def files_of(work: Work, paper: Paper) -> Iterator[ThreadFile]:
    """The document first, then what is enclosed and still kept, numbered as the letter lists it."""
    letter, name = paper.letter, _stem(paper)
    what = wording.LETTERS[letter.kind]
    yield ThreadFile(
        name=f"{name}.docx",
        title=f"{letter.reference}: the {what}, to be printed and posted",
        described=f"The {what} of {letter.reference} as a document, to be printed and posted",
        content=paper.document,
    )
    for number, one in enumerate(letter.attachments, start=1):
        content = work.contents.get(one.sha256)
        if content is not None:
            yield ThreadFile(
                name=f"{name}-{number}-{one.name}",
                title=f"{letter.reference}: goes with the {what}: {one.name}",
                described=f"{one.name}, to be put in with the {what} of {letter.reference}",
                content=content,
            )


def take_away(at: Placing, reference: str) -> None:
    """The files of letters that were taken back go, wherever a card of the case stands or stood: nobody
    is to print them.
    """
    with at.store.view() as work:
        papers = work.papers.of_case(reference)
        formers = work.places.formers(reference)
    stems = tuple(_stem(one) for one in papers if one.withdrawn_at is not None)
    card = at.card_of(reference)
    for place in (*((card,) if card else ()), *formers):
        with suppress(Undeliverable):
            for said in at.api.thread(place.channel, place.ts):
                for file in said.files if said.is_ours else ():
                    if file.name.startswith(
                        tuple(f"{stem}{end}" for stem in stems for end in ".-")
                    ):
                        with suppress(Undeliverable):
                            at.api.delete_file(file.id)


def _stem(paper: Paper) -> str:
    """The name that `carebot letter` gives it too (bot/letter_command.py)."""
    return f"{paper.letter.reference}-{paper.letter.kind}-{paper.version}"


def _by_hand(reference: str) -> str:
    return (
        "*Slack did not take the document of this letter.* Ask whoever runs carebot to write it with "
        f"`carebot letter {reference}`"
    )
