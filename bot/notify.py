"""Letters leave by GOV.UK Notify (port `Letterbox`, mail.md E34): an email template with the
placeholders ((subject)) and ((body)), and our own reference as what tells a letter apart.

Notify keeps neither our headers nor our HTML: an answer comes back to its case by the reference in
the subject.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from models.errors import AnswerLost, Misconfigured, NotYet, Unavailable, Undeliverable
from models.letter import Letter
from models.ports import Taken

# An API key is a name of one's choice, the service's id and the secret, each a UUID.
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf".*-{_UUID}-{_UUID}\Z", re.DOTALL)
_MENDING_PAUSE = 300.0
# A busy service writes a letter down some seconds after it took it: not found at once is no proof.
_LOOK_AFTER = 60.0
_DAYS_LIMIT_PAUSE = 3_600.0

_ON_ITS_WAY = frozenset({"created", "pending", "sending", "pending-virus-check", "accepted"})
_FAILED = {
    "permanent-failure": "GOV.UK Notify could not deliver it: there is no such mailbox",
    "temporary-failure": "GOV.UK Notify could not deliver it: the mailbox took nothing for days",
    "technical-failure": "GOV.UK Notify could not deliver it for a reason of its own",
}
# What Notify says, in lower case, of a letter that no setting would help. Anything else that it
# will not take is of the template or the account, and would be said of each letter.
_ABOUT_THE_LETTER = ("valid email address", "longer than", "too long", "too big", "exceed")


class NotifyLetterbox:
    """One template for every letter. Not to be shared between threads, like its client."""

    def __init__(
        self, *, key: str, template_id: str, reply_to_id: str | None, url: str, timeout: float
    ) -> None:
        """Asks nothing of the network. `timeout` is in seconds. Raises Misconfigured for a key
        that cannot be one.
        """
        if not _KEY.match(key):
            raise Misconfigured(
                "CAREBOT_NOTIFY_KEY is not an API key of GOV.UK Notify: it ends with two UUIDs. "
                "Make one under API integration, API keys"
            )
        # It warns of each failure with Notify's words, which may repeat a letter's.
        logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)
        client: Any = NotificationsAPIClient  # untyped
        self._client = client(key, base_url=url, timeout=timeout)
        self._template_id, self._reply_to_id = template_id, reply_to_id

    def send(self, letter: Letter, files: Sequence[bytes] = ()) -> Taken:
        """See Letterbox. Whenever it is not certain that nothing left, AnswerLost, for Notify can
        be asked. A letter with files was approved under other settings: Notify carries none.
        """
        if files:
            raise Undeliverable("GOV.UK Notify carries no attachments")
        reference = _reference(letter)
        try:
            self._client.send_email_notification(
                email_address=letter.recipient,
                template_id=self._template_id,
                personalisation={"subject": letter.subject, "body": letter.text},
                reference=reference,
                email_reply_to_id=self._reply_to_id,
            )
        except APIError as error:
            raise _not_sent(error) from error
        return Taken(reference)

    def find(self, letter: Letter) -> Taken | None:
        """Whether Notify has a letter under our reference; it keeps them for seven days."""
        reference = _reference(letter)
        return Taken(reference) if self._known(reference) else None

    def arrived(self, name: str) -> None:
        """See Letterbox. A letter that Notify no longer knows counts as arrived."""
        for notification in self._known(name):
            status = str(notification.get("status"))
            if status in _FAILED:
                raise Undeliverable(_FAILED[status])
            if status in _ON_ITS_WAY:
                raise NotYet("GOV.UK Notify is still delivering it.")

    def _known(self, reference: str) -> list[Mapping[str, Any]]:
        try:
            answer = self._client.get_all_notifications(template_type="email", reference=reference)
        except APIError as error:
            raise _not_answered(error) from error
        found = answer.get("notifications") if isinstance(answer, Mapping) else None
        if not isinstance(found, list):
            raise Unavailable("GOV.UK Notify gives an answer that is none.")
        return found


def _reference(letter: Letter) -> str:
    """The case and what tells the letter apart; no personal data."""
    digest = hashlib.sha256(letter.message_id.encode()).hexdigest()
    return f"{letter.reference}-{digest[:20]}"


def _not_sent(error: APIError) -> Exception:
    """What an error of sending means for the letter. Notify's words are not repeated."""
    said = _words(error)
    if error.status_code in {400, 413} and any(sign in said for sign in _ABOUT_THE_LETTER):
        what = (
            "the address is not one that it takes" if "email address" in said else "it is too long"
        )
        return Undeliverable(f"GOV.UK Notify refuses the letter: {what}")
    if error.status_code == 429 and "for today" in said:
        return Unavailable(
            "GOV.UK Notify sends no more for today: the service's daily limit is reached.",
            retry_after=_DAYS_LIMIT_PAUSE,
        )
    if 400 <= error.status_code < 500:
        return _not_answered(error)
    return AnswerLost(
        f"GOV.UK Notify did not say whether it took the letter ({error.status_code}).",
        retry_after=_LOOK_AFTER,
    )


def _not_answered(error: APIError) -> Unavailable:
    status, said = error.status_code, _words(error)
    if status == 429:
        return Unavailable("GOV.UK Notify is asked too often.", retry_after=60)
    if status == 403:
        return Unavailable(
            f"GOV.UK Notify does not let us in ({status}). {_mended_by(said)}",
            retry_after=_MENDING_PAUSE,
        )
    if 400 <= status < 500:
        return Unavailable(
            f"GOV.UK Notify takes no letter of ours ({status}). {_mended_by(said)}",
            retry_after=_MENDING_PAUSE,
        )
    return Unavailable(f"GOV.UK Notify does not answer ({status}).")


def _mended_by(said: str) -> str:
    if "clock" in said:
        return "This machine's clock is wrong: it must be right to within 30 seconds."
    if "trial mode" in said or "team-only" in said:
        return (
            "The service is in trial mode or the key is a team key: make it live, with a live key."
        )
    if "template" in said:
        return "Check [notify] template_id: an email template of this service."
    if "personalisation" in said:
        return "The template of [notify] must have ((subject)) and ((body)) and nothing else."
    if "reply_to" in said:
        return "Check [notify] reply_to_id."
    return "Check CAREBOT_NOTIFY_KEY and [notify]."


def _words(error: APIError) -> str:
    """What Notify said, in lower case, to tell errors apart by."""
    return f"{error.message}".lower()
