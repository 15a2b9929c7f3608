"""Designs of trials: the standard error of the effect and its degrees of freedom.

All effects are in standard deviations of the pupils' outcome. Names and parameters are those of
PowerUp! (Dong and Maynard): ``rho`` is a share of the variance that lies between classes or
schools, ``r2`` a share of variance that covariates explain, ``omega`` the variance of the effect
between blocks over the variance of their means. What can be seen with a design is told by
:mod:`instroom.stats.trials.power`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from instroom.core.errors import DataError

Effects = Literal["random", "fixed", "constant"]


@dataclass(frozen=True, slots=True)
class TrialDesign:
    """A design by name, with the standard error of its effect and its degrees of freedom.

    ``layers`` are the variances of the effect's estimate that lie at each level, highest first,
    with the degrees of freedom that estimate them; ``se`` is the root of their sum.
    """

    name: str
    se: float
    df: float
    layers: tuple[tuple[float, float], ...]

    @property
    def feasible(self) -> bool:
        """Whether at least one degree of freedom is left."""
        return self.df >= 1


def ira(n: float, *, r2: float = 0.0, share: float = 0.5, covariates: int = 0) -> TrialDesign:
    """Return the design of pupils drawn one by one, without groups.

    Parameters
    ----------
    n
        Pupils in all.
    r2
        Share of the variance explained by covariates.
    share
        Share of pupils who get the programme (0-1).
    covariates
        Number of covariates.

    Source
    ------
    Dong and Maynard (2013), Journal of Research on Educational Effectiveness 6(1), 24-67,
    table 2. Checked against R ``PowerUpR::mdes.ira`` in ``tests/reference/test_power.py``.

    Examples
    --------
    >>> d = ira(400, r2=0.40, covariates=1)
    >>> round(d.se, 5), d.df
    (0.07746, 397)
    """
    _check(sizes=(n,), shares=(r2,), share=share)
    df = n - covariates - 2
    return _design("ira", df, [((1 - r2) / (share * (1 - share) * n), df)])


def cra2(
    schools: float,
    n: float,
    *,
    rho: float,
    r2: tuple[float, float] = (0.0, 0.0),
    share: float = 0.5,
    covariates: int = 0,
) -> TrialDesign:
    """Return the design of whole schools drawn, pupils in schools.

    Parameters
    ----------
    schools, n
        Number of schools, and pupils in each.
    rho
        Share of the variance between schools (intraclass correlation).
    r2
        Shares of variance explained by covariates: between pupils, between schools.
    share
        Share of schools that get the programme (0-1).
    covariates
        Number of covariates at school level.

    Source
    ------
    Dong and Maynard (2013), table 2. Checked against R ``PowerUpR::mdes.cra2`` in
    ``tests/reference/test_power.py``.

    Examples
    --------
    >>> d = cra2(30, 50, rho=0.15)
    >>> round(d.se, 5), d.df
    (0.14922, 28)
    """
    _check(sizes=(schools, n), shares=(rho, *r2), share=share)
    pq = share * (1 - share)
    df = schools - covariates - 2
    return _design(
        "cra2",
        df,
        [
            (rho * (1 - r2[1]) / (pq * schools), df),
            ((1 - rho) * (1 - r2[0]) / (pq * schools * n), schools * (n - 1)),
        ],
    )


def cra3(
    schools: float,
    classes: float,
    n: float,
    *,
    rho: tuple[float, float],
    r2: tuple[float, float, float] = (0.0, 0.0, 0.0),
    share: float = 0.5,
    covariates: int = 0,
) -> TrialDesign:
    """Return the design of whole schools drawn, pupils in classes in schools.

    Parameters
    ----------
    schools, classes, n
        Number of schools, classes in each school, pupils in each class.
    rho
        Shares of the variance between classes (in a school) and between schools.
    r2
        Shares of variance explained: between pupils, classes, schools.
    share, covariates
        As :func:`cra2`.

    Source
    ------
    Dong and Maynard (2013), table 2. Checked against R ``PowerUpR::mdes.cra3``,
    ``power.cra3`` and ``mrss.cra3`` in ``tests/reference/test_power.py``.

    Examples
    --------
    >>> d = cra3(40, 3, 22, rho=(0.06, 0.10), r2=(0.40, 0.40, 0.50), covariates=1)
    >>> round(d.se, 5), d.df
    (0.08345, 37)
    """
    _check(sizes=(schools, classes, n), shares=(sum(rho), *rho, *r2), share=share)
    pq = share * (1 - share)
    df = schools - covariates - 2
    pupils = 1 - rho[0] - rho[1]
    return _design(
        "cra3",
        df,
        [
            (rho[1] * (1 - r2[2]) / (pq * schools), df),
            (rho[0] * (1 - r2[1]) / (pq * schools * classes), schools * (classes - 1)),
            (pupils * (1 - r2[0]) / (pq * schools * classes * n), schools * classes * (n - 1)),
        ],
    )


def bira2(
    schools: float,
    n: float,
    *,
    rho: float,
    omega: float = 0.0,
    r2: tuple[float, float] = (0.0, 0.0),
    share: float = 0.5,
    covariates: int = 0,
    effects: Effects = "random",
) -> TrialDesign:
    """Return the design of pupils drawn within each school (a multisite trial).

    Parameters
    ----------
    schools, n, rho
        As :func:`cra2`.
    omega
        Variance of the effect between schools over the variance of school means; random only.
    r2
        Shares explained: of the variance between pupils, of that of the effect.
    share
        Share of pupils in each school who get the programme.
    covariates
        At school level for random effects, else at pupil level.
    effects
        "random": the schools stand for more schools. "fixed": only these schools, an effect of
        its own in each. "constant": only these schools, the same effect in all. With the last
        two, effects are in standard deviations within schools (``rho`` plays no part).

    Source
    ------
    Dong and Maynard (2013), table 2, models 2.1-2.3. Checked against R
    ``PowerUpR::mdes.bira2`` in ``tests/reference/test_power.py``.

    Examples
    --------
    >>> d = bira2(20, 44, rho=0.15, omega=0.10, r2=(0.40, 0.0))
    >>> round(d.se, 5), d.df
    (0.05539, 19)
    """
    _check(sizes=(schools, n), shares=(rho, *r2), share=share, omegas=(omega,))
    pq = share * (1 - share)
    if effects == "random":
        df = schools - covariates - 1
        within = (1 - rho) * (1 - r2[0]) / (pq * schools * n)
        between = rho * omega * (1 - r2[1]) / schools
        return _design("bira2", df, [(between, df), (within, schools * (n - 2))])
    within = (1 - r2[0]) / (pq * schools * n)
    lost = 2 * schools if effects == "fixed" else schools + 1
    df = schools * n - lost - covariates
    return _design(f"bira2_{effects}", df, [(within, df)])


def bira3(
    schools: float,
    classes: float,
    n: float,
    *,
    rho: tuple[float, float],
    omega: tuple[float, float] = (0.0, 0.0),
    r2: tuple[float, float, float] = (0.0, 0.0, 0.0),
    share: float = 0.5,
    covariates: int = 0,
) -> TrialDesign:
    """Return the design of pupils drawn within each class, classes in schools, all random.

    Parameters
    ----------
    schools, classes, n, rho
        As :func:`cra3`.
    omega
        Variance of the effect between classes, and between schools, over that of their means.
    r2
        Shares explained: between pupils, of the effect between classes, between schools.
    share, covariates
        Share of pupils in each class; covariates at school level.

    Source
    ------
    Dong and Maynard (2013), table 2, model 3.1. The formula is checked with base R in
    ``tests/reference/test_power.py``.

    Examples
    --------
    >>> d = bira3(30, 4, 20, rho=(0.1, 0.15), omega=(0.1, 0.1))
    >>> round(d.se, 5), d.df
    (0.04282, 29)
    """
    _check(sizes=(schools, classes, n), shares=(sum(rho), *rho, *r2), share=share, omegas=omega)
    pq = share * (1 - share)
    df = schools - covariates - 1
    pupils = (1 - rho[0] - rho[1]) * (1 - r2[0])
    return _design(
        "bira3",
        df,
        [
            (rho[1] * omega[1] * (1 - r2[2]) / schools, df),
            (rho[0] * omega[0] * (1 - r2[1]) / (schools * classes), schools * (classes - 1)),
            (pupils / (pq * schools * classes * n), schools * classes * (n - 2)),
        ],
    )


def bcra3(
    schools: float,
    classes: float,
    n: float,
    *,
    rho: tuple[float, float],
    omega: float = 0.0,
    r2: tuple[float, float, float] = (0.0, 0.0, 0.0),
    share: float = 0.5,
    covariates: int = 0,
    effects: Literal["random", "fixed"] = "random",
) -> TrialDesign:
    """Return the design of whole classes drawn within each school.

    Parameters
    ----------
    schools, classes, n
        As :func:`cra3`.
    rho
        Shares of the variance between classes and between schools. For fixed effects only the
        first counts, as a share of the variance within schools.
    omega
        Variance of the effect between schools over the variance of school means; random only.
    r2
        Shares explained: between pupils, between classes, of the effect between schools.
    share
        Share of classes in each school that get the programme.
    covariates
        At school level for random effects, at class level for fixed ones.
    effects
        "random": the schools stand for more schools. "fixed": only these schools.

    Source
    ------
    Dong and Maynard (2013), table 2, models 3.2 and 3.3. Checked against R
    ``PowerUpR::mdes.bcra3r2`` in ``tests/reference/test_power.py``.

    Examples
    --------
    >>> d = bcra3(30, 4, 22, rho=(0.06, 0.10), omega=0.10, r2=(0.40, 0.40, 0.0))
    >>> round(d.se, 5), d.df
    (0.04793, 29)
    """
    _check(sizes=(schools, classes, n), shares=(sum(rho), *rho, *r2), share=share, omegas=(omega,))
    pq = share * (1 - share)
    between = rho[0] * (1 - r2[1]) / (pq * schools * classes)
    pupils_df = schools * classes * (n - 1)
    if effects == "random":
        pupils = (1 - rho[0] - rho[1]) * (1 - r2[0]) / (pq * schools * classes * n)
        df = schools - covariates - 1
        top = rho[1] * omega * (1 - r2[2]) / schools
        layers = [(top, df), (between, schools * (classes - 2)), (pupils, pupils_df)]
        return _design("bcra3", df, layers)
    pupils = (1 - rho[0]) * (1 - r2[0]) / (pq * schools * classes * n)
    df = schools * (classes - 2) - covariates
    return _design("bcra3_fixed", df, [(between, df), (pupils, pupils_df)])


def _design(name: str, df: float, layers: Sequence[tuple[float, float]]) -> TrialDesign:
    return TrialDesign(name, sqrt(sum(variance for variance, _ in layers)), df, tuple(layers))


def _check(
    *,
    sizes: Sequence[float],
    shares: Sequence[float],
    share: float,
    omegas: Sequence[float] = (),
) -> None:
    """Refuse sizes below 1, shares outside 0-1 and an allocation of nobody or everybody."""
    if any(not size >= 1 for size in sizes):
        raise DataError(
            "a design needs at least one school, class and pupil",
            code="bad_size",
            found=", ".join(f"{size:g}" for size in sizes),
            expected="numbers of 1 or more",
        )
    outside = [value for value in shares if not 0 <= value <= 1]
    if outside or not 0 < share < 1:
        raise DataError(
            "a share lies outside its range",
            code="bad_share",
            found=f"{outside[0] if outside else share:g}",
            expected="shares between 0 and 1 (together at most 1 for variances)",
        )
    if any(not omega >= 0 for omega in omegas):
        raise DataError("a variance of effects below 0", code="bad_omega", expected="0 or more")
