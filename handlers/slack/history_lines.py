"""The lines of a case's history, as they stand in its thread."""

from datetime import date

from handlers.slack import (
    agreed_lines,
    assigning_lines,
    flag_lines,
    join_lines,
    leaving_lines,
    level_lines,
    note_lines,
    point_lines,
    wording,
)
from models.case import Action, Level, Outcome
from models.council import Council
from models.history import Entry, Event
from models.letter import LetterKind
from models.message import Source
from models.people import Kind
from models.prediction import Category
from models.threads import Why


def line(entry: Entry, council: Council, who: str) -> str:
    """A line of history for the thread. `who` is the actor's name: a line notifies nobody. mrkdwn."""
    said = _HISTORY[entry.event](entry, council, wording.escape(who))
    return f"{said} ({wording.time(entry.at, council)})"


def _reclassified(entry: Entry, council: Council, who: str) -> str:
    changes = [
        f"{name}: {_value(name, entry.details.get(f'{name}_was'), council)} → "
        f"*{_value(name, entry.details.get(name), council)}*"
        for name in ("category", "service", "authority", "level")
        if f"{name}_was" in entry.details
    ]
    changes += flag_lines.changed(entry)
    due = entry.details.get("respond_by")
    if isinstance(due, str):
        changes.append(f"answer due *{wording.day(date.fromisoformat(due))}*")
    return f"{who} decided. " + ("; ".join(changes) or "The model was right.")


def _customer_named(entry: Entry, _council: Council, who: str) -> str:
    said = f"{who} named the customer: letters go to them from now on"
    received = entry.details.get("received_on")
    if isinstance(received, str):
        was = date.fromisoformat(str(entry.details["received_on_was"]))
        said += (
            f". Received counts as *{wording.day(date.fromisoformat(received))}*, when they wrote, "
            f"and not {wording.day(was)}, when it was forwarded"
        )
    if entry.details.get("acknowledged_other"):
        said += ". The acknowledgement that left was not to them: *theirs is still to be sent*"
    due = entry.details.get("respond_by")
    return said + (
        f"; answer due *{wording.day(date.fromisoformat(due))}*" if isinstance(due, str) else ""
    )


def _of(entry: Entry, name: str) -> str:
    return wording.escape(wording.one_line(str(entry.details.get(name, "")), 80))


def _value(name: str, value: object, council: Council) -> str:
    if value is None:
        return "none"
    text = str(value)
    if name == "category":
        return wording.CATEGORIES[Category(text)]
    if name == "level":
        return wording.LEVELS[Level(text)]
    return wording.escape(council.catalogue.owner_name(text if name == "service" else None, text))


def _closed(entry: Entry, _council: Council, who: str) -> str:
    outcome, reason = entry.details.get("outcome"), entry.details.get("reason")
    how = f" as {wording.OUTCOMES[Outcome(str(outcome))].lower()}" if outcome else ""
    why = f": {wording.escape(wording.one_line(str(reason), 500))}" if reason else ""
    return f"{who} closed the case{how}{why}"


def _approved(entry: Entry, council: Council, who: str) -> str:
    outcome = entry.details.get("outcome")
    how = f", {wording.OUTCOMES[Outcome(str(outcome))].lower()}" if outcome else ""
    return f"{who} pressed Send on the answer{how}{leaving_lines.leaves(entry, council)}"


def _added(entry: Entry, _council: Council, _who: str) -> str:
    said = "The customer wrote again"
    if not entry.details.get("known_sender"):
        said = "*Somebody new* wrote on this case: please check that it belongs here"
    if entry.details.get("other_matter"):
        said += ". It is perhaps *another matter*: please check"
    flags = entry.details.get("flags")
    if flags:
        said += f". It raises: *{flag_lines.named(flags)}*"
    if entry.details.get("level_two"):
        said += ". *They ask for a review*: press *Level Two* on the card to begin it"
    return said + _redated(entry)


def _redated(entry: Entry) -> str:
    """The date of the answer that came of it; empty where it stayed."""
    if "respond_by" not in entry.details:
        return ""
    was, due = (_day_or_none(entry.details.get(name)) for name in _DATES)
    return f". Answer due: {was} → *{due}*"


def _day_or_none(value: object) -> str:
    return wording.day(date.fromisoformat(str(value))) if value else "none"


def _filed(entry: Entry, _council: Council, _who: str) -> str:
    who = "The customer" if entry.details.get("known_sender") else "*Somebody new*"
    return f"{who} wrote again. The case has been through every stage: filed, not opened again"


