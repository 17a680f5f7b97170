import os

import pytest
from imapclient import IMAPClient

from bot.dovecot import PrivateDovecot, available
from models.errors import Unavailable

pytestmark = [
    pytest.mark.needs_dovecot,
    pytest.mark.skipif(
        available() is None and not os.environ.get("CI"),
        reason="Dovecot is missing: apt-get install dovecot-imapd",
    ),
]


def test_two_run_side_by_side_and_leave_nothing_behind() -> None:
    with PrivateDovecot() as one, PrivateDovecot() as other:
        assert one.port != other.port
        assert one.base != other.base
        for server in (one, other):
            with IMAPClient(server.host, server.port, ssl=False, timeout=5) as client:
                client.login("anybody", server.password)
                assert client.select_folder("INBOX")[b"EXISTS"] == 0
    assert not one.base.exists()
    assert not other.base.exists()


def test_what_is_dropped_is_in_the_users_inbox_and_in_no_other() -> None:
    with PrivateDovecot() as server:
        server.drop("jane", b"Subject: x\r\n\r\n8 bit \xff\r\n")
        for user, count in (("jane", 1), ("bob", 0)):
            with IMAPClient(server.host, server.port, ssl=False, timeout=5) as client:
                client.login(user, server.password)
                assert client.select_folder("INBOX")[b"EXISTS"] == count


def test_a_setting_that_dovecot_does_not_know_is_said_in_its_own_words() -> None:
    server = PrivateDovecot("no_such_setting = 1")
    with pytest.raises(Unavailable, match="no_such_setting"):
        server.start()
    assert not server.base.exists()


def test_stopping_what_does_not_run_is_no_error() -> None:
    PrivateDovecot().stop()
