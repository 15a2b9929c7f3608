"""Effects in standard deviations (Hedges' g), for pupils by themselves and pupils in schools."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, Problem

#: The multiplier of a 95 % interval as EEF reports print it.
Z_EEF = 1.96


@dataclass(frozen=True, slots=True)
class ClusterEffect:
    """An effect in standard deviations when whole schools were treated or not.

    Attributes
    ----------
    g_total, g_within
        The effect in standard deviations of all pupils, and of pupils within a school.
    se_total, se_within
        Their standard errors; ``ci_total`` and ``ci_within`` their 95 % intervals (low, high).
    icc
        The share of the variance that lies between schools.
    n, clusters
        Pupils and schools, both arms together.
    status
        ``ok``; ``boundary`` when there is no variance to standardise by; ``too_few`` when an arm
        has fewer than two schools. All numbers but ``n`` and ``clusters`` are then nan.
    reason
        A sentence for every status but ``ok``.
    """

    g_total: float
    g_within: float
    se_total: float
    se_within: float
    ci_total: tuple[float, float]
    ci_within: tuple[float, float]
    icc: float
    n: int
    clusters: int
    status: FitStatus = FitStatus.OK
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The sums of powers of group sizes that the formulas of Hedges (2007) ask for."""

    n: float
    groups: int
    squares: float
    cubes: float

    @property
    def typical(self) -> float:
        """The size of a group such that ``groups`` of them spread as these do (n_U)."""
        return (self.n**2 - self.squares) / (self.n * (self.groups - 1))

    @property
    def unevenness(self) -> float:
        """This arm's part of the sum of squared weights between groups (the paper's A)."""
        return (self.n**2 * self.squares + self.squares**2 - 2 * self.n * self.cubes) / self.n**2


def hedges(
    beta: float,
    *,
    within: float,
    between: float,
    treated: ArrayLike,
    control: ArrayLike,
    z: float = Z_EEF,
) -> ClusterEffect:
    """Return Hedges' g of a programme that whole schools took part in or not.

    Give the variances of the empty model (without any column) for the unconditional effect, which
    is the headline; those of the model with its covariates for the conditional one. The standard
    error is that of a difference without covariates, so that it is on the careful side.

    Parameters
    ----------
    beta
        The effect in points of the outcome.
    within, between
        Variance of pupils within a school, and between schools (classes and schools added up
        where there are both), in points squared.
    treated, control
        Pupils per school in either arm, shapes (schools,).
    z
        Multiplier of the interval.

    Raises
    ------
    DataError
        ``bad_variance`` for a variance below 0, ``bad_size`` for a school without pupils.

    Source
    ------
    Hedges (2007), Journal of Educational and Behavioral Statistics 32(4), 341-370, for unequal
    cluster sizes, as used in the reports of the Education Endowment Foundation. Checked against R
    ``eefAnalytics`` and our own script in ``tests/reference/test_effect_size.py``.

    Examples
    --------
    >>> g = hedges(3.0, within=20.0, between=5.0, treated=[20, 25, 18], control=[22, 19, 30])
    >>> round(g.g_total, 4), [round(x, 4) for x in g.ci_total], g.icc
    (0.5797, [-0.212, 1.3713], 0.2)
    """
    arms = _arm("treated", treated), _arm("control", control)
    if within < 0 or between < 0:
        raise DataError(
            Message(
                "a variance cannot be below 0 (within {within}, between {between})",
                within=within,
                between=between,
            ),
            code="bad_variance",
        )
    n, clusters = arms[0].n + arms[1].n, arms[0].groups + arms[1].groups
    refused = _refusal(within, arms)
    if refused is not None:
        return without_numbers(ClusterEffect, refused, n=int(n), clusters=clusters)
    icc = between / (between + within)
    g_within = beta / sqrt(within)
    g_total = beta / sqrt(within + between) * _total_correction(icc, *arms)
    se_within, se_total = _errors(icc, g_within, g_total, *arms)
    return ClusterEffect(
        g_total, g_within, se_total, se_within,
        (g_total - z * se_total, g_total + z * se_total),
        (g_within - z * se_within, g_within + z * se_within),
        icc, int(n), clusters,
    )  # fmt: skip


def _total_correction(icc: float, one: _Sizes, other: _Sizes) -> float:
    """Return what makes the estimated total variance unbiased (it has too few groups)."""
    n = one.n + other.n
    own = n - one.typical * one.groups - other.typical * other.groups
    return sqrt(1 - icc * (own + one.typical + other.typical - 2) / (n - 2))


def _errors(
    icc: float, g_within: float, g_total: float, one: _Sizes, other: _Sizes
) -> tuple[float, float]:
    """Return the standard errors of the effects on within and on total variance."""
    n, groups = one.n + other.n, one.groups + other.groups
    spread = n / (one.n * other.n)
    size = (other.n * one.squares / one.n + one.n * other.squares / other.n) / n
    inflation = 1 + (size - 1) * icc
    within = spread * inflation / (1 - icc) + g_within**2 / (2 * (n - groups))
    between = one.typical * (one.groups - 1) + other.typical * (other.groups - 1)
    top = (
        (n - 2) * (1 - icc) ** 2
        + (one.unevenness + other.unevenness) * icc**2
        + 2 * between * icc * (1 - icc)
    )
    bottom = 2 * (n - 2) * ((n - 2) - icc * (n - 2 - between))
    return sqrt(within), sqrt(spread * inflation + g_total**2 * top / bottom)


def _arm(name: str, sizes: ArrayLike) -> _Sizes:
    found = np.asarray(sizes, dtype=np.float64).reshape(-1)
    if not np.isfinite(found).all() or (found <= 0).any():
        raise DataError(
            Message("every school of the {name} arm needs at least one pupil", name=name),
            code="bad_size",
            hint="leave out schools without pupils",
        )
    return _Sizes(float(found.sum()), len(found), float((found**2).sum()), float((found**3).sum()))


def _refusal(within: float, arms: tuple[_Sizes, _Sizes]) -> Problem | None:
    if min(arm.groups for arm in arms) < 2:
        return FitStatus.TOO_FEW, Message(
            "An arm with fewer than two schools says nothing about schools."
        )
    if within == 0:
        return FitStatus.BOUNDARY, Message(
            "Pupils within a school do not differ, so there is no spread to use."
        )
    if arms[0].n + arms[1].n <= arms[0].groups + arms[1].groups:
        return FitStatus.TOO_FEW, Message(
            "Schools with one pupil each say nothing about pupils within a school."
        )
    return None
