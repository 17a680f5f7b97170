"""The 18 borderline rules of labels.md, each with a predicate for the lines that are cases of it.

A predicate reads the labels and simple cues of the words, so that a count says how much of a rule is
there, near enough to see where there is little. It is no test of a label: labels decide what a line
is, and where a rule has two sides, both count.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from classifier.labelled import Labelled
from models.prediction import Category, Flag, Intent

_QUOTED = re.compile(r"\n\s*(?:>|-{3,}|From: |On [^\n]{0,60} wrote:|\|)")
_BOX = re.compile(
    r"(?:type|category|kind|reason|feedback|are you|is this|about|choose one|i want to|which is it)"
    r"[^:\n]{0,25}:\s*(?:make a |a )?(compliment|complaint|complain|praise|thank|enquiry|question)",
    re.IGNORECASE,
)
_BOX_MEANS = {
    "compliment": Intent.COMPLIMENT,
    "praise": Intent.COMPLIMENT,
    "thank": Intent.COMPLIMENT,
    "complaint": Intent.COMPLAINT,
    "complain": Intent.COMPLAINT,
    "enquiry": Intent.ENQUIRY,
    "question": Intent.ENQUIRY,
}


def _words(*alternatives: str) -> re.Pattern[str]:
    """A cue: any of these at the start of a word, in a text of small letters."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})")


_PRAISE = _words(
    "thank", "lovely", "brilliant", "excellent", "wonderful", "fantastic", "well done", "kind\\b",
    "marvellous", "bravo", "congratulations", "top notch", "great (?:job|service|work)", "star\\b",
)  # fmt: skip
_ANGER = _words(
    "angry", "furious", "fuming", "livid", "disgust", "sick of", "fed up", "disgrace", "ashamed",
    "selfish", "appalling", "cheek", "rude", "crook", "pigs", "ignorant", "outrag", "had enough",
    "raging", "cross\\b",
)  # fmt: skip
_ANY_NEWS = _words(
    "any news", "any update", "any joy", "any sign", "any luck", "how .{0,20}getting on", "heard yet",
    "on course", "just (?:checking|wondering)", "still (?:coming|on its way)", "is it nearly",
    "did .{0,30}manage", "when (?:to|can i|will i|i'll) (?:expect|have|hear)",
)  # fmt: skip
_OWN_ROUTE = _words(
    "appeal", "challeng", "representation", "reconsider", "review", "object", "tribunal",
    "contest", "band(?:ing)? is wrong",
)  # fmt: skip
_IDEA = _words(
    "suggest", "idea", "could you (?:consider|think)", "would you consider", "comment", "consultation",
    "what about", "please consider", "in favour", "proposal", "support the",
)  # fmt: skip
_REQUEST = _words(
    "could you", "can you", "would you", "please (?:can|could|would|send)", "any chance"
)
_PRICE_OR_RULE = _words(
    "price", "charg", "fee\\b", "fees\\b", "cost of", "gone up", "increase", "policy", "rule\\b",
    "rules\\b", "decision to", "scheme", "cut\\b", "closing", "closure", "clos(?:e|ed) the",
)  # fmt: skip
_CONSULTED = _words("consultation", "draft (?:local )?plan", "strategy", "survey", "my response")
_OWN_PEOPLE = _words(
    "contractor", "your (?:men|man|crew|driver|officer|warden|lorry|loader|staff|agent|bailiff)",
    "the crew", "the driver", "enforcement agent",
)  # fmt: skip
_THIRD_PARTY = _words(
    "neighbour", "next door", "landlord", "the pub", "restaurant", "takeaway", "shop", "builder",
    "developer", "owner", "dog", "driver", "tenant", "business", "number \\d+", "they",
)  # fmt: skip
_THANKS_ONLY = _words("thank", "thx", "ta\\b", "noted", "ok\\b", "received", "great\\b", "sorted")
_SHORT = 25
_REVIEW = _words("internal review")
_ASKED_BEFORE = _words("again", "reported", "told you", "nobody", "still")


@dataclass(frozen=True, slots=True)
class Rule:
    """A borderline rule: its number in labels.md, what it decides, and which lines are cases of it."""

    number: int
    decides: str
    holds: Callable[[Labelled], bool]


def own_words(body: str) -> str:
    """The message without what it quotes or passes on, if something of its own stands before."""
    return _QUOTED.split(body, maxsplit=1)[0].strip() or body


@lru_cache(maxsize=1)  # a line is asked by every rule before the next one is
def _said(subject: str, body: str) -> str:
    return f"{subject}\n{own_words(body)}".lower()


def _says(line: Labelled, cue: re.Pattern[str]) -> bool:
    return cue.search(_said(line.subject, line.body)) is not None


def _is(line: Labelled, intent: Intent) -> bool:
    return line.intent is intent and line.category is not Category.NON_COUNCIL


