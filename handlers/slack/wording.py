"""Every word that staff read in Slack. Dates in words, states in words, never by colour alone."""

from datetime import date, datetime

from models.case import Action, Case, Level, Outcome, State
from models.council import Council
from models.deadlines import DeadlineKind
from models.letter import LetterKind, Way
from models.message import Forwarded, Scanned, Source, Verdict
from models.prediction import Category, Doubt, Flag

CATEGORIES = {
    Category.COMPLIMENT: "Compliment",
    Category.COMPLAINT: "Complaint",
    Category.GENERAL_ENQUIRY: "General enquiry",
    Category.NON_COUNCIL: "Not the council's",
}
LEVELS = {
    Level.UNDETERMINED: "Not decided yet",
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
SAID = dict.fromkeys(Source, "wrote") | {
    Source.PHONE: "said on the phone, as it was taken down",
    Source.LETTER: "wrote a letter, as it was taken down",
    Source.FACE_TO_FACE: "said in person, as it was taken down",
}
ACTIONS = {
    Action.UNDO: "Undo",
    Action.CLAIM: "Claim",
    Action.ASSIGN: "Assign",
    Action.CONFIRM: "Confirm",
    Action.CHANGE: "Change",
    Action.ACKNOWLEDGE: "Acknowledge",
    Action.EXTEND: "Holding reply",
    Action.RESPOND: "Respond",
    Action.POINTS: "Points",
    Action.POST: "I posted it",
    Action.CLOSE: "Close",
    Action.REOPEN: "Open again",
    Action.ESCALATE: "Level Two",
    Action.OMBUDSMAN: "Ombudsman",
    Action.LESSON: "Lesson",
    Action.REMEDY: "Remedy",
    Action.DONE: "Mark as done",
    Action.NAME: "Name the customer",
    Action.SPLIT: "Split",
    Action.LINK: "Link",
    Action.UNLINK: "Unlink",
    Action.MERGE: "Merge",
    Action.UNMERGE: "Undo the merge",
    Action.PASS_ON: "Pass on",
    Action.NOTE: "Add a note",
}
EXPLAINED = {
    Action.UNDO: "Take back the email that was sent last: it has not left yet.",
    Action.CLAIM: "You look after it from now on; reminders go to you.",
    Action.ASSIGN: "Give it to a colleague who is in, or back to the service.",
    Action.CONFIRM: "What the card says is right: what it is, and who answers it.",
    Action.CHANGE: "Say what it is, who answers it, its level and its flags.",
    Action.ACKNOWLEDGE: "Tell the customer that it came, and by when they get an answer.",
    Action.EXTEND: "Tell the customer that more time is needed, and until when.",
    Action.RESPOND: "Write the answer. You see it as it will leave before anything is sent.",
    Action.POINTS: "Write down what the customer wants answered, and tick what is.",
    Action.POST: "Say that a letter on paper went into the post, and when.",
    Action.CLOSE: "Nothing more is to be done about it.",
    Action.REOPEN: "Something is still to be done about it. You say why.",
    Action.ESCALATE: "The customer asks for a review of the answer: somebody else makes it.",
    Action.OMBUDSMAN: "The customer went to the Ombudsman, or the Ombudsman has decided.",
    Action.LESSON: "Say what is learned from it, and what is agreed so that it ends.",
    Action.REMEDY: "Say what is done for the customer, by whom and by when. Nothing is sent.",
    Action.DONE: "Something that was agreed is done.",
    Action.NAME: "Say who wrote the message that a colleague forwarded: letters go to them.",
    Action.NOTE: "Write something down about the case. It never leaves for the customer.",
    Action.SPLIT: "Make a second case of another matter that stands in the message.",
    Action.LINK: "It has to do with another case: each names the other, no more.",
    Action.UNLINK: "It has nothing to do with a case that it was linked with, after all.",
    Action.MERGE: "It is the same matter as another open case: that one goes on for both.",
    Action.UNMERGE: "It was another matter after all: it becomes a separate case again.",
    Action.PASS_ON: "Tell those whom the compliment is about, in their service's channel.",
}
STANDS = {
    State.TRIAGE: "waiting for a decision",
    State.OPEN: "open",
    State.ANSWERED: "answered",
    State.CLOSED: "closed",
}
_PASSED_ON = "Passed on, to be closed"
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
• `/case due`: due within five working days; `/case due 10`: within ten
• `/case overdue`: past its date
• `/case triage`: what somebody has to decide
• `/case search` and words: cases with all of them, “words in quotes” as they stand
• `/case log`: take down a phone call, a letter or a visit; words behind it are put into the text
• `/case why` and a reference: how its dates came about, day by day
• `/case stats`: this month and the last, and how the work stands
• `/case away`: say when you are away, and who covers
• `/case looked` and a reference: who looked at it from outside its channel, for team leaders
• `/case help`: this
In a case's thread, where slash commands do not work, write `@carebot` for what can be done,
`@carebot claim`, `status` or `why`, `@carebot note` and words to keep, `@carebot notes` for what
was kept, or any word of the above."""


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


def action(case: Case, action: Action) -> str:
    """What the button of an action is called on a case: the answer has the name of its letter, and who
    confirms reads what.
    """
    if action is Action.RESPOND and case.category is Category.NON_COUNCIL:
        return "Signpost"
    if action is Action.CONFIRM:
        return f"{ACTIONS[action]}: {CATEGORIES[case.category]}"
    return ACTIONS[action]


def explained(case: Case, action: Action) -> str:
    """A sentence on what the button does."""
    if action is Action.RESPOND and case.category is Category.NON_COUNCIL:
        return "Tell the customer whose matter it is. You see the letter before anything is sent."
    if action is Action.CONFIRM:
        return f"It is right: {CATEGORIES[case.category].lower()}, and who answers it."
    return EXPLAINED[action]


def title(case: Case) -> str:
    """The head of a card."""
    return f"{case.reference} · {category(case)}"


def levels_open_to(level: Level | None, *, decided: bool = False) -> dict[Level, str]:
    """The levels that can be chosen for a complaint at this one: Level Two begins only when a review
    is asked for. `decided` leaves out that nobody has decided.
    """
    never = {Level.UNDETERMINED} if decided else set[Level]()
    if level is not Level.LEVEL_TWO:
        never |= {Level.LEVEL_TWO}
    elif decided:
        never |= {Level.GENERAL_ENQUIRY, Level.LEVEL_ONE}
    return {each: words for each, words in LEVELS.items() if each not in never}


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
        return _closed(case)
    if case.state is State.ANSWERED:
        return _ended("Answered", case)
    stands = _going_on(case)
    if stands == _PASSED_ON and not case.holder:
        return stands  # nobody need claim it any more
    return f"{stands}, {f'held by <@{case.holder}>' if case.holder else 'not claimed yet'}"


def _going_on(case: Case) -> str:
    """What is still to be done."""
    if case.state is State.TRIAGE:
        return "Waiting for a decision"
    if set(case.stage.to_post) & {LetterKind.RESPONSE, LetterKind.SIGNPOST}:
        return "Answer to be printed and posted"
    if case.stage.answer_approved_at is not None:
        return "Answer on its way"
    if case.praise is not None and case.category is Category.COMPLIMENT:
        return _PASSED_ON
    return "Under review at Level Two" if case.level is Level.LEVEL_TWO else "Open"


def _closed(case: Case) -> str:
    if case.merged_into is not None:
        return "Closed, merged into another case"
    return _ended("Closed", case)


def _ended(how: str, case: Case) -> str:
    outcome = case.stage.outcome
    return f"{how}, {OUTCOMES[outcome].lower()}" if outcome else how


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
    return f"not sent; due {day(stage.acknowledge_by)}" if case.is_open else "not sent"


def answer_due(case: Case, council: Council, today: date) -> str:
    """When the answer is due, with the days left while it is open."""
    due = case.stage.answer_by
    if case.stage.answered_at is not None:
        return f"given {day(council.local_date(case.stage.answered_at))}"
    if case.merged_into is not None:
        return "with the case that goes on"
    if due is None:
        return "none promised"
    extended = ", extended" if case.stage.extended_to is not None else ""
    if case.is_open:
        return f"{day(due)} ({days_left(council, due, today)}{extended})"
    return day(due)


NOT_SURE = "not sure enough"
"""What is below the bar of the settings, however sure it sounds."""
_SOUNDS_SURE = 0.75
_SURE = (
    (0.9, "very sure"),
    (_SOUNDS_SURE, "fairly sure"),
    (0.5, "not very sure"),
    (0.0, "hardly more than a guess"),
)


def confidence(case: Case) -> str:
    """What the model said at the start, in words."""
    prediction = case.prediction
    if prediction.model == "none":
        return "nothing"
    sure = next(words for least, words in _SURE if prediction.confidence >= least)
    if Doubt.NOT_SURE in prediction.doubts and prediction.confidence >= _SOUNDS_SURE:
        sure = NOT_SURE
    return f"{CATEGORIES[prediction.category]}, {sure} ({percent(prediction.confidence)})"


def percent(confidence: float) -> str:
    """How sure the model is; nothing is ever certain."""
    return f"{min(99, round(confidence * 100))} %"


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


def handled_elsewhere(case: Case) -> str:
    """What is left of the card of a case that became private: not even the name of its channel, which
    may tell what it is about.
    """
    return f"{case.reference} is handled elsewhere."


def time(at: datetime, council: Council) -> str:
    """A day and the council's time of day, such as 22 Jun, 09:05."""
    local = at.astimezone(council.zone)
    return f"{local.day} {local:%b, %H:%M}"


def reminder(
    case: Case, kind: DeadlineKind, due: date, council: Council, today: date, who: str
) -> str:
    """A reminder for the thread; `who` it is for, in mrkdwn, mentions one person at most. mrkdwn."""
    when = f"{day(due)}: {days_left(council, due, today)}"
    return f"{who}: the {DEADLINES[kind]} to {case.reference} is due on {when}."
