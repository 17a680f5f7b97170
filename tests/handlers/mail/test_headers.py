"""Who wrote, and what about, however the headers are written (B15, B21)."""

from email import message_from_bytes

import pytest

from handlers.mail.headers import Headers, one_line


def mailboxes(written: str) -> list[tuple[str, str]]:
    part = message_from_bytes(f"From: {written}\n\n".encode())
    return [(m.name, m.address) for m in Headers(part, []).mailboxes("from")]


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("Jane Smith <jane@x.org>", "Jane Smith", "jane@x.org"),
        ("jane@X.ORG", "", "jane@x.org"),
        ('"Smith, Jane" <jane@x.org>', "Smith, Jane", "jane@x.org"),
        ("Smith, Jane <jane@x.org>", "Smith, Jane", "jane@x.org"),
        ("=?utf-8?q?Smith=2C_Jane?= <jane@x.org>", "Smith, Jane", "jane@x.org"),
        ('"=?utf-8?B?SmFuZQ==?=" <jane@x.org>', "Jane", "jane@x.org"),
        ("=?utf-8?q?Jane_=3Cjane=40x=2Eorg=3E?=", "Jane", "jane@x.org"),
        ('"Jane \\"J\\" Smith" <jane@x.org>', 'Jane "J" Smith', "jane@x.org"),
        ("jane@x.org (Jane Smith)", "Jane Smith", "jane@x.org"),
        ("Jane Smith jane@x.org", "Jane Smith", "jane@x.org"),
        ("Jane @ Home <jane@x.org>", "Jane @ Home", "jane@x.org"),
        ("Jane [External] <jane@x.org>", "Jane [External]", "jane@x.org"),
        ("Jane <jane@x.org", "Jane", "jane@x.org"),
        ("Jane <mailto:jane@x.org>", "Jane", "jane@x.org"),
        ("Residents: Jane <jane@x.org>;", "Jane", "jane@x.org"),
        ("José <josé@exämple.org>", "José", "josé@exämple.org"),
        ("=?utf-8?q?Jane=0D=0ABcc:_x?= <jane@x.org>", "Jane Bcc: x", "jane@x.org"),
    ],
)
def test_b21_name_and_address_are_read_as_people_write_them(
    written: str, name: str, address: str
) -> None:
    assert mailboxes(written) == [(name, address)]


@pytest.mark.parametrize(
    "written", ["", "<>", "Jane <>", "Jane", "undisclosed-recipients:;", "jane at x.org", '"']
)
def test_b21_where_there_is_no_address_none_is_made_up(written: str) -> None:
    assert mailboxes(written) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("=?utf-8?Q?Caf=C3?= =?utf-8?Q?=A9?=", "Café"),
        ("=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
        ("=?utf-8?B?SmFuZQ?=", "Jane"),
        ("=?utf-8?B?SmFu ZQ==?=", "Jane"),
        ("=?utf-8?q?cut sho", "cut sho"),
        ("=?utf-8?Q?When?_Where?=", "When? Where"),
        ("=?hex?q?41?=", "41"),
        ("=?idna?q?x=E9?=", "xé"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?utf-8?q?a=00b=0D=0Ac?=", "ab c"),
    ],
)
def test_b15_encoded_words_that_are_broken_are_read_as_far_as_they_go(
    written: str, shown: str
) -> None:
    assert one_line(written) == shown


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251", "utf-8"])
def test_b16_raw_eight_bit_headers_are_read_in_the_texts_charset(charset: str) -> None:
    head = (
        "Subject: Мусор\n".encode(charset) + f"Content-Type: text/plain; charset={charset}".encode()
    )
    assert Headers(message_from_bytes(head + b"\n\n"), []).text("subject") == "Мусор"
