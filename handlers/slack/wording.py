"""Every word that staff read in Slack. Dates in words, states in words, never by colour alone."""

from datetime import date, datetime

from models.case import Action, Case, Level, Outcome, State
from models.council import Council
from models.deadlines import DeadlineKind
from models.history import Entry, Event
from models.letter import LetterKind, Way
from models.message import Forwarded, Scanned, Source, Verdict
from models.prediction import Category, Flag

CATEGORIES = {
    Category.COMPLIMENT: "Compliment",
    Category.COMPLAINT: "Complaint",
    Category.GENERAL_ENQUIRY: "General enquiry",
    Category.NON_COUNCIL: "Not the council's",
}
LEVELS = {
    Level.UNDETERMINED: "Undetermined",
    Level.GENERAL_ENQUIRY: "General enquiry",
    Level.LEVEL_ONE: "Level One",
    Level.LEVEL_TWO: "Level Two",
}
OUTCOMES = {
    Outcome.UPHELD: "Upheld",
    Outcome.PARTLY_UPHELD: "Partly upheld",
    Outcome.NOT_UPHELD: "Not upheld",
    Outcome.RESOLVED: "Resolved",
    Outcome.WITHDRAWN: "Withdrawn",
}
FLAGS = {
    Flag.MP_ENQUIRY: "MP enquiry",
    Flag.OMBUDSMAN: "Ombudsman",
    Flag.LEVEL_TWO_REQUEST: "asks for Level Two",
    Flag.INFORMATION_REQUEST: "information request",
    Flag.SAFEGUARDING: "safeguarding",
    Flag.HAZARD: "hazard",
    Flag.LEGAL_ACTION: "legal action",
    Flag.DISCRIMINATION: "discrimination",
}
SOURCES = {
    Source.WEBSITE: "web form",
    Source.EMAIL: "email",
    Source.LETTER: "letter",
    Source.PHONE: "phone",
    Source.FACE_TO_FACE: "visit",
    Source.STAFF_PORTAL: "staff portal",
}
ACTIONS = {
    Action.CLAIM: "Claim",
    Action.CHANGE: "Change",
    Action.ACKNOWLEDGE: "Acknowledge",
    Action.EXTEND: "Holding reply",
    Action.RESPOND: "Respond",
    Action.POST: "Posted",
    Action.CLOSE: "Close",
    Action.NAME: "Complainant",
}
LETTERS = {
    LetterKind.ACKNOWLEDGEMENT: "acknowledgement",
    LetterKind.HOLDING_REPLY: "holding reply",
    LetterKind.RESPONSE: "answer",
    LetterKind.SIGNPOST: "signpost",
}
WAYS = {Way.EMAIL: "by email", Way.LETTER: "as a letter, printed and posted"}
DEADLINES = {
    DeadlineKind.ACKNOWLEDGE: "acknowledgement",
    DeadlineKind.RESPOND: "answer",
}

HELP = """*What you can ask*
• `/case CC-2026-00042`: one case
• `/case mine`: what you hold
• `/case due`: due within five working days
• `/case overdue`: past its date
• `/case triage`: what somebody has to decide
• `/case log`: take down a phone call, a letter or a visit
• `/case help`: this
In a case's thread, where slash commands do not work, write `@carebot status`."""


def escape(text: str) -> str:
    """A customer's text inside mrkdwn: no mention, no channel call, no made-up link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str, limit: int) -> str:
    """Text of unknown origin on one line, cut at `limit` characters with an ellipsis."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def day(value: date) -> str:
    """A date in words, such as Mon 22 June 2020."""
    return f"{value:%a} {value.day} {value:%B %Y}"


def working_days(count: int) -> str:
    """A count with its noun."""
    return "1 working day" if count == 1 else f"{count} working days"


def days_left(council: Council, due: date, today: date) -> str:
    """How a due date stands to today, in words."""
    if due == today:
        return "due today"
    if due < today:
        return f"{working_days(council.calendar.count(due, today))} overdue"
    return f"{working_days(council.calendar.count(today, due))} left"


def title(case: Case) -> str:
    """The head of a card."""
    return f"{case.reference} · {category(case)}"


def is_undecided(case: Case) -> bool:
    """Whether neither the model nor a person has said anything of it (models.routing.undecided)."""
    return case.state is State.TRIAGE and case.prediction.model == "none"


def category(case: Case) -> str:
    """What the case is."""
    return "Undecided" if is_undecided(case) else CATEGORIES[case.category]


