"""Where the example settings are: beside the package in a checkout, inside it when installed."""

from pathlib import Path

from models.errors import Misconfigured

_HERE = Path(__file__).parent
_PLACES = (_HERE / "example_council.toml", _HERE.parent / "council.toml")


def example_settings() -> Path:
    """The example council.toml. Raises Misconfigured where the installation lacks it."""
    for place in _PLACES:
        if place.is_file():
            return place
    raise Misconfigured("the example council.toml is missing from this installation")
