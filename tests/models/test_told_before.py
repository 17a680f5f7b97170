import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.told_before import Told, told


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("I have reported this three times now.", "reported this three times"),
        ("I've already reported it online", "already reported"),
        ("This is my third email about it", "my third email"),
        ("Missed for the second week running", "second week running"),
        ("Overflowing for the umpteenth time", "for the umpteenth time"),
        ("I rang last week about the same thing", "I rang last week"),
        ("We reported it in October", "We reported it in October"),
        ("Two weeks since I reported it", "since I reported"),
        ("My bin was missed again", "missed again"),
        ("Yet again the recycling", "Yet again"),
        ("It's still not been emptied", "still not"),
        ("and the mattress is STILL THERE", "STILL THERE"),
        ("Nobody has come", "Nobody has come"),
        ("It keeps happening", "keeps happening"),
    ],
)
def test_who_says_that_it_was_reported_before_is_heard(text: str, phrase: str) -> None:
    assert told(text).before[0] == phrase


@pytest.mark.parametrize(
    "text",
    [
        "Please empty my bin, it was missed on Tuesday.",
        "Thanks again for your help. Once again, thank you.",
        "I still love this park.",
        "This is the first time I have reported it, and it is still there.",
        "I have not reported this before. The bin is still out.",
        "I have three bins and two caddies.",
    ],
)
def test_a_first_report_and_thanks_say_nothing_of_the_kind(text: str) -> None:
    assert told(text).before == ()


@pytest.mark.parametrize(
    "text",
    ["Any news on my case?", "Could I have an update please", "How is it going with the fly-tip?",
     "Just following up on my report", "When will I hear from you?", "Where are we up to with it?"],
)  # fmt: skip
def test_who_asks_for_news_is_heard(text: str) -> None:
    assert told(text) == Told(asks_for_news=True)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("My ref FS-Case-1234567, please", "FS-Case-1234567"),
        ("Reference number: 881204.", "881204"),
        ("case no. CRM 4410097", "CRM 4410097"),
        ("(Ref: 24/01234/FUL)", "24/01234/FUL"),
        ("I was given incident 5520138", "5520138"),
    ],
)
def test_a_reference_of_another_system_is_the_customers_own(text: str, reference: str) -> None:
    assert told(text).references == (reference,)


@pytest.mark.parametrize(
    "text",
    ["Your ref CC-2026-00042", "I reported 12/11/2026", "a report 2025", "ring ref 07700900123",
     "the case for 20 bins", "in case 2"],
)  # fmt: skip
def test_our_own_references_dates_and_phone_numbers_are_none_of_theirs(text: str) -> None:
    assert told(text).references == ()


def test_few_and_short_things_are_shown_each_once() -> None:
    text = "still not. " * 50 + "".join(f"ref AB{n}123 " for n in range(9))
    assert told(text) == Told(("still not",), ("AB0123", "AB1123", "AB2123"), repeated=True)


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    said = told(text)
    assert all(0 < len(one) <= 60 for one in (*said.before, *said.references))


@pytest.mark.parametrize(
    "part",
    ["a", "reported ", "still ", "ref ", "ref: " + "1" * 30, "again ", "any ", "i have ", "when can i ",
     "my second ", "i asked a b c d ", " ", "\n", "İ", "since i "],
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_its_length(part: str) -> None:
    text = part * (200_000 // len(part))
    begun = time.process_time()
    told(text)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    "text",
    ["I was told that you collect before 8.", "I asked my neighbour before writing to you",
     "Will they be back again?", "Can someone come again this week?", "Is it still out for collection?",
     "I was told last week that you collect on Fridays", "I reported before lunch that it leaks",
     "I have never contacted the council. It is still there"],
)  # fmt: skip
def test_ordinary_sentences_do_not_say_that_it_failed(text: str) -> None:
    assert told(text).before == ()


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("I have reported this three times and have not been contacted", "reported this three times"),
        ("I reported it before and we have not been contacted", "reported it before"),
        ("I have asked you twice. I have not reported it to the police", "asked you twice"),
        ("It was not collected again this week", "not collected again this week"),
        ("The fridge is back again", "is back again"),
    ],
)  # fmt: skip
def test_who_was_not_answered_or_counts_has_reported_it_before(text: str, phrase: str) -> None:
    assert told(text).before == (phrase,)


def test_who_only_chases_says_that_it_was_reported_and_no_more() -> None:
    said = told("Any update on the pothole I reported two weeks ago?")
    assert (said.asks_for_news, bool(said.before), said.repeated) == (True, True, False)
    assert told("Any update? I have rung you three times").repeated
