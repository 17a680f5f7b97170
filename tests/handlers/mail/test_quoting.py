"""What a person newly wrote is found under the quoting habits of many programs and languages."""

import pytest

from handlers.mail.quoting import new_text

QUOTE = "\n> Dear Jane,\n> We will answer.\n"


@pytest.mark.parametrize(
    "head",
    [
        "On Mon, 1 Jun 2020 at 10:00, Council <c@x.gov.uk> wrote:",
        "On 01/06/2020 10:00, Council wrote:",
        "On Monday, 1 June 2020 at 10:00:00 BST, Council\n<c@x.gov.uk> wrote:",
        "Council <c@x.gov.uk> wrote on 1 June 2020 at 10:00:",
        "Am 01.06.2020 um 10:00 schrieb Council:",
        "Le 01/06/2020 à 10:00, Council a écrit :",
        "El lun, 1 jun 2020 a las 10:00, Council (<c@x.gov.uk>) escribió:",
        "Il giorno lun 1 giu 2020 alle ore 10:00 Council <c@x.gov.uk> ha scritto:",
        "Op ma 1 jun. 2020 om 10:00 schreef Council <c@x.gov.uk>:",
        "W dniu 1.06.2020 o 10:00, Council pisze:\nW dniu 1.06.2020 Council napisał:",
        "Em seg., 1 de jun. de 2020 às 10:00, Council <c@x.gov.uk> escreveu:",
        "Den mån 1 juni 2020 kl 10:00 skrev Council <c@x.gov.uk>:",
        "Dne 1. 6. 2020 v 10:00 Council napsal(a):",
        "Ar 1 Meh 2020 am 10:00, ysgrifennodd Council <c@x.gov.uk>:",
        "În lun., 1 iun. 2020 la 10:00, Council <c@x.gov.uk> a scris:",
        "På 1 juni 2020 på 10:00:00, Council (c@x.gov.uk) skrev:",
        "Op 1-jun.-2020, om 10:00 heeft Council <c@x.gov.uk> het volgende geschreven:",
        "ma 1. kesäk. 2020 klo 10.00 Council (c@x.gov.uk) kirjoitti:",
        "Council <c@x.gov.uk> ezt írta (időpont: 2020. jún. 1., H, 10:00):",
        '01.06.2020 10:00 пользователь "Council" <\nc@x.gov.uk> написал:',
        "2020-06-01 10:00 GMT+01:00 Council <c@x.gov.uk>:",
        '01.06.2020, 10:00, "Council" <c@x.gov.uk>:',
        "On Mon, Jun 1, 2020 at 10:00 AM Council <\nc@x.gov.uk>\nwrote:",
        "---- On Mon, 01 Jun 2020 10:00:00 +0100 Council<c@x.gov.uk> wrote ----",
        "At 1/6/2020 10:00 AM, you wrote:",
    ],
)
def test_the_quote_under_its_head_is_left_out(head: str) -> None:
    assert new_text(f"Still not emptied.\n\n{head}\n{QUOTE}") == "Still not emptied."


