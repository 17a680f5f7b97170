"""What a card says of earlier contact, and to whom."""

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

import pytest

from handlers.slack import cards, modals
from handlers.slack.api import Place, Saying, SlackApi
from handlers.slack.background import background, card_key
from handlers.slack.courier import SlackCourier
from models.actions import acknowledged
from models.case import Case, Change, Level
from models.errors import Unavailable
from models.outbox import Posting
from models.people import CAREBOT
from models.prediction import Flag
from models.recording import record
from tests.handlers.test_earlier import BIN, FORTNIGHT, NEIGHBOUR, NOW, TIP, ended, receive
from tests.support.office import TestOffice

TODAY = date(2026, 11, 17)


def card(office: TestOffice, case: Case) -> Saying:
    with office.store.view() as work:
        known = background(work, case, office.council)
    link = "https://slack.example/{0.channel}/{0.ts}"
    return cards.card(case, office.council, TODAY, known, link.format)


def chosen_category(office: TestOffice, case: Case) -> str:
    with office.store.view() as work:
        known = background(work, case, office.council)
    blocks = modals.change(case, office.council, known)["blocks"]
    (category,) = [block for block in blocks if block["block_id"] == "category"]
    return str(category["element"]["initial_option"]["value"])


def notes(saying: Saying) -> list[str]:
    """What stands below the fields, save how it came and what became of it since."""
    return [
        element["text"]
        for block in saying.blocks
        if block["type"] == "context"
        for element in block["elements"]
        if not element["text"].startswith("Received ")
    ]


def below_subject(saying: Saying) -> list[str]:
    """What is said in full size below the subject, from the top."""
    return [
        block["text"]["text"]
        for block in saying.blocks
        if block["type"] == "section" and block.get("text", {}).get("type") == "mrkdwn"
    ]


def test_what_has_perhaps_failed_again_stands_first_with_the_case_its_day_and_its_thread(
    office: TestOffice,
) -> None:
    first = ended(office, receive(office, BIN))
    with office.store.work() as work:
        posting = Posting(card_key(first.reference), first.reference, "C1", "7.1")
        work.places.put(posting)
    second = receive(office, "Hi. " + BIN, FORTNIGHT)
    said = card(office, second)
    link = f"<https://slack.example/C1/7.1|{first.reference}>"
    earlier = f"{link} of Tue 3 November 2026, closed (same sender)"
    assert below_subject(said)[0] == (
        f"*Reported before:* {earlier}; *failed again?* Then it is a complaint: please decide with Change"
    )
    assert notes(said) == [f"*Earlier on this matter:* {earlier}"]
    assert said.text.endswith(f"Reported before: {first.reference}; failed again?")


def test_the_change_of_what_has_perhaps_failed_again_offers_a_complaint(office: TestOffice) -> None:
    receive(office, BIN)
    second = receive(office, "Hi. " + BIN, FORTNIGHT)
    assert chosen_category(office, second) == "complaint"


def test_where_the_case_that_failed_may_no_longer_be_named_no_complaint_is_offered(
    office: TestOffice,
) -> None:
    first = receive(office, BIN)
    second = receive(office, "Hi. " + BIN, FORTNIGHT)
    first = office.case(first.reference)
    with office.store.work() as work:
        private = replace(first, flags=(Flag.SAFEGUARDING,), version=first.version + 1)
        work.cases.save(Change(private, ()))
    assert chosen_category(office, second) == "general_enquiry"


def test_a_complaint_without_earlier_contact_asks_whether_there_was_a_chance(
    office: TestOffice,
) -> None:
    complaint = receive(office, "Never again. #missed_bin complaint")
    assert any("No earlier contact found" in note for note in notes(card(office, complaint)))


def test_that_no_contact_was_found_is_not_said_where_the_words_tell_of_one(
    office: TestOffice,
) -> None:
    said = notes(card(office, receive(office, "I reported this twice. #missed_bin complaint")))
    assert "*Says it was reported before:* “reported this twice”" in said
    assert not any("No earlier contact found" in note for note in said)


def test_at_level_two_nobody_asks_whether_there_was_a_chance_to_put_it_right(
    office: TestOffice,
) -> None:
    complaint = receive(office, "Never again. #missed_bin complaint")
    review = replace(complaint, level=Level.LEVEL_TWO)
    assert not any("No earlier contact found" in note for note in notes(card(office, review)))


def test_where_nobody_looked_for_the_new_owners_cases_nothing_is_said_of_them(
    office: TestOffice,
) -> None:
    complaint = receive(office, "Never again. #missed_bin complaint")
    moved = replace(complaint, service="housing")
    assert not any("No earlier contact found" in note for note in notes(card(office, moved)))


def test_what_a_web_forms_boxes_say_was_reported_before_stands_on_the_card(
    office: TestOffice,
) -> None:
    text = "Name: Jo\nReported: I reported it twice\nDetails: My bin. #missed_bin enquiry"
    case = receive(office, text, From="Forms <webforms@westmere.example>")
    assert any("“reported it twice”" in note for note in notes(card(office, case)))
    others = (BIN, "Thank you. #parks_play compliment", "A hole. #pothole_road complaint")
    for text in others:
        case = receive(office, text, From=NEIGHBOUR)
        assert notes(card(office, case)) == []


def test_a_case_for_which_nobody_looked_says_nothing_of_it(office: TestOffice) -> None:
    complaint = receive(office, "Never again. #missed_bin complaint")
    assert notes(card(office, replace(complaint, contact=None))) == []


def test_what_the_words_say_and_the_customers_own_references_stand_beside_it(
    office: TestOffice,
) -> None:
    text = "I reported this twice, ref FS-Case-1234567. It is still there. #fly_tip complaint"
    said = notes(card(office, receive(office, text)))
    assert "*Says it was reported before:* “reported this twice”, “still there”" in said
    assert "*The customer's own references:* “FS-Case-1234567”" in said


def test_three_are_named_and_the_others_counted(office: TestOffice) -> None:
    for number in range(5):
        receive(office, f"{number} {TIP}", timedelta(hours=number), From=f"{number}@x.example")
    said = notes(card(office, receive(office, TIP, FORTNIGHT)))
    (line,) = [note for note in said if note.startswith("*Earlier on this matter:*")]
    assert line.count("a street of the same name") == 3
    assert line.endswith("; and 2 more")


@pytest.mark.parametrize("told", ["complaint", "enquiry"])
def test_a_case_that_became_private_afterwards_is_hinted_at_in_no_open_channel(
    office: TestOffice, told: str
) -> None:
    first = receive(office, BIN)
    second = receive(office, f"Hi. #missed_bin {told}", FORTNIGHT)
    before = str(card(office, second))
    assert first.reference in before
    now_open = office.case(first.reference)
    with office.store.work() as work:
        change = acknowledged(now_open, office.council, CAREBOT, NOW)
        private = replace(change.case, flags=(Flag.SAFEGUARDING,))
        record(work, replace(change, case=private), NOW)
    after = card(office, second)
    assert first.reference not in str(after)
    assert "eported before" not in str(after)
    unknown = "No earlier contact found* among the cases that may be named here"
    assert (unknown in str(after)) is (told == "complaint")


class _NoAddresses:
    """Slack while it gives no message's address."""

    def link(self, place: Place) -> str:
        raise Unavailable(f"chat.getPermalink: ratelimited ({place.ts})", retry_after=30)


def test_a_card_does_not_wait_for_the_address_of_another(office: TestOffice) -> None:
    courier = SlackCourier(office.store, cast("SlackApi", _NoAddresses()), office.council)
    assert courier._link(Posting("card:x", "x", "C1", "7.1")) == ""
