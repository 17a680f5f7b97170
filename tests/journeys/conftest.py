from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from tests.journeys.town import Town


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    built = Town(dovecot, mail_user, tmp_path)
    yield built
    built.close()
