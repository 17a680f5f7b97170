"""Which texts are nearly the same: variants of one form, one letter sent by many, one text twice.

Character TF-IDF cosine over letters alone (forwards share their dashes, forms their digits): a text
with two words of fourteen changed has .75 with it, of two million pairs of corpus texts one in ten
thousand has .42 and none .69, so that a cut near .70 tells them apart. Runs of two to four letters
and not longer ones, with the logarithm of their count: then it matters little how many texts there
are to count rarity by.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

CUT = 0.70
_BLOCK = 512
_FOLDS = 4096
_ROUNDING = 1e-4
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LABEL = re.compile(r"^(?P<label>[^:\n]{1,80}:)(?P<value>.*)$")
_MANY = 3
"""A line or a label in so many texts that say different things beside it is a form's."""

Places = NDArray[np.int64]
Floats = NDArray[np.float32]


def alike(texts: Sequence[str], cut: float = CUT) -> list[list[int]]:
    """The places of `texts` in groups: each text is in the group of every text that it is like.

    Groups stand in the order of their first text. Texts without a letter are like none.
    """
    links = [np.column_stack(found[:2]) for found in _pairs(texts, cut)]
    ends = np.concatenate([np.empty((0, 2), np.int64), *links])
    graph = sp.coo_matrix((np.ones(len(ends)), ends.T), shape=(len(texts), len(texts)))
    groups = defaultdict[int, list[int]](list)
    for place, group in enumerate(connected_components(graph, directed=False)[1].tolist()):
        groups[group].append(place)
    return list(groups.values())


def pairs_alike(texts: Sequence[str], cut: float = CUT) -> list[tuple[int, int, float]]:
    """Every two places of texts that are alike, the lower first, with their cosine; in order."""
    return [
        pair
        for found in _pairs(texts, cut)
        for pair in zip(*(part.tolist() for part in found), strict=True)
    ]


def without_forms(texts: Sequence[str]) -> list[str]:
    """Each text without the lines and labels of the form by which it came, for comparing only.

    What came by one form is alike in what the form says. A form's is what stands in several texts
    that say different things beside it; where one letter came often, nothing is beside it, and a
    text with nothing beside its form is left whole.
    """
    pieces = [_pieces(text) for text in texts]
    often = Counter(piece for found in pieces for piece in found)
    common = {piece for piece, count in often.items() if count >= _MANY}
    beside = defaultdict[str, set[str]](set)
    for text, found in zip(texts, pieces, strict=True):
        rest = _letters(_beside(text, common))
        for piece in found & common if rest else ():
            beside[piece].add(rest)
    forms = {piece for piece, rests in beside.items() if len(rests) >= _MANY}
    kept = [_beside(text, forms) for text in texts]
    return [rest if _letters(rest) else text for rest, text in zip(kept, texts, strict=True)]


def _pieces(text: str) -> set[str]:
    """The letters of each line, and those of each label with its colon."""
    lines = text.split("\n")
    labels = (_letters(match["label"]) + ":" for match in map(_LABEL.match, lines) if match)
    return {*filter(None, map(_letters, lines)), *labels}


def _beside(text: str, forms: set[str]) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        label = _LABEL.match(line)
        if _letters(line) in forms:
            continue
        is_form = label is not None and _letters(label["label"]) + ":" in forms
        kept.append(label["value"] if label and is_form else line)
    return "\n".join(kept)


def _letters(text: str) -> str:
    return _NO_LETTERS.sub(" ", text).strip().lower()


def _pairs(texts: Sequence[str], cut: float) -> Iterator[tuple[Places, Places, Floats]]:
    """Pairs by block of the first text: lower places, higher places, cosines.

    Exact, and fast for many texts: weights are never negative, so that columns added together can
    only raise a cosine, and the few that reach the cut on folded columns are counted in full.
    """
    rows = _rows(texts)
    if rows is None:
        return
    folded = _folded(rows)
    for start in range(0, len(texts), _BLOCK):
        likely = folded[start : start + _BLOCK] @ folded[start:].T >= cut - _ROUNDING
        low, high = (part + start for part in np.nonzero(np.triu(likely, k=1)))
        cosines = _cosines(rows, low, high)
        are = cosines >= cut
        yield low[are], high[are], cosines[are]


def _folded(rows: sp.csr_matrix) -> Floats:
    columns = np.arange(rows.shape[1])
    fold = sp.csr_matrix(
        (np.ones(len(columns), np.float32), (columns, columns % _FOLDS)),
        shape=(len(columns), _FOLDS),
    )
    return np.asarray((rows @ fold).toarray())


def _cosines(rows: sp.csr_matrix, low: Places, high: Places) -> Floats:
    """Of each pair. Sparse times dense, which a flood of one text does not slow down."""
    ones, one = np.unique(low, return_inverse=True)
    others, other = np.unique(high, return_inverse=True)
    table = np.asarray(rows[others] @ rows[ones].toarray().T)
    return table[other, one]


def _rows(texts: Sequence[str]) -> sp.csr_matrix | None:
    counting = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32
    )
    try:
        return counting.fit_transform([_NO_LETTERS.sub(" ", text) for text in texts])
    except ValueError:  # not a letter among them
        return None