def owner(case: Case, council: Council) -> str:
    """Whose matter it is; not escaped."""
    if is_undecided(case):
        return "nobody yet"
    return council.catalogue.owner_name(case.service, case.authority)


def subject(case: Case, limit: int = 150) -> str:
    """The customer's subject on one line."""
    return one_line(case.subject, limit) or "(no subject)"


def customer(case: Case) -> str:
    """Who wrote, by name or address."""
    sender = case.customer
    return one_line(sender.name or sender.address or "", 80) or "somebody without a name"


def state(case: Case) -> str:
    """Where the case stands, with who holds it."""
    if case.state is State.CLOSED:
        outcome = case.stage.outcome
        return f"Closed, {OUTCOMES[outcome].lower()}" if outcome else "Closed"
    if case.state is State.ANSWERED:
        return "Answered"
    holder = f"held by <@{case.holder}>" if case.holder else "not claimed yet"
    if case.state is State.TRIAGE:
        return f"Waiting for a decision, {holder}"
    if set(case.stage.to_post) & _ANSWERS:
        return f"Answer to be printed and posted, {holder}"
    if case.stage.answer_approved_at is not None:
        return f"Answer on its way, {holder}"
    return f"Open, {holder}"


def acknowledgement(case: Case, council: Council) -> str:
    """How the acknowledgement stands."""
    stage = case.stage
    if stage.acknowledged_at is not None:
        return f"sent {day(council.local_date(stage.acknowledged_at))}"
    if LetterKind.ACKNOWLEDGEMENT in stage.to_post:
        return f"to be printed and posted; due {day(stage.acknowledge_by)}"
    if stage.acknowledgement_approved_at is not None:
        return "on its way"
    if case.customer.address is None and case.source is not Source.LETTER:
        return "not possible by email"
    return f"not sent; due {day(stage.acknowledge_by)}"


def answer_due(case: Case, council: Council, today: date) -> str:
    """When the answer is due, with the days left while it is open."""
    due = case.stage.answer_by
    if case.stage.answered_at is not None:
        return f"answered {day(council.local_date(case.stage.answered_at))}"
    if due is None:
        return "none promised"
    extended = ", extended" if case.stage.extended_to is not None else ""
    if case.is_open:
        return f"{day(due)} ({days_left(council, due, today)}{extended})"
    return day(due)


def confidence(case: Case) -> str:
    """What the model said at the start, in words."""
    prediction = case.prediction
    if prediction.model == "none":
        return "nothing"
    sure = f"{min(99, round(prediction.confidence * 100))} % sure"
    return f"{CATEGORIES[prediction.category]}, {sure}"


def spoken(case: Case, council: Council, today: date) -> str:
    """The whole card in one sentence: what a screen reader reads and a phone notifies. mrkdwn."""
    flags = "".join(f", {FLAGS[flag]}" for flag in case.flags)
    return (
        f"{case.reference}: {category(case).lower()} for {escape(owner(case, council))}{flags}, "
        f"“{escape(subject(case, 80))}” from {escape(customer(case))}. "
        f"{state(case)}. Answer: {answer_due(case, council, today)}."
        + (" Forwarded by staff for somebody else." if case.original else "")
    )


def scanned(scanned: Scanned | None) -> str:
    """What the virus scanner said of an attachment; empty where nothing is known. mrkdwn."""
    if scanned is None:
        return ""
    if scanned.verdict is Verdict.INFECTED:
        return f"*refused: {escape(one_line(scanned.named, 80))}*"
    return {
        Verdict.NOT_SCANNED: "not scanned",
        Verdict.CLEAN: "no virus found",
        Verdict.TOO_LARGE: "too large to be scanned",
    }[scanned.verdict]


ORIGINAL_UNPROVEN = (
    "This is what the forwarded text says, and anybody can write that. Nothing is sent by naming "
    "them; Acknowledge then shows the email before it leaves."
)


def original(original: Forwarded, council: Council) -> str:
    """Who wrote what was forwarded, and when. Not escaped."""
    who = one_line(original.name, 80)
    where = original.address or "no address given"
    when = f", wrote on {day(council.local_date(original.dated))}" if original.dated else ""
    return f"{who} <{where}>{when}" if who else f"{where}{when}"


def moved(case: Case, channel: str) -> str:
    """What is left of a card where its case no longer stands."""
    return f"{case.reference} is now in <#{channel}>."


def history_line(entry: Entry, council: Council, who: str) -> str:
    """A line of history for the thread. `who` is the actor's name: a line notifies nobody. mrkdwn."""
    said = _HISTORY[entry.event](entry, council, escape(who))
    return f"{said} ({_time(entry.at, council)})"


