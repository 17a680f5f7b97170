"""A message's text and its other parts: which parts are the text, and how they become it (B17)."""

import re
from dataclasses import dataclass, field
from email.message import Message as Part
from html import unescape

import inscriptis
from inscriptis.model.config import ParserConfig

from handlers.mail.charsets import clean, decode
from handlers.mail.headers import HOSTILE

MOST_PARTS = 500
_LONGEST_HTML = 1_000_000
# Beyond this the layout would take seconds; the words alone are taken then.
_LONGEST_LAID_OUT = 300_000
_LONGEST_TEXT = 1_000_000
_LONGEST_TYPE = 500
_MOST_LINKS = 5_000
_WITH_LINKS = ParserConfig(display_links=True)
_LINK = re.compile(r"\[([^\]\[\n]*)\]\(([^\s()]+)\)")
# A head that is never closed ends where the body begins.
_HIDDEN = re.compile(
    r"(?is)<(?:(script|style|template)\b.*?(?:</\1\s*>|\Z)|head\b.*?(?:</head\s*>|(?=<body\b)|\Z))"
)
_IS_HTML = re.compile(r"(?i)\A\s*(?:<!doctype html|<html\b)")
_COMMENTED = re.compile(r"\s*\([^()]*\)\s*")
_TYPE = re.compile(r"[\w!#$&^.+-]{1,80}/[\w!#$&^.+-]{1,120}\Z")
_TAG = re.compile(r"(?s)<!--.*?(?:-->|\Z)|<[/!?a-zA-Z][^<>]{0,2000}>")
_LINE_END = re.compile(r"(?i)<(?:/(?:p|div|tr|li|h\d|blockquote|table)|br)\b[^<>]{0,200}>")
_SPACES = re.compile(r"[ \t]{2,}")
_BLANK = re.compile(r"[ \t]*\n[ \t]*\n\s*")
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_MANY_TAGS = 500
_BLOCKQUOTE = re.compile(r"(?i)<(/?)blockquote\b([^<>]{0,2000})>")
_QUOTING = re.compile(
    r"(?i)\btype\s*=\s*[\"']?cite|\bcite\s*=|\bclass\s*=\s*[\"']?[^\"'>]*quote|-cite\b"
)
_DEEPEST_QUOTE = 50
# Two noncharacters, which no text may hold (Unicode, 23.7).
_QUOTE_BEGINS, _QUOTE_ENDS = "\ufdd0", "\ufdd1"
_HTML = frozenset(["text/html", "text/x-amp-html", "text/watch-html", "application/xhtml+xml"])
_TEXTS = _HTML | {
    "text/plain",
    "text/enriched",
    "text/richtext",
    "text/markdown",
    "text/x-markdown",
}
# Text, yet nothing that a person wrote to be read as it is.
_FILES = frozenset(
    ["text/calendar", "text/vcard", "text/x-vcard", "text/csv", "text/rfc822-headers"]
)
# Structure that no person wrote and nobody misses among the attachments.
_NOISE = frozenset(
    [
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/applefile",
    ]
)


@dataclass(slots=True)
class Contents:
    """What the walk through a message found: its texts in order, and the parts that are not text.

    `forwarded` are the messages attached whole (message/rfc822).
    """

    texts: list[str] = field(default_factory=list)
    others: list[Part] = field(default_factory=list)
    forwarded: list[Part] = field(default_factory=list)
    encrypted: bool = False

    @property
    def text(self) -> str:
        """The texts joined by a blank line."""
        return "\n\n".join(self.texts).strip("\n")[:_LONGEST_TEXT]


