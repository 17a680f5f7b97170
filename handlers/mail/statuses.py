"""Why a letter did not arrive, in words for an officer: RFC 3463's status codes, else the words.

The code's first digit says whether trying again can help, the other two what was wrong (RFC 3463,
section 3; the IANA registry of enhanced status codes; RFC 7505 for 1.10). Many systems put 5.0.0 or
5.7.1 on everything, so there the words beside it are asked first.
"""

import re

# Not part of an IP address, a version or a number.
STATUS = re.compile(r"(?<![\d.#-])#?([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(
    r"(?<![\w.:/#-])#?([45])[0-7]\d(?=[ \-,:>;]|$)(?![ ]*(?:bytes|kb|mb|days|hours))"
)

_NO_ADDRESS = "the address does not exist"
_NO_DOMAIN = "the address's domain does not exist"
_FULL = "the mailbox is full"
_CLOSED = "the mailbox is closed"
_MOVED = "the person has moved to another address"
_TOO_LARGE = "the message is too large for them"
_REFUSED = "their mail system refuses it"
_SPAM = "their mail system takes it for spam"
_UNREACHABLE = "their mail system cannot be reached"
_EXPIRED = "their mail system did not take it in the time allowed"
_FAULT = "their mail system has a fault"
_LOOP = "their mail goes in a circle"

_MEANING = {
    "1.1": _NO_ADDRESS,
    "1.2": _NO_DOMAIN,
    "1.3": "the address is misspelt",
    "1.4": "the address fits several mailboxes",
    "1.6": _MOVED,
    "1.7": "our own address was refused as malformed",
    "1.8": "our own address's domain was refused",
    "1.10": "the address's domain takes no email",
    "2.1": _CLOSED,
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "2.4": "a mailing list behind the address has a fault",
    "3.1": "their mail system is full",
    "3.2": "their mail system takes no messages now",
    "3.4": _TOO_LARGE,
    "4.1": _UNREACHABLE,
    "4.2": _UNREACHABLE,
    "4.3": "the address's domain cannot be looked up",
    "4.4": "the address's domain cannot be looked up",
    "4.6": _LOOP,
    "4.14": _LOOP,
    "4.310": _NO_DOMAIN,
    "4.7": _EXPIRED,
    "6": "their mail system does not take this kind of message",
    "7.1": _REFUSED,
    "7": _REFUSED,
    "1": "the address was not accepted",
    "2": "the mailbox does not take it",
    "3": _FAULT,
    "4": _UNREACHABLE,
    "5": _FAULT,
}
# Microsoft 365 uses 1.10 for an unknown person, and 4.1 where others say 1.1.
_VAGUE = frozenset(["1.10", "4.1", "4.4", "4.7", "7.1"])


def _words(pattern: str, meaning: str) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, re.IGNORECASE), meaning


