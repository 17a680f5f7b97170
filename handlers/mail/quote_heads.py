"""Where what is quoted begins: "On … somebody wrote:", Outlook's block of labels, a dividing line (B20).

Line by line from the top, so that a hostile text costs no more than its length.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from handlers.mail.head_labels import LABELLED

_MOST_LINES = 3_000
_LONGEST_LINE = 400
# An attribution runs over at most so many lines and letters.
_MOST_HEAD_LINES = 4
_LONGEST_HEAD = 400
_WROTE = (
    r"wrote|has written|schrieb(?:en)?|geschrieben|a [ée]crit|[ée]crit|nous a dit|escribi[óo]|ha escrito"
    r"|ha scritto|schreef|geschreven|escreveu|napisał\(?a?\)?|nadesłał|skrev|napsal\(?a?\)?"
    r"|napísal\(?a?\)?|a scris|scris|ysgrifennodd|kirjoitti|írta|yazdı|napisao(?:/la)?|je napisao"
    r"|scrive|schreibt|pisze|пише|пишет"
    r"|написала?|написал\(а\)|đã viết|έγραψε|scríobh"
)
# People use these in letters, too: an address must stand beside them.
_WEAK = r"writes|sent|said|says"
# The verb near the end of the head: a name, an address or a date may follow it.
_ENDING = re.compile(
    rf"(?<!\w)(?:{_WROTE}|(?P<weak>{_WEAK}))(?!\w)[^\n]{{0,120}}$|(?:写道|寫道|작성)[^\n]{{0,20}}$",
    re.IGNORECASE,
)
_COLON = re.compile(r"[:：][ \t\u00a0*_>]{0,6}$")
_WEEKDAYS = (
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mi[ée]|jue|vie|s[áa]b|dom"
    r"|gio|ma|wo|vr|za|zo|pon|wt|śr|czw|pt|sob|ndz|niedz|seg|ter|qua|qui|sex|m[åa]n|tis|ons|tor|fre|l[öø]r"
    r"|s[öø]n|tir|pn|вт|ср|чт|пт|сб|вс|пн|llun|maw|gwe|sad|sul|joi|vin|po|út|st|čt|pá|ne|понед|втор|сред|четв|пятн|субб|воск"
)
_START = re.compile(
    r"[ \t>*_|–—-]{0,40}(?:"
    r"(?:On|At|In message|Am|Le|El|Il|Op|Em|No dia|W dniu|Dnia|Dňa|Dne|Den|På|Pe|În|In data|La|Ar|Vào|Στις)\b"
    rf"|(?:{_WEEKDAYS})\w{{0,9}}\.?,? .{{0,12}}\d"
    r"|\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}\b|\d{1,2}\.? \w{3,10}\.? \d{4}\b|\d{4} ?[年년.]|在 )",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}[:.h]\d\d")
_DATED = re.compile(r"\d{1,2}[./:-]\d|\b(?:19|20)\d\d\b|\d [^\W\d]{3,9}\b|\d ?[年年]")
_ADDRESS = re.compile(r"[\w.+-]@[\w-]")
# "I wrote on 3 May:" and what follows are the person's own words.
_OWN_WORDS = re.compile(
    r"\b(?:I|we|he|she|they|someone|somebody|who|ich|wir|je|nous|yo|ik|ja) (?:\w+ ){0,2}"
    r"(?:wrote|sent|said|schrieb|schrieben|[ée]crit)\b",
    re.IGNORECASE,
)
# A date, a name and an address: some programs use no verb.
_DATE_AND_ADDRESS = re.compile(
    r"[ \t>*]{0,12}(?:[^\W\d]{2,12}\.?,? )?\d{1,4}[ ./-]{1,2}\w{1,10}\.?[ ./-]{1,2}\d{1,4}\b.{0,120}"
    r"[<(\[][^\s<>@]{1,64}@[^\s<>@]{1,200}[>)\]]{1,2} ?[:：]?[ \t]{0,6}$"
)
# On the last line of the answer itself: "Thanks On Wed, Apr 4, 2012 at 3:59 PM, b@x.org wrote:".
_IN_MID_LINE = re.compile(
    r"(?<=[^\s>*_|-])(?:[ \t]|-{2,6} ?)"
    rf"(?=On (?:(?:{_WEEKDAYS})\w{{0,6}},? |\d).{{4,200}}\bwrote ?:[ \t]{{0,6}}$)",
    re.IGNORECASE,
)
# "Jo Pike <jo@post.example> wrote": the address stands straight before the verb.
_NAMED = re.compile(
    rf"[^@:]{{0,80}}[<(\[]{{1,2}}[^\s<>@]{{1,64}}@[^\s<>@]{{1,200}}[>)\]]{{1,2}},? (?:{_WROTE})\W{{0,4}}$",
    re.IGNORECASE,
)
_BY_DASHES = re.compile(
    r"[ \t>]{0,12}-{2,20} ?(?:On .{4,200}|[^\n-]{2,100}) (?:wrote|schrieb|a écrit|escribió)"
    r" ?-{2,20}[ \t]{0,6}$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[ \t>*_]{0,12}[-–—_]{2,60} ?(?:original (?:message|appointment)|reply message|reply above this line"
    r"|ursprüngliche nachricht|original-?nachricht|antwort nachricht|ursprünglicher termin"
    r"|message d['’]origine|message original|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|wiadomość oryginalna|oryginalna wiadomość|ursprungligt meddelande"
    r"|originalmeddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|původní zpráva"
    r"|pôvodná správa|mesaj(?:ul)? ini[țţt]ial|mesaj original|eredeti üzenet|neges wreiddiol"
    r"|teachtaireacht bhunaidh|исходное сообщение|пересылаемое сообщение|原始邮件|原始郵件|元のメッセージ)"
    r" ?[-–—_]{2,60}[ \t*_]{0,6}$",
    re.IGNORECASE,
)
_FULL_DATE = re.compile(r".{0,6}[^\W\d]{3}, \d{1,2} [^\W\d]{3} \d{4} \d")
_RULE = re.compile(r"[ \t>]{0,12}[-_=*–—]{8,80}[ \t]*$")
_FEWEST_LABELS = 3
_MOST_BLOCK_LINES = 24


def first_head(text: str) -> tuple[int, int] | None:
    """Where the first head of a quote begins and ends in `text`; None where there is none.

    A rule that stands straight above a head belongs to it.
    """
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    starts = _starts(lines)
    for at, line in enumerate(lines):
        if len(line) > _LONGEST_LINE or (":" not in line and not _might_begin(line)):
            continue
        found = _head_at(lines, at)
        if found is None:
            continue
        first, offset, last = found
        first = _with_rule_above(lines, first) if offset == 0 else first
        return starts[first] + offset, starts[last] + len(lines[last])
    return None


def _starts(lines: Sequence[str]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts


def _might_begin(line: str) -> bool:
    return "--" in line or "：" in line or "@" in line or "–" in line or "写道" in line


def _head_at(lines: Sequence[str], at: int) -> tuple[int, int, int] | None:
    """The head whose last line is `at`, or whose block begins there: first line, offset, last."""
    line = lines[at]
    if _ORIGINAL.match(line) or _BY_DASHES.match(line):
        return at, 0, _block_end(lines, at + 1) or at
    end = _block_end(lines, at)
    if end is not None:
        return at, 0, end
    if _COLON.search(line):
        found = _attribution(lines, at)
        if found is not None:
            return found
    if "@" in line:
        return _without_verb(lines, at)
    return None


def _attribution(lines: Sequence[str], at: int) -> tuple[int, int, int] | None:
    """What says who wrote and ends on this line, from the nearest line that begins like one."""
    middle = _IN_MID_LINE.search(lines[at]) if "On " in lines[at] else None
    if middle:
        return at, middle.start(), at
    heads = list(_heads_ending_at(lines, at))
    for is_attribution in (_is_dated_attribution, _is_named_attribution):
        for first, head in heads:
            if is_attribution(lines[first], head):
                sure = "@" in head or _CLOCK.search(head) or _below(lines, at).startswith(">")
                return (first, 0, at) if sure else None
    return None


def _heads_ending_at(lines: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    """The line alone, with the one above it, and so on up to a blank line."""
    head = ""
    for first in range(at, max(-1, at - _MOST_HEAD_LINES), -1):
        if not lines[first].strip(" \t>"):
            break
        head = f"{lines[first].strip()} {head}".strip()
        if len(head) > _LONGEST_HEAD:
            break
        yield first, head


def _below(lines: Sequence[str], at: int) -> str:
    return next((line.strip() for line in islice(lines, at + 1, at + 4) if line.strip()), "")


def _is_dated_attribution(first: str, head: str) -> bool:
    """It begins as "On", a day or a date: "On 1 June 2020 at 10:00, Jo Pike wrote:"."""
    if not _START.match(first) or not _ending(head):
        return False
    return _DATED.search(head) is not None or _ADDRESS.search(head) is not None


def _is_named_attribution(first: str, head: str) -> bool:
    """It begins as a name: "Jo Pike <jo@post.example> wrote:", "Jo Pike schrieb am 1. Juni 2020:"."""
    ending = _ending(head)
    if not ending or not (first[:1].isalpha() or first[:1] in "\"'<>"):
        return False
    return bool(_NAMED.match(head) or (_DATED.search(ending[0]) and ending.start() > 0))


def _ending(head: str) -> re.Match[str] | None:
    ending = _ENDING.search(_COLON.sub("", head))
    own = ending and "@" not in head and (ending["weak"] or _OWN_WORDS.search(head))
    return None if own else ending


def _without_verb(lines: Sequence[str], at: int) -> tuple[int, int, int] | None:
    """A date, a name and an address, over one line or two; without a colon a quote must follow."""
    for first in (at, at - 1):
        if first < 0:
            break
        head = " ".join(line.strip() for line in lines[first : at + 1])
        found = len(head) <= _LONGEST_HEAD and _DATE_AND_ADDRESS.match(head)
        if found and (_COLON.search(head) or _below(lines, at).startswith(">")):
            return first, 0, at
    return None


def _block_end(lines: Sequence[str], at: int) -> int | None:
    """The last line of the block of labels that begins here; None where there is no such block."""
    roles: set[str] = set()
    labels, last, gap = 0, at, 0
    for number in range(at, min(len(lines), at + _MOST_BLOCK_LINES)):
        line = lines[number][:_LONGEST_LINE]
        label = LABELLED.match(line)
        if label is None:
            if number == at:
                return None
            gap += 1
            if gap > 2 or (line.strip(" \t>") and not _folds(line, roles)):
                break
            continue
        roles |= {role for role in ("sender", "date", "subject") if label[role]}
        labels, last, gap = labels + 1, number, 0
        if labels == 1 and label["date"] and _FULL_DATE.match(label["value"]):
            roles.add("full date")
    whole = "sender" in roles and ("date" in roles or "subject" in roles)
    if whole and labels >= _FEWEST_LABELS:
        return last
    after_rule = at > 0 and (_RULE.match(lines[at - 1]) or _ORIGINAL.match(lines[at - 1]))
    if labels >= _FEWEST_LABELS - 1 and ((whole and after_rule) or "full date" in roles):
        return last
    return None


def _folds(line: str, roles: set[str]) -> bool:
    """A long list of recipients or a long subject goes on in the next line."""
    return bool(roles) and (
        line.startswith((" ", "\t")) or "@" in line or line.rstrip().endswith(";")
    )


def _with_rule_above(lines: Sequence[str], first: int) -> int:
    for above in (first - 1, first - 2):
        if above >= 0 and _RULE.match(lines[above]):
            return above
        if above < 0 or lines[above].strip():
            break
    return first
