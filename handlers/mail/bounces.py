"""What a report says of a letter that did not arrive, or not yet (D29).

RFC 3464 reports are read field by field. Of all others (qmail, Exim, old Exchange, Notes, X.400
gateways) only what they share is used: somewhere above the copy of the letter stands its address,
with the server's words beside it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email.message import Message as Part
from itertools import islice

from handlers.mail import phrases
from handlers.mail.body import Contents, content_type, inner_parts, payload
from handlers.mail.headers import Headers, one_line
from handlers.mail.statuses import explain, is_vague, reply_class, status_in
from models.message import Failure

_MOST_PARTS = 100
_MOST_FAILURES = 20
_MOST_MENTIONS = 200
_LONGEST_TEXT = 20_000
_LONGEST_COPY = 200_000
_LONGEST_NEAR = 600
_LONGEST_OPENING = 1_500
_SHORTEST_REPORT = 40
_LONGEST_LINE = 300
_DELIVERY_STATUS = frozenset(["message/delivery-status", "message/global-delivery-status"])
_RECEIPT = frozenset(
    ["message/disposition-notification", "message/global-disposition-notification"]
)
_RETURNED = frozenset(["message/rfc822", "message/global"])
_RETURNED_HEADERS = frozenset(
    ["text/rfc822-headers", "message/rfc822-headers", "message/global-headers"]
)
_FIELD = re.compile(
    r"^([A-Za-z][A-Za-z-]{0,60})[ \t]{0,8}:[ \t]*(.*(?:\n[ \t].*){0,50})", re.MULTILINE
)
_ACTIONS = re.compile(r"\s*(failed|delayed|delivered|relayed|expanded)", re.IGNORECASE)
_ACTION_OF_CLASS = {"2": "delivered", "4": "delayed"}
_ID_LINE = re.compile(
    r"^[> \t]{0,8}(?:Original-)?Message-ID:\s{0,8}(?:<([^<>\s]{1,400})>|([^<>\s]{1,200}@[^<>\s]{1,200}))",
    re.IGNORECASE | re.MULTILINE,
)
_TO_LINE = re.compile(r"^[> \t]{0,8}To:([^\n]{1,2000})", re.IGNORECASE | re.MULTILINE)
_ATOM = r"[^\s<>@,;:()\"'\\\[\]|=*!?&{}`]"
_ADDRESS = re.compile(
    rf"(?<![\w.@/-])({_ATOM}{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,9}})(?![\w@-])"
)
_COMMAND = re.compile(r"RCPT TO:\s{0,3}<([^<>\s@]{1,64}@[^<>\s@]{1,255})>", re.IGNORECASE)
# Names of places that help or send, never of the resident who was not reached.
_NOT_THEM = re.compile(
    r"(?:(?:post|host|web)master|mailer-daemon|mdaemon|abuse|support|help(?:desk)?|no-?reply)@",
    re.IGNORECASE,
)
# What stands before an address that is the sender's, or is to be asked for help.
_BEFORE_ANOTHER = re.compile(
    r"\b(?:(?<!generated )(?<!expanded )from|sender|von|message-id|contact|assistance"
    r"|send (?:e?mail|problem reports?) to|reported by|reply-to|on behalf of)\b[^\n@]{0,30}\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a report tells: of each address, whether it is only delayed, and which letter it was.

    `actions` are RFC 3464's (failed, delayed, delivered, relayed, expanded), none where it is no
    such report. `reason` says in plain words what was wrong, empty where nothing says it.
    """

    failures: tuple[Failure, ...]
    actions: tuple[str, ...]
    is_delayed: bool
    returned_ids: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One recipient's fields in an RFC 3464 report."""

    recipient: str
    action: str
    status: str
    words: str


def read_report(headers: Headers, root: Part, found: Contents) -> Told:
    """Read what a message tells of letters, whatever message it is. Never raises."""
    lines = [line for part in _parts(root, _DELIVERY_STATUS) for line in _lines(_plain(part))]
    text = text_above_copy(found)
    told = _by_fields(lines, text) if lines else _by_text(headers, root, found, text)
    delayed = _is_delayed(headers, lines, text)
    if delayed:
        told = [(replace(failure, permanent=False), why) for failure, why in told]
    return Told(
        failures=tuple(failure for failure, _ in told[:_MOST_FAILURES]),
        actions=tuple(dict.fromkeys(line.action for line in lines)),
        is_delayed=delayed,
        returned_ids=returned_ids(root, found),
        reason=next((why for _, why in told if why), "" if lines else _explained(text)),
    )


