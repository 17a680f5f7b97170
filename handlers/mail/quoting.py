"""What is new in a reply: quotes and signatures left out of what the model reads (mail.md, B20).

The full text is always kept beside it. In doubt too much is kept: a quote that stays in costs the
model a little, a sentence that is lost costs a resident an answer.
"""

import re
from functools import cache

from mailparser_reply import EmailReplyParser

_LONGEST_READ_BY_LIBRARY = 20_000
_LONGEST_SIGNATURE = 12
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "cs", "da", "sv")

# "On Mon, 1 Jun 2020 at 10:00, Council <c@x.gov.uk> wrote:", over at most three lines. It is found
# from its end: looked for from "On", a hostile text would cost the square of its length.
_WROTE_END = re.compile(
    r"\b(?:wrote|schrieb(?: .{0,120})?|a écrit|escribió|ha scritto|schreef(?: .{0,120})?"
    r"|escreveu|napisał\(?a?\)?(?: .{0,120})?|skrev(?: .{0,120})?|napsal\(?a?\)?|a scris|pisze) ?:[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_WROTE_START = re.compile(
    r"[ \t>*]{0,6}(?:On|Am|Le|El|Il|Op|Em|W dniu|Dnia|Den|Dne|În)\b", re.IGNORECASE
)
_WROTE_ON = re.compile(
    r"^.{4,120} (?:wrote|schrieb|a écrit|napisał) (?:on|am|le|dnia) .{4,80}:[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_LONGEST_HEAD = 400
_ORIGINAL = re.compile(
    r"^[ \t]*-{2,12} ?(?:Original Message|Original Appointment|Ursprüngliche Nachricht"
    r"|Message d'origine|Message original|Mensaje original|Messaggio originale"
    r"|Oorspronkelijk bericht|Wiadomość oryginalna|Ursprungligt meddelande) ?-{2,12}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_LABELS = (
    r"(?:From|Sent|Date|To|Cc|Subject|Importance|Von|Gesendet|Datum|An|Betreff|De|Envoyé|Date|À|A|Objet"
    r"|Enviado(?: el)?|Fecha|Para|Asunto|Da|Inviato|Data|Oggetto|Verzonden|Aan|Onderwerp"
    r"|Od|Wysłano|Wysłane|Do|Temat|Från|Skickat|Till|Ämne|Fra|Sendt|Til|Emne|Reply-To|Attachments)"
)
_FROM = r"(?:From|Von|De|Da|Van|Od|Från|Fra|Oд)"
# Outlook's block: a "From:" line and at least two more labels in the lines straight below.
_BLOCK = re.compile(
    rf"^[ \t>*_]{{0,6}}{_FROM}[ \u00a0]?:\**[ \t].{{1,300}}\n"
    rf"(?:[ \t>*_]{{0,6}}{_LABELS}[ \u00a0]?:\**[ \t]?.{{0,300}}\n(?:(?!.{{0,30}}:).{{1,200}}\n)?){{2,8}}",
    re.MULTILINE,
)
_FORWARDED = re.compile(
    r"^[ \t>]*(?:-{2,12} ?(?:Forwarded [Mm]essage|Weitergeleitete Nachricht|Message transféré"
    r"|Message transmis|Mensaje reenviado|Messaggio inoltrato|Doorgestuurd bericht"
    r"|Wiadomość przekazana|Vidarebefordrat meddelande)(?: (?:from|by|von|de) .{1,80})? ?-{2,12}"
    r"|(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht|Début du message réexpédié"
    r"|Début du message transféré|Inicio del mensaje reenviado|Inizio messaggio inoltrato) ?:)[ \t]*$",
    re.MULTILINE,
)
_FORWARD_SUBJECT = re.compile(
    r"\A\s*(?:\[[^\]]{1,40}\]\s*)?(?:FWD?|WG|TR|RV|I|Doorst|PD|VB|Vs)\s*:", re.IGNORECASE
)
_ANSWERS_BELOW = re.compile(
    r"\b(?:see|answer(?:s|ed)?|comments?|repl(?:y|ies|ied)|respon(?:se|ses|ded))\b.{0,40}"
    r"\b(?:below|in ?line|in (?:red|blue|green|bold|capitals))\b",
    re.IGNORECASE,
)
_SIGNATURE_LINE = re.compile(r"(?:--|__|—)[ \t]*\Z")
_SENT_FROM = re.compile(
    r"^[ \t]*(?:Sent (?:from|via) (?:my |the |Yahoo|Outlook|Mail for|Samsung|AOL|Gmail|BT|Windows"
    r"|BlackBerry|Proton).{0,80}|Get (?:Outlook|BlueMail) for .{1,80}|Von meinem .{1,40} gesendet"
    r"|Gesendet (?:von|mit) .{1,60}|Envoyé (?:de|depuis) mon .{1,40}|Enviado desde mi .{1,40}"
    r"|Inviato da(?:l mio)? .{1,40}|Verzonden vanaf mijn .{1,40}|Wysłane z .{1,40})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"^[ \t*_]*(?:Disclaimer:|Confidentiality Notice|This (?:e-?mail|message|communication)"
    r"(?: and any (?:files|attachments?).{0,60})?,? (?:is|are|may be|may contain|contains?).{0,40}"
    r"(?:confidential|privileged|intended (?:only|solely))|Virus-free\. www\.)",
    re.MULTILINE | re.IGNORECASE,
)
# Cheap signs, in lower case: without one of them there is neither a quote nor a signature to look
# for, and most messages to a council are such. Plain substrings cost a hundredth of a pattern.
_SIGNS = (
    "\n>", "--", "__", "—\n", ":\n", ": \n", "wrote:",
    *(f"{word}{space}:" for word in ("from", "von", "de", "da", "van", "od", "från", "fra")
      for space in ("", " ", "\u00a0")),
    "sent from", "sent via", "get outlook", "get bluemail", "gesendet", "envoyé", "enviado desde",
    "inviato da", "verzonden vanaf", "wysłane z", "virus-free", "disclaimer", "confidential",
    "privileged", "intended only", "intended solely",
)  # fmt: skip
_LIBRARY_SIGN = re.compile(r"^[ \t>]*\S.{5,200}(?:@|\d{4}|\d:\d\d).{0,200}:[ \t]*$", re.MULTILINE)


def new_text(text: str, subject: str = "") -> str:
    """The words that are new in `text`. Forwards, inline replies and what is unclear stay whole.

    Never empty where `text` is not.
    """
    text = text.strip()
    low = f"\n{text.lower()}\n"
    if not any(sign in low for sign in _SIGNS):
        return text
    if _FORWARD_SUBJECT.match(subject) or _FORWARDED.search(text):
        return text
    return _without_endings(_without_quotes(text)).strip() or text


def _without_quotes(text: str) -> str:
    start, end = _first_quote(text)
    if start is None:
        return _without_marked_tail(text)
    above, below = text[:start].rstrip(), text[end:]
    written_below = _unquoted_lines(below)
    if below.lstrip().startswith(">"):
        return _around_marked_quote(text, above, below, written_below)
    if not above.strip() or _ANSWERS_BELOW.search(above):
        return text
    return above


def _around_marked_quote(text: str, above: str, below: str, written: str) -> str:
    if _says_nothing(written):
        return above or text
    blocks = len(re.findall(r"(?:^|\n)>[^\n]*(?:\n+>[^\n]*)*", below.strip("\n")))
    bottom_only = blocks == 1 and not above.strip()
    # Answers between the quoted lines mean nothing without them: all of it stays.
    return written if bottom_only else text


def _unquoted_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">")).strip()


