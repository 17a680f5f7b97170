from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import Message as Part
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.compose import compose
from handlers.mail.letters import TemplateLetters, in_words
from handlers.mail.parse import MailReader, ReadingRules
from models.council import Authority
from models.errors import Refused, Undeliverable
from models.letter import Extension, Letter, LetterFacts, LetterKind
from models.message import MachineKind, Mark, Named, Origin, RawMessage
from models.prediction import Category

FROM = "complaints@council.gov.uk"
NOW = datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
LETTERS = TemplateLetters(
    council_name="Mid Vale Borough Council",
    from_address=FROM,
    from_name="Customer Care",
    sign_off="Yours sincerely",
    ombudsman_paragraph="You can also go to the Ombudsman: https://www.lgo.org.uk.",
)
COUNTY = Authority("county", "Vale County Council", "It looks after the roads.", "www.vale.gov.uk")
OUTLOOK_ID = "<" + "A" * 70 + "@AM0PR04MB1234.eurprd04.prod.outlook.com>"


def facts(**changes: object) -> LetterFacts:
    given_facts = {
        "reference": "CC-2026-00042",
        "customer_name": "Jane O'Hara",
        "address": "jane@example.org",
        "subject": "SECRETSUBJECT",
        "category": Category.COMPLAINT,
        "decided": True,
        "owner_name": "Waste and Recycling",
        "received_on": date(2020, 6, 1),
        "respond_by": date(2020, 6, 22),
        "authority": COUNTY,
        "answers": OUTLOOK_ID,
        "thread": ("<first@example.org>",),
        "extension": Extension(date(2020, 7, 6), "The driver was away."),
        "written_on": date(2020, 6, 1),
        **changes,
    }
    return LetterFacts(**given_facts)


def letter(
    kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, text: str = "", **changes: object
) -> Letter:
    case = facts(**changes)
    if kind is LetterKind.RESPONSE and not text:
        text = "Dear Jane,\n\nWe are sorry. The bin is emptied."
    return LETTERS.finish(kind, case, text or LETTERS.draft(kind, case))


