"""Deliveries over signed HTTP: what Slack POSTs to an app that gave it a Request URL."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlencode

from bot.sandbox.records import Json

PATIENCE: Final = 3.0
FORM: Final = "application/x-www-form-urlencoded"


class HttpRequests:
    """POSTs each envelope to the Request URL; its answer is the acknowledgement."""

    def __init__(self, secret: str) -> None:
        self.url = ""
        self.acknowledge: Callable[[str, Json | None], None] = lambda _name, _answer: None
        self._secret = secret
        self._pool = ThreadPoolExecutor(64, "sandbox-post")

    def send(self, envelope: Json) -> bool:
        """Post from a thread of its own; what is not answered well is never acknowledged."""
        self._pool.submit(self._post, envelope)
        return True

    def stop(self) -> None:
        """Post nothing any more."""
        self._pool.shutdown(cancel_futures=True)

    def _post(self, envelope: Json) -> None:
        body, kind = body_of(envelope)
        headers = {"Content-Type": kind, **signed(self._secret, body, int(time.time()))}
        if envelope.get("retry_attempt"):
            headers["X-Slack-Retry-Num"] = str(envelope["retry_attempt"])
            headers["X-Slack-Retry-Reason"] = str(envelope["retry_reason"])
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - the test's own url
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - see above
                self.acknowledge(envelope["envelope_id"], answered(answer.read()))
        except (OSError, HTTPException, urllib.error.HTTPError):
            return  # the delivery's own timer sees that nothing came


def body_of(envelope: Json) -> tuple[bytes, str]:
    """The body and its content type: events as JSON, commands as a form, all else as its payload."""
    payload = envelope["payload"]
    if envelope["type"] == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if envelope["type"] == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


def signed(secret: str, body: bytes, at: int) -> dict[str, str]:
    """The two headers by which an app knows that it was Slack."""
    base = b"v0:%d:%s" % (at, body)
    signature = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={signature}"}


def answered(body: bytes) -> Json | None:
    """What the app said in its answer: JSON, a plain text, or nothing."""
    text = body.decode("utf-8", "replace")
    if not text.strip():
        return None
    try:
        decoded: Any = json.loads(text)
    except ValueError:
        return {"text": text}
    return decoded if isinstance(decoded, dict) else {"text": text}
