"""Messages of ours without the lines that name a case."""

from handlers.slack.api import Said, Saying

_INSTEAD = "• (no longer shown here)"
NOTHING = Saying("This is no longer shown here.", [])
"""What is left of a message that Slack will not delete."""


def names(said: Said, reference: str) -> bool:
    """Whether a message names a case, in what is read or in what is seen."""
    return reference in said.text or any(reference in text for text in _texts(list(said.blocks)))


def without(saying: Saying, reference: str) -> Saying:
    """The message with other words in the place of each line that names the case."""
    blocks = _changed(list(saying.blocks), reference)
    assert isinstance(blocks, list)
    return Saying(_lines(saying.text, reference), blocks)


def _lines(text: str, reference: str) -> str:
    return "\n".join(_INSTEAD if reference in line else line for line in text.split("\n"))


def _changed(value: object, reference: str) -> object:
    if isinstance(value, list):
        return [_changed(part, reference) for part in value]
    if isinstance(value, dict):
        return {
            name: _lines(part, reference)
            if name == "text" and isinstance(part, str)
            else _changed(part, reference)
            for name, part in value.items()
        }
    return value


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for part in value.values() for text in _texts(part)]
    return []
