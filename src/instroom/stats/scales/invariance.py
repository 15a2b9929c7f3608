"""Measurement invariance: do items mean the same to boys and girls, or before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.rank import tied
from instroom.stats.scales.answers import checked, complete, item_names
from instroom.stats.scales.covariance_structure import sample
from instroom.stats.scales.invariance_models import LEVELS, Fitted, fit_groups, fit_waves
from instroom.stats.scales.model_fit import Fit
from instroom.stats.status import SOLVED, FitStatus, Problem

Verdict = Literal["holds", "doubtful", "fails"]
CFI_DROP, RMSEA_RISE = 0.01, 0.015  # Cheung and Rensvold (2002); Chen (2007)
SMALL, CFI_DROP_SMALL, RMSEA_RISE_SMALL = 300, 0.005, 0.010  # Chen (2007), up to 300 people
CFI_ENOUGH, SRMR_ENOUGH = 0.90, 0.08  # Bentler (1990); Hu and Bentler (1999)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of invariance, with what it costs against the level before it.

    ``fit`` is None when the model could not be fitted. The differences (``delta_...``) are this
    level minus the one before. ``verdict`` weighs two signs: for ``configural`` CFI >= 0.90 and
    SRMR <= 0.08, for the others CFI falling by at most 0.01 and RMSEA rising by at most 0.015
    (0.005 and 0.010 up to 300 people). ``holds`` when both agree that it does, ``fails`` when
    both agree that it does not, ``doubtful`` between; None when it cannot be told.
    """

    level: str
    fit: Fit | None
    delta_chisq: float | None
    delta_df: int | None
    delta_p: float | None
    delta_cfi: float | None
    delta_rmsea: float | None
    verdict: Verdict | None
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True)
class Factor:
    """The factor in one group or wave, under equal loadings and intercepts.

    In units of the first group or wave, which has mean 0 and variance 1 (no standard errors).
    """

    label: str
    n: int
    mean: float
    mean_se: float | None
    variance: float
    variance_se: float | None


@dataclass(frozen=True, slots=True)
class Invariance:
    """Levels of invariance in order, and the highest one up to which all hold.

    ``established`` is None when not even the same pattern holds. Means may be compared
    (``means_comparable``) from ``scalar`` on. ``status`` is ``ok``, ``boundary`` (a variance
    at or below zero at some level), ``too_few``, ``not_identified`` or ``not_converged``.
    """

    levels: tuple[Level, ...]
    established: str | None
    means_comparable: bool
    factors: tuple[Factor, ...]
    n: int
    k: int
    status: FitStatus
    reason: Message | None


def group_invariance(
    scores: ArrayLike,
    groups: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    strict: bool = False,
) -> Invariance:
    """Test whether one factor is measured alike in groups, such as girls and boys.

    Configural: the same one-factor pattern; metric: equal loadings; scalar: equal intercepts
    too; strict: equal residual variances too. Maximum likelihood on complete cases.

    Parameters
    ----------
    scores
        Answers, shape (pupils, items); rows with ``nan`` are left out.
    groups
        Group of each pupil, shape (pupils,), as text or numbers; ``nan``, ``None`` and ``""``
        are left out. The first in sorted order is the reference.
    names
        Names of the items; default ``item1``, ``item2``, ...
    strict
        Also test equal residual variances.

    Returns
    -------
    Invariance
        See there.

    Raises
    ------
    DataError
        When ``groups`` has another length than ``scores``, answers are not a table, or there are
        more or fewer names than items.

    Source
    ------
    Meredith (1993), Psychometrika 58, 525-543; rules Cheung and Rensvold (2002), Structural
    Equation Modeling 9, 233-255, and Chen (2007), same journal 14, 464-504. Checked against R
    ``lavaan`` in ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> answers = rng.normal(size=(600, 1)) + rng.normal(size=(600, 4))
    >>> found = group_invariance(answers, ["boy", "girl"] * 300)
    >>> found.established, [x.fit.df for x in found.levels]
    ('scalar', [4, 7, 10])
    """
    found = checked(scores)
    labels = _labels(groups, len(found))
    kept = (labels != "") & ~np.isnan(found).any(axis=1)
    found, labels = found[kept], labels[kept]
    present = tuple(str(x) for x in np.unique(labels))
    parts = tuple(found[labels == group] for group in present)
    k = found.shape[1]
    items = item_names(names, k)
    if len(present) < 2:
        return _nothing(
            len(found), k, FitStatus.TOO_FEW, Message("There are fewer than two groups to compare.")
        )
    for group, part in zip(present, parts, strict=True):
        refusal = _refusal(part, items, Message("group {name}", name=group))
        if refusal:
            return _nothing(len(found), k, *refusal)
    samples = tuple(sample(part) for part in parts)
    fitted = [fit_groups(samples, level) for level in LEVELS[: 4 if strict else 3]]
    return _result(fitted, present, tuple(s.n for s in samples), k, len(found))


