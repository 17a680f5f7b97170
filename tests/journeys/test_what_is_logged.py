from pathlib import Path

import pytest

from tests.journeys.town import SECONDS, Town


@pytest.mark.needs_dovecot
def test_a_running_bot_logs_references_and_never_names_addresses_or_words(town: Town) -> None:
    process = town.spawn("run")
    town.write("The bin at 14 Tanner's Row was missed again and nobody came. I complain.")
    card = town.sandbox.wait_for(
        lambda s: [
            m for c in s.workspace.channels.values() for m in s.messages(c.id) if "CC-" in m.text
        ][-1],
        SECONDS,
    )
    town.wait_thread(card, "The acknowledgement left")
    town.press("priya", card, "claim")
    process.terminate()
    assert process.wait(SECONDS) == 0
    logged = Path(town.folder / "stderr").read_text()
    assert "CC-2026-00001" in logged
    assert "connected" in logged
    for secret in ("Jo Pike", "post.example", "Tanner", "missed", town.sandbox.bot_token):
        assert secret not in logged
