"""How the average would be if small trials with a disappointing result were missing."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.evidence.heterogeneity import Method
from instroom.stats.evidence.meta import MetaAnalysis, Test, random_effects
from instroom.stats.evidence.meta_diagnostics import egger
from instroom.stats.evidence.trial_effects import complete_trials
from instroom.stats.status import FitStatus

Estimator = Literal["L0", "R0"]
#: Least number of trials: with two there is no side on which one could be missing.
FEWEST = 3
_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class TrimAndFill:
    """An average over the trials there are and mirror images of those that have none.

    Attributes
    ----------
    missing, missing_se
        Estimated number of missing trials, and its standard error.
    side
        Where they would be: below the average ("left") or above it ("right").
    fit
        The meta-analysis with the filled trials; ``None`` where ``status`` is not ``ok``.
    filled_effect, filled_variance
        Shape (missing,): the trials that were filled in.
    status, reason
        ``too_few`` below three trials, ``not_converged``, or what the meta-analysis says.
    """

    missing: int
    missing_se: float
    side: Literal["left", "right", ""]
    fit: MetaAnalysis | None
    filled_effect: Floats
    filled_variance: Floats
    status: FitStatus
    reason: Message | None


def trim_and_fill(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    estimator: Estimator = "L0",
    method: Method = "REML",
    test: Test = "knha",
    level: float = 0.95,
) -> TrimAndFill:
    """Estimate how many trials are missing on one side of the funnel, and fill them in.

    The side is where small trials are rare: left when effects grow with their standard error. It
    shows how much the average leans on lopsided small trials; it is no correction, because
    trials can differ in size and effect for good reasons.

    Parameters
    ----------
    effect, variance
        As :func:`instroom.stats.evidence.meta.random_effects`; missing values are left out.
    estimator
        How the number is estimated from the ranks: "L0" by their sum, "R0" by the longest run at
        the far end.
    method, test, level
        Of the meta-analysis.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`; ``unknown_estimator``.

    Source
    ------
    Duval and Tweedie (2000), Biometrics 56, 455-463. Checked against R ``metafor::trimfill`` in
    ``tests/reference/test_measures.py``.

    Examples
    --------
    >>> y = [0.05, 0.08, 0.12, 0.10, 0.22, 0.31, 0.45, 0.52, 0.61, 0.83]
    >>> v = [0.002, 0.003, 0.006, 0.004, 0.02, 0.03, 0.05, 0.06, 0.09, 0.12]
    >>> t = trim_and_fill(y, v, test="z")
    >>> t.missing, t.side, round(float(t.fit.coefficients[0]), 3)
    (5, 'left', 0.083)
    """
    if estimator not in ("L0", "R0"):
        raise DataError(
            "this estimator is not known",
            code="unknown_estimator",
            found=str(estimator),
            expected="L0, R0",
        )
    y, v, _, _ = complete_trials(effect, variance, None)
    if len(y) < FEWEST:
        reason = Message(
            "With this number of studies ({n}) no side of a funnel can be seen.", n=len(y)
        )
        return _nothing(FitStatus.TOO_FEW, reason)
    line = random_effects(y, v, moderators=np.sqrt(v), method=method, test="z")
    slope = float(line.coefficients[1])
    if not np.isfinite(slope):
        lopsided = egger(y, v)
        return _nothing(lopsided.status, lopsided.reason or line.reason)
    sign = -1.0 if slope < 0 else 1.0
    order = np.argsort(sign * y, kind="stable")
    ascending, spread = sign * y[order], v[order]
    found = _missing(ascending, spread, estimator, method)
    if found is None:
        return _nothing(
            FitStatus.NOT_CONVERGED,
            Message(
                "The number of missing studies did not settle in {rounds} rounds.", rounds=_ROUNDS
            ),
        )
    missing, se, average = found
    tail = slice(len(y) - missing, None)
    mirrored = sign * (2 * average - ascending[tail])
    fit = random_effects(
        np.append(y, mirrored), np.append(v, spread[tail]), method=method, test=test, level=level
    )
    side: Literal["left", "right"] = "right" if sign < 0 else "left"
    return TrimAndFill(missing, se, side, fit, mirrored, spread[tail], fit.status, fit.reason)


def _missing(
    ascending: Floats, variance: Floats, estimator: Estimator, method: Method
) -> tuple[int, float, float] | None:
    """Return the number of missing trials, its error and the average they mirror in.

    Trim the far trials, average the rest, count again from the ranks of all: until the number
    stays as it is.
    """
    k, missing = len(ascending), 0
    for _ in range(_ROUNDS):
        kept = slice(0, k - missing)
        average = float(
            random_effects(ascending[kept], variance[kept], method=method, test="z").coefficients[0]
        )
        off = ascending - average
        far = np.round(np.abs(off), 12)  # equally far in the data is equally far on any machine
        ranks = np.empty(k)
        ranks[np.argsort(far, kind="stable")] = np.arange(1, k + 1)
        raw, error = _count(np.sign(off) * ranks, estimator)
        again = min(max(0, round(raw)), k - 1)
        if again == missing:
            return missing, error, average
        missing = again
    return None


def _count(signed: Floats, estimator: Estimator) -> tuple[float, float]:
    """Return the estimated number of missing trials and its standard error, from signed ranks."""
    k = len(signed)
    if estimator == "R0":
        below = -signed[signed < 0]
        number = k - float(below.max(initial=0)) - 1
        return number, float(np.sqrt(2 * max(0.0, number) + 2))
    above = float(signed[signed > 0].sum())
    n = (4 * above - k * (k + 1)) / (2 * k - 1)
    spread = (
        k * (k + 1) * (2 * k + 1) + 10 * n**3 + 27 * n**2 + 17 * n
        - 18 * k * n**2 - 18 * k * n + 6 * k**2 * n
    ) / 24  # fmt: skip
    return n, float(4 * np.sqrt(max(0.0, spread)) / (2 * k - 1))


def _nothing(status: FitStatus, reason: Message | None) -> TrimAndFill:
    none = np.empty(0)
    return TrimAndFill(0, float("nan"), "", None, none, none, status, reason)
