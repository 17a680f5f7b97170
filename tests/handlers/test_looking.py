"""A look from outside a case's channel and the note of it are one."""

from pathlib import Path

import pytest

from handlers.looking import Looking
from models.errors import Stale
from models.looks import How
from models.searching import Sight, wanted
from tests.support.casework import OFFICER
from tests.support.council import utc
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 6, 1)


@pytest.fixture
def office(tmp_path: Path) -> TestOffice:
    return open_office(tmp_path)


def opened(
    office: TestOffice, text: str = "The heron bin. #missed_bin complaint", n: int = 1
) -> str:
    mail = email(text, Message_ID=f"<{n}@post.example>", From=f"p{n}@post.example")
    reference = office.receive(mail, NOW).reference
    assert reference is not None
    return reference


def hows(office: TestOffice, reference: str) -> list[How]:
    looks, total = Looking(office.store).looks(reference, 100)
    assert total == len(looks)
    return [look.how for look in looks]


def test_the_words_are_handed_out_with_a_note_of_who_read_them(office: TestOffice) -> None:
    case = office.case(opened(office))
    (message,), letters = Looking(office.store).words(case, OFFICER, NOW, outside=True)
    assert letters == ()
    assert "heron" in message.message.text
    ((look,), total) = Looking(office.store).looks(case.reference, 10)
    assert (look.by, look.at, look.how, total) == (OFFICER, NOW, How.WORDS, 1)


def test_from_the_cases_own_channel_nothing_is_noted(office: TestOffice) -> None:
    case = office.case(opened(office))
    assert Looking(office.store).words(case, OFFICER, NOW, outside=False)[0]
    assert hows(office, case.reference) == []


def test_a_case_that_changed_since_it_was_seen_that_one_may_see_it_is_not_shown(
    office: TestOffice,
) -> None:
    case = office.case(opened(office))
    office.casework.claim(case.reference, OFFICER, NOW)
    with pytest.raises(Stale):
        Looking(office.store).words(case, OFFICER, NOW, outside=True)
    assert hows(office, case.reference) == []


def test_each_case_on_the_page_of_a_search_is_noted_and_none_of_the_own_channel(
    office: TestOffice,
) -> None:
    mine, other = opened(office, n=1), opened(office, n=2)
    asked = wanted("heron")
    hits = Looking(office.store).search(
        asked,
        Sight(),
        OFFICER,
        NOW,
        limit=10,
        after=0,
        outside=lambda case: case.reference == other,
    )
    assert hits.total == 2
    assert hows(office, mine) == []
    assert hows(office, other) == [How.SEARCH]
    Looking(office.store).search(
        asked, Sight(), OFFICER, NOW, limit=1, after=2, outside=lambda _: True
    )
    assert hows(office, mine) == []


def test_what_comes_in_is_found_as_soon_as_it_is_a_case(office: TestOffice) -> None:
    reference = opened(office, "A kingfisher. #missed_bin complaint")
    with office.store.view() as work:
        (hit,) = work.search.find(wanted("kingf"), Sight(), 10, 0).page
    assert hit.case.reference == reference
    assert "kingfisher" in hit.words
