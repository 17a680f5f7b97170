"""Carries a compliment that somebody passed on to the channel of its service."""

from dataclasses import replace
from datetime import datetime

from handlers.praising import praising_words
from handlers.slack import clearing, fields, wording
from handlers.slack.aloud import aloud
from handlers.slack.api import Block, Place, Saying
from handlers.slack.placing import KEY, Placing
from models.case import Case
from models.channels import is_private
from models.council import Council
from models.outbox import Delivered, Dropped, Item, Payload, Posting, former_key
from models.praise import Praise
from models.prediction import Category

_SHOWN = 2_500


def praise(at: Placing, item: Item, _now: datetime) -> Delivered | Dropped:
    """What a compliment says; of a case that became private nothing is said there.

    What an earlier attempt posted is looked for first: it has to be known, to go when the case
    becomes private.
    """
    payload = item.parcel.payload
    case, channel = at.case(str(payload["case"])), str(payload["channel"])
    place = _of_an_earlier_attempt(at, item, channel)
    if place is not None and is_private(case, at.council):
        clearing.take_away(at, place, {KEY: item.parcel.key})
        return Dropped("the case is private")
    if place is not None:
        return _standing(case, place)
    if case.category is not Category.COMPLIMENT or not _is_meant(payload, case.praise):
        return Dropped("it is no compliment to be passed on any more")
    if is_private(case, at.council):
        return Dropped("the case is private")
    assert case.praise is not None
    with at.store.view() as work:
        words = praising_words(work, case)
    saying = post(case, case.praise, words, at.council)
    return _standing(case, at.post(at.api.channel_id(channel), saying, {KEY: item.parcel.key}))


def _of_an_earlier_attempt(at: Placing, item: Item, channel: str) -> Place | None:
    return at.api.find(at.api.channel_id(channel), item.parcel.key) if item.begun else None


def _standing(case: Case, place: Place) -> Delivered:
    # As what stands under a former card it goes when the case becomes private.
    here = Posting("", case.reference, place.channel, place.ts)
    return Delivered((replace(here, key=former_key(here)),))


def post(case: Case, praise: Praise, words: str, council: Council) -> Saying:
    """What stands in the channel of the service. The words are plain text: nothing in them is a
    mention or a link.
    """
    service = council.catalogue.owner_name(case.service, case.authority)
    whom = _listed(praise.staff, service)
    text = aloud(
        f"A compliment for {wording.escape(whom)} ({case.reference}):",
        wording.escape(_shown(words)),
    )
    head = {
        "type": "mrkdwn",
        "text": f"*A compliment for {wording.escape(whom)}*",
        "verbatim": True,
    }
    how = "Formal" if praise.formal else "Informal"
    foot = fields.plain(f"{how} compliment, {case.reference}. Please tell them.")
    return Saying(
        text,
        [
            {"type": "section", "text": head},
            quote(words),
            {"type": "context", "elements": [foot]},
        ],
    )


def quote(words: str) -> Block:
    """The words as a quote that formats nothing; of very long ones the beginning."""
    text = {"type": "text", "text": _shown(words)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [text]}]}


def _is_meant(payload: Payload, praise: Praise | None) -> bool:
    """Whether what is recorded is still what was passed on; a parcel of an earlier release does not
    say when that was.
    """
    return praise is not None and payload.get("at") in {None, praise.passed_on_at.isoformat()}


def _shown(words: str) -> str:
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"
    return shown or "(there are no words)"


def _listed(staff: tuple[str, ...], service: str) -> str:
    """Dave and Sue, Waste and recycling."""
    if not staff:
        return service
    names = f"{', '.join(staff[:-1])} and {staff[-1]}" if len(staff) > 1 else staff[0]
    return f"{names}, {service}"
