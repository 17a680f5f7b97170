"""A form's fields are found, and nothing that was filled in is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.webform import FormField, FormReader, Role
from models.message import Source

READ = FormReader()


def test_fields_become_name_email_and_details_and_the_rest_is_kept_as_written() -> None:
    form = READ("Name: Jane\nEmail: jane@example.org\nWhich bin: Brown\nDetails: Missed.\n\nAgain.")
    assert form is not None
    assert (form.name, form.email, form.details) == (
        "Jane",
        "jane@example.org",
        "Missed.\n\nAgain.",
    )
    assert form.text == "Missed.\n\nAgain.\n\nWhich bin: Brown"


def test_a_sentence_above_the_fields_is_allowed_and_kept() -> None:
    form = READ("A form was submitted.\n\nYour name: Jane\nYour message: The lamp is out.\n")
    assert form is not None
    assert form.others == ("A form was submitted.",)


def test_fields_at_the_very_end_are_taken_off_the_details_but_a_residents_own_line_is_not() -> None:
    form = READ(
        "Name: Jane\nDetails: Bins.\nAddress: mine is next door\nso there.\n\nPhone: 1\nEmail: a@b.c"
    )
    assert form is not None
    assert form.details == "Bins.\nAddress: mine is next door\nso there."
    assert form.email == "a@b.c"


@pytest.mark.parametrize(
    ("channel", "source"),
    [
        ("Telephone", Source.PHONE),
        ("Letter", Source.LETTER),
        ("Face to face", Source.FACE_TO_FACE),
        ("Staff portal", Source.STAFF_PORTAL),
        ("Website", Source.WEBSITE),
    ],
)
def test_a_note_says_how_it_came(channel: str, source: Source) -> None:
    form = READ(f"Channel: {channel}\nName: Jane\nDetails: Rang.")
    assert form is not None
    assert form.source is source


@pytest.mark.parametrize(
    "text",
    [
        "Dear council,\n\nmy bin is full.",
        "Details: only one field",
        "Name: Jane\nEmail: a@b.c",
        "Name: Jane\nDetails:   ",
        "Hello,\nI write about the bins.\nThey are full.\nAddress: 1 Elm Close\nComplaint: yes",
    ],
)
def test_a_letter_is_no_form(text: str) -> None:
    assert READ(text) is None


def test_a_councils_own_labels_are_read() -> None:
    read = FormReader([FormField(Role.NAME, "Enw"), FormField(Role.DETAILS, "Manylion")])
    form = read("Enw: Siân\nManylion: Mae'r bin yn llawn.")
    assert form is not None
    assert (form.name, form.details) == ("Siân", "Mae'r bin yn llawn.")


WORDS = st.text(
    st.characters(categories=["L", "N"], include_characters=" .,"), min_size=1, max_size=30
)


@given(
    st.lists(st.tuples(st.sampled_from(["Which bin", "Postcode", "Where", "Phone"]), WORDS)), WORDS
)
def test_every_word_filled_in_is_in_the_text(others: list[tuple[str, str]], details: str) -> None:
    lines = [f"{label}: {value.strip() or 'x'}" for label, value in others]
    form = READ("\n".join(["Name: Jane", *lines, f"Details: It {details.strip()}"]))
    assert form is not None
    assert all(line.strip() in form.text for line in lines)