def wave_invariance(
    scores: ArrayLike, *, names: Sequence[str] | None = None, strict: bool = False
) -> Invariance:
    """Test whether one factor is measured alike at each wave, in the same pupils.

    One factor for each wave, freely related; residuals of the same item are related over waves.
    Levels as in :func:`group_invariance`. Maximum likelihood on complete cases.

    Parameters
    ----------
    scores
        Answers, shape (pupils, waves, items); a pupil with a ``nan`` is left out.
    names
        Names of the answers, wave by wave; default ``item1``, ``item2``, ...
    strict
        Also test equal residual variances.

    Returns
    -------
    Invariance
        See there; the first wave is the reference. CFI and TLI are taken against the model in
        which no two answers are related, with free means (the default of ``lavaan``).

    Raises
    ------
    DataError
        When the answers are not pupils by waves by items, there is one wave, or there are more or
        fewer names than answers.

    Source
    ------
    Widaman, Ferrer and Conger (2010), Child Development Perspectives 4, 10-18; rules as in
    :func:`group_invariance`. Checked against R ``lavaan`` in ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> leaning = rng.multivariate_normal([0, 0.3], [[1, 0.6], [0.6, 1]], size=800)
    >>> answers = leaning[:, :, None] + rng.normal(size=(800, 2, 4))
    >>> found = wave_invariance(answers)
    >>> found.established, found.levels[0].fit.df
    ('scalar', 15)
    """
    cube = np.asarray(scores, dtype=np.float64)
    if cube.ndim != 3 or cube.shape[1] < 2:
        raise DataError(
            "answers must be pupils by waves by items, with at least two waves",
            code="waves_shape",
            found=Message("shape {shape}", shape=cube.shape),
            expected="(pupils, waves, items)",
        )
    waves, k = cube.shape[1:]
    found = complete(checked(cube.reshape(len(cube), waves * k)))
    items = item_names(names, waves * k)
    for wave in range(waves):
        own = slice(wave * k, (wave + 1) * k)
        refusal = _refusal(found[:, own], items[own], Message("wave {value}", value=wave + 1))
        if refusal:
            return _nothing(len(found), k, *refusal)
    if len(found) <= waves * k:
        reason = Message(
            "Only {n} pupils answered all {value} questions.", n=len(found), value=waves * k
        )
        return _nothing(len(found), k, FitStatus.TOO_FEW, reason)
    one = sample(found)
    fitted = [fit_waves(one, waves, level) for level in LEVELS[: 4 if strict else 3]]
    labels = tuple(Message("wave {value}", value=wave + 1) for wave in range(waves))
    return _result(fitted, labels, (one.n,) * waves, k, one.n)


def _labels(groups: ArrayLike, n: int) -> NDArray[np.str_]:
    raw = np.asarray(groups)
    if raw.shape != (n,):
        raise DataError(
            "every pupil needs one group",
            code="groups_length",
            found=str(raw.shape),
            expected=f"({n},)",
            hint="Give one group for each row of answers.",
        )
    return np.array(["" if x is None or x != x else str(x) for x in raw.tolist()], dtype=np.str_)


