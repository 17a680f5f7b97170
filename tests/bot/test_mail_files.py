import mailbox
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.mail_files import read_paths
from bot.maildir import MaildirMailbox
from models.errors import Misconfigured, Unavailable
from models.message import Origin
from tests.support.mailbox import real_now

THEN = datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
MAIL = b"From: a@example.org\nSubject: bins\n\nbody\n"


def put(path: Path, content: bytes = MAIL, when: datetime = THEN) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (when.timestamp(), when.timestamp()))
    return path


def labels(*paths: Path) -> list[str]:
    return [label for label, _ in read_paths(paths)]


def test_a_file_is_one_message_with_the_files_time(tmp_path: Path) -> None:
    path = put(tmp_path / "one.eml")
    ((label, raw),) = read_paths([path])
    assert label == str(path)
    assert (raw.content, raw.received_at) == (MAIL, THEN)
    assert (raw.origin.folder, raw.origin.uid) == (str(path), 0)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            b"Received: from a by b;\n\tMon, 1 Jun 2020 08:30:00 +0100\n",
            "2020-06-01T07:30:00+00:00",
        ),
        (
            b"Received: by c; Tue, 2 Jun 2020 08:00:00 +0000\r\nReceived: by b; Mon, 1 Jun 2020 07:00 +0\r\n",
            "2020-06-02T08:00:00+00:00",
        ),
        (b"Received: by b; some day\n", "2020-06-01T09:00:00+00:00"),
        (b"X: y\n\nReceived: by b; Mon, 1 Jun 2015 08:30:00 +0100\n", "2020-06-01T09:00:00+00:00"),
    ],
)
def test_the_topmost_received_header_says_when_it_came(
    tmp_path: Path, header: bytes, expected: str
) -> None:
    path = put(tmp_path / "one.eml", header + MAIL)
    ((_, raw),) = read_paths([path])
    assert raw.received_at.isoformat() == expected


def test_a_folder_is_read_with_all_below_it_in_order_and_only_mail(tmp_path: Path) -> None:
    for name in ("b.eml", "a/2.eml", "a/1.EML", "c.json", ".hidden.eml", "notes.txt"):
        put(tmp_path / name)
    assert labels(tmp_path) == [str(tmp_path / n) for n in ("a/1.EML", "a/2.eml", "b.eml")]


def test_a_file_named_in_the_call_is_mail_whatever_its_name(tmp_path: Path) -> None:
    assert labels(put(tmp_path / "message.txt")) == [str(tmp_path / "message.txt")]


def test_a_maildir_is_new_and_cur_and_its_folders(tmp_path: Path) -> None:
    for name in (
        "new/1.x",
        "cur/2.x:2,S",
        "tmp/3.x",
        ".Sub/new/4.x",
        ".Sub/cur/5.x",
        "dovecot.index",
    ):
        put(tmp_path / name)
    for name in ("cur", "new", "tmp"):
        (tmp_path / ".Sub" / name).mkdir(exist_ok=True)
    names = [Path(label).name for label in labels(tmp_path)]
    assert sorted(names) == ["1.x", "2.x:2,S", "4.x", "5.x"]


def test_an_mbox_is_told_by_its_content_and_its_messages_are_numbered(tmp_path: Path) -> None:
    content = (
        b"From a@example.org Mon Jun  1 08:30:00 2020\n"
        + MAIL
        + b">From here\n>>From there\nFrom me\n\n"
        b"From b@example.org Tue Jun  2 08:30:00 2020\n" + MAIL + b"\n"
        b"From - not a date\n\nlast\n"
    )
    path = put(tmp_path / "archive.eml", content)
    found = list(read_paths([path]))
    assert [label for label, _ in found] == [f"{path}#1", f"{path}#2"]
    assert found[0][1].content == MAIL + b"From here\n>From there\nFrom me\n"
    assert found[1][1].content == MAIL + b"\nFrom - not a date\n\nlast\n"
    assert [raw.received_at.isoformat() for _, raw in found] == [
        "2020-06-01T08:30:00+00:00",
        "2020-06-02T08:30:00+00:00",
    ]


