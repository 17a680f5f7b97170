"""Who wrote what is forwarded, in the forms of many mail programs (mail.md B19, requirement 3)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.forwarded import chosen, originals
from handlers.mail.written_dates import read_date
from models.message import Forwarded

ZONE = ZoneInfo("Europe/London")
NINE = datetime(2020, 6, 1, 8, 30, tzinfo=UTC)
JO = ("Jo Pike", "jo@post.example", NINE, "Bins")


def found(text: str, subject: str = "Fwd: Bins") -> list[tuple[object, ...]]:
    return [(f.name, f.address, f.dated, f.subject) for f in originals([], text, subject, ZONE, [])]


HEADS = {
    "gmail": "---------- Forwarded message ---------\nFrom: Jo Pike <jo@post.example>\n"
    "Date: Mon, 1 Jun 2020 at 09:30\nSubject: Bins\nTo: Cllr May <may@council.gov.uk>\n",
    "apple": "Begin forwarded message:\n\n> From: Jo Pike <jo@post.example>\n> Subject: Bins\n"
    "> Date: 1 June 2020 at 09:30:00 BST\n> To: Cllr May <may@council.gov.uk>\n>\n",
    "outlook": "________________________________\nFrom: Jo Pike <jo@post.example>\n"
    "Sent: Monday, June 1, 2020 9:30 AM\nTo: May, Ann <may@council.gov.uk>\nSubject: Bins\n",
    "outlook_bold": "*From:* Jo Pike [mailto:jo@post.example]\n*Sent:* 01 June 2020 09:30\n"
    "*To:* May, Ann\n*Cc:* a@council.gov.uk; b@council.gov.uk;\n c@council.gov.uk\n*Subject:* Bins\n",
    "outlook_spaced": "From: Jo Pike <jo@post.example>\n\nSent: 01 June 2020 09:30\n\nTo: May\n\n"
    "Subject: Bins\n",
    "thunderbird": "-------- Forwarded Message --------\nSubject: \tBins\n"
    "Date: \tMon, 1 Jun 2020 09:30:00 +0100\nFrom: \tJo Pike <jo@post.example>\nTo: \tmay@council.gov.uk\n",
    "yahoo": '----- Forwarded message -----From: "Jo Pike" <jo@post.example>\n'.replace("-From", "-\nFrom")
    + "To: may@council.gov.uk\nSent: Monday, 1 June 2020, 09:30:00 BST\nSubject: Bins\n",
    "notes": "----- Forwarded by Ann May/Council on 02/06/2020 10:00 -----\n\n"
    "From: jo@post.example (Jo Pike)\nTo: may@council.gov.uk\nDate: 01/06/2020 09:30\nSubject: Bins\n",
    "german": "Von: Jo Pike <jo@post.example>\nGesendet: Montag, 1. Juni 2020 09:30\n"
    "An: May <may@council.gov.uk>\nBetreff: Bins\n",
    "german_apple": "Anfang der weitergeleiteten Nachricht:\n\nVon: Jo Pike <jo@post.example>\n"
    "Betreff: Bins\nDatum: 1. Juni 2020 um 09:30:00 BST\nAn: may@council.gov.uk\n",
    "french": "De : Jo Pike <jo@post.example>\nEnvoyé : lundi 1 juin 2020 09:30\n"
    "À : may@council.gov.uk\nObjet : Bins\n",
    "french_gmail": "---------- Message transféré ----------\nDe\u00a0: Jo Pike <jo@post.example>\n"
    "Date\u00a0: lun. 1 juin 2020 à 09:30\nObjet\u00a0: Bins\nÀ\u00a0: <may@council.gov.uk>\n",
    "spanish": "De: Jo Pike <jo@post.example>\nEnviado el: lunes, 1 de junio de 2020 9:30\n"
    "Para: may@council.gov.uk\nAsunto: Bins\n",
    "italian": "Da: Jo Pike <jo@post.example>\nInviato: lunedì 1 giugno 2020 09:30\n"
    "A: may@council.gov.uk\nOggetto: Bins\n",
    "polish": "Od: Jo Pike <jo@post.example>\nWysłano: poniedziałek, 1 czerwca 2020 09:30\n"
    "Do: may@council.gov.uk\nTemat: Bins\n",
    "dutch": "Van: Jo Pike <jo@post.example>\nVerzonden: maandag 1 juni 2020 09:30\n"
    "Aan: may@council.gov.uk\nOnderwerp: Bins\n",
    "portuguese": "De: Jo Pike <jo@post.example>\nEnviada em: segunda-feira, 1 de junho de 2020 09:30\n"
    "Para: may@council.gov.uk\nAssunto: Bins\n",
    "romanian": "De la: Jo Pike <jo@post.example>\nTrimis: luni, 1 iunie 2020 09:30\n"
    "Către: may@council.gov.uk\nSubiect: Bins\n",
    "welsh": "Oddi wrth: Jo Pike <jo@post.example>\nAnfonwyd: Dydd Llun, 1 Mehefin 2020 09:30\n"
    "At: may@council.gov.uk\nPwnc: Bins\n",
    "swedish": "Från: Jo Pike <jo@post.example>\nSkickat: den 1 juni 2020 09:30\n"
    "Till: may@council.gov.uk\nÄmne: Bins\n",
}  # fmt: skip


@pytest.mark.parametrize("form", HEADS)
def test_b19_the_original_sender_and_date_are_read(form: str) -> None:
    assert found(f"Please look into this.\n\nAnn\n\n{HEADS[form]}\nMy bin was missed.\n") == [JO]


def test_b19_a_reply_that_quotes_with_the_same_head_is_no_forward() -> None:
    text = f"It is still full.\n\n{HEADS['outlook']}\nWe are sorry.\n"
    assert found(text, "RE: Bins [CC-2026-00042]") == []


@pytest.mark.parametrize(
    "subject", ["FW: Bins", "Fwd: x", "WG: x", "TR: x", "RV: x", "PD: x", "[EXT] FW: x"]
)
def test_b19_the_subject_of_a_forward_is_known_in_many_languages(subject: str) -> None:
    assert found(f"{HEADS['outlook']}\nMy bin.", subject) == [JO]


def test_b19_of_mail_that_officers_handed_on_twice_the_resident_is_offered() -> None:
    staff = HEADS["outlook"].replace("Jo Pike <jo@post.example>", "Ray <ray@council.gov.uk>")
    text = f"See below.\n\n{staff}\nWhose is this?\n\n{HEADS['outlook']}\nMy bin."
    found_ = originals([], text, "FW: Bins", ZONE, [])
    assert [one.address for one in found_] == ["ray@council.gov.uk", "jo@post.example"]
    picked = chosen(found_, frozenset({"council.gov.uk"}))
    assert picked is not None
    assert picked.address == "jo@post.example"


def test_a_sender_without_an_address_is_offered_by_name() -> None:
    head = HEADS["outlook"].replace(" <jo@post.example>", "")
    assert found(head)[0][:2] == ("Jo Pike", None)


@pytest.mark.parametrize(
    "head",
    [
        'On 01/06/2020, 09:30, "Jo Pike" <jo@post.example> wrote:',
        "On Mon, 1 Jun 2020 at 09:30, Jo Pike <jo@post.example> wrote:",
        'Am 1. Juni 2020 09:30 schrieb "Jo Pike" <jo@post.example>:',
        "Le 1 juin 2020 à 09:30, « Jo Pike » <jo@post.example> a écrit :",
        "Dnia 1 czerwca 2020 09:30 „Jo Pike” <jo@post.example> napisał:",
    ],
)
def test_b19_a_forward_with_the_head_of_a_reply_is_read_where_the_subject_says_so(
    head: str,
) -> None:
    text = f"See below.\n\n{head}\n\n> My bin was missed."
    assert found(text) == [("Jo Pike", "jo@post.example", NINE, "")]
    assert found(text, "RE: Bins") == []


def test_a_date_that_is_none_is_left_out() -> None:
    head = HEADS["german"].replace("Montag, 1. Juni 2020 09:30", "gestern")
    assert found(head)[0][2] is None


def test_words_with_colons_are_no_head() -> None:
    assert found("From: the window\nI saw: nothing.\nTo: you.\nRegards") == []
    assert chosen([], frozenset()) is None


@given(st.text(alphabet=st.sampled_from("From:Sent: \n>*-@<>abcDatejun120:30"), max_size=400))
def test_any_text_is_survived(text: str) -> None:
    for one in originals([], text, "Fwd: x", ZONE, []):
        assert isinstance(one, Forwarded)


def test_a_long_hostile_text_is_read_in_good_time() -> None:
    started = datetime.now(UTC)
    originals([], "From: a\n" * 50_000 + "From: " + "a" * 2_000_000, "Fwd: x", ZONE, [])
    originals([], "> " * 500_000, "Fwd: x", ZONE, [])
    assert datetime.now(UTC) - started < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("6/13/2020 9:30 PM", datetime(2020, 6, 13, 20, 30, tzinfo=UTC)),
        ("6/7/2020 12:05 AM", datetime(2020, 7, 5, 23, 5, tzinfo=UTC)),
        ("2020-06-01 09:30", NINE),
        ("1 juin 2020 à 10:30 UTC+2", NINE),
        ("01 May 2020", datetime(2020, 5, 1, 11, tzinfo=UTC)),
        ("31 February 2020 10:00", None),
        ("99/99/2020", None),
        ("", None),
    ],
)
def test_dates_are_read_as_in_britain(written: str, at: datetime | None) -> None:
    assert read_date(written, ZONE) == at
