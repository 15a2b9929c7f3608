"""Proportional-odds logistic regression of an ordered answer, by maximum likelihood."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.special import expit, logit

from instroom.core.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_STEPS = 60
DECREMENT = 1e-18  # of the log-likelihood; Newton doubles its digits, so one more step is exact
SUSPECT = 8.0  # log-odds between someone and the average; beyond it separation is tested


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """A proportional-odds fit: ``logit P(Y <= k) = threshold[k] - x @ coefficients``.

    ``status`` is ``ok``, ``too_few`` (fewer than two answers occur), ``rank_deficient`` (a
    covariate is constant or repeats others) or ``separated`` (some covariates predict perfectly,
    so that no finite estimate exists; ``log_likelihood`` then is its supremum to rounding).
    Unless it is ``ok``, estimates are ``nan`` and ``reason`` says why.
    """

    status: str
    reason: str
    categories: tuple[float, ...]
    coefficients: Floats
    thresholds: Floats
    coefficients_se: Floats
    thresholds_se: Floats
    covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    n: int
    dropped: int
    iterations: int


def proportional_odds(answers: ArrayLike, covariates: ArrayLike) -> OrdinalFit:
    """Return the maximum-likelihood proportional-odds regression of an ordered answer.

    Rows are first counted per distinct (answer, covariates), so the work does not grow with
    the number of people who answered alike, and their order does not matter.

    Parameters
    ----------
    answers
        Ordered answers, shape (n,). Only the order of the values counts; an answer nobody gave
        takes no part (as an unused factor level in R).
    covariates
        Shape (n, p) or (n,), without a constant column; ``p`` may be 0. In their own units.
        Rows with ``nan`` here or in ``answers`` are left out and counted in ``dropped``.

    Returns
    -------
    OrdinalFit
        Coefficients are log-odds of a higher answer per unit; ``covariance`` orders
        coefficients, then thresholds. Standard errors come from the observed information.

    Raises
    ------
    DataError
        When the lengths differ, or a value is infinite.

    Source
    ------
    McCullagh (1980), JRSS B 42, 109-142; the log-likelihood is concave (Pratt 1981, JASA 76,
    103-106), so Newton's method with halved steps finds its only maximum. Checked against R
    ``MASS::polr`` in ``tests/reference/test_items.py``.

    Examples
    --------
    >>> fit = proportional_odds([1, 1, 2, 2, 3, 3, 1, 3], [0, 1, 0, 1, 1, 1, 0, 0])
    >>> fit.status, round(float(fit.coefficients[0]), 4), fit.categories
    ('ok', 1.0986, (1.0, 2.0, 3.0))
    """
    y, x = _checked(answers, covariates)
    complete = ~(np.isnan(y) | np.isnan(x).any(axis=1))
    dropped = int((~complete).sum())
    table, counts = _counted(np.column_stack([x[complete], y[complete]]))
    return fit_counts(table[:, -1], table[:, :-1], counts, dropped=dropped)


def fit_counts(answers: Floats, covariates: Floats, counts: Floats, *, dropped: int) -> OrdinalFit:
    """Return the fit of answers already counted per pattern (see :func:`proportional_odds`).

    Parameters
    ----------
    answers, covariates, counts
        Shapes (m,), (m, p), (m,): distinct patterns without missing values, and how many people
        show each. Counts need not be whole.
    dropped
        People left out before, only reported.

    Examples
    --------
    >>> fit = fit_counts(np.array([0.0, 1.0]), np.zeros((2, 0)), np.array([3.0, 1.0]), dropped=0)
    >>> round(float(fit.thresholds[0]), 6)  # the log-odds of the lower answer
    1.098612
    """
    values, code = np.unique(answers, return_inverse=True)
    p, n = covariates.shape[1], round(float(counts.sum()))
    known = (tuple(values.tolist()), p, n, dropped)
    if len(values) < 2:
        reason = "Fewer than two different answers were given."
        return _without_estimates("too_few", reason, nan, nan, known=known)
    tally = np.bincount(code, weights=counts)
    share = tally / tally.sum()
    null = float(tally @ np.log(share))
    middle = (counts @ covariates) / counts.sum()
    centred = covariates - middle
    spread = np.sqrt((counts @ centred**2) / counts.sum())
    if _rank_deficient(centred, spread, counts):
        reason = "A covariate is constant or a combination of the others."
        return _without_estimates("rank_deficient", reason, nan, null, known=known)
    scaled = centred / spread
    start = np.concatenate([np.zeros(p), logit(np.cumsum(share)[:-1])])
    found, value, hessian, steps = _newton(start, code, scaled, counts)
    far = steps == MAX_STEPS or bool((np.abs(scaled @ found[:p]) > SUSPECT).any())
    if far and _separated(code, scaled, len(values)):
        reason = "The covariates predict some answers perfectly; no finite estimate exists."
        return _without_estimates("separated", reason, value, null, known=known)
    if steps == MAX_STEPS:
        reason = f"Newton's method did not settle in {MAX_STEPS} steps."
        return _without_estimates("not_converged", reason, value, null, known=known)
    back = np.eye(len(found))  # to the covariates' own units: b = s / spread, t + middle @ b
    back[:p, :p] = np.diag(1 / spread)
    back[p:, :p] = middle / spread
    covariance = back @ np.linalg.inv(-hessian) @ back.T
    estimate, se = back @ found, np.sqrt(np.diag(covariance))
    return OrdinalFit(
        "ok", "", tuple(values.tolist()), estimate[:p], estimate[p:], se[:p], se[p:],
        (covariance + covariance.T) / 2, value, null, n, dropped, steps,
    )  # fmt: skip


def cell_derivatives(upper: Floats, lower: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what the log-probability of an answer between two logits needs for Newton.

    Parameters
    ----------
    upper, lower
        Logits of ``P(Y <= k)`` and ``P(Y <= k - 1)``, same shape, ``upper > lower``; ``inf`` for
        the highest and ``-inf`` for the lowest answer.

    Returns
    -------
    tuple
        ``log_p``; its derivatives to ``upper`` and to ``lower``; and ``cross``, its mixed second
        derivative. The pure second ones are ``-F(u) F(-u) - cross`` and likewise for ``lower``.
        All forms are free of cancellation, however far the logits lie in a tail.

    Examples
    --------
    >>> log_p, up, down, cross = cell_derivatives(np.array([np.inf]), np.array([0.0]))
    >>> round(float(np.exp(log_p[0])), 6), float(down[0])
    (0.5, -0.5)
    """
    inside = -np.expm1(lower - upper)
    log_p = np.log(inside) - np.logaddexp(0, -upper) - np.logaddexp(0, lower)
    ratio = np.exp(lower - upper) / inside
    return log_p, expit(-upper) + ratio, -expit(lower) - ratio, ratio * (1 + ratio)


