"""The demo as a person meets it, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.demo import Demo
from bot.demo_story import tell

pytestmark = pytest.mark.needs_chromium


@pytest.fixture
def demo() -> Iterator[Demo]:
    with Demo(port=0, feed=False) as running:
        yield running


@pytest.fixture
def page(demo: Demo, browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(10_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(demo.sandbox.url)
    yield opened
    opened.close()
    assert complaints == []


def open_channel(page: Page, name: str) -> None:
    page.get_by_role("link", name=re.compile(name)).click()


def acknowledged_card(page: Page) -> Locator:
    """The card once it is drawn for the last time: a press in the midst of it goes nowhere."""
    card = page.get_by_role("main").get_by_role("article").filter(has_text="CC-")
    expect(card).to_contain_text(re.compile(r"Acknowledgement\s*sent"))
    return card


def test_a_visitor_sees_an_email_become_a_card_and_answers_it(demo: Demo, page: Page) -> None:
    page.get_by_role("button", name=re.compile("next sample email")).click()
    open_channel(page, "waste-recycling")
    card = acknowledged_card(page)
    expect(card).to_contain_text("Bin missed for the third time")
    expect(card).to_contain_text("Waste and recycling")

    card.get_by_role("button", name=re.compile("^Claim case")).press("Enter")
    expect(card).to_contain_text("held by")

    card.get_by_role("button", name=re.compile("^Respond case")).click()
    dialog = page.get_by_role("dialog", name=re.compile("^Answer CC-"))
    dialog.get_by_label("Outcome").select_option("Upheld")
    dialog.get_by_label("Your answer", exact=True).fill(
        "Dear Joan Pettifer\n\nIt will be emptied tomorrow."
    )
    dialog.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("dialog", name="Answer: preview")
    expect(preview).to_contain_text("To: joan.pettifer@post.example")
    expect(preview).to_contain_text("It will be emptied tomorrow.")
    assert [mail.subject for mail in demo.sent_mail() if "answer" in mail.subject.lower()] == []
    expect(preview).to_contain_text("leave in one minute; until then Undo on the card")
    preview.get_by_role("button", name="Send", exact=True).click()
    expect(card).to_contain_text(re.compile(r"The answer leaves at \d\d:\d\d"))
    expect(card.get_by_role("button", name=re.compile("^Undo"))).to_be_visible()
    assert [mail.subject for mail in demo.sent_mail() if "answer" in mail.subject.lower()] == []
    demo.let_undo_pass()
    expect(card).to_contain_text("Answered")

    page.get_by_role("link", name=re.compile("Sent emails")).click()
    expect(page.get_by_role("main")).to_contain_text("It will be emptied tomorrow.")


def test_a_visitor_jumps_to_the_next_working_mornings_and_sees_the_lists(
    demo: Demo, page: Page
) -> None:
    page.get_by_role("button", name=re.compile("next sample email")).click()
    open_channel(page, "waste-recycling")
    expect(page.get_by_role("main").get_by_role("article")).to_contain_text("CC-")
    mornings = page.get_by_role("button", name="Next working morning")
    for _ in range(17):
        mornings.click()
        demo.bot.wait_settled(20)
    lists = page.get_by_role("main").get_by_role("article").filter(has_text="The list of")
    expect(lists.last).to_contain_text(re.compile("working days? overdue"))
    page.get_by_label("Message #waste-recycling").fill("/case overdue")
    page.keyboard.press("Enter")
    answer = page.get_by_role("article").filter(has_text="Only visible to you")
    expect(answer).to_contain_text("CC-")
    expect(answer).to_contain_text("overdue")


def test_a_guest_is_told_that_only_staff_may_act(demo: Demo, page: Page) -> None:
    demo.deliver_next_sample()
    page.get_by_label("You are").select_option("Robin Vale (a guest)")
    open_channel(page, "waste-recycling")
    acknowledged_card(page).get_by_role("button", name=re.compile("^Claim case")).click()
    said = page.get_by_role("article").filter(has_text="Only visible to you")
    expect(said).to_contain_text("Only the council's own staff can use carebot")


def test_on_a_machine_without_dovecot_the_mailbox_is_a_maildir_and_the_story_the_same() -> None:
    with Demo(port=0, feed=False, imap=False) as demo:
        summary = tell(demo, lambda _: None)
    assert "Maildir" in summary.mailbox
    assert sum(summary.taken_in.values()) == 16
    assert summary.cards == summary.acknowledgements == 13
