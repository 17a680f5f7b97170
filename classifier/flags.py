"""Flags: a score and a threshold each, and a few plain rules that a person can check."""

import re

from models.prediction import Flag

# Who writes says it: their own addresses.
_SENDERS = (
    (Flag.MP_ENQUIRY, ("parliament.uk",)),
    (Flag.OMBUDSMAN, ("lgo.org.uk", "housing-ombudsman.org.uk")),
)
# Wordings of law and office were tried as rules and left out: the learned heads were better.
_WORDINGS = ((Flag.HAZARD, re.compile(r"(?i)\bsmell(?:s|ing)? of gas\b|\bgas (?:smell|leak)\b")),)
# Missing one of these costs more than a needless look: the threshold prefers recall.
RECALL_COUNTS = {Flag.SAFEGUARDING: 1.5, Flag.HAZARD: 1.5}


def ruled(subject: str, body: str, sender: str) -> frozenset[Flag]:
    """The flags that a plain rule raises, whatever the scores say."""
    found = {flag for flag, wording in _WORDINGS if wording.search(subject) or wording.search(body)}
    domain = sender.rpartition("@")[2].strip(" <>\t\r\n").lower()
    for flag, domains in _SENDERS:
        if any(domain == known or domain.endswith("." + known) for known in domains):
            found.add(flag)
    return frozenset(found)
