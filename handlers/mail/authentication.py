"""What our own mail server found of the sender (Authentication-Results, RFC 8601; mail.md B21).

It is shown and never a ground for trust: a pass grants nothing, a fail takes trust away. A header
of any other host may be the sender's own.
"""

import re

from handlers.mail.headers import Headers

MICROSOFT = "microsoft365"
"""Exchange Online writes no name of its own into the header: this setting stands for that."""

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_HOST = re.compile(r"\s*([^\s;=]{1,255})(?:\s+\d+)?\s*;")
_RESULT = re.compile(
    r"(?:^|;)\s*(spf|dkim|dmarc)\s*(?:/\s*\d+\s*)?=\s*([a-z]{2,12})\b", re.IGNORECASE
)
_LONGEST = 5_000


def authentication(headers: Headers, hosts: frozenset[str]) -> str:
    """Such as "dmarc=fail, spf=softfail, dkim=none", from the uppermost header by one of `hosts`
    (lower case); empty where there is none.
    """
    if not hosts:
        return ""
    for value in headers.all("authentication-results"):
        bare = _COMMENT.sub(" ", value[:_LONGEST])
        host = _HOST.match(bare)
        named = host[1].lower() if host else MICROSOFT
        if named in hosts:
            found: dict[str, str] = {}
            for method, result in _RESULT.findall(bare[host.end() :] if host else bare):
                found.setdefault(method.lower(), result.lower())
            return ", ".join(f"{m}={found[m]}" for m in ("dmarc", "spf", "dkim") if m in found)
    return ""


def is_refuted(found: str) -> bool:
    """Whether what `authentication` gave speaks against From: DMARC failed, or where there is no
    such verdict SPF did and no signature stands in for it.
    """
    results = dict(one.split("=", 1) for one in found.split(", ") if one)
    dmarc = results.get("dmarc", "none")
    if dmarc == "none":
        return results.get("spf") == "fail" and results.get("dkim") != "pass"
    return dmarc == "fail"
