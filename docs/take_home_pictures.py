"""Take the pictures of the home tab, of Assign and of /case away from the running demo:
`.venv/bin/python docs/take_home_pictures.py`.
"""

import re
from datetime import date, timedelta

from playwright.sync_api import Page
from sheets import PICTURES, chromium, opened

from bot.demo import Demo

_SECONDS = 120.0
_PHONE = {"width": 390, "height": 780}


def main() -> None:
    """Tell a short story in the demo and photograph it."""
    with Demo(port=0, feed=False) as demo, chromium() as browser:
        page = opened(browser, 1280, 800)
        while demo.deliver_next_sample():
            pass
        demo.bot.wait_settled(_SECONDS)
        tell(demo)
        page.goto(f"{demo.sandbox.url}#home")
        photograph(demo, page)


def tell(demo: Demo) -> None:
    """Priya and Sam hold a case each; days pass, and Sam is away with Priya as the cover."""
    for user, channel in (("priya", "waste-recycling"), ("sam", "parking")):
        card = next(m for m in demo.sandbox.messages(channel) if "CC-" in m.text)
        demo.sandbox.click(user, card.channel, card.ts, "case_claim")
    demo.bot.wait_settled(_SECONDS)
    for _ in range(4):
        demo.jump_to_next_working_morning()
        demo.bot.wait_settled(_SECONDS)
    demo.sandbox.slash("sam", "waste-recycling", "/case", "away")
    view = demo.sandbox.open_view("sam")
    assert view is not None
    today = next(b["element"]["initial_date"] for b in view.blocks if b["type"] == "input")
    last = (date.fromisoformat(today) + timedelta(days=8)).isoformat()
    demo.sandbox.fill_and_submit("sam", {"away_last": last, "away_cover": "priya"})
    demo.bot.wait_settled(_SECONDS)


def photograph(demo: Demo, page: Page) -> None:
    """The home at a desk and on a phone, then the two modals on the phone."""
    page.get_by_text("You cover").first.wait_for()
    page.screenshot(path=PICTURES / "home.png")
    page.set_viewport_size(_PHONE)
    page.get_by_text("Your cases").first.wait_for()
    page.screenshot(path=PICTURES / "home-phone.png")
    page.get_by_role("button", name=re.compile("^Open case")).first.click()
    page.get_by_role("dialog", name="What to do?").wait_for()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Assign")).click()
    page.get_by_role("dialog", name=re.compile("^Assign")).wait_for()
    page.screenshot(path=PICTURES / "assign-phone.png")
    demo.sandbox.close_view("priya")
    demo.sandbox.slash("priya", "waste-recycling", "/case", "away")
    page.get_by_role("dialog", name="Away").wait_for()
    page.screenshot(path=PICTURES / "away-phone.png")


if __name__ == "__main__":
    main()
