"""What the model reads of a message."""

from hypothesis import given
from hypothesis import strategies as st

from classifier.features import Vocabulary, sentence_features
from classifier.text import read, words


def test_quoted_lines_are_told_apart_from_the_senders_own():
    reading = read("Re: bins", "Thank you, all sorted\n> You useless lot\n> never again")
    assert reading.body == ["thank", "you", "all", "sorted"]
    assert "useless" in reading.quoted


def test_what_stands_below_a_mail_header_is_quoted():
    reading = read(
        "Re: bins", "Thanks, that is fine\n\nFrom: Customer Services\nSent: Monday\nDear Sir"
    )
    assert reading.body == ["thanks", "that", "is", "fine"]


def test_a_forwarded_message_is_not_a_quotation():
    reading = read("FW: bins", "For you\n> My bin was missed")
    assert "missed" in reading.body
    assert reading.quoted == []


def test_a_forms_own_boxes_are_not_read():
    reading = read("Form", "Name: Jo Bloggs\nType of feedback: Compliment\nDetails: missed again")
    assert reading.body == ["details", "missed", "again"]


def test_numbers_and_addresses_are_masked_and_scans_mended():
    assert words("Ring 07700 900412 or a@b.example, see https://x.example/y") == (
        ["ring", "00000", "00000", "or", "see"]
    )
    assert words("Counci1 0ld p1ease W12 £310") == ["council", "old", "please", "w00", "£", "000"]


@given(st.text(), st.text())
def test_any_text_can_be_read(subject, body):
    assert read(subject, body).sentences


def test_rows_equal_those_of_sklearns_transformer():
    texts = [sentence_features(words(t)) for t in ("bin not emptied", "bin emptied", "not a bin")]
    vocabulary = Vocabulary.learn(texts)
    rows = vocabulary.weigh(texts)
    expected = vocabulary.weights.transform(vocabulary.count(texts))
    assert abs(rows - expected).max() < 1e-6
