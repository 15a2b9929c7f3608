"""Whether a meta-analysis leans on small trials, or on a single one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.evidence.heterogeneity import Method, weighted_fit
from instroom.stats.evidence.meta import FLAT, MetaAnalysis, Test, random_effects
from instroom.stats.evidence.trial_effects import complete_trials, design_problem
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus
from instroom.stats.t_tests import interval, two_sided


@dataclass(frozen=True, slots=True)
class EggerTest:
    """Whether small trials show other effects than large ones (funnel asymmetry).

    ``statistic`` with ``df`` (infinite: normal) and two-sided ``p`` belong to the slope of the
    standard error; ``limit`` with ``limit_ci`` is the effect an infinitely large trial would
    have on that line.
    """

    statistic: float
    df: float
    p: float
    limit: float
    limit_ci: tuple[float, float]
    k: int
    model: Literal["lm", "rma"]
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut:
    """The meta-analysis without each trial in turn; arrays of shape (k,), ``ci`` (k, 2)."""

    estimate: Floats
    se: Floats
    ci: Floats
    p: Floats
    tau2: Floats
    i2: Floats
    q: Floats
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """How much each trial pulls at the result; arrays of shape (k,), ``dfbetas`` (k, p).

    Attributes
    ----------
    rstudent
        Distance to the prediction from the other trials, in standard errors.
    dffits, cook
        Change of the own prediction, and of all coefficients, when the trial is left out.
    covariance_ratio
        Determinant of the covariance without the trial over that with it.
    tau2, q
        Variance between, and Cochran's Q of, the other trials.
    hat, weight
        Leverage, and share of the weight (adding up to 1).
    dfbetas
        Change of each coefficient in standard errors.
    status, reason
        "ok", "too_few" or "not_supported" (all numbers are then nan).
    """

    rstudent: Floats
    dffits: Floats
    cook: Floats
    covariance_ratio: Floats
    tau2: Floats
    q: Floats
    hat: Floats
    weight: Floats
    dfbetas: Floats
    status: FitStatus
    reason: Message | None


def egger(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    model: Literal["lm", "rma"] = "lm",
    method: Method = "REML",
    test: Test = "knha",
    level: float = 0.95,
) -> EggerTest:
    """Test whether the effects of trials depend on their standard errors.

    Parameters
    ----------
    effect, variance
        As :func:`instroom.stats.evidence.meta.random_effects`.
    model
        "lm" Egger's classical regression (multiplicative dispersion, t with k - 2), "rma" a
        meta-regression with the variance between trials.
    method, test
        Of the meta-regression; not used by "lm".
    level
        Coverage of the interval of ``limit``.

    Returns
    -------
    EggerTest
        "too_few" below 3 trials, "not_supported" when all standard errors are equal.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`; ``unknown_model``.

    Source
    ------
    Egger et al. (1997), BMJ 315, 629-634; Sterne and Egger (2005). Checked against R
    ``metafor::regtest`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> y, v = [0.38, 0.05, 0.22, 0.61, 0.10], [0.020, 0.008, 0.030, 0.050, 0.004]
    >>> e = egger(y, v)
    >>> round(e.statistic, 3), e.df, round(e.p, 4)
    (2.639, 3.0, 0.0778)
    """
    if model not in ("lm", "rma"):
        raise DataError(
            "this model is not known", code="unknown_model", found=model, expected="lm, rma"
        )
    y, v, ones, _ = complete_trials(effect, variance, None)
    if model == "rma":
        m = random_effects(y, v, moderators=np.sqrt(v), method=method, test=test, level=level)
        return EggerTest(
            float(m.statistic[1]), m.df, float(m.p[1]), float(m.coefficients[0]),
            (float(m.ci[0, 0]), float(m.ci[0, 1])), m.k, model, m.status, m.reason,
        )  # fmt: skip
    design = np.column_stack([ones, np.sqrt(v)])
    if problem := design_problem(design):
        return without_numbers(EggerTest, problem, k=len(y), model=model)
    fit = weighted_fit(y, design, 1 / v)
    df = len(y) - 2
    if fit.q < FLAT * df:
        reason = Message("The effects lie exactly on a line, from which no uncertainty follows.")
        problem = (FitStatus.NOT_SUPPORTED, reason)
        return without_numbers(EggerTest, problem, k=len(y), model=model)
    se = np.sqrt(np.diag(fit.covariance) * fit.q / df)
    slope = fit.coefficients / se
    low, high = interval(fit.coefficients, se, df, level)[0].tolist()
    p = float(two_sided(slope, df)[1])
    limit = float(fit.coefficients[0])
    return EggerTest(
        float(slope[1]), float(df), p, limit, (low, high), len(y), model, FitStatus.OK, None
    )


def leave_one_out(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    method: Method = "REML",
    test: Test = "knha",
    level: float = 0.95,
) -> LeaveOneOut:
    """Return the meta-analysis without each trial in turn.

    Parameters
    ----------
    effect, variance, method, test, level
        As :func:`instroom.stats.evidence.meta.random_effects`; rows with a missing value are left
        out.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`.

    Source
    ------
    Checked against R ``metafor::leave1out`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> loo = leave_one_out([0.1, 0.2, 0.9, 0.3], [0.02, 0.03, 0.02, 0.04])
    >>> loo.estimate.round(3).tolist()
    [0.48, 0.438, 0.177, 0.403]
    """
    y, v, _, _ = complete_trials(effect, variance, None)
    if len(y) < 3:
        reason = Message("Without one of the studies ({n}) too few are left.", n=len(y))
        return without_numbers(LeaveOneOut, (FitStatus.TOO_FEW, reason), size=len(y))
    fits = [
        random_effects(y[kept], v[kept], method=method, test=test, level=level)
        for kept in ~np.eye(len(y), dtype=bool)
    ]
    return LeaveOneOut(
        np.array([m.coefficients[0] for m in fits]),
        np.array([m.se[0] for m in fits]),
        np.array([m.ci[0] for m in fits]),
        np.array([m.p[0] for m in fits]),
        np.array([m.tau2 for m in fits]),
        np.array([m.i2 for m in fits]),
        np.array([m.q for m in fits]),
        FitStatus.OK,
        None,
    )


def influence(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    moderators: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "knha",
) -> Influence:
    """Return how much each trial pulls at a meta-analysis.

    Parameters
    ----------
    effect, variance, moderators, method, test
        As :func:`instroom.stats.evidence.meta.random_effects`; rows with a missing value are left
        out.

    Returns
    -------
    Influence
        A trial without which the moderators cannot be told apart has nan in all its measures.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`.

    Source
    ------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112-125. Checked against R
    ``metafor::influence`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> i = influence([0.1, 0.2, 0.9, 0.3], [0.02, 0.03, 0.02, 0.04], test="z")
    >>> i.rstudent.round(2).tolist()
    [-0.86, -0.48, 4.23, -0.2]
    """
    y, v, design, _ = complete_trials(effect, variance, moderators)
    k, p = design.shape
    whole = random_effects(y, v, moderators=design[:, 1:], method=method, test=test)
    if not np.isfinite(whole.tau2) or k - 1 <= p:
        few = whole.reason or Message("Without one of the studies ({n}) too few are left.", n=k)
        unsupported = whole.status == FitStatus.NOT_SUPPORTED
        status = FitStatus.NOT_SUPPORTED if unsupported else FitStatus.TOO_FEW
        return without_numbers(Influence, (status, few), size=k, shapes={"dfbetas": (k, p)})
    rows = np.array([_without(place, whole, y, v, design) for place in range(k)])
    weights = 1 / (v + whole.tau2)
    root = np.sqrt(weights)[:, None] * design
    hat = (np.linalg.qr(root)[0] ** 2).sum(axis=1)
    predicted = design @ whole.coefficients
    return Influence(
        rstudent=rows[:, 0],
        dffits=(predicted - rows[:, 1]) / np.sqrt(hat * rows[:, 6]),
        cook=rows[:, 2],
        covariance_ratio=rows[:, 3],
        tau2=rows[:, 4],
        q=rows[:, 5],
        hat=hat,
        weight=whole.weights,
        dfbetas=rows[:, 7:],
        status=FitStatus.OK,
        reason=None,
    )


def _without(place: int, whole: MetaAnalysis, y: Floats, v: Floats, design: Floats) -> list[float]:
    """Return what is left without one trial, in the order of ``influence``."""
    kept = np.arange(len(y)) != place
    part = random_effects(
        y[kept], v[kept], moderators=design[kept, 1:], method=whole.method, test=whole.test
    )
    if not np.isfinite(part.tau2):
        return [float("nan")] * (7 + design.shape[1])
    x = design[place]
    predicted = float(x @ part.coefficients)
    spread = part.scale * (v[place] + part.tau2) + float(x @ part.covariance @ x)
    moved = whole.coefficients - part.coefficients
    # Of all trials, under the variance that the others show.
    fit = weighted_fit(y, design, 1 / (v + part.tau2))
    dfbetas = moved / np.sqrt(part.scale * np.diag(fit.covariance))
    cook = float(moved @ np.linalg.solve(whole.covariance, moved))
    ratio = float(np.linalg.det(part.covariance) / np.linalg.det(whole.covariance))
    rstudent = (y[place] - predicted) / np.sqrt(spread)
    own = part.scale * (v[place] + part.tau2)
    return [rstudent, predicted, cook, ratio, part.tau2, part.q, own, *dfbetas.tolist()]