def _reclassified(entry: Entry, council: Council, who: str) -> str:
    changes = [
        f"{name}: {_value(name, entry.details.get(f'{name}_was'), council)} → "
        f"*{_value(name, entry.details.get(name), council)}*"
        for name in ("category", "service", "authority", "level")
        if f"{name}_was" in entry.details
    ]
    due = entry.details.get("respond_by")
    if isinstance(due, str):
        changes.append(f"answer due *{day(date.fromisoformat(due))}*")
    return f"{who} decided. " + ("; ".join(changes) or "The model was right.")


def _customer_named(entry: Entry, _council: Council, who: str) -> str:
    said = f"{who} named the complainant: letters go to them from now on"
    received = entry.details.get("received_on")
    if isinstance(received, str):
        was = date.fromisoformat(str(entry.details["received_on_was"]))
        said += (
            f". Received counts as *{day(date.fromisoformat(received))}*, when they wrote, "
            f"and not {day(was)}, when it was forwarded"
        )
    due = entry.details.get("respond_by")
    return said + (f"; answer due *{day(date.fromisoformat(due))}*" if isinstance(due, str) else "")


def _of(entry: Entry, name: str) -> str:
    return escape(one_line(str(entry.details.get(name, "")), 80))


def _value(name: str, value: object, council: Council) -> str:
    if value is None:
        return "none"
    text = str(value)
    if name == "category":
        return CATEGORIES[Category(text)]
    if name == "level":
        return LEVELS[Level(text)]
    return escape(council.catalogue.owner_name(text if name == "service" else None, text))


def _closed(entry: Entry, _council: Council, who: str) -> str:
    outcome, reason = entry.details.get("outcome"), entry.details.get("reason")
    how = f" as {OUTCOMES[Outcome(str(outcome))].lower()}" if outcome else ""
    why = f": {escape(one_line(str(reason), 500))}" if reason else ""
    return f"{who} closed the case{how}{why}"


def _approved(entry: Entry, _council: Council, who: str) -> str:
    outcome = entry.details.get("outcome")
    how = f", {OUTCOMES[Outcome(str(outcome))].lower()}" if outcome else ""
    return f"{who} pressed Send on the answer{how}"


def _reopened(entry: Entry, _council: Council, _who: str) -> str:
    due = entry.details.get("respond_by")
    until = f"; answer due *{day(date.fromisoformat(due))}*" if isinstance(due, str) else ""
    return f"The customer wrote again and the case is open again{until}"


def _added(entry: Entry, _council: Council, _who: str) -> str:
    said = "The customer wrote again"
    if not entry.details.get("known_sender"):
        said = "*Somebody new* wrote on this case: please check that it belongs here"
    if entry.details.get("other_matter"):
        said += ". It is perhaps *another matter*: please look"
    return said


def _filed(entry: Entry, _council: Council, _who: str) -> str:
    who = "The customer" if entry.details.get("known_sender") else "*Somebody new*"
    return f"{who} wrote again. The case has been through every stage: filed, not opened again"


_LINKS = {
    ("late", True): "This answers {other}, which ended long ago: a case of its own",
    ("late", False): "An answer to this came long after its end: it is {other}",
    (
        "stranger",
        True,
    ): "*Please check*: this names {other}, which has ended, but the sender is not "
    "known there: a case of its own",
    ("stranger", False): "Somebody who is not known on this case named it: see {other}",
    ("same_matter", True): "*The same person also wrote on {other}*, which is open: "
    "please look whether they belong together",
    ("same_matter", False): "*The same person wrote again on this topic*: {other}. "
    "Please look whether they belong together",
    ("other_version", True): "*Please check*: another email with the same Message-ID is in {other}",
    ("other_version", False): "Another email with the same Message-ID came: {other}",
}


def _linked(entry: Entry, _council: Council, _who: str) -> str:
    why, newer = entry.details.get("why"), entry.details.get("newer")
    said = _LINKS.get((str(why), bool(newer)), "See also {other}")
    return said.format(other=escape(str(entry.details.get("other", "another case"))))


def _received_again(entry: Entry, _council: Council, _who: str) -> str:
    folder, account = entry.details.get("folder", "another place"), entry.details.get("account")
    where = escape(one_line(f"{folder} of {account}" if account else str(folder), 200))
    return f"A copy of the same email came to {where}"


_ANSWERS = {LetterKind.RESPONSE, LetterKind.SIGNPOST}