class Outline(HTMLParser):
    """Which elements there are, and whether each that is opened is closed."""

    VOID = frozenset(["meta", "br", "img"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.lang: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag == "html":
            self.lang = dict(attrs).get("lang")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


KINDS = pytest.mark.parametrize("kind", list(LetterKind))
CATEGORIES = pytest.mark.parametrize("category", list(Category))
DECIDED = pytest.mark.parametrize("decided", [True, False])


@KINDS
@CATEGORIES
@DECIDED
def test_e31_every_letter_names_the_case_once_in_its_subject_and_never_the_customers_words(
    kind: LetterKind, category: Category, decided: bool
) -> None:
    done = letter(kind, category=category, decided=decided)
    assert done.subject.count("CC-2026-00042") == 1
    assert done.subject.endswith("[CC-2026-00042]")
    assert "SECRETSUBJECT" not in done.subject + done.text + done.html
    assert done.text.strip()
    assert done.automatic is (kind is LetterKind.ACKNOWLEDGEMENT)


@KINDS
@CATEGORIES
@DECIDED
def test_every_letters_html_is_whole_english_with_one_heading_and_no_image(
    kind: LetterKind, category: Category, decided: bool
) -> None:
    outline = Outline(letter(kind, category=category, decided=decided).html)
    assert outline.open == []
    assert outline.lang == "en-GB"
    assert outline.seen.count("h1") == 1
    assert "p" in outline.seen
    assert "img" not in outline.seen


@CATEGORIES
@DECIDED
def test_an_acknowledgement_says_the_reference_and_no_gap_is_left(
    category: Category, decided: bool
) -> None:
    text = letter(category=category, decided=decided).text
    assert "CC-2026-00042" in text
    assert "\n\n\n" not in text
    assert "None" not in text
    assert text.startswith("Dear Jane O'Hara,")
    assert text.rstrip().endswith("Yours sincerely\nCustomer Care")


def test_dates_are_in_words() -> None:
    assert in_words(date(2020, 6, 22)) == "Monday 22 June 2020"
    assert "answer you in writing by Monday 22 June 2020" in letter().text
    assert "Monday 1 June 2020" in letter().text


def test_without_a_date_none_is_promised() -> None:
    assert " by " not in letter(respond_by=None, category=Category.GENERAL_ENQUIRY).text


def test_a_signpost_names_the_body_why_and_how_to_reach_it() -> None:
    text = letter(LetterKind.SIGNPOST, category=Category.NON_COUNCIL).text
    for words in ("Vale County Council", "It looks after the roads.", "www.vale.gov.uk"):
        assert words in text


@pytest.mark.parametrize("kind", [LetterKind.HOLDING_REPLY, LetterKind.RESPONSE])
def test_the_ombudsman_is_named_just_where_the_policy_asks_for_it(kind: LetterKind) -> None:
    assert "go to the Ombudsman" in LETTERS.draft(kind, facts(ombudsman=frozenset({kind})))
    assert "Ombudsman" not in LETTERS.draft(kind, facts())


def test_without_words_of_the_councils_own_the_ombudsmans_details_are_given() -> None:
    usual = TemplateLetters(
        council_name="C", from_address=FROM, from_name="C", sign_off="C", ombudsman_paragraph=None
    )
    text = usual.draft(LetterKind.RESPONSE, facts(ombudsman=frozenset({LetterKind.RESPONSE})))
    for detail in ("Local Government and Social Care Ombudsman", "www.lgo.org.uk", "0300 061 0614"):
        assert detail in text


def test_a_final_answer_offers_no_further_look() -> None:
    text = LETTERS.draft(LetterKind.RESPONSE, facts(final=True))
    assert "final answer" in text
    assert "look at it again" not in text


def test_a_response_with_a_line_still_to_be_filled_in_is_refused() -> None:
    draft = LETTERS.draft(LetterKind.RESPONSE, facts())
    with pytest.raises(Refused, match="What we found"):
        LETTERS.finish(LetterKind.RESPONSE, facts(), draft)


def test_a_letter_without_text_is_refused() -> None:
    with pytest.raises(Refused, match="no text"):
        LETTERS.finish(LetterKind.RESPONSE, facts(), " \n\0 ")


@pytest.mark.parametrize("address", ["", "jane", "a@b, c@d", "a@b\nBcc: c@d", "<a@b>", "a@b@c"])
def test_an_address_that_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="no email address"):
        letter(address=address)


@pytest.mark.parametrize(
    "name",
    ["", "WIN http://x.example", "www.x.example", "<b>x</b>", "a@b.example", "J" * 61, "1 2 3"],
)
def test_e31_what_is_not_a_name_is_not_repeated_in_the_salutation(name: str) -> None:
    assert letter(customer_name=name).text.startswith("Hello,")


def test_text_that_looks_like_html_is_escaped() -> None:
    done = letter(LetterKind.RESPONSE, "Dear Jane,\n\n<script>alert(1)</script> & more.")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more." in done.html
    assert "<script" not in done.html


def test_a_heading_and_a_list_of_the_text_are_a_heading_and_a_list_in_html() -> None:
    text = "Dear Jane,\n\nWhat we did\n\nWe did this.\n\n- one\n- two\n\nYours sincerely\n\nBob Officer"
    outline = Outline(letter(LetterKind.RESPONSE, text).html)
    assert outline.seen.count("h2") == 1
    assert outline.seen.count("li") == 2


def test_a_list_below_its_introduction_is_a_list_too() -> None:
    outline = Outline(
        letter(LetterKind.RESPONSE, "Dear Jane,\n\nWe will\n- one\n- two\nsoon.").html
    )
    assert (outline.seen.count("li"), outline.seen.count("p")) == (2, 3)


def test_a_councils_own_template_goes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "acknowledgement.txt.jinja").write_text("Ours: {{ reference }}", encoding="utf-8")
    own = TemplateLetters(
        council_name="C", from_address=FROM, from_name="C", sign_off="C",
        ombudsman_paragraph=None, own_templates=tmp_path,
    )  # fmt: skip
    assert own.draft(LetterKind.ACKNOWLEDGEMENT, facts()) == "Ours: CC-2026-00042\n"
    assert "Hello" in own.draft(LetterKind.SIGNPOST, facts(customer_name=""))


