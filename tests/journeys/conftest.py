import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from tests.journeys.town import Town
from tests.servers.fixtures import dovecot, mail_user

__all__ = ["dovecot", "mail_user"]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends requests for this machine to a proxy, too."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    built = Town(dovecot, mail_user, tmp_path)
    yield built
    built.close()
