"""The store: the only place that speaks SQL."""

from models.errors import Misconfigured
from models.store.sqlite import open_sqlite
from models.store_port import Store

_SQLITE = "sqlite:///"


def open_store(url: str) -> Store:
    """Open (and bring up to date) the store at `sqlite:///PATH`. Raises Misconfigured otherwise."""
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return open_sqlite(url.removeprefix(_SQLITE))
    raise Misconfigured(f"CAREBOT_STORE or [store] url = {url!r}: allowed is sqlite:///PATH")
