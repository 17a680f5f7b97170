"""One request to the Web API: its parameters, whichever way they were sent, and its scopes."""

import json
from dataclasses import dataclass
from typing import Any

from bot.sandbox.records import Json, SlackError
from bot.sandbox.views import Views
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Caller:
    """What a method of the Web API gets to see."""

    workspace: Workspace
    views: Views
    params: Json
    scopes: frozenset[str]
    url: str

    def need(self, scope: str) -> None:
        """Refuse when the token lacks the scope."""
        if scope not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=scope, provided=provided)

    def text(self, name: str) -> str | None:
        """A parameter as text; None when it is missing or empty."""
        value = self.params.get(name)
        return None if value is None or value == "" else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """A parameter that must be there."""
        value = self.text(name)
        if value is None:
            if error != "invalid_arguments":
                raise SlackError(error)
            raise SlackError(error, response_metadata={
                "messages": [f"[ERROR] missing required field: {name}"]})  # fmt: skip
        return value

    def flag(self, name: str) -> bool:
        """A yes or no, in any of the spellings that Slack takes."""
        return str(self.params.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.text(name)
        try:
            return default if value is None else int(value)
        except ValueError:
            raise SlackError("invalid_arguments") from None

    def structure(self, name: str, error: str) -> Any:
        """Blocks, a view or metadata: JSON in a form's field, or part of a JSON body."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None
