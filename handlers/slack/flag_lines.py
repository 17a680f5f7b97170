"""Flags in words: for the lines of history, and to be ticked by hand."""

from collections.abc import Mapping

from handlers.slack import wording
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
_PRIVATE = ". Private channel while ticked"


def named(kept: object) -> str:
    """Flags as history keeps them, in words."""
    return ", ".join(wording.FLAGS[Flag(flag)] for flag in str(kept).split(", "))


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
