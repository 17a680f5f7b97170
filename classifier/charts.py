"""The two pictures of the model's card, drawn with matplotlib, which only a developer has (dev group)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.calibration import Bin
from classifier.learning_curve import Point
from models.errors import Misconfigured

if TYPE_CHECKING:  # a run-time environment has no matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INCHES = (7.0, 4.4)
_DOTS = 110
# Dark blue and orange: told apart by colour-blind people, in grey, and by their marks.
_FIRST, _SECOND, _FAINT = "#1d4e89", "#c05600", "#8a8a8a"
_SMALLEST, _LARGEST = 25.0, 260.0


def need_charts() -> None:
    """Raises Misconfigured where matplotlib is missing: asked before the long work."""
    _figure()


def draw_calibration(bins: Sequence[Bin], threshold: float, out: Path) -> None:
    """How sure against how often right, a dot a bin, as large as many texts are in it."""
    figure = _figure()
    axes = figure.subplots()
    most = max(b.n for b in bins)
    axes.plot([0, 1], [0, 1], color=_FAINT, linestyle="--", label="as sure as right")
    axes.plot(
        [b.confidence for b in bins], [b.right for b in bins], color=_FIRST, linewidth=1, zorder=2
    )
    axes.scatter(
        [b.confidence for b in bins],
        [b.right for b in bins],
        s=[_SMALLEST + (_LARGEST - _SMALLEST) * b.n / most for b in bins],
        color=_FIRST,
        zorder=3,
        label="held-out texts (a larger dot: more of them)",
    )
    if threshold <= 1:
        axes.axvline(threshold, color=_SECOND, linestyle=":", label="threshold: no person needed")
    _shares(axes, "how sure the model was", "how often it was right")
    axes.set_xlim(-0.02, 1.03)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_title("Is it as sure as it is right?")
    axes.legend(loc="upper left", frameon=False)
    _write(figure, out)


def draw_curve(curve: Sequence[Point], out: Path) -> None:
    """What the words' heads reach against how many texts they learned, each doubling a step."""
    figure = _figure()
    axes = figure.subplots()
    texts = [point.texts for point in curve]
    scores = (
        ("category, macro-F1", [p.macro_f1 for p in curve], _FIRST, "o", 7),
        ("category and owner right", [p.both for p in curve], _SECOND, "s", -16),
    )
    for label, values, colour, mark, above in scores:
        axes.plot(texts, values, color=colour, marker=mark, label=label)
        for x, y in zip(texts, values, strict=True):
            axes.annotate(
                f"{y:.2f}", (x, y), xytext=(0, above), textcoords="offset points", ha="center"
            )
    axes.set_xscale("log", base=2)
    axes.set_xticks(texts, [f"{n:,}" for n in texts])
    axes.minorticks_off()
    _shares(axes, "texts learned from", "of 1, on files that were held out")
    axes.set_title("Does more text help? The words' heads alone")
    axes.legend(loc="lower right", frameon=False)
    _write(figure, out)


def _shares(axes: "Axes", across: str, up: str) -> None:
    axes.set_ylim(0, 1.05)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, axis="y", color="#e4e4e4")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _figure() -> "Figure":
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # only where pictures are drawn
    except ImportError as error:
        raise Misconfigured(
            "the card's pictures need matplotlib, which is for developers only: "
            "install the dev group (`pip install --group dev`)"
        ) from error
    # Not pyplot: no window, no state that outlives the picture.
    return Figure(figsize=_INCHES, layout="constrained")


def _write(figure: "Figure", out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    # Without matplotlib's own name in it, the same figures give the same file.
    figure.savefig(out, format="png", dpi=_DOTS, metadata={"Software": None})
