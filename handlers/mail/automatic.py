"""Which messages a machine wrote: never acknowledged, so that no two machines talk (D25-D29).

The rules are one table, read from the top. A rule looks at one header and gives its verdict when
the pattern is found in any value of it. RFC 3834 (automatic responses), RFC 3464 (bounces),
RFC 8098 (read receipts), RFC 2919 and 2369 (lists).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message as Part

from handlers.mail.body import Contents, content_type, inner_parts, parameter, payload
from handlers.mail.headers import Headers
from models.message import Machine, MachineKind

AUTOMATIC, BOUNCE, BULK = MachineKind.AUTOMATIC, MachineKind.BOUNCE, MachineKind.BULK
_ANY = r""
_ANSWERS = r"(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer|respond(?:er)?)|autoreply)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A header (lower case), what its value must contain, the verdict and its reason for people."""

    header: str
    pattern: re.Pattern[str]
    kind: MachineKind
    reason: str


def _rule(header: str, pattern: str, kind: MachineKind, reason: str) -> Rule:
    return Rule(header, re.compile(pattern, re.IGNORECASE), kind, reason)


RULES = (
    # Bounces first: most of them carry the other signs as well.
    _rule("content-type", r"report-type\s*=\s*\"?delivery-status", BOUNCE, "a delivery report"),
    _rule("x-failed-recipients", _ANY, BOUNCE, "X-Failed-Recipients"),
    _rule("from", r"\b(?:mailer-daemon|postmaster)@|^\s*mailer-daemon\b", BOUNCE, "from a mail server"),
    # What says of itself that it is automatic.
    _rule("auto-submitted", r"^\s*(?!no\s*(?:$|[;(])|auto-generated)\S", AUTOMATIC,
          "Auto-Submitted (RFC 3834)"),
    _rule("content-type", r"report-type\s*=\s*\"?disposition-notif", AUTOMATIC, "a read receipt"),
    _rule("content-type", r"multipart/report|message/(?:delivery|disposition)", AUTOMATIC, "a report"),
    _rule("content-type", r"text/calendar.*method\s*=\s*\"?reply", AUTOMATIC, "a calendar reply"),
    _rule("return-path", r"^\s*<\s*>", AUTOMATIC, "no return path"),
    _rule("precedence", r"\bauto_reply\b", AUTOMATIC, "Precedence"),
    _rule("x-autoreply", r"^(?!\s*no\s*$)", AUTOMATIC, "X-Autoreply"),
    _rule("x-autorespond", _ANY, AUTOMATIC, "X-Autorespond"),
    _rule("x-autoresponder", _ANY, AUTOMATIC, "X-Autoresponder"),
    _rule("x-autoreply-from", _ANY, AUTOMATIC, "X-Autoreply-From"),
    _rule("x-mail-autoreply", _ANY, AUTOMATIC, "X-Mail-Autoreply"),
    _rule("x-ms-exchange-inbox-rules-loop", _ANY, AUTOMATIC, "an Exchange inbox rule"),
    _rule("x-ms-exchange-generated-message-source", _ANY, AUTOMATIC, "written by Exchange"),
    # A challenge that would answer an answer.
    _rule("from", r"@(?:bluebottle|boxbe)\.com\b", AUTOMATIC, "a challenge to the sender"),
    # Weak: words in the subject. Never a word inside a sentence: people write about office hours.
    _rule("subject", rf"^\s*\[?(?:{_ANSWERS}|out of (?:the )?office(?: reply| autoreply)?|ooo"
          r"|automatische antwort|abwesenheitsnotiz|réponse automatique|absence du bureau"
          r"|respuesta automática|risposta automatica|automatisch antwoord|autosvar|automatiskt svar"
          r"|odpowiedź automatyczna|automatická odpověď)\]?\s*(?::|$|[-–] )", AUTOMATIC,
          "the subject of an automatic reply"),
    _rule("subject", r"^\s*auto:\s.*\b(?:out of (?:the )?office|away|absent|on leave)\b", AUTOMATIC,
          "the subject of an automatic reply"),
    # Sent by a machine, yet perhaps for a person: portals, lists, forms (D25: a case is still made).
    _rule("auto-submitted", r"^\s*auto-generated", BULK, "Auto-Submitted: auto-generated"),
    _rule("precedence", r"\b(?:bulk|junk|list)\b", BULK, "Precedence"),
    _rule("x-auto-response-suppress", r"\b(?:all|oof|autoreply|dr|rn|nrn)\b", BULK,
          "X-Auto-Response-Suppress"),
    _rule("list-id", _ANY, BULK, "a mailing list (List-Id)"),
    _rule("list-unsubscribe", _ANY, BULK, "a mailing list (List-Unsubscribe)"),
    _rule("list-post", _ANY, BULK, "a mailing list (List-Post)"),
    _rule("feedback-id", _ANY, BULK, "a bulk sender (Feedback-ID)"),
    _rule("from", r"\b(?:no-?_?\.?reply|do-?_?not-?_?reply|auto-?reply|bounces?)(?:[+=-][^@\s]*)?@",
          BULK, "from an address that takes no replies"),
)  # fmt: skip

