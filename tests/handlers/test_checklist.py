"""The points of a case, what an answer covers of them, what a preview points out, a lead's extension."""

from datetime import date

import pytest

from handlers.pointing import Pointing
from handlers.seen import Seen
from models.case import Case, Level, Outcome
from models.errors import Refused, Stale
from models.history import Event
from models.letter import Going, LetterKind, Way
from models.store_port import Draft
from tests.support.casework import OFFICER, entry, events, seen
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email

NOW = utc(2020, 6, 1)
LATE = utc(2020, 6, 24)
ASKED = "My bin. #missed_bin complaint\n\n- When do you come?\n- Who pays?\n"
WHY = "The crew is ill."
ALTHOUGH = "They agreed on the phone."


@pytest.fixture
def reference(office: TestOffice) -> str:
    taken = office.receive(email(ASKED), NOW)
    delivered(office, NOW)
    assert taken.reference is not None
    return taken.reference


def write(office: TestOffice, reference: str, text: str, ticked: tuple[int, ...] = ()) -> Case:
    pointing = Pointing(office.store)
    return pointing.write(seen(office, reference), text, ticked, OFFICER, NOW)


def answer(
    office: TestOffice, reference: str, *covered: int, text: str = "We come tomorrow."
) -> Draft:
    return office.casework.draft_answer(
        seen(office, reference),
        text,
        Outcome.RESOLVED,
        Level.LEVEL_ONE,
        OFFICER,
        NOW,
        covered=covered,
    )


def test_the_customers_own_words_suggest_the_points(office: TestOffice, reference: str) -> None:
    assert Pointing(office.store).suggested(reference) == ("When do you come?", "Who pays?")


def test_points_are_kept_on_the_case_and_the_history_counts_them_without_their_words(
    office: TestOffice, reference: str
) -> None:
    write(office, reference, "When?\nWho pays?")
    after = write(office, reference, "When?\nWho pays?", (0,))
    assert office.case(reference).points == after.points
    said = entry(office, reference, Event.POINTS_WRITTEN)
    assert dict(said.details) == {"points": 2, "open": 1}


def test_points_that_are_kept_already_are_not_written_again(
    office: TestOffice, reference: str
) -> None:
    write(office, reference, "When?")
    with pytest.raises(Refused, match="Nothing has changed"):
        write(office, reference, "When?")
    assert events(office, reference).count(Event.POINTS_WRITTEN) == 1


def test_points_written_on_an_old_view_are_refused(office: TestOffice, reference: str) -> None:
    old = seen(office, reference)
    write(office, reference, "When?")
    with pytest.raises(Stale):
        Pointing(office.store).write(old, "Who?", (), OFFICER, NOW)


def test_an_answer_that_leaves_a_point_open_needs_to_be_meant(
    office: TestOffice, reference: str
) -> None:
    write(office, reference, "When?\nWho pays?")
    draft = answer(office, reference, 0)
    assert draft.open_points == ("Who pays?",)
    with pytest.raises(Refused, match="One point is open"):
        office.casework.send(draft.id, OFFICER, NOW)
    after = office.casework.send(draft.id, OFFICER, NOW, although_open=True)
    assert [point.is_answered for point in after.points] == [True, False]
    assert dict(entry(office, reference, Event.POINTS_COVERED).details) == {"points": 2, "open": 1}


def test_nothing_is_ticked_on_the_case_before_send(office: TestOffice, reference: str) -> None:
    write(office, reference, "When?\nWho pays?")
    answer(office, reference, 0, 1)
    assert not any(point.is_answered for point in office.case(reference).points)


def test_an_answer_that_covers_every_point_is_sent_at_once(
    office: TestOffice, reference: str
) -> None:
    write(office, reference, "When?\nWho pays?")
    draft = answer(office, reference, 0, 1)
    assert draft.open_points == ()
    after = office.casework.send(draft.id, OFFICER, NOW)
    assert all(point.is_answered for point in after.points)


