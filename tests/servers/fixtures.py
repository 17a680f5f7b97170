"""Real servers for tests, started once a session: import the fixtures that a module needs.

from tests.servers import dovecot, mail_user  # noqa: F401
"""

import atexit
import os
import uuid
from functools import cache

import pytest

from bot.dovecot import PrivateDovecot, available
from bot.smtp_receiver import SmtpReceiver
from tests.servers.certificates import Authority


@cache
def running_dovecot() -> PrivateDovecot:
    server = PrivateDovecot()
    server.start()
    atexit.register(server.stop)
    return server


@pytest.fixture
def dovecot() -> PrivateDovecot:
    """The session's Dovecot. Skips where none is installed; in CI (env CI) that is a failure."""
    if available() is None:
        missing = "Dovecot is missing: apt-get install dovecot-imapd"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return running_dovecot()


@pytest.fixture
def mail_user() -> str:
    """A user name nobody had before: an empty mailbox."""
    return f"u{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of our own; those who trust its `pem` take its certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def receiver():
    """A mail server that keeps what it is sent."""
    server = SmtpReceiver()
    server.start()
    yield server
    server.stop()
