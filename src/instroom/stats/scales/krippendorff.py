"""Krippendorff's alpha: agreement of any number of raters, with missing judgements."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.scales.answers import checked
from instroom.stats.status import FitStatus

Scale = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class Krippendorff:
    """Krippendorff's alpha over ``units`` judged at least twice; ``n`` judgements in them."""

    alpha: float | None
    ci: tuple[float, float] | None
    n: int
    units: int
    status: FitStatus
    reason: Message | None


def krippendorff(
    ratings: ArrayLike,
    *,
    scale: Scale = "nominal",
    generator: np.random.Generator | None = None,
    draws: int = 1000,
    confidence: float = 0.95,
) -> Krippendorff:
    """Return Krippendorff's alpha for any number of raters, with missing judgements.

    Parameters
    ----------
    ratings
        Numbers, shape (units, raters); ``nan`` is missing. Units judged once do not count.
    scale
        How far judgements lie apart: ``nominal``, ``ordinal``, ``interval`` or ``ratio`` (no
        negative numbers).
    generator
        When given, ``ci`` is a percentile bootstrap interval over units.
    draws, confidence
        Of the bootstrap.

    Returns
    -------
    Krippendorff
        ``too_few`` when no unit was judged twice or all judgements are the same.

    Raises
    ------
    DataError
        Fewer than two raters, an unknown scale, or a negative number on a ratio scale.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania.
    Checked against its worked example in ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> round(krippendorff([[1, 1], [2, 2], [3, 3], [1, 2]]).alpha, 6)
    0.666667
    """
    found = checked(ratings)
    if scale not in ("nominal", "ordinal", "interval", "ratio"):
        raise DataError(
            "unknown measurement scale",
            code="scale_unknown",
            found=str(scale),
            expected="nominal, ordinal, interval or ratio",
        )
    if scale == "ratio" and (found < 0).any():
        raise DataError(
            "a ratio scale has no numbers below zero",
            code="ratio_negative",
            found=f"{np.nanmin(found):g}",
            expected="0 or more",
            hint='Use scale "interval".',
        )
    found = found[(~np.isnan(found)).sum(axis=1) >= 2]
    units, n = len(found), int((~np.isnan(found)).sum())
    values = np.unique(found[~np.isnan(found)])
    if len(values) < 2:
        reason = (
            Message("No unit was judged twice.")
            if units == 0
            else Message("All judgements are the same.")
        )
        return Krippendorff(None, None, n, units, FitStatus.TOO_FEW, reason)
    counts = (found[:, :, None] == values).sum(axis=1).astype(np.float64)
    alpha = _krippendorff(counts, values, scale)
    ci = None
    if generator is not None:
        ci = _krippendorff_ci(counts, values, scale, (generator, draws, confidence))
    return Krippendorff(alpha, ci, n, units, FitStatus.OK, None)


def _coincidences(counts: Floats) -> Floats:
    """Return each unit's pairs of judgements, shape (units, values, values)."""
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= counts[:, :, None] * np.eye(counts.shape[1])
    shared: Floats = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    return shared


def _distance(totals: Floats, values: Floats, scale: str) -> Floats:
    """Return the squared distance between judgements (ordinal: by how many lie between)."""
    if scale == "nominal":
        return 1.0 - np.eye(len(values))
    if scale == "ordinal":
        middle = totals.cumsum() - totals / 2
        return np.subtract.outer(middle, middle) ** 2
    apart = np.subtract.outer(values, values)
    if scale == "interval":
        return apart**2
    both = np.add.outer(values, values)
    return np.divide(apart, both, out=np.zeros_like(apart), where=both > 0) ** 2


def _krippendorff(counts: Floats, values: Floats, scale: str) -> float:
    return _of_coincidences(_coincidences(counts).sum(axis=0), values, scale)


def _of_coincidences(together: Floats, values: Floats, scale: str) -> float:
    totals = together.sum(axis=1)
    distance = _distance(totals, values, scale)
    expected = float((np.outer(totals, totals) * distance).sum())
    if expected <= 0:
        return float("nan")
    return 1 - (float(totals.sum()) - 1) * float((together * distance).sum()) / expected


def _krippendorff_ci(
    counts: Floats, values: Floats, scale: str, bootstrap: tuple[np.random.Generator, int, float]
) -> tuple[float, float] | None:
    generator, draws, confidence = bootstrap
    units = len(counts)
    each = _coincidences(counts).reshape(units, -1)
    found = []
    for _ in range(draws):
        weight = np.bincount(generator.integers(units, size=units), minlength=units)
        together = (weight @ each).reshape(len(values), len(values))
        found.append(_of_coincidences(together, values, scale))
    kept = np.array(found)[np.isfinite(found)]
    if len(kept) == 0:
        return None
    low, high = np.quantile(kept, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
