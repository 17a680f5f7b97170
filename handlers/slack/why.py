"""Why a person decides, which words weighed and which sentence raised a flag: for card and thread.

What is quoted here is the customer's: it stands only where their whole message stands, the channel
of the card (models.channels.channel_for), on one line, and escaped.
"""

from collections.abc import Iterable

from handlers.slack import wording
from models.case import Case, State
from models.council import Catalogue, Council
from models.prediction import WHOLE, Doubt, Flag, Prediction, Reason

_SENTENCE = 160
_WORD = 40
_MOST_WORDS = 5
_DOUBTS = {
    Doubt.NOT_SURE: wording.NOT_SURE,
    Doubt.NO_WORDS: "nothing was written; see what is attached, if anything is",
    Doubt.UNLIKE: "hardly a word is known: another language, or no letter to a council",
    Doubt.TWO_MATTERS: "two matters of equal weight",
    Doubt.TONE: "praise and dissatisfaction are both there: sarcasm?",
    Doubt.NO_PREDICTION: "the model could not read it",
}


def decide_lines(case: Case, council: Council) -> str:
    """Why a person decides, and the words that weighed; empty once somebody has decided. mrkdwn.

    Also empty where the model has no doubt: then it is earlier contact (background.py), or a part of
    the message that did not come.
    """
    said = doubts(case.prediction, council.catalogue) if case.state is State.TRIAGE else ""
    if not said:
        return ""
    lines = (f"*Please decide:* {wording.escape(said)}", reasons(case.prediction))
    return "\n".join(filter(None, lines))


def spoken(case: Case, council: Council) -> str:
    """The same to be read aloud, after the card's sentence; empty where there is none. mrkdwn."""
    said = doubts(case.prediction, council.catalogue) if case.state is State.TRIAGE else ""
    return f" Please decide: {wording.escape(said)}." if said else ""


def doubts(prediction: Prediction, catalogue: Catalogue) -> str:
    """The doubts in words, the telling ones first; how sure the model is stands last. Not escaped."""
    told = sorted(prediction.doubts, key=lambda doubt: doubt is Doubt.NOT_SURE)
    return "; ".join(_doubt(doubt, prediction, catalogue) for doubt in told)


def flag_lines(flags: Iterable[Flag], prediction: Prediction) -> list[str]:
    """A line for each flag, with the sentence that raised it where the model names one. mrkdwn."""
    return [_flag(flag, prediction.raised.get(flag)) for flag in flags]


def reasons(prediction: Prediction) -> str:
    """The words that weighed, those against told apart; empty where there are none. mrkdwn."""
    shown = prediction.reasons[:_MOST_WORDS]
    parts = (
        ("Words that spoke for it", [_word(r) for r in shown if r.weight > 0]),
        ("Words that spoke against it", [_word(r) for r in shown if r.weight < 0]),
    )
    return "; ".join(f"*{name}:* {', '.join(words)}" for name, words in parts if words)


def _doubt(doubt: Doubt, prediction: Prediction, catalogue: Catalogue) -> str:
    said = _DOUBTS[doubt]
    if doubt is Doubt.NOT_SURE:
        return f"{said}: {wording.percent(prediction.confidence)}"
    if doubt is Doubt.TWO_MATTERS and prediction.second_owner is not None:
        first = catalogue.owner_name(prediction.service, prediction.authority)
        return f"{said} ({first} / {_second(prediction.second_owner, catalogue)})"
    return said


def _second(owner: str, catalogue: Catalogue) -> str:
    service = owner if owner in catalogue.services else None
    return wording.one_line(catalogue.owner_name(service, owner), 80)


def _flag(flag: Flag, sentence: str | None) -> str:
    name = f":warning: *Flag: {wording.FLAGS[flag]}*"
    return f"{name}, raised by {_quoted(sentence, _SENTENCE)}" if sentence else name


def _word(reason: Reason) -> str:
    return WHOLE if reason.word == WHOLE else _quoted(reason.word, _WORD)


def _quoted(text: str, limit: int) -> str:
    """Cut so that what is escaped keeps to the limit too: Slack counts that."""
    cut = wording.one_line(text, limit)
    while len(wording.escape(cut)) > limit:
        cut = wording.one_line(cut, len(cut) - 1)
    return f"“{wording.escape(cut)}”"