def contents(message: Part, defects: list[str]) -> Contents:
    """Walk the parts in reading order, without recursion, at most MOST_PARTS of them."""
    found = Contents()
    # With each part, whether its text is wanted: of a text in several forms only one is.
    waiting: list[tuple[Part, bool]] = [(message, True)]
    seen = 0
    while waiting:
        part, wanted = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            defects.append(f"more than {MOST_PARTS} parts: the rest is left out")
            break
        kind = content_type(part)
        children = inner_parts(part)
        if kind.startswith(("multipart/", "message/rfc822")) and not part.is_multipart():
            # It says that it has parts, and has none: what is there is shown as text.
            kind = "text/plain"
        if kind == "multipart/alternative" and children:
            best = _best(children, defects)
            waiting.extend((child, wanted and child is best) for child in reversed(children))
        elif kind.startswith("multipart/") and part.is_multipart():
            found.encrypted = found.encrypted or kind == "multipart/encrypted"
            waiting.extend((child, wanted) for child in reversed(children))
        else:
            _take(part, kind, found, defects, wanted=wanted)
    if not found.texts:
        _take_what_is_not_named(found, defects)
    return found


def inner_parts(part: Part) -> list[Part]:
    """The parts of a part, or the message inside one; none of a leaf.

    The library's own `get_payload` would decode a leaf with whatever charset it names.
    """
    inner = part.get_payload() if part.is_multipart() else []
    return [one for one in inner if isinstance(one, Part)] if isinstance(inner, list) else []


def _take(part: Part, kind: str, found: Contents, defects: list[str], *, wanted: bool) -> None:
    if kind == "message/rfc822":
        found.forwarded.append(part)
        found.others.append(part)
    elif kind in _TEXTS and not _is_file(part):
        text = _text(part, kind, defects) if wanted else ""
        if text.strip():
            found.texts.append(text)
    elif kind not in _NOISE:
        found.others.append(part)


def _take_what_is_not_named(found: Contents, defects: list[str]) -> None:
    """Where there is no text at all: a nameless "attachment" that is text is what was written."""
    for part in found.others:
        kind = content_type(part)
        if kind.startswith("text/") and kind not in _FILES and not _is_named(part):
            text = _text(part, kind, defects)
            if text.strip():
                found.texts.append(text)


def _is_named(part: Part) -> bool:
    return any(
        "name" in str(part.get(h, "")).lower() for h in ("content-disposition", "content-type")
    )


def _is_file(part: Part) -> bool:
    disposition = part.get("content-disposition")
    if disposition is None:
        return False
    shown = str(disposition).lower()
    return shown.lstrip().startswith("attachment") or "filename" in shown


def content_type(part: Part) -> str:
    """The part's declared type in lower case; text/plain where that cannot be read."""
    try:
        kind = part.get_content_type()
    except HOSTILE:
        return "text/plain"
    if _TYPE.match(kind):
        return kind
    # "text/plain charset=…" without its semicolon is no type of its own, nor is one with a comment.
    kind = (_COMMENTED.sub("", kind[:_LONGEST_TYPE]).split() or [""])[0]
    if _TYPE.match(kind):
        return kind
    return "text/plain" if kind.startswith("text") else "application/octet-stream"


def _best(children: list[Part], defects: list[str]) -> Part:
    """Of one text in several forms: the plain one unless it is blank, else the richest.

    The files beside the forms that are not chosen are kept: Apple Mail hides a PDF among them.
    """
    for child in children:
        if content_type(child) == "text/plain" and _text(child, "text/plain", defects).strip():
            return child
    rich = [c for c in children if content_type(c).startswith(("text/html", "multipart/"))]
    return rich[-1] if rich else children[0]


def payload(part: Part, defects: list[str]) -> bytes:
    """The part's bytes with the transfer encoding undone as far as it can be. Never raises."""
    try:
        data = part.get_payload(decode=True)
    except HOSTILE as error:
        defects.append(f"a part's transfer encoding: {type(error).__name__}")
        data = None
    if isinstance(data, bytes):
        return data
    return b""


def parameter(part: Part, name: str) -> str:
    """A parameter of the part's Content-Type; empty where there is none or it cannot be read."""
    try:
        value = part.get_param(name)
    except HOSTILE:
        return ""
    return value if isinstance(value, str) else ""


