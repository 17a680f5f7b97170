"""Personal data as it is written, and other people's in a letter: pointed out before Send."""

import re
from collections.abc import Iterable, Iterator

EMAIL_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# A number of the United Kingdom's, ten or eleven digits with what people write between them.
PHONE = re.compile(r"(?<![\w+])(?:\+44\s?(?:\(0\)\s?)?|\(?0)\d(?:[\s()-]{0,2}\d){8,9}(?!\w)")
# Two letters, six digits, one letter (HMRC's manual NIM39110 has the letters that are not given).
NI_NUMBER = re.compile(
    r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?(?:\d\d\s?){3}[A-D]\b", re.IGNORECASE
)
_REFERENCE = re.compile(r"\bCC-\d{4}-\d{5,7}\b", re.IGNORECASE)
_KINDS = (
    ("the email address", EMAIL_ADDRESS),
    ("the phone number", PHONE),
    ("the National Insurance number", NI_NUMBER),
    ("another case's reference", _REFERENCE),
)


def of_others(text: str, *, known: Iterable[str], own_domain: str) -> tuple[str, ...]:
    """What in a letter may be somebody else's, as "the phone number 0300 …", each once.

    What stands in a text of `known` (the template, what the customer wrote themselves) tells them
    nothing new, and the council's own addresses are nobody's secret.
    """
    ours = "\n".join(known)
    told = {_key(kind, value) for kind, value in _found(ours)}
    seen = dict[str, str]()
    for kind, value in _found(text):
        key = _key(kind, value)
        own = key.endswith((f"@{own_domain.lower()}", f".{own_domain.lower()}"))
        if key not in told and not (own and kind == _KINDS[0][0]):
            seen.setdefault(key, f"{kind} {value}")
    return tuple(seen.values())


def _found(text: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in _KINDS:
        for match in pattern.finditer(text):
            yield kind, " ".join(match[0].split())


def _key(kind: str, value: str) -> str:
    if kind == "the phone number":
        digits = re.sub(r"\D", "", value)
        return f"phone {digits.removeprefix('44').removeprefix('0')}"
    return re.sub(r"\s", "", value).lower()