def _circles(line: Labelled) -> bool:
    return line.topic == "contact_centre" and line.secondary_authority is not None


def _neighbour(line: Labelled) -> bool:
    if line.intent is Intent.ENQUIRY:
        return _says(line, _ANGER) and _says(line, _THIRD_PARTY)
    return _is(line, Intent.COMPLAINT) and line.service == "environmental_health"


def _missed_bin(line: Labelled) -> bool:
    return line.topic == "missed_bin" and line.intent is not Intent.COMPLIMENT


def _chased(line: Labelled) -> bool:
    if line.intent is Intent.COMPLAINT:
        return line.form == "reply_chain" and _says(line, _ASKED_BEFORE)
    return line.intent is Intent.ENQUIRY and _says(line, _ANY_NEWS)


def _own_route(line: Labelled) -> bool:
    request = Flag.INFORMATION_REQUEST in line.flags
    return _is(line, Intent.ENQUIRY) and (request or _says(line, _OWN_ROUTE))


def _praised_and_blamed(line: Labelled) -> bool:
    return line.intent is Intent.COMPLAINT and _says(line, _PRAISE)


def _thanks(line: Labelled) -> bool:
    if line.form != "reply_chain" or not _says(line, _THANKS_ONLY):
        return False
    return len(own_words(line.body).split()) <= _SHORT


def _friendly_request(line: Labelled) -> bool:
    asks = _says(line, _REQUEST) or "?" in own_words(line.body)
    return line.intent is not Intent.COMPLAINT and _says(line, _PRAISE) and asks


def _wrong_box(line: Labelled) -> bool:
    box = _BOX.search(line.body) if line.form == "webform" else None
    return box is not None and _BOX_MEANS[box.group(1).lower()] is not line.intent


def _price_or_rule(line: Labelled) -> bool:
    if line.intent is Intent.ENQUIRY:
        return _says(line, _CONSULTED)
    return _is(line, Intent.COMPLAINT) and _says(line, _PRICE_OR_RULE)


def _licence_court_or_review(line: Labelled) -> bool:
    if line.topic == "premises_licensing":
        return line.intent is Intent.ENQUIRY and _says(line, _OWN_ROUTE)
    if Flag.INFORMATION_REQUEST in line.flags:
        return _says(line, _REVIEW)
    return _is(line, Intent.ENQUIRY) and Flag.LEGAL_ACTION in line.flags


def _beside_another_body(line: Labelled) -> bool:
    members = {Flag.MP_ENQUIRY, Flag.OMBUDSMAN} & line.flags
    if line.category is Category.NON_COUNCIL:
        return bool(members)
    praised = line.intent is Intent.COMPLIMENT
    return line.secondary_authority is not None and (praised or line.topic == "information_rights")


RULES: tuple[Rule, ...] = (
    Rule(1, "praise and dissatisfaction, sarcasm: a complaint", _praised_and_blamed),
    Rule(2, "anger at a neighbour or business: an enquiry until the council fails", _neighbour),
    Rule(3, "a missed bin: an enquiry the first time, a complaint again", _missed_bin),
    Rule(4, "any news: an enquiry; nobody replies: a complaint", _chased),
    Rule(5, "what has a route of its own: an enquiry", _own_route),
    Rule(
        6,
        "the council's matter and another body's: the council's part",
        lambda line: line.secondary_authority is not None,
    ),
    Rule(7, "sent in circles about another body's matter: a complaint (corporate)", _circles),
    Rule(
        8,
        "a comment or suggestion: an enquiry",
        lambda line: line.intent is Intent.ENQUIRY and _says(line, _IDEA),
    ),
    Rule(9, "a reply that only says thank you", _thanks),
    Rule(10, "praise with a friendly request: by what it is chiefly for", _friendly_request),
    Rule(11, "an Ombudsman's letter", lambda line: Flag.OMBUDSMAN in line.flags),
    Rule(12, "a form's box says one thing, the text another", _wrong_box),
    Rule(13, "a price, rule or policy: a complaint; an answer to a consultation", _price_or_rule),
    Rule(
        14,
        "a complaint that asks for information too",
        lambda line: line.second_topic == "information_rights",
    ),
    Rule(
        15,
        "a licensing objection, an appeal to a court, an internal review",
        _licence_court_or_review,
    ),
    Rule(
        16,
        "trouble made by the council's own people",
        lambda line: _is(line, Intent.COMPLAINT) and _says(line, _OWN_PEOPLE),
    ),
    Rule(
        17,
        "dissatisfaction with the responsible body itself: a complaint, though not the council's",
        lambda line: line.category is Category.NON_COUNCIL and line.intent is Intent.COMPLAINT,
    ),
    Rule(
        18,
        "praise, records or a Member's letter beside another body's matter",
        _beside_another_body,
    ),
)