_LINKS = {
    ("late", True): "This answers {other}, which ended long ago, so it is a new case",
    ("late", False): "An answer to this came long after its end: it is {other}",
    (
        "stranger",
        True,
    ): "*Please check*: this names {other}, which has ended, but the sender is not "
    "known there, so it is a new case",
    ("stranger", False): "Somebody who is not known on this case named it: see {other}",
    ("same_matter", True): "*The same person also wrote on {other}*, which is open: "
    "please check whether they belong together",
    ("same_matter", False): "*The same person wrote again on this topic*: {other}. "
    "Please check whether they belong together",
    ("same_place", True): "*There is another report of this place*, {other}, which is open: "
    "please check whether they belong together",
    ("same_place", False): "*There is another report of this place*: {other}. "
    "Please check whether they belong together",
    (
        "failed_again",
        True,
    ): "*Reported before* on {other}: if it has failed again, it is a complaint",
    (
        "failed_again",
        False,
    ): "*Reported again*: {other}. Somebody decides whether it is a complaint",
    ("other_version", True): "*Please check*: another email with the same Message-ID is in {other}",
    ("other_version", False): "Another email with the same Message-ID came: {other}",
}


def _linked(entry: Entry, _council: Council, who: str) -> str:
    if entry.details.get("why") == Why.STAFF:
        return join_lines.linked_by_hand(entry, who)
    why, newer = entry.details.get("why"), entry.details.get("newer")
    said = _LINKS.get((str(why), bool(newer)), "See also {other}")
    return said.format(other=wording.escape(str(entry.details.get("other", "another case"))))


def _received_again(entry: Entry, _council: Council, _who: str) -> str:
    folder, account = entry.details.get("folder", "another place"), entry.details.get("account")
    where = wording.escape(
        wording.one_line(f"{folder} of {account}" if account else str(folder), 200)
    )
    return f"A copy of the same email came to {where}"


_ANSWERS = {LetterKind.RESPONSE, LetterKind.SIGNPOST}


def _extended(entry: Entry, _council: Council, _who: str) -> str:
    was, to = (wording.day(date.fromisoformat(str(entry.details[k]))) for k in _DATES)
    return f"{_left(entry, 'holding reply')}. Answer due: {was} → *{to}*, because: {_reason(entry)}"


_DATES = ("respond_by_was", "respond_by")


def _extension_approved(entry: Entry, council: Council, who: str) -> str:
    to = wording.day(date.fromisoformat(str(entry.details["respond_by"])))
    said = f"{who} pressed Send on a holding reply. When it has left, the answer is due *{to}*"
    although = entry.details.get("although")
    if although:
        why = wording.escape(wording.one_line(str(although), 500))
        said += f". *Against the rule*, as a team leader, because: {why}"
    return said + leaving_lines.leaves(entry, council)


def _left(entry: Entry, what: str) -> str:
    files = int(entry.details.get("files") or 0)
    beside = f" with {files} file{'' if files == 1 else 's'}" if files else ""
    if _on_paper(entry):
        return f"The {what} was posted{_posted(entry)}{beside}"
    return f"The {what} left{beside}"


def _on_paper(entry: Entry) -> bool:
    return "posted_on" in entry.details


def _posted(entry: Entry) -> str:
    return f" on {wording.day(date.fromisoformat(str(entry.details['posted_on'])))}"


def _to_post(entry: Entry, _council: Council, _who: str) -> str:
    return (
        f"*The {_letter(entry)} is ready to print*: its document is in this thread, with what goes "
        f"into the envelope. Once it is in the post press *{wording.ACTIONS[Action.POST]}* on the card; it "
        "counts from that day"
    )


def _withdrawn(entry: Entry, _council: Council, who: str) -> str:
    if entry.details.get("ended"):
        return f"*The {_letter(entry)} is withdrawn: please do not post it*. The case has ended"
    return (
        f"{who} took the {_letter(entry)} back: it was not posted. *Please do not post it*: its "
        "document is deleted here"
    )


def _bounced(entry: Entry, _council: Council, _who: str) -> str:
    if entry.details.get("earlier"):
        return (
            f"*An earlier letter of ours did not arrive*, the {_letter(entry)} from before the case "
            f"went on: {_reason(entry)}. Nothing changes by itself"
        )
    said = f"*A letter of ours did not arrive*: {_reason(entry)}"
    if entry.details.get("letter") == LetterKind.HOLDING_REPLY:
        said += ". The extension is taken back"
    if entry.details.get("closed"):
        said += ". *The case is open again*"
    return said + _redated(entry)


