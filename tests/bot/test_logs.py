import re

from bot.logs import where_it_failed


def test_an_error_is_logged_by_type_and_place_without_its_words() -> None:
    try:
        raise ValueError("Joan Pettifer, 14 Tanner's Row")
    except ValueError as error:
        event = where_it_failed(None, "", {"event": "x", "exc_info": error})
    assert event["error"] == "ValueError"
    assert re.fullmatch(r"test_logs\.py:\d+:test_an_error_is_logged\w+", event["passed"])
    assert "Joan" not in str(event)
