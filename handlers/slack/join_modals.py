"""Link, merge and take apart: the modals in which another case is picked, and what they do."""

import json
from collections.abc import Callable, Sequence

from handlers.joining import Because, Likely
from handlers.slack import fields, modals, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Acting, Desk
from handlers.slack.references import reference_in
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.case import Action, Case
from models.channels import is_private
from models.errors import Refused
from models.joining import check_take_apart, is_same_customer

LINK = "case_link_with"
UNLINK = "case_unlink_from"
MERGE = "case_merge_into"
MERGE_SURE = "case_merge_sure"
TAKE_APART = "case_take_apart"

_PICKED, _TYPED, _WHY = "picked", "typed", "why"
_LONGEST_WHY = 500
_BECAUSE = {
    Because.EARLIER: "earlier on this matter",
    Because.CUSTOMER: "same customer",
    Because.PLACE: "same place",
}
_LINKED = (
    "Each case will name the other, with a link to its card. Nothing else changes, and nothing is "
    "sent."
)
_UNLINKED = (
    "Neither case will name the other any more; what was written stays. Nothing else changes, and "
    "nothing is sent."
)
_MERGED = (
    "For the same matter reported twice. This case is closed, the other one goes on for both: with "
    "one answer, and counted from the earlier receipt. All that was written stays, and later emails "
    "on this case go to the other. Nothing is sent."
)


def link(case: Case, likely: Sequence[Likely]) -> Block:
    """Pick the case that has to do with this one."""
    return fields.modal(
        LINK,
        f"Link {case.reference}",
        "Link",
        button_value(case),
        [_about(case, _LINKED), *_pick(likely, "The other case")],
    )


def unlink(case: Case, linked: Sequence[Case]) -> Block:
    """Pick the link that is taken back: the only one, or the last, is chosen already."""
    options = {one.reference: _of(one, one.reference) for one in linked[-fields.MOST_OPTIONS :]}
    picked = fields.select(_PICKED, "The other case", options, linked[-1].reference)
    return fields.modal(
        UNLINK,
        f"Unlink {case.reference}",
        "Unlink",
        button_value(case),
        [_about(case, _UNLINKED), picked],
    )


def merge(case: Case, likely: Sequence[Likely]) -> Block:
    """Pick the case that goes on."""
    return fields.modal(
        MERGE,
        f"Merge {case.reference}",
        "Merge",
        button_value(case),
        [_about(case, _MERGED), *_pick(likely, "The case that goes on")],
    )


def sure(case: Case, into: Case, why: str) -> Block:
    """Asked once more where two people wait for an answer: only one of them will get it."""
    theirs, ours = wording.customer(into), wording.customer(case)
    said = (
        f"Two different customers: {ours} wrote {case.reference}, {theirs} wrote {into.reference}.\n\n"
        f"The answer goes only to {theirs}. {ours} gets none from us: write to them first if they "
        "wait for one, or link the two cases instead."
    )
    metadata = {
        "case": case.reference,
        "version": case.version,
        "into": into.reference,
        "why": why,
    }
    blocks: list[Block] = [{"type": "section", "text": fields.plain(said)}]
    return fields.modal(
        MERGE_SURE,
        "Two customers",
        "Merge all the same",
        # Slack takes 3,000 characters: each is to count as one.
        json.dumps(metadata, ensure_ascii=False),
        blocks,
    )


def take_apart(case: Case) -> Block:
    """Say what taking apart means before it is done."""
    said = (
        f"{case.reference} becomes a separate case again, in the state and with the dates that it "
        f"had. What came since then stays with {case.merged_into}. Nothing is sent."
    )
    blocks: list[Block] = [{"type": "section", "text": fields.plain(said)}]
    return fields.modal(TAKE_APART, "Undo the merge", "Undo it", button_value(case), blocks)


def open_link(desk: Desk, request: Request) -> Reply:
    """Link was pressed."""
    case = desk.acting(request, Action.LINK, fresh=False).case
    return OpenModal(link(case, _likely(desk, request, case)))


def link_with(desk: Desk, request: Request) -> Reply:
    """The other case was picked."""
    acting = desk.acting(request, Action.LINK)
    other = _other(desk, request, acting)
    if isinstance(other, FieldErrors):
        return other
    try:
        desk.joining.link(acting.seen, other.reference, _why(request), acting.actor, desk.now())
    except Refused as refused:
        return FieldErrors({_TYPED: str(refused)})
    said = f"*{acting.case.reference}* and *{other.reference}* are linked."
    return ShowInstead(modals.notice(said, "Linked"))


def open_unlink(desk: Desk, request: Request) -> Reply:
    """Unlink was pressed."""
    case = desk.acting(request, Action.UNLINK, fresh=False).case
    linked = desk.joining.linked(case, _may_see(desk, request))
    if not linked:
        raise Refused(f"{case.reference} is linked with no case that may be named here.")
    return OpenModal(unlink(case, linked))


def unlink_from(desk: Desk, request: Request) -> Reply:
    """The link to take back was picked."""
    acting = desk.acting(request, Action.UNLINK)
    other = _other(desk, request, acting)
    if isinstance(other, FieldErrors):
        return other
    desk.joining.unlink(acting.seen, other.reference, acting.actor, desk.now())
    said = f"*{acting.case.reference}* and *{other.reference}* are not linked any more."
    return ShowInstead(modals.notice(said, "Unlinked"))


