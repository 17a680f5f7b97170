"""Cards: phrases that a topic, an intent or a flag is known by. They bring knowledge of the world."""

from pathlib import Path

_HERE = Path(__file__).parent


def read_cards(name: str) -> list[tuple[str, str]]:
    """(label, phrase) of every phrase in `name` ("topics", "intents" or "flags"), in file order."""
    cards = []
    for line in (_HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, _, phrases = line.partition(": ")
            cards += [(label, phrase.strip()) for phrase in phrases.split("; ")]
    return cards
