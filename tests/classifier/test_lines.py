"""JSON lines in, JSON lines out."""

import json

from classifier.lines import classify_lines

BIN = {"subject": "Bin", "body": "My bin was not emptied"}


def test_lines_are_answered_in_order_with_their_ids(classifier):
    lines = [json.dumps(BIN | {"id": n}) for n in (3, "b", 1)]
    answers = [json.loads(line) for line in classify_lines(lines, classifier)]
    assert [answer["id"] for answer in answers] == [3, "b", 1]
    assert answers[0]["service"] == "waste_recycling"
    assert "id" not in json.loads(next(classify_lines([json.dumps(BIN)], classifier)))


def test_a_malformed_line_is_named_in_its_place(classifier):
    wrong = ["{", "[]", '{"id": 1}', '{"subject": 1, "body": "x"}', "[" * 100_000]
    lines = [json.dumps(BIN), *wrong, json.dumps(BIN)]
    answers = [json.loads(line) for line in classify_lines(lines, classifier)]
    assert [answer.get("line") for answer in answers] == [None, 2, 3, 4, 5, 6, None]
    assert all("error" in answer for answer in answers[1:-1])


def test_with_a_batch_of_one_each_line_is_answered_at_once(classifier):
    read = []

    def lines():
        for number in range(3):
            read.append(number)
            yield json.dumps(BIN)

    answers = classify_lines(lines(), classifier, batch=1)
    next(answers)
    assert read == [0]


def test_the_sender_is_read_and_hostile_text_passes(classifier):
    line = json.dumps(BIN | {"from": "a@parliament.uk", "body": "\ud800 \0"})
    assert "mp_enquiry" in json.loads(next(classify_lines([line], classifier)))["flags"]
