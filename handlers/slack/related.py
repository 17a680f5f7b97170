"""The cases that people put together with one, as its card names them."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.slack import wording
from models.case import Case
from models.channels import may_name
from models.council import Council
from models.joining import going_on, joined_by, linked_with
from models.outbox import Posting
from models.store_port import Work

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Related:
    """Another case that may be named on the card, and where its own card is."""

    case: Case
    card: Posting | None


@dataclass(frozen=True, slots=True)
class Together:
    """`into` goes on in the case's stead, `joined` were merged into it, `linked` were linked by hand."""

    into: Related | None = None
    joined: tuple[Related, ...] = ()
    linked: tuple[Related, ...] = ()


def together(
    work: Work, case: Case, council: Council, card_of: Callable[[str], Posting | None]
) -> Together:
    """What may be named where the card of `case` stands."""

    def named(references: tuple[str, ...]) -> tuple[Related, ...]:
        cases = filter(None, map(work.cases.get, references))
        return tuple(
            Related(one, card_of(one.reference)) for one in cases if may_name(case, one, council)
        )

    history = work.cases.history(case.reference)
    goes_on = going_on(case, work.cases.get)
    into = named((goes_on.reference,)) if goes_on.reference != case.reference else ()
    return Together(
        into[0] if into else None, named(joined_by(history)), named(linked_with(history))
    )


def lines(known: Together, link: Callable[[Posting], str]) -> list[str]:
    """The same for the card, with links to the others. mrkdwn."""
    said = []
    if known.into is not None:
        said.append(f"*Merged into* {_named(known.into, link)}: please go on there")
    if known.joined:
        said.append(f"*Joined by* {_listed(known.joined, link)}: one answer for all")
    if known.linked:
        said.append(f"*Linked with* {_listed(known.linked, link)}")
    return said


def spoken(known: Together) -> str:
    """Where the case goes on, to be read aloud; empty where it goes on itself."""
    return f" It goes on as {known.into.case.reference}." if known.into else ""


def _listed(cases: tuple[Related, ...], link: Callable[[Posting], str]) -> str:
    shown = "; ".join(_named(one, link) for one in cases[:_SHOWN])
    more = len(cases) - _SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def _named(one: Related, link: Callable[[Posting], str]) -> str:
    url = link(one.card) if one.card else ""
    reference = one.case.reference
    name = f"<{url}|{reference}>" if url else reference
    if one.case.merged_into is not None:
        return name
    return f"{name} ({wording.STANDS[one.case.state]})"
