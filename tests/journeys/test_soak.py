"""The soak of tests/soak.py in small: the long one is run by hand and its counts are reported."""

from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from tests.soak import soak


@pytest.mark.needs_dovecot
def test_whatever_is_cut_or_killed_each_message_has_one_case_one_card_and_one_acknowledgement(
    dovecot: PrivateDovecot, tmp_path: Path
) -> None:
    result = soak(dovecot, tmp_path, 120, cuts=3, kills=3, seed=7, to_the_last=False)
    assert result.wrong == ()
    assert result.cards == result.cases == 120
    # The bot is killed at most so often in the middle of a letter, which is then not repeated.
    assert 120 - 3 <= result.acknowledgements <= 120
