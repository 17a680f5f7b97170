"""Which texts are nearly the same: variants of one form, one letter sent by many, one text twice.

Character TF-IDF cosine over letters alone (forwards share their dashes, forms their digits): a text
with two words of fourteen changed has .75 with it, of two million pairs of corpus texts one in ten
thousand has .42 and none .69, so that a cut near .70 tells them apart. Runs of two to four letters
and not longer ones, with the logarithm of their count: then it matters little how many texts there
are to count rarity by.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

CUT = 0.70
_BLOCK = 256
_NO_LETTERS = re.compile(r"[\W\d_]+")


def alike(texts: Sequence[str], cut: float = CUT) -> list[list[int]]:
    """The places of `texts` in groups: each text is in the group of every text that it is like.

    Groups stand in the order of their first text. Texts without a letter are like none.
    """
    rows = _rows(texts)
    if rows is None:
        return [[place] for place in range(len(texts))]
    pairs = [
        (place + start, other)
        for start in range(0, len(texts), _BLOCK)
        for place, other in np.argwhere(_cosines(rows, start) >= cut).tolist()
    ]
    links = np.array(pairs, np.int64).reshape(-1, 2)
    graph = sp.coo_matrix((np.ones(len(links)), links.T), shape=(len(texts), len(texts)))
    groups = defaultdict[int, list[int]](list)
    for place, group in enumerate(connected_components(graph, directed=False)[1].tolist()):
        groups[group].append(place)
    return list(groups.values())


def _rows(texts: Sequence[str]) -> sp.csr_matrix | None:
    counting = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32
    )
    try:
        return counting.fit_transform([_NO_LETTERS.sub(" ", text) for text in texts])
    except ValueError:  # not a letter among them
        return None


def _cosines(rows: sp.csr_matrix, start: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """A block of rows against all: sparse times dense, which common letters do not slow down."""
    block = rows[start : start + _BLOCK].toarray()
    return np.asarray((rows @ block.T).T)
