"""Files that people gave us in Slack, fetched while they wait for an answer."""

import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from models.errors import Unavailable, Undeliverable

SECONDS: Final = 2.0
"""Slack waits three for the answer to a submitted modal; some of it is the store's."""
_TOO_LONG: Final = "Slack took too long to hand the files over"


def fetched(
    about: Callable[[str], Any],
    token: str,
    base_url: str,
    files: Sequence[str],
    most: int,
    seconds: float = SECONDS,
) -> tuple[bytes, ...]:
    """The bytes of files (ids), in their order, `most` in all. `about` asks Slack for what it knows of
    a file, `base_url` is where it answers: the token goes to no other host but Slack's own.

    Raises Unavailable where they are not all there within `seconds`, Undeliverable where one is gone
    or they are more than `most`.
    """
    if not files:
        return ()
    pool = ThreadPoolExecutor(len(files), "slack-file")
    try:
        asked = [pool.submit(_one, about, token, base_url, id_, most, seconds) for id_ in files]
        _, late = wait(asked, seconds)
        if late:
            raise Unavailable(_TOO_LONG)
        contents = tuple(future.result() for future in asked)
    finally:
        # Whoever is late ends by their own time-out, with nobody waiting.
        pool.shutdown(wait=False, cancel_futures=True)
    if sum(map(len, contents)) > most:
        raise Undeliverable("The files are larger than Slack said.")
    return contents


def _one(
    about: Callable[[str], Any], token: str, base_url: str, id_: str, most: int, seconds: float
) -> bytes:
    url = str(about(id_).get("url_private_download") or "")
    if not is_slacks(url, base_url):
        raise Undeliverable("Slack names another host for a file than its own.")
    request = urllib.request.Request(  # noqa: S310  # the host was looked at
        url, headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            content: bytes = answer.read(most + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error.code) from error
    except TimeoutError as error:
        raise Unavailable(_TOO_LONG) from error
    except (OSError, HTTPException) as error:
        raise Unavailable(f"Slack did not hand a file over ({type(error).__name__})") from error
    if len(content) > most:
        raise Undeliverable("A file is larger than Slack said.")
    return content


def _refused(status: int) -> Unavailable | Undeliverable:
    if status == 429 or status >= 500:
        return Unavailable(f"Slack did not hand a file over ({status})")
    if 300 <= status < 400:
        # Slack sends whoever may not have a file to a page to sign in.
        return Undeliverable(
            "Slack does not let carebot have files: it needs the scope files:read."
        )
    return Undeliverable(f"Slack refused a file ({status}).")


def is_slacks(url: str, base_url: str) -> bool:
    """Whether a file's address is on the host of the Web API, or below it and encrypted."""
    there, here = urlsplit(url), urlsplit(base_url)
    own = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    return own or (there.scheme == "https" and f".{there.hostname}".endswith(f".{here.hostname}"))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """None: a token is not carried to wherever an answer points."""


_OPENER: Final = urllib.request.build_opener(_NoRedirect)
