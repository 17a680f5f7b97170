"""The settings of scanner, web forms and staff's domains."""

import pytest

from bot.config import council_file
from bot.council_of_settings import council_of
from bot.wiring import reader_of, scanner_of
from models.errors import Misconfigured
from models.message import Origin, RawMessage, Source
from tests.bot.test_config import example, with_
from tests.support.council import utc


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("scanner", {"port": 0}, "scanner.port = 0"),
        ("scanner", {"socket": "/run/clamd.ctl", "port": 3310}, "give socket, or host and port, not both"),
        ("scanner", {"hots": "x"}, "scanner.hots: there is no such setting"),
        ("webform", {"field": [{"role": "details", "label": "("}]}, "webform.field.0.label = '('"),
        ("webform", {"field": [{"role": "details", "label": ""}]}, "webform.field.0.label = ''"),
        ("webform", {"field": [{"role": "colour", "label": "x"}]}, "webform.field.0.role = 'colour'"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(path: str, value: object, said: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        council_file(example() | {path: value})
    assert said in str(raised.value)


def test_without_a_scanner_in_the_settings_there_is_none() -> None:
    assert scanner_of(council_file(example())) is None
    assert scanner_of(council_file(example() | {"scanner": {}})) is not None


def test_b19_staff_are_who_writes_from_the_mailboxes_domain_unless_others_are_named() -> None:
    assert council_of(council_file(example())).staff_domains == {"westmere.example"}
    named = council_file(with_("mailbox.staff_domains", ["Westmere.example", "cllr.example"]))
    assert council_of(named).staff_domains == {"westmere.example", "cllr.example"}


def test_r01_a_councils_own_labels_are_read_as_the_settings_say() -> None:
    fields = [{"role": "details", "label": "disgrifiad.*"}, {"role": "name", "label": "enw"}]
    read = reader_of(council_file(example() | {"webform": {"field": fields}}))
    content = (
        "From: Forms <webforms@westmere.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Enw: Siân Rhys\r\nEmail: sian@post.example\r\nDisgrifiad o'r broblem: Mae'r bin yn llawn.\r\n"
    )
    message = read(RawMessage(content.encode(), Origin("a", "INBOX"), utc(2026, 11, 27)))
    assert message.source is Source.WEBSITE
    assert (message.sender.name, message.sender.address) == ("Siân Rhys", "sian@post.example")
    assert message.new_text == "Mae'r bin yn llawn."