def _read_after_all(entry: Entry, council: Council, _who: str) -> str:
    said = f"*It could be read after all* and became {entry.reference}"
    category = entry.details.get("category")
    if category is None:
        return said
    service, authority = (entry.details.get(name) for name in ("service", "authority"))
    owner = council.catalogue.owner_name(
        str(service) if service else None, str(authority) if authority else None
    )
    return (
        f"{said}, {wording.CATEGORIES[Category(str(category))].lower()} for {wording.escape(owner)}"
    )


def _opened(entry: Entry, _council: Council, who: str) -> str:
    if "split_from" in entry.details:
        first = entry.details["split_from"]
        return f"{who} took this out of {wording.escape(str(first) if first else 'another case')}"
    source = entry.details.get("source")
    if entry.actor.kind is Kind.STAFF and source is not None:
        return f"{who} took this down: {wording.SOURCES[Source(str(source))]}"
    return "Case opened"


def _acknowledged(entry: Entry, _council: Council, _who: str) -> str:
    if "with" in entry.details:
        return "The acknowledgement of the case it was taken out of left: it is for this matter too"
    return _left(entry, "acknowledgement")


_HISTORY = {
    Event.OPENED: _opened,
    Event.MESSAGE_ADDED: _added,
    Event.AUTOMATIC_MESSAGE: lambda e, _c, _w: f"An automatic message came: {_reason(e)}",
    Event.BOUNCED: _bounced,
    Event.UNDELIVERED_REPORT: lambda e, _c, _w: (
        f"A report of undelivered mail that names this case came: {_reason(e)}. "
        "It gives back no letter of ours"
    ),
    Event.CLAIMED: lambda _e, _c, w: f"{w} claimed the case",
    Event.RECLASSIFIED: _reclassified,
    Event.CUSTOMER_NAMED: _customer_named,
    Event.ATTACHMENT_REFUSED: lambda e, _c, _w: (
        f"*Attachment {_of(e, 'number')} is refused*: the virus scanner found {_of(e, 'named')}. "
        "Nobody gets it from here; do not open it in the mailbox either"
    ),
    Event.ACKNOWLEDGEMENT_APPROVED: lambda e, c, w: (
        f"{w} sent the acknowledgement{leaving_lines.leaves(e, c)}"
    ),
    Event.ACKNOWLEDGED: _acknowledged,
    Event.ACKNOWLEDGEMENT_WITHHELD: lambda e, _c, _w: f"No acknowledgement left: {_reason(e)}",
    Event.ANSWER_APPROVED: _approved,
    Event.ANSWERED: lambda e, _c, _w: _left(e, "answer"),
    Event.EXTENSION_APPROVED: _extension_approved,
    Event.EXTENDED: _extended,
    Event.LETTER_TO_POST: _to_post,
    Event.LETTER_WITHDRAWN: _withdrawn,
    Event.LETTER_WAITING: lambda e, _c, _w: (
        f"*The {_letter(e)} has not left yet*: {_reason(e)} It is tried again by itself"
    ),
    Event.LETTER_FAILED: lambda e, _c, _w: f"*The {_letter(e)} could not be sent*: {_reason(e)}",
    Event.LETTER_UNKNOWN: lambda e, _c, _w: (
        f"*Nobody can tell whether the {_letter(e)} left*: {_reason(e)}. "
        "Check with whoever runs the mail server before you send it again"
    ),
    Event.READ_AFTER_ALL: _read_after_all,
    Event.PUT_ASIDE: lambda e, _c, w: f"{w} put it aside: {_reason(e)}",
    Event.TAKEN_UP_AGAIN: lambda _e, _c, w: f"{w} took it up again",
    Event.MADE_A_CASE: lambda e, _c, w: (
        f"{w} made a case of it, which had been filed: {_reason(e)}"
    ),
    Event.CLOSED: _closed,
    **level_lines.LINES,
    **agreed_lines.LINES,
    Event.FILED: _filed,
    Event.LINKED: _linked,
    Event.SPLIT: lambda e, _c, w: f"{w} took a second matter out: it is {_of(e, 'other')}",
    Event.RECEIVED_AGAIN: _received_again,
    **note_lines.LINES,
    **join_lines.LINES,
    **leaving_lines.LINES,
    **point_lines.LINES,
    **assigning_lines.LINES,
}


def _reason(entry: Entry) -> str:
    return wording.escape(wording.one_line(str(entry.details.get("reason", "")), 200))


def _letter(entry: Entry) -> str:
    kind = str(entry.details.get("letter", ""))
    return wording.LETTERS[LetterKind(kind)] if kind in set(LetterKind) else "letter"