def _refusal(part: Floats, items: tuple[str, ...], where: str) -> Problem | None:
    k = len(items)
    if k < 3:
        return FitStatus.TOO_FEW, Message("A one-factor model needs at least three items.")
    if len(part) <= k:
        return FitStatus.TOO_FEW, Message(
            "Only {n} pupils of {where} answered all {k} items; more pupils than items are needed.",
            n=len(part),
            where=where,
            k=k,
        )
    flat = np.flatnonzero(np.ptp(part, axis=0) == 0)
    if len(flat):
        return FitStatus.TOO_FEW, Message(
            "Everyone in {where} gave the same answer to: {items}.",
            where=where,
            items=", ".join(items[j] for j in flat),
        )
    along = tied(np.cov(part, rowvar=False))
    if len(along):
        return FitStatus.NOT_IDENTIFIED, Message(
            "In {where} one of these items follows exactly from the others: {items}.",
            where=where,
            items=", ".join(items[j] for j in along),
        )
    return None


def _nothing(n: int, k: int, status: FitStatus, reason: Message | None) -> Invariance:
    return Invariance((), None, False, (), n, k, status, reason)


def _result(
    fitted: list[Fitted], names: tuple[str, ...], sizes: tuple[int, ...], k: int, n: int
) -> Invariance:
    levels = [_first(fitted[0])] + [_next(a, b, n) for a, b in pairwise(fitted)]
    established = None
    for level in levels:
        if level.status not in SOLVED or level.verdict in ("doubtful", "fails"):
            break
        established = level.level
    comparable = established in ("scalar", "strict")
    bad = next((x for x in levels if x.status != FitStatus.OK), None)
    return Invariance(
        tuple(levels),
        established,
        comparable,
        _factors(fitted[2], names, sizes),
        n,
        k,
        bad.status if bad else FitStatus.OK,
        Message("At the level {level}: {reason}", level=bad.level, reason=bad.reason)
        if bad
        else None,
    )


def _first(one: Fitted) -> Level:
    fit, verdict = one.fit, None
    if fit is not None and fit.cfi is not None:
        verdict = _verdict(fit.cfi >= CFI_ENOUGH, fit.srmr <= SRMR_ENOUGH)
    status, reason = one.solution.status, one.solution.reason
    return Level(one.level, fit, None, None, None, None, None, verdict, status, reason)


def _verdict(one: bool, other: bool) -> Verdict:
    if one and other:
        return "holds"
    return "doubtful" if one or other else "fails"


def _next(before: Fitted, one: Fitted, n: int) -> Level:
    """Return a level beside the one before; a model without df fits perfectly (CFI 1, RMSEA 0)."""
    status, reason = one.solution.status, one.solution.reason
    if one.fit is None or before.fit is None:
        return Level(one.level, one.fit, None, None, None, None, None, None, status, reason)
    chisq = max(one.fit.chisq - before.fit.chisq, 0.0)  # nested: below zero is rounding
    df = one.fit.df - before.fit.df
    cfi = _or(one.fit.cfi, 1.0) - _or(before.fit.cfi, 1.0)
    rmsea = _or(one.fit.rmsea, 0.0) - _or(before.fit.rmsea, 0.0)
    small = n <= SMALL
    drop, rise = (CFI_DROP_SMALL, RMSEA_RISE_SMALL) if small else (CFI_DROP, RMSEA_RISE)
    return Level(
        one.level,
        one.fit,
        chisq,
        df,
        float(gammaincc(df / 2, chisq / 2)),
        cfi,
        rmsea,
        _verdict(cfi >= -drop, rmsea <= rise),
        status,
        reason,
    )


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _factors(scalar: Fitted, names: tuple[str, ...], sizes: tuple[int, ...]) -> tuple[Factor, ...]:
    """Return mean and variance of the factor in each group or wave under the scalar model."""
    if scalar.fit is None:
        return ()
    theta, se = scalar.solution.theta, np.sqrt(np.diag(scalar.solution.covariance))
    factors = [Factor(names[0], sizes[0], 0.0, None, 1.0, None)]
    for block, name, n in zip(scalar.blocks[1:], names[1:], sizes[1:], strict=True):
        mean, variance = block.mean, block.variance
        factors.append(
            Factor(
                name,
                n,
                float(theta[mean]),
                float(se[mean]),
                float(theta[variance]),
                float(se[variance]),
            )
        )
    return tuple(factors)