def text_above_copy(found: Contents) -> str:
    """The report's own words: its text as far as the copy of the letter that came back."""
    text = "\n".join(found.texts)[:_LONGEST_TEXT]
    at = 0
    for line in text.splitlines(keepends=True):
        # A rule right at the top opens the report itself.
        if len(text[:at].strip()) >= _SHORTEST_REPORT and phrases.COPY.fullmatch(
            line.strip()[:_LONGEST_LINE]
        ):
            return text[:at]
        at += len(line)
    return text


def opening(text: str) -> str:
    """How a text begins, on one line: where a machine says what it is."""
    return " ".join(text[: 2 * _LONGEST_OPENING].split())[:_LONGEST_OPENING]


def has_copy(root: Part, found: Contents) -> bool:
    """Whether what came back is in it: whole, as headers, or below a line in the text."""
    return (
        bool(found.forwarded)
        or any(_parts(root, _RETURNED_HEADERS))
        or len(text_above_copy(found)) < len("\n".join(found.texts)[:_LONGEST_TEXT])
    )


def names_another(text: str, headers: Headers) -> bool:
    """Whether an email address stands in a report's own words that is not its sender's."""
    senders = {mailbox.address.lower() for mailbox in headers.mailboxes("from")}
    found = islice(_ADDRESS.finditer(text), _MOST_MENTIONS)
    return any(match[1].rstrip(".").lower() not in senders for match in found)


def has_delivery_status(root: Part) -> bool:
    """Whether a part of it is an RFC 3464 report."""
    return any(_parts(root, _DELIVERY_STATUS))


def disposition(root: Part) -> str:
    """What became of a letter by a receipt (RFC 8098, 3.2.6): displayed, deleted, …, else empty."""
    for part in _parts(root, _RECEIPT):
        for name, value in _fields(_plain(part)):
            if name == "disposition":
                return one_line(value, 200).rpartition(";")[2].strip().lower()
    return ""


def _parts(root: Part, kinds: frozenset[str]) -> Iterator[Part]:
    """Parts of these types, not those inside a message that came back."""
    waiting, seen = [root], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop()
        seen += 1
        kind = content_type(part)
        if kind in kinds:
            yield part
        elif kind.startswith("multipart/"):
            waiting.extend(reversed(inner_parts(part)))


def _plain(part: Part) -> str:
    """A part's text, also where the parser took its lines for the headers of parts within."""
    inner = inner_parts(part)
    if not inner:
        return payload(part, [])[:_LONGEST_COPY].decode("utf-8", "replace")
    return (
        "\n\n".join(
            "\n".join([*(f"{name}: {value}" for name, value in one.raw_items()), _unread(one)])
            for one in inner[:_MOST_PARTS]
        )[:_LONGEST_COPY]
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


def _unread(block: Part) -> str:
    """What the parser left as the body of a block of fields: fields behind a malformed line."""
    body = block.get_payload()
    return body if isinstance(body, str) else ""


def _fields(text: str) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in _FIELD.findall(text)]


def _lines(text: str) -> Iterator[_Line]:
    """The recipients of a report. A group ends at an empty line once it is whole, or where a field
    comes again: some systems set no empty line, some set one within.
    """
    group: dict[str, str] = {}
    for block in re.split(r"\n[ \t]*\n", text):
        for name, value in _fields(block):
            if name in group and {"final-recipient", "original-recipient"} & group.keys():
                yield from _line(group)
                group = {}
            group[name] = value
        if "action" in group and "final-recipient" in group:
            yield from _line(group)
            group = {}
    yield from _line(group)


def _line(group: dict[str, str]) -> Iterator[_Line]:
    recipient = next(
        (
            address
            for name in ("original-recipient", "final-recipient", "x-actual-recipient")
            if (address := _recipient(group.get(name, "")))
        ),
        "",
    )
    if not recipient:
        return
    words = one_line(group.get("diagnostic-code", ""), 2_000)
    status = status_in(group.get("status", ""))
    if is_vague(status):
        status = status_in(words) or status
    action = _ACTIONS.match(group.get("action", ""))
    guessed = _ACTION_OF_CLASS.get(status[:1], "failed")
    yield _Line(recipient, action[1].lower() if action else guessed, status, words)


def _recipient(value: str) -> str:
    """The address of "rfc822; Jane <jane@example.org>"; of another kind, the name as it stands."""
    value = one_line(value.partition(";")[2] or value, 2_000)
    match = _ADDRESS.search(value)
    return match[1].rstrip(".") if match else value.strip("<> \"'")[:320]


def _by_fields(lines: list[_Line], text: str) -> list[tuple[Failure, str]]:
    told = []
    for line in lines:
        if line.action in {"failed", "delayed"}:
            permanent = line.action == "failed" and not line.status.startswith("4")
            words = line.words or text
            failure = Failure(line.recipient, line.status, permanent)
            told.append((failure, explain(line.status, words)))
    return told