# A subject alone decides nothing: bins are undelivered too. Beside a copy of our letter it does.
_BOUNCE_SUBJECT = re.compile(
    r"^\s*(?:undeliver(?:able|ed)\b|(?:mail )?delivery (?:failed|failure|status notif)"
    r"|returned mail\b|failure notice\s*$|mail delivery (?:system|subsystem)|unzustellbar"
    r"|non remis\b|no se puede entregar)", re.IGNORECASE,
)  # fmt: skip

_MESSAGE_ID_LINE = re.compile(
    r"^[> \t]{0,8}Message-ID:\s{0,8}(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE
)
_ACTION = re.compile(r"^\s*(failed|delayed|delivered|relayed|expanded)", re.IGNORECASE)
# What a mail server that knows no RFC 3464 writes above the copy of our message.
_PLAIN_BOUNCE = re.compile(
    r"\A\s*(?:Hi\. This is the qmail-send program|This message was created automatically by mail"
    r" delivery software|This is the mail system at host)", re.IGNORECASE,
)  # fmt: skip


def machine(
    headers: Headers, root: Part, found: Contents, *, own: str | None, is_form: bool
) -> Machine | None:
    """The verdict on a message; None for a person's. `own` is a sign of our own mail, if any.

    A form of the council's website comes from an address that takes no replies, and is marked as
    generated: it is a person's all the same, unless it is a bounce or our own.
    """
    if own is not None:
        return Machine(MachineKind.OWN, own)
    rule = _first_rule(headers)
    plain = rule is None or rule.kind is not BOUNCE
    if plain and found.texts and _PLAIN_BOUNCE.match(found.texts[0]):
        return Machine(BOUNCE, "the words of a bounce", _failed_ids(headers, root, found))
    if plain and _BOUNCE_SUBJECT.match(headers.text("subject")):
        returned = _returned_ids(root, found)
        if returned:
            return Machine(BOUNCE, "the subject of a bounce", returned)
    if rule is None:
        receipt = _calendar_reply(found)
        return None if receipt is None or is_form else Machine(AUTOMATIC, receipt)
    if rule.kind is BOUNCE:
        return _bounce(rule, headers, root, found)
    return None if is_form else Machine(rule.kind, rule.reason)


def _first_rule(headers: Headers) -> Rule | None:
    for rule in RULES:
        if rule.header in headers:
            shown = (
                [headers.text("subject")] if rule.header == "subject" else headers.all(rule.header)
            )
            if any(rule.pattern.search(value) for value in shown):
                return rule
    return None


def _calendar_reply(found: Contents) -> str | None:
    for part in found.others:
        if content_type(part) == "text/calendar" and parameter(part, "method").lower() == "reply":
            return "a calendar reply"
    return None


def _bounce(rule: Rule, headers: Headers, root: Part, found: Contents) -> Machine:
    actions = [action for action in _actions(root) if action]
    if actions and "failed" not in actions:
        # Delayed is not failed, delivered still less: nothing to show on the case as lost.
        return Machine(AUTOMATIC, f"a delivery report: {actions[0]}")
    return Machine(BOUNCE, rule.reason, _failed_ids(headers, root, found))


def _actions(root: Part) -> Iterable[str]:
    for part in inner_parts(root):
        if content_type(part) == "message/delivery-status":
            for block in inner_parts(part):
                match = _ACTION.match(str(block.get("action", "")))
                yield match[1].lower() if match else ""


def _failed_ids(headers: Headers, root: Part, found: Contents) -> tuple[str, ...]:
    """Message-IDs of what did not arrive: those returned, else what the bounce says it answers."""
    answered = (*headers.message_ids("in-reply-to"), *reversed(headers.message_ids("references")))
    return _returned_ids(root, found) or tuple(dict.fromkeys(answered))


def _returned_ids(root: Part, found: Contents) -> tuple[str, ...]:
    """Message-IDs of the returned message, the surest source first: the message or its headers
    (RFC 3464's third part), then a copy in the text.
    """
    ids: list[str] = []
    for part in [*inner_parts(root), *found.forwarded]:
        if content_type(part) == "message/rfc822":
            ids += [i for i in (Headers(p, []).own_id() for p in inner_parts(part)) if i]
        elif content_type(part) in {"text/rfc822-headers", "message/rfc822-headers"}:
            ids += _MESSAGE_ID_LINE.findall(_plain(part))
    for text in found.texts:
        ids += _MESSAGE_ID_LINE.findall(text)
    return tuple(dict.fromkeys(ids))


def _plain(part: Part) -> str:
    inner = inner_parts(part)
    if inner:
        return "\n".join(f"{name}: {value}" for one in inner for name, value in one.raw_items())
    return payload(part, []).decode("latin-1")
