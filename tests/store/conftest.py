from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store import open_store
from models.store_port import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    yield opened
    opened.close()
