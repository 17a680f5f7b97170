"""The modals of a complaint's end: close with its lesson, a lesson later, a remedy, done."""

from collections.abc import Mapping, Sequence
from datetime import date

from handlers.slack import agreed_lines, fields, modals, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from models.agreed import Agreed, Task
from models.case import Case, Level, Outcome, State
from models.lessons import owed_first
from models.letter import LetterKind
from models.ombudsman import Referral
from models.owing import owed, to_correct
from models.prediction import Category

CLOSE = "case_close"
LESSON = "case_lesson"
REMEDY = "case_remedy"
DONE = "case_done"
OUTCOME = "close_outcome"
ASKED = "asked_by"
_MOST = 100
_ANSWERS = frozenset({LetterKind.RESPONSE, LetterKind.SIGNPOST})
_NOTHING: Mapping[str, str] = {}


def close(case: Case, filled: Mapping[str, str] = _NOTHING) -> Block:
    """End the case; one that was not answered in writing needs a reason, an upheld complaint its
    lesson. `filled` is what is in the modal already, where this stands in the place of another.
    """
    title, blocks = f"Close {case.reference}", close_blocks(case, filled)
    return fields.modal(CLOSE, title, "Close case", button_value(case), blocks)


def close_blocks(case: Case, filled: Mapping[str, str] = _NOTHING) -> list[Block]:
    """What is asked for the case to end, below what that takes back."""
    blocks = [_said(f"{one} is taken back: it has not left yet.") for one in _in_vain(case)]
    outcome = case.stage.told_outcome
    if case.category is Category.COMPLAINT and outcome is None:
        outcome = modals.outcome(filled.get(OUTCOME, ""))
        blocks.append(_outcome(outcome))
    levels = owed(case, outcome)
    if len(levels) > 1:
        blocks.append(_said(owed_first(case, outcome)))
    elif levels:
        blocks += [*_of_level(case, levels[0]), *_lesson(filled, case.holder)]
    needed = case.state is not State.ANSWERED
    label = "Why it can be closed without a written answer" if needed else "Anything to note"
    written = filled.get("reason", "")
    blocks.append(fields.text("reason", label, written, multiline=True, optional=not needed))
    return blocks


def _in_vain(case: Case) -> list[str]:
    """The letters that the end of the case takes back."""
    letters = (wording.LETTERS[one.kind] for one in case.stage.leaving if one.kind not in _ANSWERS)
    return [f"The {letter}" for letter in letters]


def asks_for_lesson(filled: Mapping[str, str]) -> bool:
    """Whether the modal that was submitted had the fields of a lesson."""
    return "lesson" in filled


def chosen_outcome(case: Case, filled: Mapping[str, str]) -> Outcome | None:
    """The outcome that the case closes with, known before or chosen."""
    return case.stage.told_outcome or modals.outcome(filled.get(OUTCOME, ""))


def lesson(case: Case) -> Block:
    """A lesson recorded later, or corrected: then what stands there is filled in."""
    known = to_correct(case)
    level = known.level if known else next(iter(owed(case)), None)
    blocks = _of_level(case, Level(level) if level else None)
    blocks += _lesson({} if known is None else _filled(known), case.holder)
    title = f"Lesson {case.reference}"
    return fields.modal(LESSON, title, "Record", button_value(case), blocks)


def remedy(case: Case, referrals: Sequence[Referral] = ()) -> Block:
    """What is done for the customer, and which of the case's referrals to the Ombudsman asked for it,
    where there are any.
    """
    amount = fields.text("amount", "Amount in pounds", "", multiline=False, optional=True)
    blocks = [
        fields.select("remedy", "Remedy", fields.names(agreed_lines.REMEDIES), None),
        fields.hinted(amount, "Of a payment only, such as 150 or 99.50."),
        fields.text("what", "What is done", "", multiline=True),
        *_who_and_when(_NOTHING, case.holder),
    ]
    if referrals:
        asked = {str(one.number): wording.one_line(one.theirs, 60) for one in referrals[-_MOST:]}
        blocks.append(
            fields.select(ASKED, "The Ombudsman asked for it in", asked, None, optional=True)
        )
    title = f"Remedy {case.reference}"
    return fields.modal(REMEDY, title, "Agree", button_value(case), blocks)


def done(case: Case, waiting: tuple[Agreed, ...], number: int | None, today: date) -> Block:
    """Which of what was agreed is done, when, and what was done."""
    named = {str(one.number): _named(one) for one in waiting}
    first = str(number) if number is not None else next(iter(named)) if len(named) == 1 else None
    note = fields.text("note", "What was done", "", multiline=True)
    blocks = [
        fields.select("which", "What was agreed", named, first),
        fields.day("done_on", "Done on", today),
        fields.hinted(note, "A sentence for the record. The customer does not see it."),
    ]
    return fields.modal(DONE, f"Done {case.reference}", "Done", button_value(case), blocks)


def _outcome(chosen: Outcome | None) -> Block:
    block = fields.select(OUTCOME, "Outcome", fields.names(wording.OUTCOMES), chosen)
    return {**block, "dispatch_action": True}


def _of_level(case: Case, level: Level | None) -> list[Block]:
    """Which level's lesson it is, where that is not the one which the case has now."""
    if level is None or level is case.level:
        return []
    return [_said(f"This is the lesson of {wording.LEVELS[level]}, which ended upheld.")]


def _said(text: str) -> Block:
    return {"type": "section", "text": fields.plain(text)}


def _lesson(filled: Mapping[str, str], holder: str | None) -> list[Block]:
    learned = fields.text("lesson", "What is learned from it", filled.get("lesson", ""),
                          multiline=True)  # fmt: skip
    what = fields.text("what", "Action agreed", filled.get("what", ""), multiline=False)
    causes = fields.names(agreed_lines.CAUSES)
    return [
        fields.select("cause", "Cause", causes, filled.get("cause")),
        fields.hinted(learned, "Not the customer's name: lessons are read by others."),
        what,
        *_who_and_when(filled, holder),
    ]


def _who_and_when(filled: Mapping[str, str], holder: str | None) -> list[Block]:
    due = filled.get("due")
    return [
        fields.person("owner", "Who does it", filled.get("owner") or holder),
        fields.day("due", "Done by", date.fromisoformat(due) if due else None),
    ]


def _filled(agreed: Agreed) -> Mapping[str, str]:
    assert agreed.lesson is not None
    known: Task = agreed.task
    return {
        "cause": agreed.lesson.cause,
        "lesson": agreed.lesson.text,
        "what": known.what,
        "owner": known.owner,
        "due": known.due.isoformat(),
    }


def _named(agreed: Agreed) -> str:
    return f"By {agreed.task.due.day} {agreed.task.due:%b}: {agreed_lines.task(agreed)}"
