"""What a message's own words say of earlier contact: reported before, asked for news, references.

The words are the sender's, and nobody has checked them: they stand beside what the store knows.
"""

import re
from dataclasses import dataclass
from itertools import islice

_LONGEST = 20_000
_MOST = 2
_MOST_REFERENCES = 3
_SHOWN = 60

# Each rule is for one way of saying it. Nothing in them repeats without a bound, so that any text
# takes time in proportion to its length.
_COUNT = r"(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|several|many|numerous|countless)"
_TOLD = (
    r"(?:report(?:ed|ing)|complain(?:ed|ing)|called|rung|rang|phoned|emailed|e-mailed|written|wrote"
    r"|contacted|logged|chased|messaged)"
)
# Who "was told", or asked a neighbour, has not reported it.
_WE_TOLD = rf"(?:{_TOLD}|(?:(?<=\bi )|(?<=\bwe )|(?<=['’]ve )|(?<=\bhave ))(?:told|asked))"
_ANY_TOLD = rf"(?:{_TOLD}|told|asked)"
_I_HAVE = r"(?:i|we)(?:'ve|’ve| have| had)?"
_ENDS = r"(?= ?(?:[.,;:!?)]|$|and\b|but\b|so\b|about\b|to you\b))"
_NTH = r"(?:second|third|fourth|fifth|sixth|umpteenth|2nd|3rd|4th|5th|6th)"
_PAST = (
    r"(?:last (?:week|month|year|time)|(?:days|weeks|months|years) ago|in (?:january|february|march"
    r"|april|may|june|july|august|september|october|november|december))"
)
_FAILED = (
    r"(?:missed|dumped|tipped|left|forgotten|broken|happened|happening|failed|overflowing"
    r"|blocked)"
)
_NOT = r"(?:not|n['’]?t|no|nobody|never|missed|forgot)"
# "reported three times", "this is my third call", "for the second week running"
_COUNTED_RULES = (
    rf"{_WE_TOLD} (?:\w{{1,12}} ){{0,4}}(?:{_COUNT} times|twice)\b",
    rf"(?:twice|{_COUNT} times) (?:(?:been )?{_TOLD}|told|asked)\b",
    rf"(?:my|our|the|a) {_NTH} (?:time|e-?mail|call|report|complaint|letter|message)\b",
    rf"{_NTH} (?:time|week|month|collection) (?:running|in a row)\b",
    rf"for the {_NTH} time\b",
)
_TOLD_RULES = (
    rf"{_WE_TOLD} (?:\w{{1,12}} ){{0,4}}(?:before{_ENDS}|already\b|previously\b|again\b)",
    rf"(?:already|previously) (?:(?:been )?{_TOLD}|told|asked)\b",
    rf"{_I_HAVE} (?!(?:was|were|am|got|been) )(?:\w{{1,12}} )?{_ANY_TOLD} (?:\w{{1,12}} ){{0,4}}{_PAST}\b",
    rf"since (?:i|we) (?:first |last )?{_ANY_TOLD}\b",
)
_FAILED_RULES = (
    # "missed again", "still not been emptied"
    rf"{_FAILED}(?: \w{{1,12}}){{0,2}} again\b",
    r"(?:yet|once) again\b(?!,? (?:thank|many thanks))",
    r"(?:it['’]s|is|are|was|came) back again\b",
    rf"{_NOT}(?: \w{{1,12}}){{1,5}} again (?:this|last) (?:week|month|morning|\w{{3,6}}day)\b",
    r"still (?:there|here|not|(?:has|have|is)n['’]?t|no|uncollected|broken|waiting|lying|sitting)\b",
    r"still out\b(?! for)",
    r"(?:nothing|nobody|no ?one)(?: has| have|['’]s)? (?:\w{1,12} )?(?:happened|been done|done|come|came)\b",
    r"keeps? (?:happening|being|getting|coming)\b",
)  # fmt: skip
_RULES = (*_COUNTED_RULES, *_TOLD_RULES, *_FAILED_RULES)
# All of these are looked for in small letters: to leave the case open takes several times as long.
_SAID = re.compile(rf"\b(?:{'|'.join(_RULES)})")
_COUNTED = re.compile(rf"\b(?:{'|'.join(_COUNTED_RULES)})")
_REPEATED = re.compile(rf"\b(?:{'|'.join((*_COUNTED_RULES, *_FAILED_RULES))})")
_FIRST_TIME = re.compile(
    r"\b(?:first time (?:i|we)(?:'ve|’ve| have)? (?:ever )?(?:report|complain|contact|written|wrote)"
    r"|(?:not|never|nobody has)(?: been)? (?:reported|complained)\b"
    r"|haven['’]?t (?:reported|complained|contacted (?:you|the council))\b"
    r"|(?:i|we)(?:['’]ve| have)? (?:not|never) contacted (?:you|the council)\b|first report\b)"
)
_NEWS = re.compile(
    r"\b(?:any (?:news|updates?|progress|idea when|joy)|(?:an|some|for) updates?\b|update (?:on|me|please)"
    r"|(?:what|how)(?: is|['’]s) (?:happening|the progress|the latest|it going) (?:with|on|about)"
    r"|when (?:will|can|should) (?:i|we|it|this|the)\b.{0,40}(?:hear|reply|answer|happen|done)"
    r"|where (?:are|is) (?:we|you|it|things) (?:up to|at|with)|chasing (?:up )?(?:my|the|this|a)\b"
    r"|following up (?:on|my)|follow-?up (?:to|on))"
)
_REFERENCE = re.compile(
    r"\b(?:ref(?:erence|s)?|case|report|ticket|incident|job|log|enquiry|complaint|request|order)\b"
    r"(?: (?:id|no|number|nr|code|was|is|ref|reference)){0,2}[.:#]{0,2} ?#?"
    r"((?:[a-z]{1,6}[-/])?(?:[a-z]{1,3} |[a-z]{1,10}[-/]?)?\d[a-z0-9/_-]{3,24})\b",
    re.ASCII,
)
# Nor is a date, a year or a phone number after such a word, and ours is no other system's.
_NO_REFERENCE = re.compile(
    r"\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?|(?:19|20)\d\d|0\d{9,10}|cc-\d{4}-\d{5,7}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words say. `before`: the first phrases by which they say that it was reported before
    or has failed again, as written, 60 characters at most. `references`: numbers that other systems
    gave the sender. `asks_for_news`: they ask how a matter stands. `repeated`: they say
    more than that it was reported, for it failed or they reported it several times.
    """

    before: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    asks_for_news: bool = False
    repeated: bool = False


def told(text: str) -> Told:
    """What the first 20,000 characters of a text say; any text will do. Who says that this is the
    first report is believed, save where they count.
    """
    flat = " ".join(text[:_LONGEST].split())
    small = flat.lower()
    # "İ" is longer in small letters: then what was said is not shown as written, but all the same.
    written = flat if len(flat) == len(small) else small
    is_first = _FIRST_TIME.search(small) is not None and _COUNTED.search(small) is None
    before = () if is_first else _firsts(_SAID, small, written, _MOST)
    references = _firsts(_REFERENCE, small, written, _MOST_REFERENCES)
    return Told(
        before,
        references,
        asks_for_news=_NEWS.search(small) is not None,
        repeated=not is_first and _REPEATED.search(small) is not None,
    )


def _firsts(pattern: re.Pattern[str], small: str, written: str, most: int) -> tuple[str, ...]:
    """The first different things found, as written: the group where the pattern has one."""
    spans = (match.span(match.lastindex or 0) for match in pattern.finditer(small))
    found = (written[start : min(end, start + _SHOWN)] for start, end in spans)
    return tuple(
        islice(dict.fromkeys(one for one in found if not _NO_REFERENCE.fullmatch(one)), most)
    )
