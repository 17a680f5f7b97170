"""Pictures of the sandbox's page on a phone and at a desk, put together on sheets."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
WIDTHS = {"phone": 390, "desk": 1280}
# High enough that no window has to be scrolled.
_HEIGHT = 1700
_MILLISECONDS = 60_000.0
_GAP = 8
_COLOURS = 128


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; ends the program where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("Chromium is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Camera:
    """The same person at two screens at once; each picture is taken of both."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        """`url` is the page's, `folder` where the single pictures go."""
        self._browser, self._url, self._folder = browser, url, folder
        self._taken: dict[str, list[Path]] = {}
        self.pages = {way: opened(browser, width) for way, width in WIDTHS.items()}

    def go(self, place: str) -> None:
        """Both look at a channel, by its name, or at `home`."""
        for page in self.pages.values():
            page.goto("about:blank")
            page.goto(f"{self._url}#{place}")
            page.get_by_role("main").get_by_role("heading").first.wait_for(state="attached")

    def dialog(self, sheet: str, title: str) -> None:
        """The window of this title, which is open."""
        for way, page in self.pages.items():
            dialog = page.get_by_role("dialog", name=title, exact=True)
            dialog.wait_for()
            self.keep(f"{sheet}-{way}", dialog)

    def last_message(self, sheet: str, containing: str) -> None:
        """The newest message with these words."""
        for way, page in self.pages.items():
            shown = page.get_by_role("main").get_by_role("article").filter(has_text=containing)
            shown.last.wait_for()
            self.keep(f"{sheet}-{way}", shown.last)

    def keep(self, sheet: str, part: Locator) -> None:
        """A part of one page, for one sheet."""
        taken = self._taken.setdefault(sheet, [])
        taken.append(self._folder / f"{sheet}-{len(taken):02d}.png")
        part.screenshot(path=taken[-1])

    def put_together(self, sheet: str, columns: int) -> None:
        """The sheet with all of its pictures, as docs/pictures/SHEET.png."""
        put_together(self._browser, self._taken[sheet], sheet, columns)


def put_together(browser: Browser, paths: Sequence[Path], name: str, columns: int) -> None:
    """Pictures of one width in columns that end at about the same height, in their order."""
    style = f"column-count:{columns};column-gap:{_GAP}px;padding:{_GAP}px;margin:0;background:#777"
    images = "".join(f"<img src='{path.as_uri()}'>" for path in paths)
    sheet = paths[0].parent / f"{name}.html"
    sheet.write_text(
        f"<!doctype html><style>body {{{style};width:max-content}} "
        f"img {{display:block;margin-bottom:{_GAP}px;break-inside:avoid}}</style><body>{images}</body>"
    )
    page = browser.new_page(viewport={"width": 400, "height": 300}, device_scale_factor=1)
    page.goto(sheet.as_uri())
    widest = int(page.evaluate("Math.max(...[...document.images].map(i => i.naturalWidth))"))
    page.set_viewport_size({"width": columns * (widest + _GAP) + _GAP, "height": 300})
    page.add_style_tag(content="body {width:auto !important}")
    whole = page.screenshot(full_page=True)
    page.close()
    # Few colours are used; a third of the bytes is enough for them.
    Image.open(BytesIO(whole)).convert("RGB").quantize(_COLOURS).save(
        PICTURES / f"{name}.png", optimize=True
    )


def opened(browser: Browser, width: int, height: int = _HEIGHT) -> Page:
    """A page of this width; a Debian Chromium writes dates in fields the American way."""
    size: ViewportSize = {"width": width, "height": height}
    page = browser.new_page(viewport=size, device_scale_factor=1)
    page.set_default_timeout(_MILLISECONDS)
    return page