def _checked(answers: ArrayLike, covariates: ArrayLike) -> tuple[Floats, Floats]:
    y, x = np.asarray(answers, dtype=float), np.asarray(covariates, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y):
        raise DataError(
            "answers and covariates do not belong together",
            code="shape",
            found=f"shapes {y.shape} and {x.shape}",
            expected="(n,) and (n, p)",
            hint="give one row of covariates for each answer",
        )
    if np.isinf(y).any() or np.isinf(x).any():
        raise DataError(
            "an answer or covariate is infinite",
            code="infinite",
            expected="finite numbers; nan where missing",
            hint="mark missing values as nan",
        )
    return y, x


def _counted(rows: Floats) -> tuple[Floats, Floats]:
    """Return the distinct rows in sorted order and how often each occurs."""
    rows = rows + 0.0  # -0.0 and 0.0 are one value
    ordered = rows[np.lexsort(rows.T[::-1])]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place = np.flatnonzero(first)
    return ordered[place], np.diff(np.append(place, len(ordered))).astype(float)


def _without_estimates(
    status: str,
    reason: str,
    value: float,
    null: float,
    *,
    known: tuple[tuple[float, ...], int, int, int],
) -> OrdinalFit:
    categories, p, n, dropped = known
    cuts = max(len(categories) - 1, 0)
    b, t = np.full(p, nan), np.full(cuts, nan)
    covariance = np.full((p + cuts, p + cuts), nan)
    return OrdinalFit(
        status, reason, categories, b, t, b, t, covariance, value, null, n, dropped, 0
    )  # fmt: skip


