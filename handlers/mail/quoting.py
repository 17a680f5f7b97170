"""What is new in a reply: quotes and signatures left out of what the model reads (mail.md, B20).

The full text is always kept beside it. In doubt too much is kept: a quote that stays in costs the
model a little, a sentence that is lost costs a resident an answer.
"""

import re

from handlers.mail.head_labels import FORWARD_MARK, FORWARD_SUBJECT
from handlers.mail.quote_heads import first_head

_LONGEST_SIGNATURE = 12
# Where a phone's advertisement may stand: not above so many lines from the end.
_MOST_LAST_LINES = 60
_LONGEST_LOOKED_AT = 50_000
_FORWARD_SIGNS = (
    "forward", "weitergeleitet", "transf", "transmis", "réexpédié", "reenviado", "inoltrat", "doorgestuurd",
    "przek", "encaminhad", "vidarebefordrat", "videresendt", "ymlaen", "redirec",
)  # fmt: skip
_DISCLAIMER_SIGNS = (
    "virus-free", "disclaimer", "confidential", "privileged", "intended only", "intended solely",
)  # fmt: skip
_ANSWERS_BELOW = re.compile(
    r"\b(?:see|answer(?:s|ed)?|comments?|repl(?:y|ies|ied)|respon(?:se|ses|ded))\b.{0,40}"
    r"\b(?:below|in ?line|in (?:red|blue|green|bold|capitals))\b"
    r"|\b(?:siehe|antworten?|kommentare?)\b.{0,40}\b(?:unten|im text|in (?:rot|blau|grün))\b"
    r"|\bci-dessous\b|\b(?:m[áa]s )?abajo\b|\babaixo\b|\b(?:di seguito|qui sotto)\b|\bhieronder\b"
    r"|\bponiżej\b|\bmai jos\b|\bisod\b|\bnedan\b|\bnedenfor\b",
    re.IGNORECASE,
)
_SIGNATURE_LINE = re.compile(r"(?:--|__|—)[ \t]*\Z")
_DEVICE = (
    r"(?:i ?phone|i ?pad|i ?pod|apple watch|samsung|galaxy|android|huawei|xiaomi|redmi|oppo|nokia"
    r"|pixel|motorola|oneplus|sony|xperia|htc|blackberry|windows|lumia|outlook|yahoo|aol|gmail|gmx|web\.de|hotmail"
    r"|proton|tutanota|mail for|mailbird|spark|airmail|thunderbird|bt (?:mail|email)|virgin|vodafone|verizon"
    r"|t-mobile|\bEE\b|mobile|mobil|handy|smartphone|tablet|telefon|tel[ée]fono|t[ée]l[ée]phone|phone|ffôn)"
)
_SENT_FROM = re.compile(
    r"[ \t*_]{0,12}(?:(?:Sent (?:from|via|with|using)|Von meinem|Gesendet (?:von|mit)"
    r"|Envoyé (?:de|depuis|à partir de)|Enviad[oa] (?:desde|do|da|de|a partir)|Inviato da(?:l|lla)?"
    r"|Verzonden (?:vanaf|met|van)|Wysłan[eo] z"
    r"|Skickat från|Sendt fra|Lähetetty|Odesláno z|Odoslané z|Trimis (?:de pe|din)|Anfonwyd o|Gönderildi"
    r"|Отправлено (?:с|из)|Надіслано (?:з|із)) [^,;!?\n]{0,60}?"
    rf"{_DEVICE}[^,;!?\n]{{0,60}}|{_DEVICE} (?:gesendet|verzonden|gönderildi)"
    r"|Get (?:Outlook|BlueMail|TypeApp) for .{1,80}|Von meinem .{1,40} gesendet"
    r"|Télécharge[zr] Outlook pour .{1,60}|(?:Descarga|Obtener|Obtenha|Obter|Scarica|Pobierz|Hol|Hämta|Hent) "
    r"(?:o )?Outlook .{1,60}|Outlook für .{1,40} beziehen"
    r"|Yahoo Mail: Search, Organize, Conquer)[ \t.*_]*(?:<[^<>\n]{1,200}>)?[ \t.*_]*$",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"^[ \t*_]*(?:Disclaimer:|Confidentiality Notice|This (?:e-?mail|message|communication)"
    r"(?: and any (?:files|attachments?).{0,60})?,? (?:is|are|may be|may contain|contains?).{0,40}"
    r"(?:confidential|privileged|intended (?:only|solely))|Virus-free\. www\.)",
    re.MULTILINE | re.IGNORECASE,
)
_AFTER_QUOTE = re.compile(r"\A(?:[ \t]*(?:>[^\n]*)?\n)*(?:[ \t]*>[^\n]*)?")
_FEWEST_COLONS = 3
# Cheap signs, in lower case: without one of them there is neither a quote nor a signature to look
# for, and most messages to a council are such. Plain substrings cost a hundredth of a pattern.
_SENT_SIGNS = (
    "sent ", "outlook", "gesendet", "envoyé", "enviad", "inviato", "verzonden", "wysłan", "skickat",
    "sendt", "lähetetty", "odesl", "odosl", "trimis", "anfonwyd", "gönderil", "отправлено", "надіслано",
    "yahoo mail",
)  # fmt: skip
_SIGNS = (
    "\n>", "--", "__", "—\n", ":\n", ": \n", ":\u00a0\n", "：", "wrote", "@", *_SENT_SIGNS,
    *_DISCLAIMER_SIGNS,
)  # fmt: skip


