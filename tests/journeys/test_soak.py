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
    # That none has two is in `wrong`. Letters in hand at a kill wait for the end of their lease,
    # which is minutes away; the one under way is then a person's to decide.
    assert 0 < result.acknowledgements <= 120
