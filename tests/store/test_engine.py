"""The store's connections: one a thread, and no longer than the thread."""

import threading
from pathlib import Path

import pytest

from models.store import open_store
from models.store_port import Store

OPEN_FILES = Path("/proc/self/fd")


def descriptors(name: str) -> int:
    """How many descriptors are open on the file, whose journal has others."""
    return sum(
        str(Path(one).readlink()).endswith(name) for one in OPEN_FILES.iterdir() if one.is_symlink()
    )


def in_a_thread(store: Store) -> None:
    def look() -> None:
        with store.view() as work:
            work.outbox.counts()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="counts the descriptors as Linux shows them")
def test_f36_the_connections_of_threads_that_ended_are_closed(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'many.db'}")
    for _ in range(20):
        in_a_thread(store)
    assert descriptors("many.db") <= 3
    with store.view() as work:
        assert work.outbox.counts() == {}
    store.close()
