import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.health_page import HealthPage, metrics
from handlers.health import Health, MailboxHealth
from models.errors import Misconfigured
from models.outbox import Lane
from models.vitals import Backlog, LetterCounts
from tests.support.council import utc

NOW = utc(2026, 11, 27)
WELL = Health(
    at=NOW,
    mailboxes=(MailboxHealth("complaints@westmere.example", "INBOX", 4.5, 0, None, failing=False),),
    quarantined=2,
    unacknowledged=1,
    letters=LetterCounts(failed=1, unknown=0, put_off=3),
    backlogs={Lane.SLACK: Backlog(3, utc(2026, 11, 27, 11)), Lane.EMAIL: Backlog(0, None)},
    withheld=7,
    unaccounted=0,
    last_tick_age=12.0,
)
ILL = Health(**{f: getattr(WELL, f) for f in WELL.__dataclass_fields__} | {"problems": ("x",)})


def test_f36_the_page_answers_a_monitor_with_the_state_and_the_figures() -> None:
    told = [WELL, ILL]
    with HealthPage(lambda: told.pop(0), "127.0.0.1", 0) as page:
        url = f"http://127.0.0.1:{page.port}/health"
        well, ill = httpx.get(url), httpx.get(url)
    assert (well.status_code, well.json()) == (200, WELL.to_json())
    assert (ill.status_code, ill.json()["problems"]) == (503, ["x"])


def test_f36_prometheus_reads_the_metrics() -> None:
    with HealthPage(lambda: WELL, "127.0.0.1", 0) as page:
        answer = httpx.get(f"http://127.0.0.1:{page.port}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    place = (("account", "complaints@westmere.example"), ("folder", "INBOX"))
    assert found["carebot_ok",] == 1
    assert found["carebot_mailbox_last_look_age_seconds", *place] == 4.5
    assert found["carebot_outbox_oldest_age_seconds", ("lane", "slack")] == 3600
    assert ("carebot_outbox_oldest_age_seconds", ("lane", "email")) not in found
    assert found["carebot_letters", ("state", "put_off")] == 3
    assert found["carebot_acknowledgements_withheld",] == 7
    assert found["carebot_quarantine_open",] == 2
    assert b"carebot_ok 0.0" in metrics(ILL)


def test_f36_the_page_only_reads() -> None:
    with HealthPage(lambda: WELL, "127.0.0.1", 0) as page:
        assert httpx.post(f"http://127.0.0.1:{page.port}/health").status_code == 405
        assert httpx.get(f"http://127.0.0.1:{page.port}/").status_code == 404


def test_f36_a_port_that_somebody_has_stops_the_start_and_is_named() -> None:
    with (
        HealthPage(lambda: WELL, "127.0.0.1", 0) as page,
        pytest.raises(Misconfigured, match=rf"health\.port = {page.port}"),
    ):
        HealthPage(lambda: WELL, "127.0.0.1", page.port)
    with pytest.raises(Misconfigured, match="health.host = 'no.such.host.invalid'"):
        HealthPage(lambda: WELL, "no.such.host.invalid", 0)


def test_f36_one_thread_looks_however_many_ask_at_once() -> None:
    threads = set[int]()

    def look() -> Health:
        threads.add(threading.get_ident())
        return WELL

    with HealthPage(look, "127.0.0.1", 0) as page, ThreadPoolExecutor(8) as asking:
        urls = [f"http://127.0.0.1:{page.port}/{name}" for name in ("health", "metrics") * 8]
        assert {answer.status_code for answer in asking.map(httpx.get, urls)} == {200}
    assert len(threads) == 1