def _without_marked_tail(text: str) -> str:
    """Quoted lines with no header: dropped at the end or at the top, kept between answers."""
    lines = text.rstrip().split("\n")
    marked = [line.lstrip().startswith(">") for line in lines]
    if not any(marked) or all(m or not line.strip() for m, line in zip(marked, lines, strict=True)):
        return text
    first = marked.index(True)
    last = len(marked) - 1 - marked[::-1].index(True)
    if not all(
        m or not line.strip() for m, line in zip(marked[first:last], lines[first:last], strict=True)
    ):
        return text
    above, below = "\n".join(lines[:first]).strip(), "\n".join(lines[last + 1 :]).strip()
    if above and not _says_nothing(below):
        return text
    return above or below


def _first_quote(text: str) -> tuple[int | None, int]:
    others = [m.span() for m in (p.search(text) for p in (_WROTE_ON, _ORIGINAL, _BLOCK)) if m]
    found = [span for span in (_wrote(text), *others) if span is not None]
    if found:
        start, end = min(found)
        # Outlook draws a rule of underscores above its block.
        above = text[:start].rstrip()
        last_line = above[above.rfind("\n") + 1 :].strip()
        return (
            start if last_line.strip("_") or len(last_line) < 10 else above.rfind("\n") + 1
        ), end
    return _by_library(text)


def _wrote(text: str) -> tuple[int, int] | None:
    """Where the first head of the form "On ..., somebody wrote:" stands, with all its lines."""
    for match in _WROTE_END.finditer(text):
        start = match.start()
        for _ in range(3):
            start = text.rfind("\n", 0, start) + 1
            if match.end() - start > _LONGEST_HEAD:
                break
            if _WROTE_START.match(text, start):
                return start, match.end()
            start -= 1
            if start < 0:
                break
    return None


def _by_library(text: str) -> tuple[int | None, int]:
    """mail-parser-reply knows more forms than the patterns above; it is slow, so asked only where
    a line looks like the head of a quote.
    """
    if len(text) > _LONGEST_READ_BY_LIBRARY or not _LIBRARY_SIGN.search(text):
        return None, 0
    replies = _library().read(text).replies
    if len(replies) < 2 or not replies[1].headers:
        return None, 0
    first_line = replies[1].headers.strip().split("\n")[0]
    start = text.find(first_line)
    if start < 0:
        return None, 0
    return start, start + len(first_line)


@cache
def _library() -> EmailReplyParser:
    return EmailReplyParser(languages=list(_LANGUAGES))


def _says_nothing(text: str) -> bool:
    """Whether there is nothing but a signature or the like."""
    return _without_endings(f".\n{text}").strip() == "."


def _without_endings(text: str) -> str:
    """Without the signature under "-- ", the phone's advertisement and the disclaimer at the end."""
    lines = text.rstrip().split("\n")
    for at in range(max(1, len(lines) - _LONGEST_SIGNATURE - 1), len(lines)):
        if _SIGNATURE_LINE.match(lines[at]) and any(line.strip() for line in lines[:at]):
            text = "\n".join(lines[:at])
            break
    text = _SENT_FROM.sub("", text)
    disclaimer = _DISCLAIMER.search(text)
    if (
        disclaimer
        and "\n\n" not in text[disclaimer.end() :].strip()
        and text[: disclaimer.start()].strip()
    ):
        text = text[: disclaimer.start()]
    return text.rstrip()
