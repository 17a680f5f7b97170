"""Take the pictures of the docs from the running demo: `.venv/bin/python docs/take_pictures.py`."""

import re
from datetime import UTC, datetime

from playwright.sync_api import Locator, Page
from sheets import PICTURES, chromium, opened

from bot.demo import Demo

_SECONDS = 120.0
# At each a few cards are drawn anew.
_TICKS = 5


def main() -> None:
    """Tell a short story in the demo and photograph it."""
    with Demo(port=0, feed=False) as demo, chromium() as browser:
        page = opened(browser, 1280, 800)
        while demo.deliver_next_sample():
            pass
        demo.bot.wait_settled(_SECONDS)
        demo.sandbox.wait_for(lambda s: s.messages("parking"), _SECONDS)
        demo.bot.wait_settled(_SECONDS)
        page.goto(demo.sandbox.url)
        photograph(demo, page)


def photograph(demo: Demo, page: Page) -> None:
    """The card, its thread, the modal, its preview, the letter, the list, a phone."""
    page.get_by_role("link", name=re.compile("waste-recycling")).click()
    card = page.get_by_role("main").get_by_role("article").filter(has_text="CC-").first
    card.get_by_text("Bin missed for the third time").wait_for()
    cut_out(page, card, "card.png")
    page.get_by_role("button", name=re.compile(r"\d+ repl")).first.click()
    page.get_by_role("complementary", name="Thread").get_by_text("wrote:").wait_for()
    page.screenshot(path=PICTURES / "thread.png")
    card.get_by_role("button", name=re.compile("^Respond case")).click()
    dialog = page.get_by_role("dialog", name=re.compile("^Answer CC-"))
    dialog.get_by_label("Outcome").select_option("Upheld")
    dialog.get_by_label("Your answer", exact=True).fill(
        "Dear Joan Pettifer\n\nWe are sorry that your bin was missed three times. The crew was given "
        "the wrong list; we have put it right, and your bin will be emptied tomorrow.\n\n"
        "Customer Care Team"
    )
    page.screenshot(path=PICTURES / "respond.png")
    dialog.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("dialog", name="Answer: preview")
    preview.wait_for()
    page.screenshot(path=PICTURES / "preview.png")
    preview.get_by_role("button", name="Send", exact=True).click()
    card.get_by_role("button", name=re.compile("^Undo")).wait_for()
    cut_out(page, card, "undo.png")
    demo.let_undo_pass()
    card.get_by_text("Answered").first.wait_for()
    page.get_by_role("link", name=re.compile("Sent emails")).click()
    page.screenshot(path=PICTURES / "letters.png")
    three_weeks_pass(demo)
    page.get_by_role("link", name=re.compile("complaints-lead")).click()
    listed = page.get_by_role("main").get_by_role("article").filter(has_text="The list of").last
    listed.wait_for()
    page.screenshot(path=PICTURES / "morning-list.png")
    page.set_viewport_size({"width": 390, "height": 780})
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("link", name=re.compile("parking")).click()
    page.get_by_role("main").get_by_role("article").first.wait_for()
    page.wait_for_timeout(1_000)  # what was unread is read now, and drawn anew
    page.get_by_role("main").get_by_role("article").first.scroll_into_view_if_needed()
    page.screenshot(path=PICTURES / "phone.png")
    page.get_by_role("button", name=re.compile(r"\d+ repl")).first.click()
    page.get_by_role("complementary", name="Thread").get_by_text("wrote:").wait_for()
    page.screenshot(path=PICTURES / "thread-phone.png")


def three_weeks_pass(demo: Demo) -> None:
    """To the sixteenth working morning by way of one with a reminder: on each morning between them
    every card would be drawn anew, which takes minutes on a busy machine.
    """
    council = demo.office.council
    for working_days in (13, 3):
        day = council.calendar.add(council.local_date(demo.now()), working_days)
        morning = datetime.combine(day, council.reminding.list_at, council.zone)
        demo.clock.move_to(morning.astimezone(UTC))
        for _ in range(_TICKS):
            demo.bot.tick_now()
            demo.bot.wait_settled(_SECONDS)


def cut_out(page: Page, element: Locator, name: str) -> None:
    """A part of the page; the element itself may be drawn anew at any time."""
    box = element.bounding_box()
    assert box is not None
    clip = {side: box[side] for side in ("x", "y", "width", "height")}
    page.screenshot(path=PICTURES / name, clip=clip)


if __name__ == "__main__":
    main()