def _text(part: Part, kind: str, defects: list[str]) -> str:
    text, defect = decode(payload(part, defects), parameter(part, "charset"))
    if defect and defect not in defects:
        defects.append(defect)
    text = clean(text)
    if kind in _HTML or _IS_HTML.match(text):
        return html_to_text(text, defects)
    if parameter(part, "format").lower() == "flowed":
        return _unflowed(text, delsp=parameter(part, "delsp").lower() == "yes")
    return text


def _unflowed(text: str, *, delsp: bool) -> str:
    """RFC 3676: lines that end in a space go on in the next, within the same depth of quoting."""
    lines: list[str] = []
    flowing = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        stuffed = line.removeprefix(" ")
        if flowing and not quoted and stuffed != "-- ":
            lines[-1] += stuffed
        else:
            lines.append(stuffed)
        flowing = stuffed.endswith(" ") and stuffed != "-- " and not quoted
        if flowing and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def html_to_text(html: str, defects: list[str]) -> str:
    """What a reader would see, with the links' addresses in angle brackets; nothing is loaded."""
    if len(html) > _LONGEST_HTML:
        defects.append("the HTML is too long: cut")
        html = html[:_LONGEST_HTML]
    if "<" not in html:
        return html
    html = _with_marked_quotes(_XML_DECLARATION.sub("", html))
    text = _laid_out(html, defects) if len(html) <= _LONGEST_LAID_OUT else ""
    if not text.strip() or html.count("<") > _MANY_TAGS:
        # Nested hundreds deep (an attack or a broken generator) lxml drops all that lies deeper.
        coarse = _without_tags(html)
        text = coarse if len(coarse.split()) > 2 * len(text.split()) else text
    return _quoted_lines(clean(text)).strip("\n")


def _with_marked_quotes(html: str) -> str:
    """With a sign where a mail program's quote begins and ends; a person's own indent is no quote."""
    if "<blockquote" not in html.lower():
        return html
    quoting: list[bool] = []

    def marked(tag: re.Match[str]) -> str:
        if tag[1]:
            return f"<br>{_QUOTE_ENDS}<br>{tag[0]}" if quoting and quoting.pop() else tag[0]
        quoting.append(len(quoting) < _DEEPEST_QUOTE and _QUOTING.search(tag[2]) is not None)
        return f"{tag[0]}<br>{_QUOTE_BEGINS}<br>" if quoting[-1] else tag[0]

    return _BLOCKQUOTE.sub(marked, html.replace(_QUOTE_BEGINS, "").replace(_QUOTE_ENDS, ""))


def _quoted_lines(text: str) -> str:
    """The signs of `_with_marked_quotes` become ">" at the beginning of each line."""
    if _QUOTE_BEGINS not in text:
        return text.replace(_QUOTE_ENDS, "")
    depth, lines = 0, []
    for line in text.split("\n"):
        depth += line.count(_QUOTE_BEGINS)
        left = line.replace(_QUOTE_BEGINS, "").replace(_QUOTE_ENDS, "")
        if left == line or left.strip():
            lines.append(f"{'>' * depth} {left.strip()}".rstrip() if depth else left)
        depth = max(0, depth - line.count(_QUOTE_ENDS))
    return "\n".join(lines)


def _laid_out(html: str, defects: list[str]) -> str:
    try:
        text = inscriptis.get_text(_HIDDEN.sub("", html), _WITH_LINKS)
    except (*HOSTILE, SyntaxError) as error:
        defects.append(f"the HTML: {type(error).__name__}")
        return ""
    return _LINK.sub(_shown_link, text, count=_MOST_LINKS)


def _shown_link(link: re.Match[str]) -> str:
    words, target = link[1].strip(), link[2]
    bare = target.removeprefix("mailto:").removeprefix("tel:")
    if target.startswith("#") or bare.strip("/").endswith(words.strip("/")) or not words:
        return words or bare
    return f"{words} <{bare}>"


def _without_tags(html: str) -> str:
    text = unescape(_TAG.sub("", _LINE_END.sub("\n", _HIDDEN.sub("", html))))
    return _BLANK.sub("\n\n", _SPACES.sub(" ", text))
