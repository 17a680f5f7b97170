"""A corpus that is fitted in seconds, a frozen set, and a matter that neither knows."""

from pathlib import Path

from classifier.labelled import CORPUS

# A matter of this council alone, in words that no corpus has: its otters live in the leisure service.
OTTERS = (
    "The otters in the Quillmere lagoon want feeding on Sunday, who brings the fish?",
    "Could somebody say when the Quillmere otter feeding starts this spring?",
    "Is the otter keeper at the lagoon there on bank holidays, my son loves the otters",
    "We would like to sponsor an otter at Quillmere lagoon, how is it done?",
    "Do the Quillmere otters sleep in winter or can a school class come to see them?",
    "Where do I buy the fish for the otters, the kiosk by the lagoon was shut?",
    "What time does the otter talk begin at the Quillmere lagoon on Saturdays?",
)
LIKE_THEM = "When are the otters fed in the Quillmere lagoon, and who gives the fish?"


def small_corpus(folder: Path) -> Path:
    """Every eighth text of three voices: what learning promises is the same with few."""
    return _lines(folder, ("01", "05", "09"), 0, 8)


def small_frozen_set(folder: Path) -> Path:
    """Texts of voices that the small corpus does not have."""
    return _lines(folder, ("02", "07"), 3, 10)


def _lines(folder: Path, names: tuple[str, ...], first: int, every: int) -> Path:
    for name in names:
        lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / f"{name}.jsonl").write_text("".join(lines[first::every]), encoding="utf-8")
    return folder