@pytest.mark.parametrize(
    "block",
    [
        "From: Council <c@x.gov.uk>\nSent: 01 June 2020 10:00\nTo: Jane\nSubject: Bins",
        "*From:* Council <c@x.gov.uk>\n*Sent:* 01 June 2020\n*To:* Jane\n*Subject:* Bins",
        "Von: Council\nGesendet: Montag, 1. Juni 2020\nAn: Jane\nBetreff: Bins",
        "De : Council\nEnvoyé : lundi 1 juin 2020\nÀ : Jane\nObjet : Bins",
        "De: Council\nEnviado: lunes\nPara: Jane\nAsunto: Bins",
        "Da: Council\nInviato: lunedì\nA: Jane\nOggetto: Bins",
        "Van: Council\nVerzonden: maandag\nAan: Jane\nOnderwerp: Bins",
        "________________________________\nFrom: Council\nDate: Monday\nTo: Jane\nSubject: Bins",
        "-----Original Message-----\nFrom: Council\nSent: Monday",
        "-------- Original message --------\nFrom: Council\nDate: 01/06/2020",
        "----- Neges wreiddiol -----\nOddi wrth: Council\nAnfonwyd: 1 Mehefin 2020",
        "Oddi wrth: Council <c@x.gov.uk>\nAnfonwyd: 1 Mehefin 2020 10:00\nAt: Jane\nPwnc: Biniau",
        "Od: Council <c@x.gov.uk>\nWysłano: 1 czerwca 2020\nDo: Jane\nTemat: Kosze",
        "De la: Council <c@x.gov.uk>\nTrimis: 1 iunie 2020\nCătre: Jane\nSubiect: Bins",
        "-----Oprindelig meddelelse-----",
        "*From:* Council [mailto:\nc@x.gov.uk]\n*Sent:* 1 June 2020\n*To:* Jane\n*Subject:* Bins",
        "Date: Mon, 1 Jun 2020 10:00:00 +0100\nFrom: c@x.gov.uk\nTo: jane@x.org\nSubject: Bins",
    ],
)
def test_outlooks_block_and_all_below_it_are_left_out(block: str) -> None:
    assert (
        new_text(f"Still not emptied.\n\n{block}\n\nDear Jane,\n\nWe will answer.\n")
        == "Still not emptied."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Dear council,\n\nFrom: my window I see three bins.\nThey smell.",
        "I wrote on Monday:\n\nnothing happened.",
        "Times:\n- Monday 10:00\n- Tuesday 11:00\n\nPlease choose.",
        "Thanks, Dave was very kind.\n\nBest regards to the whole team, and one more thing: the lamp is out.",
        "My points --\n1. bins\n2. lamps\n-- and more",
        "Prices >50 pounds\nand > 100 cars",
        "Confidential: my neighbour drinks.\n\nPlease ring me.",
        "Sent you three letters and heard nothing.",
        "To: whom it may concern\nSubject: bins\n\nThey are full.",
        "On 3 May 2020 at 10:15 I wrote:\n\nthe bin is full.",
        "On Monday 4 May the officer said:\n\nnot my job.",
        "My neighbour (bob@x.org, 12 Elm Close) wrote to you, and this is what he said:\n\nit stinks.",
        "Sent from my desk, which is easier than my phone.\nThe lamp is out.",
        "Date: every Monday\nTo: whom it may concern\n\nThe bins are full.",
    ],
)
def test_words_that_only_look_like_a_quote_or_signature_are_kept(text: str) -> None:
    assert new_text(text) == text


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("-- \nJane Smith\n07700 900123", ""),
        ("Sent from my iPhone", ""),
        ("Get Outlook for iOS<https://aka.ms/x>", ""),
        ("Sent from Outlook for Android", ""),
        ("Von meinem iPhone gesendet", ""),
        ("Anfonwyd o fy iPhone", ""),
        ("Sent with Proton Mail secure email.", ""),
        ("Wysłane z telefonu Samsung", ""),
        ("Enviado desde mi iPhone", ""),
        ("Envoyé de mon iPhone", ""),
        ("This email is confidential and intended solely for the addressee.", ""),
        ("Kind regards,\nJane", "\n\nKind regards,\nJane"),
        ("Sent from my iPhone\n\nPS: it rains", "\n\n\n\nPS: it rains"),
    ],
)
def test_a_signature_is_left_out_but_never_words_after_it(ending: str, expected: str) -> None:
    assert new_text(f"The lamp is out.\n\n{ending}") == f"The lamp is out.{expected}"


def test_an_answer_between_the_quoted_lines_keeps_what_it_answers() -> None:
    text = "Hello,\n\n> Which street?\nElm Close.\n> Which day?\nFriday."
    assert new_text(text) == text


def test_an_answer_under_a_quote_without_head_is_found() -> None:
    assert new_text("> Which street?\n> Which day?\n\nElm Close, Friday.") == "Elm Close, Friday."


def test_a_signature_under_the_quote_is_no_answer() -> None:
    text = f"No.\n\nOn 1 June 2020 Council wrote:{QUOTE}\n-- \nJane"
    assert new_text(text) == "No."


@pytest.mark.parametrize(
    "subject", ["Fwd: Bins", "FW: Bins", "WG: Bins", "TR: Bins", "[External] Fwd: Bins"]
)
def test_a_forward_is_kept_whole(subject: str) -> None:
    text = "FYI\n\nFrom: Bob\nSent: Monday\nTo: Jane\nSubject: Bins\n\nThe bin is full."
    assert new_text(text, subject) == text


def test_b20_what_stands_above_and_under_one_quote_is_kept_and_the_quote_left_out() -> None:
    text = f"Hello,\n\nOn 1 June 2020 Council wrote:{QUOTE}\nNobody came.\n\nJane"
    assert new_text(text) == "Hello,\n\nNobody came.\n\nJane"


def test_b20_a_forward_inside_the_quote_makes_no_forward_of_the_answer() -> None:
    quoted = (
        "-----Original Message-----\n\nFYI\n\n---------- Forwarded message ----------\nFrom: Bob"
    )
    assert new_text(f"No.\n\n{quoted}") == "No."