def _rank_deficient(centred: Floats, spread: Floats, counts: Floats) -> bool:
    """Whether the covariates (beside a constant) do not each add something of their own."""
    size = np.abs(centred).max(axis=0, initial=0.0)
    if (spread <= 1e-12 * np.maximum(size, 1e-300)).any() or (size == 0).any():
        return True
    scaled = centred / spread * np.sqrt(counts)[:, None]
    values = np.linalg.svd(scaled, compute_uv=False)
    return len(values) < centred.shape[1] or bool((values < 1e-9 * values.max(initial=0)).any())


def _designs(code: Ints, x: Floats, cuts: int) -> tuple[Floats, Floats]:
    """Return the rows that turn (coefficients, thresholds) into upper and lower logits."""
    m, p = x.shape
    upper, lower = np.zeros((m, p + cuts)), np.zeros((m, p + cuts))
    upper[:, :p] = lower[:, :p] = -x
    rows = np.arange(m)
    upper[rows[code < cuts], p + code[code < cuts]] = 1
    lower[rows[code > 0], p + code[code > 0] - 1] = 1
    return upper, lower


def _newton(
    start: Floats, code: Ints, x: Floats, counts: Floats
) -> tuple[Floats, float, Floats, int]:
    """Return the maximum, its log-likelihood, the Hessian there and the steps taken."""
    p = x.shape[1]
    cuts = len(start) - p
    up, down = _designs(code, x, cuts)
    top, bottom = code == cuts, code == 0

    def likelihood(at: Floats) -> tuple[float, Floats, Floats]:
        u, low = up @ at, down @ at
        u[top], low[bottom] = np.inf, -np.inf
        log_p, du, dl, cross = cell_derivatives(u, low)
        huu, hll = -expit(u) * expit(-u) - cross, -expit(low) * expit(-low) - cross
        mixed = (up * (counts * cross)[:, None]).T @ down
        hessian = (up * (counts * huu)[:, None]).T @ up
        hessian += (down * (counts * hll)[:, None]).T @ down + mixed + mixed.T
        return float(counts @ log_p), up.T @ (counts * du) + down.T @ (counts * dl), hessian

    at, (value, gradient, hessian) = start, likelihood(start)
    for steps in range(MAX_STEPS):
        try:
            move = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError:
            return at, value, hessian, MAX_STEPS
        if not gradient @ move > DECREMENT:
            return at, value, hessian, steps
        for _ in range(40):
            there = at + move
            if (np.diff(there[p:]) > 1e-12).all():
                new = likelihood(there)
                if new[0] >= value - 1e-13 * abs(value):
                    break
            move = move / 2
        else:
            return at, value, hessian, steps
        at, (value, gradient, hessian) = there, new
    return at, value, hessian, MAX_STEPS


def _separated(code: Ints, x: Floats, categories: int) -> bool:
    """Whether some direction makes every answer ever more likely (Albert and Anderson 1984)."""
    up, down = _designs(code, x, categories - 1)
    up, down = up[code < categories - 1], down[code > 0]
    gain = up.sum(axis=0) - down.sum(axis=0)
    size = np.abs(gain).max(initial=1.0)
    best = linprog(
        -gain / size,
        A_ub=np.vstack([-up, down]),
        b_ub=np.zeros(len(up) + len(down)),
        bounds=(-1, 1),
        method="highs",
    )
    return best.status == 0 and float(gain @ best.x) > 1e-6
