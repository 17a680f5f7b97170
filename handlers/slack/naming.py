"""Which other cases a line of history names, and whether it may be told where the case stands now."""

from models.case import Case
from models.channels import may_name
from models.council import Council
from models.history import Entry
from models.store_port import Work

_NAMED = ("other", "split_from")


def named(entry: Entry) -> tuple[str, ...]:
    """The references of other cases in an entry."""
    found = (entry.details.get(name) for name in _NAMED)
    return tuple(str(reference) for reference in found if reference)


def may_be_told(work: Work, case: Case, entry: Entry, council: Council) -> bool:
    """Whether no case that the entry names has become private since."""
    others = filter(None, map(work.cases.get, named(entry)))
    return all(may_name(case, other, council) for other in others)
