from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import TestOffice, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()
