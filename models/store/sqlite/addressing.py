"""Which addresses are one mailbox: one that is counted does not get away with a plus token."""

SAME_MAILBOX = "(recipient=? OR (recipient > ? AND recipient < ? AND recipient LIKE ?))"
"""A condition on a column `recipient` in lower case; its values are those of `same_mailbox`."""


def same_mailbox(address: str) -> tuple[str, str, str, str]:
    """The address without a plus token (RFC 5233), and the range and domain of those with one."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    # In ASCII the comma follows the plus.
    return f"{local}@{domain}", f"{local}+", f"{local},", f"%@{domain}"
