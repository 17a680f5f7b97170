"""Flags in words: for the lines of history, and to be ticked by hand."""

from collections.abc import Mapping

from handlers.slack import wording
from models.case import Case
from models.channels import private_channel
from models.council import Council
from models.history import Entry
from models.prediction import Flag

EXPLAINED = {
    Flag.MP_ENQUIRY: "An MP, or their office, wrote",
    Flag.OMBUDSMAN: "The Ombudsman wrote",
    Flag.LEVEL_TWO_REQUEST: "Is not content with our answer",
    Flag.INFORMATION_REQUEST: "Asks for records or data",
    Flag.SAFEGUARDING: "A child or an adult may be at risk",
    Flag.HAZARD: "People are in danger now",
    Flag.LEGAL_ACTION: "A solicitor, a claim, a court",
    Flag.DISCRIMINATION: "Treated worse for who they are",
}
AT_RISK = frozenset({Flag.SAFEGUARDING, Flag.HAZARD})
"""Somebody must look after these before anything else."""
_PRIVATE = ". Private channel while ticked"


def named(kept: object) -> str:
    """Flags as history keeps them, in words."""
    return ", ".join(wording.FLAGS[Flag(flag)] for flag in str(kept).split(", "))


def is_at_risk(case: Case) -> bool:
    """Whether somebody may come to harm while the case is open."""
    return case.is_open and not AT_RISK.isdisjoint(case.flags)


def warning(case: Case) -> str:
    """What a row says of that behind the reference, for those only who may see the case; empty where
    there is nothing. mrkdwn.
    """
    if not is_at_risk(case):
        return ""
    named = ", ".join(wording.FLAGS[flag] for flag in case.flags if flag in AT_RISK)
    return f" :warning: *{named}*"


def changed(entry: Entry) -> list[str]:
    """What a person raised and cleared, as parts of a line. mrkdwn."""
    was, now = (_flags(entry.details.get(name)) for name in ("flags_was", "flags"))
    raised = [wording.FLAGS[flag] for flag in now if flag not in was]
    cleared = [wording.FLAGS[flag] for flag in was if flag not in now]
    lines = (("flag raised", raised), ("flag cleared", cleared))
    return [f"{what}: *{', '.join(flags)}*" for what, flags in lines if flags]


def options(council: Council) -> Mapping[str, tuple[str, str]]:
    """Every flag to be ticked, with what it means; a private one says that the case moves."""
    return {
        flag.value: (
            name[0].upper() + name[1:],
            EXPLAINED[flag] + (_PRIVATE if private_channel((flag,), council) else ""),
        )
        for flag, name in wording.FLAGS.items()
    }


def _flags(kept: object) -> list[Flag]:
    return [Flag(flag) for flag in str(kept).split(", ")] if kept else []
