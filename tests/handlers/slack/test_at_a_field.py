"""What is said at a field, in a title and in what a modal carries: plain, whole, within Slack's limits."""

from dataclasses import replace

import pytest

from bot.sandbox.limits import view_problems
from handlers.casework import HoldingReply
from handlers.slack import answering, closing_modals, join_modals, letter_modals, points_modal
from handlers.slack.api import Block
from handlers.slack.plainly import plainly
from handlers.slack.requests import FieldErrors, say
from models.allowed import RULES
from models.case import Action, Case, State
from models.changing import check
from models.errors import Refused
from tests.support.cases import opened
from tests.support.council import example_council, utc

NOW = utc(2026, 11, 27, 10)
CASE = opened(example_council(), NOW, "CC-2026-00042").case
NAMES = {"U1": "Priya *Shah*", "U2": "Sam"}.__getitem__


class Acked:
    """What Slack is answered."""

    def __init__(self) -> None:
        self.answer: dict[str, object] = {}

    def __call__(self, **answer: object) -> None:
        self.answer = answer


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("<@U2> already holds it.", "Sam already holds it."),
        ("• <@U1|priya> gave it to <@U2>", "• Priya *Shah* gave it to Sam"),
        ("category: Compliment → *Complaint*", "category: Compliment → Complaint"),
        ("see <https://x.example/1|CC-2026-00002>", "see CC-2026-00002"),
        ("Waste &amp; recycling &lt;b&gt;", "Waste & recycling <b>"),
        ("5 * 3 * 2", "5 * 3 * 2"),
    ],
)
def test_marks_become_words(said: str, read: str) -> None:
    assert plainly(said, NAMES) == read


@pytest.mark.parametrize(
    "reply", [say("<@U2> did *that*."), FieldErrors({"text": "<@U2> did *that*."})]
)
def test_a_refusal_at_a_field_names_people_and_has_no_marks(reply: object) -> None:
    ack = Acked()
    view = closing_modals.remedy(CASE)
    answering.show_submission(ack, {"view": view}, reply, NAMES)  # type: ignore[arg-type]  # as Bolt's
    assert ack.answer["response_action"] == "errors"
    assert list(ack.answer["errors"].values()) == ["Sam did that."]  # type: ignore[attr-defined]


def whole(case: Case) -> list[Block]:
    promised = HoldingReply("Dear Jo", NOW.date())
    return [
        letter_modals.acknowledge(case, "Dear Jo", ""),
        letter_modals.extend(case, promised, ""),
        letter_modals.respond(case, "Dear Jo", ""),
        points_modal.modal(case, ()),
    ]


@pytest.mark.parametrize("reference", ["CC-2026-00042", "CC-2026-123456"])
def test_no_modal_cuts_the_number_of_its_case(reference: str) -> None:
    for view in whole(replace(CASE, reference=reference)):
        title = str(view["title"]["text"])  # type: ignore[index]
        assert "CC-" not in title or title.endswith(reference)
        assert reference in title + str(view["blocks"])
        assert view_problems(view) == []


@pytest.mark.parametrize("character", ["ع", "🗑", '"', "\\"])
def test_the_longest_reason_fits_into_what_the_question_of_two_customers_carries(
    character: str,
) -> None:
    other = replace(CASE, reference="CC-2026-00043")
    assert view_problems(join_modals.sure(CASE, other, character * 500)) == []
    (why,) = [b for b in join_modals.merge(CASE, [])["blocks"] if b.get("block_id") == "why"]  # type: ignore[union-attr]
    assert why["element"]["max_length"] == 500


@pytest.mark.parametrize("action", Action)
def test_what_does_not_fit_is_refused_without_the_codes_name_of_the_action(action: Action) -> None:
    for state in set(State) - RULES[action].states:
        with pytest.raises(Refused) as refused:
            check(replace(CASE, state=state), action)
        assert "nothing to" not in str(refused.value)
        assert "_" not in str(refused.value)
