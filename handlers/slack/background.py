"""What is known of earlier contact on a case's matter, looked up anew each time it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from handlers.slack import absence_lines, wording
from handlers.slack.related import Together, together
from models.case import Case, Level, State
from models.channels import may_name
from models.contact import By, Contact
from models.council import Council
from models.ledger import Arrival
from models.ombudsman import Referral
from models.outbox import Posting
from models.prediction import Category
from models.store_port import Work
from models.told_before import Told, told

_SHOWN = 3
_BY = {
    By.SENDER: "same sender",
    By.ADDRESS: "same address",
    By.POSTCODE: "same postcode",
    By.STREET: "a street of the same name",
    By.NAMED: "a place of the same name",
}
_NOTHING = Told()
_ALONE = Together()
Link = Callable[[Posting], str]
"""The address of a card in Slack; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier case that may be named where the new one stands, and where its card is."""

    case: Case
    by: By
    card: Posting | None


@dataclass(frozen=True, slots=True)
class Background:
    """Earlier cases that may be named, and what the customer's own words say. `looked`: somebody
    looked for them when the case was opened. `away` is what is to be said of a holder who is not in,
    in mrkdwn. `referrals` are what went to the Ombudsman, `together` the cases merged and linked.
    """

    looked: bool = False
    earlier: tuple[Known, ...] = ()
    said: Told = _NOTHING
    away: str = ""
    referrals: tuple[Referral, ...] = ()
    together: Together = _ALONE

    def failed_again(self, contact: Contact | None) -> Known | None:
        """The case that should have been the end of it, where it may be named."""
        reference = contact.failed_again if contact else None
        return next((one for one in self.earlier if one.case.reference == reference), None)


def card_key(reference: str) -> str:
    """The key under which the place of a case's card is remembered."""
    return f"card:{reference}"


def background(work: Work, case: Case, council: Council, today: date | None = None) -> Background:
    """What may be said of it where the card of `case` stands: no open channel learns of a private
    case, not even that there is one. On `today`, a local date, its holder may be away.
    """
    away = absence_lines.of_card(work, case, today) if today else ""
    referrals = work.ombudsman.of_case(case.reference)
    with_others = together(work, case, council, lambda one: work.places.get(card_key(one)))
    if case.contact is None:
        return Background(away=away, referrals=referrals, together=with_others)
    earlier = list[Known]()
    for one in case.contact.earlier:
        other = work.cases.get(one.reference)
        if other is not None and may_name(case, other, council):
            earlier.append(Known(other, one.by, work.places.get(card_key(one.reference))))
    said = _said(work, case)
    return Background(
        True, tuple(earlier), said, away=away, referrals=referrals, together=with_others
    )


def _said(work: Work, case: Case) -> Told:
    if case.category is Category.COMPLIMENT:
        return _NOTHING
    messages = work.messages.of_case(case.reference)
    first = next((one.message for one in messages if one.arrival is Arrival.CASE), None)
    return _NOTHING if first is None else told(f"{case.subject}\n{first.own_words}")


def failed_again_line(case: Case, known: Background, council: Council, link: Link) -> str:
    """Why a person decides, first of all that is to be known; empty where that is not why. mrkdwn."""
    again = known.failed_again(case.contact)
    if again is None or case.state is not State.TRIAGE:
        return ""
    return (
        f"*Reported before:* {_named(again, council, link)}; *failed again?* "
        "Then it is a complaint: please decide with Change"
    )


def lines(case: Case, known: Background, council: Council, link: Link) -> list[str]:
    """Earlier contact, and what the words say of it, for the card. mrkdwn."""
    said = [_earlier(case, known, council, link)]
    if known.said.before:
        said.append(f"*Says it was reported before:* {_quoted(known.said.before)}")
    if known.said.references:
        said.append(f"*The customer's own references:* {_quoted(known.said.references)}")
    return [line for line in said if line]


def spoken(case: Case, known: Background) -> str:
    """The reason for a person to decide, to be read aloud; empty where there is none."""
    again = known.failed_again(case.contact)
    if again is None or case.state is not State.TRIAGE:
        return ""
    return f" Reported before: {again.case.reference}; failed again?"


def _earlier(case: Case, known: Background, council: Council, link: Link) -> str:
    if known.earlier:
        shown = [_named(one, council, link) for one in known.earlier[:_SHOWN]]
        more = len(known.earlier) - _SHOWN
        return f"*Earlier on this matter:* {'; '.join(shown)}" + (
            f"; and {more} more" if more > 0 else ""
        )
    if known.said.before or case.level is Level.LEVEL_TWO:
        return ""
    # Earlier cases were looked for with the owner that the model named.
    said = case.prediction
    is_theirs = (case.service, case.authority) == (said.service, said.authority)
    if known.looked and is_theirs and case.category is Category.COMPLAINT and case.is_open:
        return (
            "*No earlier contact found* among the cases that may be named here: has the service had "
            "the chance to put it right?"
        )
    return ""


def _named(one: Known, council: Council, link: Link) -> str:
    reference = one.case.reference
    url = link(one.card) if one.card else ""
    name = f"<{url}|{reference}>" if url else reference
    day = wording.day(council.local_date(one.case.received_at))
    return f"{name} of {day}, {wording.STANDS[one.case.state]} ({_BY[one.by]})"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{wording.escape(wording.one_line(one, 60))}”" for one in words)
