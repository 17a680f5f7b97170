import hashlib

from models.ledger import Arrival
from models.message import Attachment, Scanned, Verdict
from models.store_port import Filed, Store
from tests.support.cases import message
from tests.support.council import utc

NOW = utc(2026, 11, 27)
REFERENCE = "CC-2026-00001"


def attached(content: bytes, name: str = "bin.jpg") -> Attachment:
    digest = hashlib.sha256(content).hexdigest()
    return Attachment(name, "image/jpeg", len(content), digest, content)


def test_b18_an_attachment_is_kept_by_its_content_and_equal_ones_once(store: Store) -> None:
    one, same = attached(b"photo"), attached(b"photo", "again.jpg")
    with store.work() as work:
        first = work.messages.add(
            message("a", NOW, attachments=(one, same)), Arrival.CASE, REFERENCE, None, NOW
        )
        second = work.messages.add(
            message("b", NOW, attachments=(same,)), Arrival.REPLY, REFERENCE, None, NOW
        )
    with store.view() as work:
        assert work.contents.get(one.sha256) == b"photo"
        came_with = work.contents.came_with(one.sha256)
        assert came_with == (Filed(first, REFERENCE), Filed(second, REFERENCE))
        assert work.contents.not_scanned(10) == (one.sha256,)


def test_a_verdict_stays_with_the_content_also_when_it_comes_again(store: Store) -> None:
    one, verdict = attached(b"bad"), Scanned(Verdict.INFECTED, "Eicar")
    with store.work() as work:
        work.messages.add(message("a", NOW, attachments=(one,)), Arrival.CASE, None, None, NOW)
        assert work.contents.verdicts([one.sha256, "ff"]) == {
            one.sha256: Scanned(Verdict.NOT_SCANNED)
        }
        work.contents.judge(one.sha256, verdict, NOW)
        work.messages.add(message("b", NOW, attachments=(one,)), Arrival.CASE, None, None, NOW)
        assert work.contents.verdicts([one.sha256]) == {one.sha256: verdict}
        assert work.contents.not_scanned(10) == ()


def test_what_is_only_named_and_not_there_is_not_kept(store: Store) -> None:
    named = Attachment("bin.jpg", "image/jpeg", 1234, "ff")
    with store.work() as work:
        work.messages.add(message("a", NOW, attachments=(named,)), Arrival.CASE, None, None, NOW)
        assert work.contents.get("ff") is None


def test_an_empty_attachment_is_kept_too(store: Store) -> None:
    with store.work() as work:
        work.messages.add(
            message("a", NOW, attachments=(attached(b""),)), Arrival.CASE, None, None, NOW
        )
        assert work.contents.get(hashlib.sha256(b"").hexdigest()) == b""


def test_many_verdicts_are_asked_for_at_once(store: Store) -> None:
    many = tuple(attached(b"%d" % n) for n in range(1_200))
    with store.work() as work:
        work.messages.add(message("a", NOW, attachments=many), Arrival.CASE, None, None, NOW)
        assert len(work.contents.verdicts([a.sha256 for a in many])) == 1_200
