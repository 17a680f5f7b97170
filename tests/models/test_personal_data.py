"""Other people's data in a letter is pointed out; what the customer knows is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.personal_data import of_others

PHONE = "the phone number"


def found(text: str, *known: str) -> tuple[str, ...]:
    return of_others(text, known=known, own_domain="westmere.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr Hill (hill@post.example) saw it.", "the email address hill@post.example"),
        ("Ring 07700 900123.", f"{PHONE} 07700 900123"),
        ("Ring +44 7700 900123.", f"{PHONE} +44 7700 900123"),
        ("Ring (01632) 960-001 please", f"{PHONE} (01632) 960-001"),
        ("Her number is QQ 12 34 56 C.", None),
        ("Her number is AB 12 34 56 C.", "the National Insurance number AB 12 34 56 C"),
        ("his is ab123456d", "the National Insurance number ab123456d"),
        ("As in CC-2026-00007.", "another case's reference CC-2026-00007"),
        ("On 18 May 2020 at 10:30 we paid 1,200.50.", None),
        ("Write to waste@westmere.example or x@depot.westmere.example.", None),
        ("Reference 12345678901234567890", None),
    ],
)
def test_what_may_be_somebody_elses_is_found(text: str, expected: str | None) -> None:
    assert found(text) == ((expected,) if expected else ())


def test_what_the_customer_wrote_or_the_template_says_is_no_news_to_them() -> None:
    text = "Ring 07700 900123 or 0300 061 0614, write to JO@post.example, AB123456C, CC-2026-00042."
    known = ("jo@post.example, +447700900123, ab 12 34 56 c", "Call 0300 0610614", "CC-2026-00042")
    assert found(text, *known) == ()


def test_each_is_named_once_as_it_stands() -> None:
    assert found("a@b.example, A@B.example, a@b.example") == ("the email address a@b.example",)


@given(st.text(max_size=300))
def test_any_text_is_looked_through_and_known_to_itself(text: str) -> None:
    assert found(text, text) == ()
    found(text)
