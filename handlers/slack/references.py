"""References as people type them."""

import re

_REFERENCE = re.compile(r"(?:cc-)?(\d{4})-(\d{1,7})", re.IGNORECASE | re.ASCII)


def reference_in(text: str) -> str | None:
    """The reference that a text is, such as CC-2026-00042, 2026-42 or cc-2026-42; None for any other."""
    found = _REFERENCE.fullmatch(text.strip())
    return f"CC-{found[1]}-{int(found[2]):05d}" if found else None
