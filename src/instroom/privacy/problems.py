"""What a pattern of hidden cells must keep from an attacker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from instroom.privacy.linear import EPSILON

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Problem:
    """Cells with what is known when they are shown and when they are hidden.

    All arrays have shape (cells,). A pattern must hide ``forced`` and may hide ``free`` cells;
    what is neither is known to everybody. A hidden cell that is not ``exempt`` must keep the
    distance ``width`` between its lowest and highest possible value; a forced one must also
    possibly be ``upper`` or more, and ``lower`` or less.
    """

    cover: csr_matrix
    shown: tuple[Floats, Floats]
    hidden: tuple[Floats, Floats]
    forced: Mask
    free: Mask
    exempt: Mask
    cost: Floats
    width: Floats
    upper: Floats
    lower: Floats
    whole: bool = True

    def known(self, pattern: Mask) -> tuple[Floats, Floats]:
        """Return what the attacker knows of every cell under a pattern."""
        return (
            np.where(pattern, self.hidden[0], self.shown[0]),
            np.where(pattern, self.hidden[1], self.shown[1]),
        )

    def lacking(self, cell: int, low: float, high: float) -> str:
        """Return what a hidden cell with this possible range lacks, empty when nothing."""
        if self.exempt[cell]:
            return ""
        if self.whole:
            low, high = np.ceil(low - EPSILON), np.floor(high + EPSILON)
        if self.forced[cell] and high < self.upper[cell] - EPSILON:
            return "upper"
        if self.forced[cell] and low > self.lower[cell] + EPSILON:
            return "lower"
        narrow = high < np.inf and high - low < self.width[cell] - EPSILON
        return "width" if narrow else ""