def new_text(text: str, subject: str = "") -> str:
    """The words that are new in `text`. Forwards, inline replies and what is unclear stay whole.

    Never empty where `text` is not.
    """
    text = text.strip()
    low = f"\n{text.lower()}\n"
    if low.count(":") < _FEWEST_COLONS and not any(sign in low for sign in _SIGNS):
        return text
    if FORWARD_SUBJECT.match(subject):
        return text
    head = first_head(text)
    if _is_forward(text, head):
        return text
    return _without_endings(_without_quotes(text, head)).strip() or text


def _is_forward(text: str, head: tuple[int, int] | None) -> bool:
    """Whether a line says so before the first quote, or straight above it."""
    above = text[: min(head[1] if head else len(text), _LONGEST_LOOKED_AT)]
    low = above.lower()
    if not any(sign in low for sign in _FORWARD_SIGNS):
        return False
    return any(FORWARD_MARK.fullmatch(line.strip()[:300]) for line in above.split("\n"))


def _without_quotes(text: str, head: tuple[int, int] | None) -> str:
    if head is None:
        return _without_marked_tail(text)
    above, below = text[: head[0]].rstrip(), text[head[1] :]
    if below.lstrip().startswith(">"):
        return _around_marked_quote(text, above, below)
    if not above.strip() or _ANSWERS_BELOW.search(above):
        return text
    return above


def _around_marked_quote(text: str, above: str, below: str) -> str:
    """What stands above and under one quote. Answers between its lines mean nothing without them:
    then all of it stays.
    """
    written = _unquoted_lines(below)
    if _says_nothing(written):
        return above or text
    after_quote = _AFTER_QUOTE.sub("", below)
    if "\n>" in f"\n{after_quote}".replace("\n ", "\n"):
        return text
    return f"{above}\n\n{after_quote.strip()}".strip()


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


def _says_nothing(text: str) -> bool:
    """Whether there is nothing but a signature or the like."""
    return _without_endings(f".\n{text}").strip() == "."


def _without_advertisement(text: str) -> str:
    low = text[-_LONGEST_LOOKED_AT:].lower()
    if not any(sign in low for sign in _SENT_SIGNS):
        return text
    lines = text.split("\n")
    first, last = lines[:-_MOST_LAST_LINES], lines[-_MOST_LAST_LINES:]
    return "\n".join([*first, *("" if _SENT_FROM.match(line[:300]) else line for line in last)])


def _without_endings(text: str) -> str:
    """Without the signature under "-- ", the phone's advertisement and the disclaimer at the end."""
    lines = text.rstrip().split("\n")
    for at in range(max(1, len(lines) - _LONGEST_SIGNATURE - 1), len(lines)):
        if _SIGNATURE_LINE.match(lines[at]) and any(line.strip() for line in lines[:at]):
            text = "\n".join(lines[:at])
            break
    return _without_disclaimer(_without_advertisement(text)).rstrip()


def _without_disclaimer(text: str) -> str:
    low = text.lower()
    if not any(sign in low for sign in _DISCLAIMER_SIGNS):
        return text
    found = _DISCLAIMER.search(text)
    if found is None or "\n\n" in text[found.end() :].strip() or not text[: found.start()].strip():
        return text
    return text[: found.start()]