def sent(done: Letter, name: str = "Customer Care") -> Part:
    return message_from_bytes(compose(done, from_address=FROM, from_name=name, now=NOW).as_bytes())


def test_an_acknowledgement_has_the_headers_that_stop_loops() -> None:
    done = letter()
    email = sent(done)
    assert email["Auto-Submitted"] == "auto-replied"
    assert email["X-Auto-Response-Suppress"] == "All"
    assert email["X-Carebot"] == "CC-2026-00042"
    assert email["Message-ID"] == done.message_id
    assert email["Reply-To"] == "complaints+CC-2026-00042@council.gov.uk"
    assert email["Date"] == "Mon, 01 Jun 2020 09:00:00 +0000"
    assert email["To"] == "jane@example.org"
    assert email.get_content_type() == "multipart/alternative"


def test_what_a_person_wrote_is_not_marked_as_automatic() -> None:
    assert sent(letter(LetterKind.RESPONSE))["Auto-Submitted"] is None


def test_a_long_message_id_of_outlook_is_sent_unbroken() -> None:
    email = sent(letter())
    assert email["In-Reply-To"] == OUTLOOK_ID
    assert email["References"] == f"<first@example.org> {OUTLOOK_ID}"


def test_no_line_of_an_email_is_longer_than_rfc_5322_allows() -> None:
    done = letter(thread=tuple(f"<{n}{'x' * 240}@example.org>" for n in range(30)))
    raw = compose(done, from_address=FROM, from_name="C", now=NOW).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_foreign_ids_that_are_none_are_left_out() -> None:
    email = sent(letter(answers="<a b>\r\nBcc: x@y", thread=("<[x", "<ok@x>", "<ü@x>")))
    assert email["In-Reply-To"] is None
    assert email["References"] == "<ok@x>"
    assert email["Bcc"] is None


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert sent(letter(address="jane@bücher.example"))["To"] == "jane@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["jänä@example.org", "jane@exa..mple", "jane@" + "x" * 70])
def test_an_address_no_header_can_hold_is_undeliverable(address: str) -> None:
    with pytest.raises(Undeliverable):
        sent(letter(address=address))


@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_name_and_text_the_email_has_one_recipient_and_the_same_headers(
    name: str, text: str
) -> None:
    done = letter(LetterKind.RESPONSE, f"Dear Jane, {text}")
    email = sent(done, name)
    assert sorted(email.keys()) == sorted(
        ["MIME-Version", "Content-Type", "From", "To", "Reply-To", "Subject", "Date", "Message-ID",
         "In-Reply-To", "References", "X-Auto-Response-Suppress", "X-Carebot"]
    )  # fmt: skip
    assert email["To"] == "jane@example.org"


@KINDS
def test_our_own_letter_coming_back_is_recognised(kind: LetterKind) -> None:
    raw = compose(letter(kind), from_address=FROM, from_name="C", now=NOW).as_bytes()
    read = MailReader(ReadingRules((FROM,), "council.gov.uk"))(
        RawMessage(raw, Origin("a", "b"), NOW)
    )
    assert read.machine is not None
    assert read.machine.kind is MachineKind.OWN
    assert read.named == (Named("CC-2026-00042", Mark.BARE),)


def test_the_letters_of_a_review_say_who_makes_it_and_on_which_day_it_was_asked_for() -> None:
    asked = date(2026, 6, 22)
    about = facts(final=True, received_on=asked)
    for kind in (LetterKind.ACKNOWLEDGEMENT, LetterKind.RESPONSE):
        text = LETTERS.draft(kind, about)
        assert "Monday 22 June 2026" in text
        assert "senior officer who was not involved" in text
        assert "review" in LETTERS.finish(kind, about, "Dear Jo").subject
    assert "recorded it as a complaint" not in LETTERS.draft(LetterKind.ACKNOWLEDGEMENT, about)
    assert "reviewing your complaint" in LETTERS.draft(LetterKind.HOLDING_REPLY, about)