def _by_text(headers: Headers, root: Part, found: Contents, text: str) -> list[tuple[Failure, str]]:
    mentions = list(islice(_ADDRESS.finditer(text), _MOST_MENTIONS))
    told = []
    not_reached = _not_reached(headers, root, found, text, mentions)
    for address in islice(not_reached, _MOST_FAILURES):
        near = _near(address, mentions, text)
        status = status_in(near) or status_in(text)
        class_ = status[:1] or reply_class(near) or reply_class(text)
        failure = Failure(address, status, permanent=class_ != "4")
        told.append((failure, explain(status, near) or explain("", text)))
    return told


def _explained(text: str) -> str:
    return explain(status_in(text), text)


def _not_reached(
    headers: Headers, root: Part, found: Contents, text: str, mentions: list[re.Match[str]]
) -> Iterable[str]:
    """The addresses that a report without fields is about, by the surest sign that it gives."""
    named = [mailbox.address for mailbox in headers.mailboxes("x-failed-recipients")]
    if named:
        return dict.fromkeys(named)
    others = {
        mailbox.address.lower()
        for name in ("to", "from", "reply-to", "sender", "delivered-to", "errors-to")
        for mailbox in (headers.mailboxes(name) if name in headers else ())
    }
    theirs = {
        m: m[1].rstrip(".")
        for m in mentions
        if m[1].lower() not in others
        and not _NOT_THEM.match(m[1])
        and not _BEFORE_ANOTHER.search(text, max(0, m.start() - 80), m.start())
    }
    announced = phrases.ANNOUNCED.search(text)
    after = [one for m, one in theirs.items() if announced and m.start() > announced.end()]
    mentioned = {one.lower(): one for one in reversed(after or list(theirs.values()))}
    sent_to = {key: one for key, one in _sent_to(root, found).items() if key not in others}
    commanded = {one.lower() for one in _COMMAND.findall(text)}
    for sure in (mentioned.keys() & sent_to.keys(), commanded & mentioned.keys(), mentioned):
        if sure:
            return [mentioned[key] for key in reversed(mentioned) if key in sure]
    return sent_to.values() if len(sent_to) == 1 else ()


def _sent_to(root: Part, found: Contents) -> dict[str, str]:
    """Whom the letter that came back was to, by its own To."""
    texts = [_plain(part) for part in _parts(root, _RETURNED_HEADERS)]
    text = "\n".join(found.texts)
    texts.append(text[len(text_above_copy(found)) :][:_LONGEST_TEXT])
    addresses = [
        mailbox.address
        for part in (*_parts(root, _RETURNED), *found.forwarded)
        for one in inner_parts(part)
        for mailbox in Headers(one, []).mailboxes("to")
    ]
    for line in [line for one in texts for line in _TO_LINE.findall(one)]:
        addresses += _ADDRESS.findall(line)
    return {address.lower(): address for address in addresses}


def _near(address: str, mentions: list[re.Match[str]], text: str) -> str:
    """The words beside each mention of an address, as far as the next other address."""
    pieces = []
    for i, mention in enumerate(mentions):
        if mention[1].rstrip(".").lower() == address.lower():
            following = (m.start() for m in mentions[i + 1 :] if m[1].lower() != address.lower())
            end = min(next(following, len(text)), mention.end() + _LONGEST_NEAR)
            start = max(text.rfind("\n", 0, mention.start()) + 1, mention.start() - _LONGEST_NEAR)
            pieces.append(text[start:end])
    return "\n".join(pieces[:_MOST_FAILURES])


def _is_delayed(headers: Headers, lines: list[_Line], text: str) -> bool:
    if lines:
        actions = {line.action for line in lines}
        return "delayed" in actions and "failed" not in actions
    begins = opening(text)
    says = phrases.DELAYED.search(begins) or phrases.DELAYED_SUBJECT.search(
        headers.text("subject")[:500]
    )
    return says is not None and phrases.GIVEN_UP.search(begins) is None


def returned_ids(root: Part, found: Contents) -> tuple[str, ...]:
    """Message-IDs of the returned message, the surest source first: the message or its headers
    (RFC 3464's third part, a receipt's Original-Message-ID), then a copy in the text.
    """
    ids: list[str] = []
    for part in (*_parts(root, _RETURNED), *found.forwarded):
        ids += [i for i in (Headers(p, []).own_id() for p in inner_parts(part)) if i]
    for part in _parts(root, _RETURNED_HEADERS | _RECEIPT):
        ids += _ids_in(_plain(part))
    for text in found.texts:
        ids += _ids_in(text[:_LONGEST_COPY])
    return tuple(dict.fromkeys(ids))[:_MOST_FAILURES]


def _ids_in(text: str) -> list[str]:
    return [f"<{angled or bare}>" for angled, bare in _ID_LINE.findall(text)]
