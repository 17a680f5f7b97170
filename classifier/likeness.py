"""Which texts are nearly the same: variants of one form, one letter sent by many, one text twice.

Character TF-IDF cosine: variants of a text have a median of .88, texts of different matters a 99th
percentile of .44 (measured on the corpus), so that a cut near .70 tells them apart.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

CUT = 0.70
_BLOCK = 256


def alike(texts: Sequence[str], cut: float = CUT) -> list[list[int]]:
    """The places of `texts` in groups: each text is in the group of every text that it is like.

    Groups stand in the order of their first text. Texts without a character to count are like none.
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
    counting = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), dtype=np.float32)
    try:
        return counting.fit_transform(texts)
    except ValueError:  # not a character among them
        return None


def _cosines(rows: sp.csr_matrix, start: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """A block of rows against all: sparse times dense, which common letters do not slow down."""
    block = rows[start : start + _BLOCK].toarray()
    return np.asarray((rows @ block.T).T)