def test_without_points_nothing_is_asked_and_nothing_said(
    office: TestOffice, reference: str
) -> None:
    draft = answer(office, reference)
    assert draft.open_points == ()
    office.casework.send(draft.id, OFFICER, NOW)
    assert Event.POINTS_COVERED not in events(office, reference)


def test_a_preview_warns_of_a_signpost_that_is_the_template_unchanged(office: TestOffice) -> None:
    reference = office.receive(email("Potholes! #pothole_road enquiry"), NOW).reference
    assert reference is not None
    template = office.casework.template(seen(office, reference), NOW)
    draft = answer(office, reference, text=f"\n{template}  ")
    assert draft.letter.kind is LetterKind.SIGNPOST
    assert any("the template's text, unchanged" in warning for warning in draft.warnings)
    own = answer(office, reference, text=f"{template}\nThe road is closed today.")
    assert own.warnings == ()


def test_a_preview_does_not_warn_of_an_acknowledgement_that_is_the_template(
    office: TestOffice,
) -> None:
    """It is meant to go as it is: a warning at each would teach people to read none."""
    reference = office.receive(email(Auto_Submitted="auto-generated"), NOW).reference
    draft = office.casework.draft_acknowledgement(seen(office, reference), OFFICER, NOW)
    assert draft.warnings == ()


def test_a_preview_warns_of_another_cases_reference_and_not_of_its_own(
    office: TestOffice, reference: str
) -> None:
    draft = answer(office, reference, text=f"See {reference} and CC-2019-00007.")
    assert draft.warnings == (
        "It names another case's reference CC-2019-00007: may the customer know it?",
    )


def hold(office: TestOffice, reference: str, going: Going | None = None) -> Draft:
    """A holding reply after the deadline, as a team leader writes it."""
    on = seen(office, reference)
    template = office.casework.holding_template(on, LATE, leads=True)
    assert template.against is not None
    return office.casework.draft_holding_reply(
        on, template.text, WHY, OFFICER, LATE, going, ALTHOUGH
    )


def test_after_the_deadline_only_a_team_leader_is_shown_a_holding_reply(
    office: TestOffice, reference: str
) -> None:
    with pytest.raises(Refused, match="A team leader can"):
        office.casework.holding_template(seen(office, reference), LATE)
    in_time = office.casework.holding_template(seen(office, reference), NOW, leads=True)
    assert in_time.against is None


def test_a_team_leaders_extension_is_sent_by_a_team_leader_only(
    office: TestOffice, reference: str
) -> None:
    draft = hold(office, reference)
    with pytest.raises(Refused, match="Only a team leader"):
        office.casework.send(draft.id, OFFICER, LATE)
    office.casework.send(draft.id, OFFICER, LATE, leads=True)
    (left,) = delivered(office, LATE)
    assert ALTHOUGH not in left.text
    assert office.case(reference).stage.answer_by == date(2020, 7, 8)
    assert entry(office, reference, Event.EXTENSION_APPROVED).details["although"] == ALTHOUGH


def test_a_team_leaders_extension_on_paper_counts_when_it_is_posted_though_the_deadline_passed(
    office: TestOffice, reference: str
) -> None:
    draft = hold(office, reference, Going(Way.LETTER, "Jo Pike\n1 High Street"))
    office.casework.send(draft.id, OFFICER, LATE, leads=True)
    on = seen(office, reference)
    office.casework.posted(on, LetterKind.HOLDING_REPLY, LATE.date(), OFFICER, LATE)
    assert office.case(reference).stage.answer_by == date(2020, 7, 8)


def test_the_reason_against_the_rule_is_not_blank(office: TestOffice, reference: str) -> None:
    on = seen(office, reference)
    text = office.casework.holding_template(on, LATE, leads=True).text
    with pytest.raises(Refused, match="only possible before that"):
        office.casework.draft_holding_reply(on, text, WHY, OFFICER, LATE, None, " \n")


def test_a_case_that_is_not_there_has_no_points(office: TestOffice) -> None:
    with pytest.raises(Refused, match="There is no case"):
        Pointing(office.store).write(Seen("CC-2020-00099", 1), "x", (), OFFICER, NOW)