def test_an_mbox_that_the_standard_library_wrote_is_read_back(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in range(3):
        box.add(MAIL + b"\nFrom nobody %d\n" % number)
    box.close()
    assert len(labels(tmp_path / "box")) == 3
    first = next(read_paths([tmp_path / "box"]))[1]
    assert b"\nFrom nobody 0\n" in first.content


def test_an_empty_file_is_an_empty_message(tmp_path: Path) -> None:
    ((_, raw),) = read_paths([put(tmp_path / "none.eml", b"")])
    assert raw.content == b""


def test_a_path_that_does_not_exist_stops_the_call_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"gone\.eml: there is no such file"):
        read_paths([put(tmp_path / "here.eml"), tmp_path / "gone.eml"])


def test_files_are_read_when_it_is_their_turn(tmp_path: Path) -> None:
    stream = read_paths([put(tmp_path / "1.eml"), put(tmp_path / "2.eml")])
    next(stream)
    put(tmp_path / "2.eml", b"changed")
    assert next(stream)[1].content == b"changed"


def nothing_known(_: Origin) -> bool:
    return False


def test_a_maildirs_mail_waits_oldest_first_and_is_left_as_it_is(tmp_path: Path) -> None:
    put(tmp_path / "new" / "b", b"first", THEN)
    put(tmp_path / "cur" / "a:2,S", b"second", THEN.replace(hour=10))
    found = list(MaildirMailbox(tmp_path, now=real_now).waiting(nothing_known))
    assert [raw.content for raw in found] == [b"first", b"second"]
    assert found[0].received_at == THEN
    assert (tmp_path / "new" / "b").exists()


def test_a_known_message_is_passed_over_though_its_flags_changed(tmp_path: Path) -> None:
    put(tmp_path / "new" / "a")
    box = MaildirMailbox(tmp_path, now=real_now)
    (raw,) = box.waiting(nothing_known)
    (tmp_path / "new" / "a").rename(tmp_path / "cur" / "a:2,RS")
    assert list(box.waiting(lambda origin: origin == raw.origin)) == []


@pytest.mark.parametrize(("quarantined", "folder"), [(False, ".Processed"), (True, ".Quarantine")])
def test_filing_moves_it_once_whoever_was_first(
    tmp_path: Path, quarantined: bool, folder: str
) -> None:
    put(tmp_path / "new" / "a")
    box = MaildirMailbox(tmp_path, now=real_now)
    (raw,) = box.waiting(nothing_known)
    box.file(raw.origin, quarantined=quarantined)
    box.file(raw.origin, quarantined=quarantined)
    assert (tmp_path / folder / "cur" / "a").read_bytes() == MAIL
    assert list(box.waiting(nothing_known)) == []


def test_a_wait_ends_when_mail_arrives(tmp_path: Path) -> None:
    box = MaildirMailbox(tmp_path, now=real_now)
    assert list(box.waiting(nothing_known)) == []
    thread = threading.Thread(target=put, args=(tmp_path / "new" / "a",))
    started = time.perf_counter()
    thread.start()
    box.wait(30)
    assert time.perf_counter() - started < 5
    thread.join()
    assert len(list(box.waiting(nothing_known))) == 1


def test_a_wait_ends_at_once_when_interrupted_before_or_while_waiting(tmp_path: Path) -> None:
    box = MaildirMailbox(tmp_path, now=real_now)
    box.interrupt()
    started = time.perf_counter()
    box.wait(30)
    threading.Timer(0.05, box.interrupt).start()
    box.wait(30)
    assert time.perf_counter() - started < 5


def test_a_wait_without_mail_ends_in_time(tmp_path: Path) -> None:
    put(tmp_path / "new" / "a")
    box = MaildirMailbox(tmp_path, now=real_now)
    list(box.waiting(nothing_known))
    started = time.perf_counter()
    box.wait(0.1)
    assert 0.09 < time.perf_counter() - started < 2


def test_a_maildir_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    put(tmp_path / "file")
    with pytest.raises(Unavailable, match="cannot be read"):
        list(MaildirMailbox(tmp_path / "file", now=real_now).waiting(nothing_known))
