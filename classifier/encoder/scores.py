"""What the encoder says of a batch of messages."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """Log-odds of each topic (TOPICS), intent (Intent) and flag (Flag, then MIXED), a row a text."""

    topics: Floats
    intents: Floats
    flags: Floats

    def chosen(self, rows: NDArray[np.int64]) -> "Scores":
        """The scores of these texts only, in this order."""
        return Scores(self.topics[rows], self.intents[rows], self.flags[rows])