def _extended(entry: Entry, _council: Council, _who: str) -> str:
    was, to = (day(date.fromisoformat(str(entry.details[k]))) for k in _DATES)
    return f"{_left(entry, 'holding reply')}. Answer due: {was} → *{to}*, because: {_reason(entry)}"


_DATES = ("respond_by_was", "respond_by")


def _extension_approved(entry: Entry, _council: Council, who: str) -> str:
    to = day(date.fromisoformat(str(entry.details["respond_by"])))
    return f"{who} pressed Send on a holding reply. When it has left, the answer is due *{to}*"


def _left(entry: Entry, what: str) -> str:
    return f"The {what} was posted{_posted(entry)}" if _on_paper(entry) else f"The {what} left"


def _on_paper(entry: Entry) -> bool:
    return "posted_on" in entry.details


def _posted(entry: Entry) -> str:
    return f" on {day(date.fromisoformat(str(entry.details['posted_on'])))}"


def _to_post(entry: Entry, _council: Council, _who: str) -> str:
    return (
        f"*The {_letter(entry)} is ready to print*: `carebot letter {entry.reference}` writes the "
        "document. Press *Posted* on the card once it is in the post; it counts from that day"
    )


def _bounced(entry: Entry, _council: Council, _who: str) -> str:
    said = f"*A letter of ours did not arrive*: {_reason(entry)}"
    due = entry.details.get("respond_by")
    if not isinstance(due, str):
        return said
    return f"{said}. The extension is taken back; answer due *{day(date.fromisoformat(due))}*"


def _read_after_all(entry: Entry, council: Council, _who: str) -> str:
    said = f"*It could be read after all* and became {entry.reference}"
    category = entry.details.get("category")
    if category is None:
        return said
    service, authority = (entry.details.get(name) for name in ("service", "authority"))
    owner = council.catalogue.owner_name(
        str(service) if service else None, str(authority) if authority else None
    )
    return f"{said}, {CATEGORIES[Category(str(category))].lower()} for {escape(owner)}"


_HISTORY = {
    Event.OPENED: lambda _e, _c, _w: "Case opened",
    Event.MESSAGE_ADDED: _added,
    Event.AUTOMATIC_MESSAGE: lambda e, _c, _w: f"An automatic message came: {_reason(e)}",
    Event.BOUNCED: _bounced,
    Event.CLAIMED: lambda _e, _c, w: f"{w} claimed the case",
    Event.RECLASSIFIED: _reclassified,
    Event.CUSTOMER_NAMED: _customer_named,
    Event.ATTACHMENT_REFUSED: lambda e, _c, _w: (
        f"*Attachment {_of(e, 'number')} is refused*: the virus scanner found {_of(e, 'named')}. "
        "Nobody gets it from here; do not open it in the mailbox either"
    ),
    Event.ACKNOWLEDGEMENT_APPROVED: lambda _e, _c, w: f"{w} sent the acknowledgement",
    Event.ACKNOWLEDGED: lambda e, _c, _w: _left(e, "acknowledgement"),
    Event.ACKNOWLEDGEMENT_WITHHELD: lambda e, _c, _w: f"No acknowledgement left: {_reason(e)}",
    Event.ANSWER_APPROVED: _approved,
    Event.ANSWERED: lambda e, _c, _w: _left(e, "answer"),
    Event.EXTENSION_APPROVED: _extension_approved,
    Event.EXTENDED: _extended,
    Event.LETTER_TO_POST: _to_post,
    Event.LETTER_WITHDRAWN: lambda e, _c, w: f"{w} took the {_letter(e)} back: it was not posted",
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
    Event.REOPENED: _reopened,
    Event.FILED: _filed,
    Event.LINKED: _linked,
    Event.RECEIVED_AGAIN: _received_again,
}


def _reason(entry: Entry) -> str:
    return escape(one_line(str(entry.details.get("reason", "")), 200))


def _letter(entry: Entry) -> str:
    kind = str(entry.details.get("letter", ""))
    return LETTERS[LetterKind(kind)] if kind in set(LetterKind) else "letter"


def _time(at: datetime, council: Council) -> str:
    local = at.astimezone(council.zone)
    return f"{local.day} {local:%b, %H:%M}"


def reminder(case: Case, kind: DeadlineKind, due: date, council: Council, today: date) -> str:
    """A reminder for the thread; it mentions the one person who holds the case. mrkdwn."""
    who = f"<@{case.holder}>" if case.holder else "Nobody has claimed this case yet"
    when = f"{day(due)}: {days_left(council, due, today)}"
    return f"{who}: the {DEADLINES[kind]} to {case.reference} is due on {when}."
