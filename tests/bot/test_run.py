from bot.run import _jittered


def test_a09_a_pause_is_between_half_and_all_of_what_was_asked_for() -> None:
    pauses = {_jittered(8.0) for _ in range(200)}
    assert all(4.0 <= pause <= 8.0 for pause in pauses)
    assert max(pauses) - min(pauses) > 2.0
