"""Which action fits which case, as one table: cards, menus, checks and the docs are drawn from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from models.agreed import still_open
from models.case import Action, Case, Level, Stage, State
from models.letter import LetterKind
from models.owing import owed
from models.people import Role
from models.prediction import Category


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold beside the state, in words for the docs. `refusal` is the sentence for whoever
    acts where it does not, `{case}` in it the reference; empty where the use case knows more to say.
    """

    words: str
    holds: Callable[[Case], bool]
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """When an action may be taken: in which states, under which conditions, by whom at least."""

    states: frozenset[State]
    conditions: tuple[Condition, ...] = ()
    role: Role = Role.OFFICER


_WORKED_ON = frozenset({State.TRIAGE, State.OPEN})
_ENDED = frozenset({State.ANSWERED, State.CLOSED})
_DECIDED = frozenset({State.OPEN, *_ENDED})
_ALWAYS = frozenset(State)

_UNCLAIMED = Condition("nobody holds it", lambda case: case.holder is None)
_READ = Condition(
    "the model could read it",
    lambda case: case.prediction.model != "none",
    "{case} could not be read: say with Change what it is.",
)
_NOT_ACKNOWLEDGED = Condition(
    "it is not acknowledged yet",
    lambda case: not (case.stage.acknowledgement_approved_at or case.stage.acknowledged_at),
)
_NOT_ANSWERED = Condition(
    "no answer is on its way",
    lambda case: case.stage.answer_approved_at is None,
    "An answer to {case} is on its way already.",
)
_TO_EXTEND = Condition(
    "a date is promised and no holding reply is on its way",
    lambda case: (
        case.stage.respond_by is not None and not case.stage.is_on_its_way(LetterKind.HOLDING_REPLY)
    ),
)
_LEAVING = Condition(
    "an email that a person sent has not left yet", lambda case: bool(case.stage.leaving)
)
_TO_POST = Condition(
    "a letter waits to be posted",
    lambda case: bool(case.stage.to_post),
    "No letter of {case} waits to be posted.",
)
_FORWARDED = Condition(
    "staff forwarded it for somebody else",
    lambda case: case.original is not None,
    "Nobody has forwarded {case} for somebody else.",
)
_COMPLAINT = Condition("it is a complaint", lambda case: case.category is Category.COMPLAINT)
_COMPLIMENT = Condition(
    "it is a compliment",
    lambda case: case.category is Category.COMPLIMENT,
    "{case} is no compliment: say that it is one with Change first.",
)
_AT_LEVEL_ONE = Condition("it is at Level One", lambda case: case.level is Level.LEVEL_ONE)
_NOT_PASSED_ON = Condition(
    "it was not passed on yet",
    lambda case: case.praise is None,
    "{case} has been passed on already.",
)
_LINKED = Condition("a person linked it with another", lambda case: case.linked)
_MERGED = Condition(
    "it is merged into another",
    lambda case: case.merged_into is not None,
    "{case} is not merged into another case.",
)
_NOT_MERGED = Condition("it is not merged into another", lambda case: case.merged_into is None)
_TAUGHT = Condition(
    "it owes a lesson, or has one",
    lambda case: bool(owed(case)) or any(one.lesson for one in case.agreed),
)
_NOT_FINAL = Condition(
    "it was not answered at Level Two",
    lambda case: case.level is not Level.LEVEL_TWO or case.stage.answered_at is None,
)
_ENDED_BEFORE = Condition(
    "it has ended, at least once", lambda case: not case.is_open or case.stage.number > 1
)
_NOTHING_LEAVES = Condition("no letter is on its way", lambda case: not _leaves(case.stage))
_REFERABLE = Condition(
    "it is a complaint that is not merged into another, or the Ombudsman has had it",
    lambda case: case.referred or may_be_referred(case),
)
_AGREED = Condition("something agreed is not done yet", lambda case: bool(still_open(case.agreed)))

_REVIEWS = frozenset({Action.CLAIM, Action.EXTEND, Action.RESPOND, Action.CLOSE})

RULES: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.UNDO: Rule(_ALWAYS, (_LEAVING,)),
        Action.CLAIM: Rule(_WORKED_ON, (_UNCLAIMED,)),
        Action.ASSIGN: Rule(_WORKED_ON),
        Action.CONFIRM: Rule(frozenset({State.TRIAGE}), (_READ,)),
        Action.CHANGE: Rule(_WORKED_ON),
        Action.ACKNOWLEDGE: Rule(_WORKED_ON, (_NOT_ACKNOWLEDGED,)),
        Action.EXTEND: Rule(frozenset({State.OPEN}), (_NOT_ANSWERED, _TO_EXTEND)),
        Action.RESPOND: Rule(frozenset({State.OPEN}), (_NOT_ANSWERED,)),
        Action.POINTS: Rule(_WORKED_ON),
        Action.POST: Rule(_WORKED_ON, (_TO_POST,)),
        Action.CLOSE: Rule(frozenset({State.OPEN, State.ANSWERED})),
        Action.REOPEN: Rule(_ENDED, (_NOT_FINAL, _NOT_MERGED)),
        Action.ESCALATE: Rule(
            _DECIDED, (_COMPLAINT, _AT_LEVEL_ONE, _ENDED_BEFORE, _NOTHING_LEAVES, _NOT_MERGED)
        ),
        Action.OMBUDSMAN: Rule(_DECIDED, (_REFERABLE,), Role.LEAD),
        Action.LESSON: Rule(_DECIDED, (_TAUGHT,)),
        Action.REMEDY: Rule(_DECIDED, (_COMPLAINT, _NOT_MERGED)),
        Action.DONE: Rule(_ALWAYS, (_AGREED,)),
        Action.NAME: Rule(_WORKED_ON, (_FORWARDED,)),
        Action.SPLIT: Rule(_WORKED_ON),
        Action.LINK: Rule(_ALWAYS),
        Action.UNLINK: Rule(_ALWAYS, (_LINKED,)),
        Action.MERGE: Rule(
            _WORKED_ON, (replace(_READ, refusal="{case} could not be read: link the two instead."),)
        ),
        Action.UNMERGE: Rule(frozenset({State.CLOSED}), (_MERGED,)),
        Action.PASS_ON: Rule(
            frozenset({State.OPEN, State.ANSWERED}), (_COMPLIMENT, _NOT_PASSED_ON)
        ),
        Action.NOTE: Rule(_ALWAYS),
    }
)
"""The rule of each action, in the order in which they are offered."""


def allowed_actions(case: Case) -> tuple[Action, ...]:
    """The actions that fit the case now, in the order in which they are offered."""
    return tuple(
        action
        for action, rule in RULES.items()
        if case.state in rule.states and all(each.holds(case) for each in rule.conditions)
    )


def role_for(action: Action, case: Case) -> Role:
    """The role that an action on this case needs, at least: a review is a senior officer's."""
    return Role.SENIOR if is_reviewing(action, case) else RULES[action].role


def is_reviewing(action: Action, case: Case) -> bool:
    """Whether the action decides a review at Level Two, until that is closed: only who was not involved
    may take it.
    """
    under_review = case.level is Level.LEVEL_TWO and case.state is not State.CLOSED
    return under_review and action in _REVIEWS


def may_be_referred(case: Case) -> bool:
    """Whether the Ombudsman can newly have the case: one that is no complaint, or goes on elsewhere,
    only waits for what they decide.
    """
    return case.category is Category.COMPLAINT and case.merged_into is None


def _leaves(stage: Stage) -> bool:
    """Whether a letter was approved and has not left yet, also a second one of a kind."""
    return any(stage.is_on_its_way(kind) for kind in LetterKind)