def open_merge(desk: Desk, request: Request) -> Reply:
    """Merge was pressed."""
    case = desk.acting(request, Action.MERGE, fresh=False).case
    likely = [one for one in _likely(desk, request, case) if one.case.is_open]
    return OpenModal(merge(case, likely))


def merge_into(desk: Desk, request: Request) -> Reply:
    """The case that goes on was picked; two customers are asked about once more."""
    acting = desk.acting(request, Action.MERGE)
    into = _other(desk, request, acting)
    if isinstance(into, FieldErrors):
        return into
    desk.staff.check_may(request.user, Action.MERGE, into)
    try:
        case, into = desk.joining.check_merge(acting.seen, into.reference)
    except Refused as refused:
        return FieldErrors({_TYPED: str(refused)})
    if not is_same_customer(case, into):
        return ShowInstead(sure(case, into, _why(request)))
    return _merge(desk, acting, into.reference, _why(request))


def merge_surely(desk: Desk, request: Request) -> Reply:
    """Somebody saw that there are two customers."""
    acting = desk.acting(request, Action.MERGE)
    carried = json.loads(request.value)
    into = desk.joining.other(acting.case, str(carried["into"]), _may_see(desk, request))
    desk.staff.check_may(request.user, Action.MERGE, into)
    return _merge(desk, acting, into.reference, str(carried["why"]))


def open_take_apart(desk: Desk, request: Request) -> Reply:
    """Undo the merge was pressed."""
    case = desk.acting(request, Action.UNMERGE, fresh=False).case
    check_take_apart(case)
    _check_other(desk, request, case)
    return OpenModal(take_apart(case))


def taken_apart(desk: Desk, request: Request) -> Reply:
    """Undo the merge was confirmed."""
    acting = desk.acting(request, Action.UNMERGE)
    check_take_apart(acting.case)
    _check_other(desk, request, acting.case)
    after = desk.joining.take_apart(acting.seen, acting.actor, desk.now())
    said = f"*{after.reference}* is a separate case again."
    return ShowInstead(modals.notice(said, "Taken apart"))


def _merge(desk: Desk, acting: Acting, into: str, why: str) -> Reply:
    case, after = desk.joining.merge(acting.seen, into, why, acting.actor, desk.now())
    said = f"*{case.reference}* is closed. *{after.reference}* goes on for both."
    if is_private(after, desk.council) and not is_private(acting.case, desk.council):
        said += " It stands in a private channel."
    return ShowInstead(modals.notice(said, "Merged"))


def _check_other(desk: Desk, request: Request, case: Case) -> None:
    """Who takes a merged case out changes the one it is in too."""
    try:
        into = desk.joining.other(case, str(case.merged_into), _may_see(desk, request))
    except Refused:
        raise Refused(
            f"{case.reference} was merged into a case in a private channel that you are not in."
        ) from None
    desk.staff.check_may(request.user, Action.MERGE, into)


def _likely(desk: Desk, request: Request, case: Case) -> tuple[Likely, ...]:
    return desk.joining.likely(case, _may_see(desk, request))


def _may_see(desk: Desk, request: Request) -> Callable[[Case], bool]:
    return desk.staff.seeing(request.user)


def _other(desk: Desk, request: Request, acting: Acting) -> Case | FieldErrors:
    typed, picked = request.field(_TYPED).strip(), request.field(_PICKED)
    if not typed and not picked:
        is_offered = _PICKED in (request.fields or {})
        above = "Choose a case above, or type its reference here."
        return FieldErrors({_TYPED: above if is_offered else "Type its reference here."})
    reference = reference_in(typed) if typed else picked
    if reference is None:
        return FieldErrors({_TYPED: "That is no reference: they look like CC-2026-00042."})
    if typed and picked and picked != reference:
        return FieldErrors({_TYPED: "Choose a case above or type one here, not both."})
    try:
        return desk.joining.other(acting.case, reference, _may_see(desk, request))
    except Refused as refused:
        return FieldErrors({_TYPED: str(refused)})


def _why(request: Request) -> str:
    return wording.one_line(request.field(_WHY), _LONGEST_WHY)


def _about(case: Case, said: str) -> Block:
    text = f"{wording.title(case)}\n{wording.subject(case)}\n\n{said}"
    return {"type": "section", "text": fields.plain(text)}


def _pick(likely: Sequence[Likely], label: str) -> list[Block]:
    blocks = []
    if likely:
        options = {one.case.reference: _named(one) for one in likely}
        blocks.append(
            fields.select(_PICKED, f"{label}: here or below", options, None, optional=True)
        )
    or_typed = "Or its reference: one of the two is needed"
    typed = or_typed if likely else f"{label}: its reference"
    blocks.append(
        fields.hinted(
            fields.text(_TYPED, typed, "", multiline=False, optional=bool(likely)),
            "Such as CC-2026-00042, or 2026-42.",
        )
    )
    why = "Why (it helps whoever reads it)"
    asked = fields.text(_WHY, why, "", multiline=False, optional=True, most=_LONGEST_WHY)
    return [*blocks, asked]


def _named(one: Likely) -> str:
    """An option of the select: Slack shows 75 characters of it."""
    return _of(one.case, f"{one.case.reference} ({_BECAUSE[one.because]})")


def _of(case: Case, head: str) -> str:
    return f"{head}: {wording.subject(case, 73 - len(head))}"
