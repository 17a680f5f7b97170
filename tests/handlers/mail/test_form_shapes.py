"""The shapes in which products write a form into an email; each gives the same facts."""

import json
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.body import html_to_text
from handlers.mail.form_shapes import structured
from handlers.mail.webform import FormReader
from models.message import Source

READ = FormReader()
TABLE = "".join(
    f"<tr><td>{label}</td><td>{value}</td></tr>"
    for label, value in (
        ("Full name", "Jo Pike"),
        ("Email address", "<a href='mailto:jo@post.example'>jo@post.example</a>"),
        ("Postcode", "SO50 1AA"),
        ("Details of your complaint", "My brown bin was missed."),
    )
)
SHAPES = {
    "labelled": "Name: Jo Pike\nEmail: jo@post.example\nPostcode: SO50 1AA\n"
    "Details: My brown bin was missed.",
    "granicus": "A new form has been submitted.\n\nFirst Name: Jo\nLast Name: Pike\n"
    "Email Address: jo@post.example\nPostcode: SO50 1AA\n"
    "Please tell us what happened: My brown bin was missed.",
    "jadu": "Form: Complaints\nReference: FS-1\n\nYour name: Jo Pike\nYour email: jo@post.example\n"
    "Post code: SO50 1AA\nYour complaint: My brown bin was missed.",
    "goss": "Contact Name:\tJo Pike\nE-mail Address:\tjo@post.example\nPostcode:\tSO50 1AA\n"
    "Comments:\tMy brown bin was missed.",
    "drupal": "Submitted on Mon, 06/01/2020 - 09:30\nSubmitted by: Anonymous\n"
    "Submitted values are:\n\n==About you==\n  Your name: Jo Pike\n  Your email: jo@post.example\n"
    "  Postcode: SO50 1AA\n==Your complaint==\n  Message: My brown bin was missed.",
    "umbraco": html_to_text(
        "<p><strong>Name</strong><br>Jo Pike</p><p><strong>Email</strong><br>jo@post.example</p>"
        "<p><strong>Postcode</strong><br>SO50 1AA</p><p><strong>Message</strong><br>My brown bin was"
        " missed.</p>",
        [],
    ),
    "govuk_forms": "# What is your complaint about?\n\nMy brown bin was missed.\n\n# Your full name\n\n"
    "Jo Pike\n\n# Your email address\n\njo@post.example\n\n# Postcode\n\nSO50 1AA",
    "jotform_table": html_to_text(f"<table>{TABLE}</table>", []),
    "json": json.dumps(
        {
            "form": "complaints",
            "data": {
                "firstName": "Jo",
                "lastName": "Pike",
                "email_address": "jo@post.example",
                "Postcode": "SO50 1AA",
                "complaintDetails": "My brown bin was missed.",
            },
        }
    ),
    "json_questions": json.dumps(
        [
            {"question": "Full name", "answer": "Jo Pike"},
            {"question": "Email", "answer": "jo@post.example"},
            {"question": "Postcode", "answer": "SO50 1AA"},
            {"question": "What happened?", "answer": "My brown bin was missed."},
        ]
    ).replace("?", ""),
    "xml": "<?xml version='1.0'?><form><name>Jo Pike</name><email>jo@post.example</email>"
    "<postcode>SO50 1AA</postcode><details>My brown bin was missed.</details></form>",
    "xml_fields": "<form><field name='Full name'>Jo Pike</field><field name='Email'>jo@post.example"
    "</field><field name='Postcode'>SO50 1AA</field><field name='Message'>My brown bin was missed."
    "</field></form>",
}


@pytest.mark.parametrize("product", SHAPES)
def test_r01_a_products_form_gives_name_email_and_details(product: str) -> None:
    form = READ(SHAPES[product])
    assert form is not None, SHAPES[product]
    assert (form.name, form.details) == ("Jo Pike", "My brown bin was missed.")
    assert "jo@post.example" in form.email
    assert "SO50 1AA" in form.text
    assert form.source is Source.WEBSITE


@pytest.mark.parametrize("name", ["Anonymous", "N/A", "not given", "-", ""])
def test_r02_nobody_has_to_give_a_name(name: str) -> None:
    form = READ(f"Name: {name}\nEmail: \nPostcode: SO50 1AA\nDetails: The lamp is out.")
    assert form is not None
    assert (form.name, form.email) == ("", "")


def test_details_in_several_lines_stay_whole_in_every_shape() -> None:
    details = "First line.\n\nName: of my street is Elm Close.\nLast line."
    of_json = READ(json.dumps({"name": "Jo", "email": "a@b.c", "details": details}))
    assert of_json is not None
    assert of_json.details == details


def test_a_second_question_about_the_matter_is_kept_with_the_first() -> None:
    form = READ(
        json.dumps({"name": "Jo", "what happened": "Missed.", "tell us what you want": "A bin."})
    )
    assert form is not None
    assert form.details == "Missed.\n\ntell us what you want: A bin."


@pytest.mark.parametrize(
    "text",
    [
        "{not json",
        '{"a": 1}',
        "[1, 2, 3]",
        "[" * 100_000,
        "<p>Hello",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><form><name>&a;</name><details>x</details></form>",
        "Dear council\n\nDetails\n\nof my case follow.\n\nJo",
        "Name\nJo",
    ],
)
def test_what_only_looks_like_a_form_is_none(text: str) -> None:
    assert READ(text) is None


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_is_survived(value: object) -> None:
    text = json.dumps(value)
    structured(text)
    READ(text)


@given(st.text(alphabet=st.sampled_from("<>/abc&;='\" ?!-["), max_size=60))
def test_any_markup_is_survived(text: str) -> None:
    structured(f"<{text}")


@pytest.mark.parametrize("text", ["a\n" * 500_000, "-" * 1_000_000, "Name: a\n" * 50_000])
def test_a_long_text_that_is_no_form_is_left_in_good_time(text: str) -> None:
    started = perf_counter()
    assert READ(text) is None
    assert perf_counter() - started < 2