# From the surest words to the vaguest; English is the language of SMTP replies (RFC 5321).
_WORDS = (
    _words(r"(?:over|exceed\w*|out of)\b.{0,20}\bquota|quota.{0,30}(?:exceed|full|reached)"
           r"|(?:mail)?box\b.{0,25}\bfull|full mailbox|mailfolder is full|boîte.{0,40}pleine"
           r"|(?:insufficient|not enough) (?:disk|storage|mail)|mail ?box space|postfach.{0,40}voll", _FULL),
    _words(r"(?:has|have|is) (?:moved|no longer (?:with|at|employed|works))|recipient has changed", _MOVED),
    _words(r"(?:account|mailbox|user|address|recipient)\b.{0,40}\b(?:disabled|deactivated|inactive"
           r"|suspended|discontinued|closed|expired|not active|locked|no longer (?:in use|active|valid"
           r"|available|monitored|on server))|deactivated mailbox", _CLOSED),
    _words(r"recip(?:ient)?NotFound"
           r"|(?:unknown|invalid|bad|no such|nonexist\w*|unrouteable|non-existent|illegal) (?:local )?"
           r"(?:user|recipient|address|mailbox|account|destination|rcpt|alias|person)"
           r"|(?:user|recipient|address|addressee|mailbox|account|mail-?box|rcpt)\b.{0,60}\b(?:unknown"
           r"|not found|not known|does ?n[o']t exist|not exist|invalid|not recogni[sz]ed|not listed"
           r"|unavailable|not a (?:known|valid|local)|couldn't be found|rejected|undeliverable)"
           r"|no (?:mail ?box|account|user|recipient)\b.{0,25}\b(?:here|available|found|name)"
           r"|not (?:our|a) (?:customer|valid user|known user)|doesn't have an? .{1,60} account"
           r"|unbekannt|n'existe pas|no existe|sconosciuto|nie istnieje|onbekend", _NO_ADDRESS),
    _words(r"(?:host|domain|server)\b.{0,40}\b(?:not found|unknown|does ?n[o']t exist|not exist"
           r"|no such)|(?:unknown|no such|invalid) (?:host|domain)|name or service not known"
           r"|couldn't find any host|no mail hosts", _NO_DOMAIN),
    _words(r"too (?:large|big|long)|size (?:limit|exceed)|exceeds.{0,30}(?:size|limit)"
           r"|larger than the current system limit", _TOO_LARGE),
    _words(r"too many hops|mail loop|routing loop|hop count", _LOOP),
    _words(r"\bspam\b|unsolicited|blacklist|block ?list|\bdnsbl\b|\brbl\b|reputation|virus|banned"
           r"|bulk e?mail|content.{0,20}rejected", _SPAM),
    _words(r"relay\w{0,4}\b.{0,30}(?:denied|not permitted|prohibited|not allowed)|not a relay|rcpthosts"
           r"|(?:policy|access|permissions?|authenticat\w{0,4})\b.{0,40}(?:denied|reject|violat|fail)"
           r"|(?:denied|refused|prohibited|rejected).{0,40}(?:policy|administrator|permission)"
           r"|not accepting (?:mail|messages)|not (?:authori[sz]ed|permitted|allowed)|dmarc|\bspf\b",
           _REFUSED),
    _words(r"time(?:d)? ?out|no route|connection (?:refused|reset|lost|dropped)|unreachable"
           r"|not responding|could not connect|no answer|network (?:problem|error)", _UNREACHABLE),
    _words(r"retry time(?:out)? .{0,20}exceeded|queue too long|expired|given up|maximum delivery attempts"
           r"|within (?:the allowed|\d+ )(?:queue|days|hours)", _EXPIRED),
)  # fmt: skip
_LONGEST = 4_000


def status_in(text: str) -> str:
    """The first enhanced status code in a text, such as 5.1.1; empty where there is none."""
    match = STATUS.search(text[:_LONGEST])
    return f"{match[1]}.{int(match[2])}.{int(match[3])}" if match else ""


def reply_class(text: str) -> str:
    """The first digit of an SMTP reply code in the text ("5" of 550); empty where there is none."""
    match = _REPLY.search(text[:_LONGEST])
    return match[1] if match else ""


def is_vague(status: str) -> bool:
    """Whether a status says no more than that it failed: none, or 5.0.0 and its like."""
    return not status or status.endswith(".0.0")


def explain(status: str, text: str) -> str:
    """What was wrong, with the code where there is one: "the mailbox is full (5.2.2)".

    Empty where neither code nor words (the server's own, beside the address) say anything.
    """
    detail = status.partition(".")[2]
    meaning = _MEANING.get(detail, "")
    if not meaning or detail in _VAGUE:
        meaning = _by_words(text) or meaning or _MEANING.get(detail.partition(".")[0], "")
    if not meaning and status:
        meaning = "it could not be delivered"
    return f"{meaning} ({status})" if meaning and status else meaning


def _by_words(text: str) -> str:
    flat = " ".join(text[:_LONGEST].split())
    return next((meaning for pattern, meaning in _WORDS if pattern.search(flat)), "")
