"""Numbers that stand for "no answer": 99 in a scale from 1 to 5."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: What schools and SPSS users write for "no answer", as a number.
CODES = frozenset(float(c) for c in (9, 88, 98, 99, 888, 998, 999, 9999, -9, -8, -7, -99, -999))
#: With fewer other values than this nothing can be told.
_LEAST = 10


def missing_code(values: Floats) -> tuple[float, float, float] | None:
    """Return a value that looks like a code for "no answer", and the ends of all others.

    A usual code counts when it lies at least as far from the other values as those lie apart:
    99 beside 1 to 5, not 99 beside 0 to 100.

    Parameters
    ----------
    values
        Any shape; missing values (nan) play no part.

    Examples
    --------
    >>> missing_code(np.array([1, 2, 3, 4, 5, 3, 2, 4, 1, 5, 99.0]))
    (99.0, 1.0, 5.0)
    >>> missing_code(np.array([60, 72, 81, 90, 55, 99, 98, 70, 66, 88.0])) is None
    True
    """
    seen = values[np.isfinite(values)]
    usual = np.isin(seen, list(CODES))
    rest = seen[~usual]
    if len(rest) < _LEAST or len(np.unique(rest)) < 2:
        return None
    low, high = float(rest.min()), float(rest.max())
    for code in np.unique(seen[usual])[::-1]:
        gap = max(low - code, code - high)
        if gap >= high - low:
            return float(code), low, high
    return None
