"""A compliment reaches those whom it is about, once, without what tells who wrote it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.praising import Praising
from handlers.seen import Seen
from handlers.slack import praise_post
from handlers.slack.placing import Placing
from models.case import Case, Classification, Level
from models.errors import Refused, Stale
from models.history import Event
from models.outbox import Dropped, Item, Kind, Parcel
from models.people import staff
from models.praise import Praise
from models.praising import names_in
from models.prediction import Category, Flag
from tests.support.casework import entry
from tests.support.council import utc
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 6, 1, 9)
PRIYA = staff("UPRIYA")
THANKS = (
    "Please thank Dave and Sue: they found my ring. #missed_bin compliment\n\n"
    "Kind regards\nJoan Pettifer\n12 High Street\nBN1 1AA\n01273 555 123"
)


@pytest.fixture
def office(tmp_path: Path):
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()


def receive(office: TestOffice, text: str = THANKS) -> Case:
    written = email(text, From="Joan Pettifer <joan@post.example>")
    return office.case(office.receive(written, NOW).reference)


def pass_on(office: TestOffice, case: Case, *names: str) -> Case:
    praising = Praising(office.store, office.council)
    return praising.pass_on(Seen(case.reference, case.version), names, PRIYA, NOW, formal=True)


def said(office: TestOffice, case: Case) -> str:
    assert case.praise is not None
    words = Praising(office.store, office.council).words(case)
    saying = praise_post.post(case, case.praise, words, office.council)
    return f"{saying.text} {saying.blocks}"


def test_what_was_passed_on_is_kept_with_the_case_and_leaves_once(office: TestOffice) -> None:
    case = pass_on(office, receive(office), "Dave", "Sue")
    assert case.praise == Praise(formal=True, staff=("Dave", "Sue"), passed_on_at=NOW)
    assert office.case(case.reference).praise == case.praise
    (parcel,) = office.waiting(Kind.PRAISE)
    assert parcel.payload["channel"] == "waste-recycling"
    assert entry(office, case.reference, Event.PASSED_ON).details["staff"] == "Dave, Sue"
    with pytest.raises(Refused, match="passed on already"):
        pass_on(office, case, "Dave")
    with pytest.raises(Stale):
        pass_on(office, replace(case, version=case.version - 1), "Dave")


def test_the_post_says_whom_it_is_for_in_the_customers_words_and_not_who_wrote_them(
    office: TestOffice,
) -> None:
    shown = said(office, pass_on(office, receive(office), "Dave", "Sue"))
    assert "A compliment for Dave and Sue, Waste and recycling" in shown
    assert "they found my ring" in shown
    for private in ("Pettifer", "High Street", "BN1 1AA", "555 123", "joan@"):
        assert private not in shown


def test_where_nobody_is_named_it_is_for_the_service(office: TestOffice) -> None:
    assert "A compliment for Waste and recycling" in said(office, pass_on(office, receive(office)))


def test_of_a_private_case_nothing_is_posted_and_it_is_recorded(office: TestOffice) -> None:
    case = receive(office, "Thanks to Dave. #missed_bin compliment !safeguarding")
    after = pass_on(office, case, "Dave")
    assert after.praise is not None
    assert office.waiting(Kind.PRAISE) == []


def test_only_a_compliment_can_be_passed_on(office: TestOffice) -> None:
    case = receive(office, "Not emptied. #missed_bin complaint")
    with pytest.raises(Refused, match="compliment"):
        pass_on(office, case)


def test_names_are_read_as_people_type_them() -> None:
    assert names_in(" Dave,Sue  Mbeki and Andy; Dave\n") == ("Dave", "Sue Mbeki", "Andy")
    assert names_in("") == ()
    with pytest.raises(Refused, match="only the names"):
        names_in("x" * 61)
    with pytest.raises(Refused, match="at most 20"):
        names_in(",".join(map(str, range(21))))


@given(st.text(max_size=200))
def test_any_text_is_a_list_of_names_or_refused(text: str) -> None:
    try:
        names = names_in(text)
    except Refused:
        return
    assert all(name.strip() == name and name for name in names)
    assert len(set(names)) == len(names)


def test_what_became_private_before_it_left_is_not_posted(office: TestOffice) -> None:
    case = pass_on(office, receive(office), "Dave")
    raised = Classification(case.category, case.service, None, None, (Flag.SAFEGUARDING,))
    office.casework.reclassify(Seen(case.reference, case.version), raised, PRIYA, NOW)
    (parcel,) = office.waiting(Kind.PRAISE)
    item = Item(1, parcel, attempts=0, begun=False, lease=NOW, added_at=NOW)
    # Without Slack at hand: whatever is posted would fail.
    placing = Placing(office.store, None, office.council)  # type: ignore[arg-type]
    assert isinstance(praise_post.praise(placing, item, NOW), Dropped)


def carried(office: TestOffice, parcel: Parcel) -> object:
    item = Item(1, parcel, attempts=0, begun=False, lease=NOW, added_at=NOW)
    # Without Slack at hand: whatever is posted would fail.
    return praise_post.praise(Placing(office.store, None, office.council), item, NOW)  # type: ignore[arg-type]


def test_what_turns_out_to_be_a_complaint_is_not_posted_as_a_compliment(office: TestOffice) -> None:
    case = pass_on(office, receive(office), "Dave")
    (first,) = office.waiting(Kind.PRAISE)
    to = Classification(Category.COMPLAINT, case.service, None, Level.LEVEL_ONE)
    after = office.casework.reclassify(Seen(case.reference, case.version), to, PRIYA, NOW)
    assert after.praise is None
    assert carried(office, first) == Dropped("it is no compliment to be passed on any more")
    back = replace(to, category=Category.COMPLIMENT, level=None)
    office.casework.reclassify(Seen(case.reference, after.version), back, PRIYA, NOW)
    later = NOW + timedelta(minutes=1)
    again = office.case(case.reference)
    Praising(office.store, office.council).pass_on(
        Seen(again.reference, again.version), ("Sue",), PRIYA, later, formal=True
    )
    (second,) = office.waiting(Kind.PRAISE)[1:]
    assert second.key != first.key
    assert isinstance(carried(office, first), Dropped)
