"""``instroom meta``: what trials elsewhere say together.

Pure functions over arrays; reading a file is done by the command.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from instroom.core.answers import ABSENT
from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.learning.meta_answer import (
    EggerFound,
    Ends,
    FilledFound,
    MetaAnswer,
    NamedEstimate,
    PooledModel,
    StudyFound,
    WithoutStudy,
    study_found,
)
from instroom.monitoring.coefficients import finite
from instroom.stats.evidence.heterogeneity import Method
from instroom.stats.evidence.meta import MetaAnalysis, Test, predict, random_effects
from instroom.stats.evidence.meta_diagnostics import EggerTest, egger, influence, leave_one_out
from instroom.stats.evidence.meta_levels import MultilevelMeta, three_level
from instroom.stats.evidence.meta_robust import (
    RobustMeta,
    correlated_hierarchical,
    robust_correlated,
    robust_hierarchical,
)
from instroom.stats.evidence.trim_and_fill import trim_and_fill
from instroom.stats.status import SOLVED

Floats = NDArray[np.float64]
Dependence = Literal["nested", "correlated"]


def meta_summary(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    moderators: Mapping[str, ArrayLike] | None = None,
    method: Method = "REML",
    test: Test = "knha",
    studies: Sequence[str] | None = None,
    dependence: Dependence | None = None,
    level: float = 0.95,
) -> MetaAnswer:
    """Return what effects say together.

    Parameters
    ----------
    effect, variance
        Shape (rows,), in the units of the effect and their square. Rows with a missing value
        (nan) are left out and counted in ``dropped``.
    cluster
        The study of each effect, when studies give several; shape (rows,).
    moderators
        Name -> values, shape (rows,).
    method, test
        See :func:`instroom.stats.evidence.meta.random_effects`.
    studies
        Names of the rows for the list and the plots; else numbers from 1.
    dependence
        With ``cluster`` only. "nested": effects within studies differ truly but rest on
        different pupils (three-level model, REML or ML). "correlated": they come from the same
        pupils (robust variance estimation). Left out: "nested" for REML and ML, else
        "correlated", whose variance is of the method of moments. Either way all four models
        are under ``models``.
    level
        Coverage (0-1).

    Returns
    -------
    MetaAnswer
        ``estimate`` with ``se, df, ci, p`` is the average effect; with moderators the one where
        they are all 0 (``coefficients`` has them all). Numbers that could not be estimated are
        None, and ``status`` and ``reason`` say why.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`.

    Examples
    --------
    >>> s = meta_summary([0.38, 0.05, 0.22, 0.61], [0.020, 0.008, 0.030, 0.050])
    >>> round(s.estimate, 3), s.k, s.q_df, s.status
    (0.269, 4, 3, 'ok')
    """
    names = ("intercept", *moderators) if moderators else ("average",)
    columns = _columns(moderators)
    y, v = np.asarray(effect, dtype=float), np.asarray(variance, dtype=float)
    labels = _labels(studies, len(y))
    if cluster is not None:
        data = _Effects(y, v, columns, names, labels, method, test, level)
        return _clustered(data, np.asarray(cluster), dependence)
    fit = random_effects(y, v, moderators=columns, method=method, test=test, level=level)
    return _answer(
        _independent(fit, names),
        method=method,
        test=test,
        level=level,
        prediction=_ahead(fit, names),
        egger=_egger(fit, y, v),
        trim_and_fill=None if moderators else _filled(y, v, method, test, level),
        studies=_studies(fit, y, v, columns, labels),
    )


def _answer(model: PooledModel, **more: Any) -> MetaAnswer:
    """Return the answer of a model: its own fields, and what is said beside them."""
    own = {field.name: getattr(model, field.name) for field in fields(model)}
    return MetaAnswer(**own, **more)


@dataclass(frozen=True, slots=True)
class _Effects:
    """Effects of studies, and how they are to be taken together."""

    y: Floats
    v: Floats
    columns: Floats | None
    names: Sequence[str]
    labels: Sequence[str]
    method: Method
    test: Test
    level: float


def _clustered(data: _Effects, cluster: NDArray[Any], dependence: Dependence | None) -> MetaAnswer:
    """Return the summary of dependent effects, all models beside each other."""
    y, v, columns, names, method = data.y, data.v, data.columns, data.names, data.method
    chosen = dependence or ("nested" if method in ("REML", "ML") else "correlated")
    own = np.arange(len(y))
    levels = three_level(
        y, v, levels=[cluster, own], moderators=columns, level=data.level,
        method="ML" if method == "ML" else "REML", test="z" if data.test == "z" else "t",
    )  # fmt: skip
    robust = {
        "correlated": robust_correlated(y, v, cluster, moderators=columns, level=data.level),
        "hierarchical": robust_hierarchical(y, v, cluster, moderators=columns, level=data.level),
        "correlated_hierarchical": correlated_hierarchical(
            y, v, cluster, moderators=columns, level=data.level
        ),
    }
    nested = _nested(levels, names)
    models = {"three_level": nested} | {name: _robust(m, names) for name, m in robust.items()}
    main = models["three_level" if chosen == "nested" else "correlated"]
    weights = _cluster_weights(v, cluster, levels, robust["correlated"], chosen)
    rows = zip(data.labels, y, v, weights, levels.used, cluster, strict=True)
    return _answer(
        replace(main, q=nested.q, q_df=nested.q_df, q_p=nested.q_p),
        method=method,
        test=data.test,
        level=data.level,
        dependence=chosen,
        prediction=_prediction(main, data.level),
        models=models,
        egger=_robust_egger(y, v, cluster, data.level),
        studies=tuple(
            replace(_study(label, effect, variance, weight, used), cluster=str(group))
            for label, effect, variance, weight, used, group in rows
        ),
    )


def _independent(fit: MetaAnalysis, names: Sequence[str]) -> PooledModel:
    lines = _named(names, fit.coefficients, fit.se, np.full(len(names), fit.df), fit.ci, fit.p)
    first = lines[0]
    return PooledModel(
        estimate=first.estimate, se=first.se, df=first.df, ci=first.ci, p=first.p,
        tau2=finite(fit.tau2), tau2_se=finite(fit.tau2_se), tau2_ci=_ends(fit.tau2_ci),
        i2=finite(fit.i2), i2_ci=_ends(fit.i2_ci), h2=finite(fit.h2),
        q=finite(fit.q), q_df=fit.q_df, q_p=finite(fit.q_p),
        qm=finite(fit.qm), qm_df=fit.qm_df, qm_p=finite(fit.qm_p),
        k=fit.k, dropped=int((~fit.used).sum()), log_likelihood=finite(fit.log_likelihood),
        coefficients=lines, status=fit.status, reason=fit.reason,
    )  # fmt: skip


def _ahead(fit: MetaAnalysis, names: Sequence[str]) -> Ends:
    """Return where the true effect of a new study may lie."""
    if fit.status not in SOLVED:
        return (None, None)
    found = predict(fit, np.zeros((1, len(names) - 1)) if len(names) > 1 else None)
    return _ends(found.interval[0])


def _nested(fit: MultilevelMeta, names: Sequence[str]) -> PooledModel:
    lines = _named(names, fit.coefficients, fit.se, fit.df, fit.ci, fit.p)
    first, (tau2, omega2) = lines[0], fit.sigma2
    return PooledModel(
        estimate=first.estimate, se=first.se, df=first.df, ci=first.ci, p=first.p,
        tau2=finite(tau2), omega2=finite(omega2), i2=finite(fit.i2.sum()),
        i2_levels=tuple(finite(share) for share in fit.i2),
        q=finite(fit.q), q_df=fit.q_df, q_p=finite(fit.q_p), k=fit.k, clusters=fit.groups[0],
        dropped=int((~fit.used).sum()), log_likelihood=finite(fit.log_likelihood),
        coefficients=lines, status=fit.status, reason=fit.reason,
    )  # fmt: skip


def _robust(fit: RobustMeta, names: Sequence[str]) -> PooledModel:
    lines = _named(names, fit.coefficients, fit.se, fit.df, fit.ci, fit.p)
    first = lines[0]
    return PooledModel(
        estimate=first.estimate, se=first.se, df=first.df, ci=first.ci, p=first.p,
        tau2=finite(fit.tau2), omega2=finite(fit.omega2), i2=None, k=fit.k,
        clusters=fit.clusters, dropped=int((~fit.used).sum()),
        correlation=finite(fit.correlation), trustworthy=bool(fit.trustworthy[0]),
        coefficients=lines, status=fit.status, reason=fit.reason,
    )  # fmt: skip


def _ends(interval: Sequence[float] | Floats) -> Ends:
    return finite(interval[0]), finite(interval[1])


def _named(
    names: Sequence[str], b: Floats, se: Floats, df: Floats, ci: Floats, p: Floats
) -> tuple[NamedEstimate, ...]:
    return tuple(
        NamedEstimate(
            name=name, estimate=finite(b[i]), se=finite(se[i]), df=finite(df[i]),
            ci=_ends(ci[i]), p=finite(p[i]),
        )
        for i, name in enumerate(names)
    )  # fmt: skip


def _prediction(main: PooledModel, level: float) -> Ends:
    """Return the range of true effects of a new effect in a new study."""
    if main.estimate is None or main.se is None:
        return (None, None)
    spread = (main.tau2 or 0.0) + (main.omega2 or 0.0)
    upper = (1 + level) / 2
    reach = norm.ppf(upper) if main.df is None else t.ppf(upper, main.df)
    wide = float(reach * np.sqrt(main.se**2 + spread))
    return main.estimate - wide, main.estimate + wide


def _egger(fit: MetaAnalysis, y: Floats, v: Floats) -> EggerFound:
    """Return Egger's classical test, with the meta-regression beside it."""
    classical, regression = (
        _tested(
            egger(
                y[fit.used], v[fit.used],
                model=model, method=fit.method, test=fit.test, level=fit.level,
            )
        )
        for model in ("lm", "rma")
    )  # fmt: skip
    return replace(classical, model="lm", random_effects=regression)


def _tested(one: EggerTest) -> EggerFound:
    return EggerFound(
        statistic=finite(one.statistic), df=finite(one.df), p=finite(one.p),
        limit=finite(one.limit), limit_ci=_ends(one.limit_ci), k=one.k,
        status=one.status, reason=one.reason,
    )  # fmt: skip


def _filled(y: Floats, v: Floats, method: Method, test: Test, level: float) -> FilledFound:
    """Return the average with mirror images of the studies that seem to be missing."""
    found = trim_and_fill(y, v, method=method, test=test, level=level)
    fit = found.fit
    return FilledFound(
        missing=found.missing if fit else None,
        missing_se=finite(found.missing_se),
        side=found.side or None,
        estimate=finite(fit.coefficients[0]) if fit else None,
        ci=_ends(fit.ci[0]) if fit else None,
        p=finite(fit.p[0]) if fit else None,
        status=found.status,
        reason=found.reason,
    )


def _robust_egger(y: Floats, v: Floats, cluster: NDArray[Any], level: float) -> EggerFound:
    """Return Egger's test for dependent effects: the slope on the standard error, CR2."""
    m = robust_correlated(y, v, cluster, moderators=np.sqrt(v), level=level)
    return EggerFound(
        statistic=finite(m.statistic[1]), df=finite(m.df[1]), p=finite(m.p[1]),
        limit=finite(m.coefficients[0]), limit_ci=_ends(m.ci[0]), k=m.k,
        model="correlated", status=m.status, reason=m.reason,
    )  # fmt: skip


def _studies(
    fit: MetaAnalysis, y: Floats, v: Floats, columns: Floats | None, labels: Sequence[str]
) -> tuple[StudyFound, ...]:
    """Return each trial with its weight, how far it lies off and what goes without it."""
    weight = _spread_out(fit.weights, fit.used)
    listed = [
        _study(label, effect, variance, share, used)
        for label, effect, variance, share, used in zip(labels, y, v, weight, fit.used, strict=True)
    ]
    used = np.flatnonzero(fit.used)
    extra = None if columns is None else columns[used]
    pulls = influence(y[used], v[used], moderators=extra, method=fit.method, test=fit.test)
    without = None if columns is not None else leave_one_out(
        y[used], v[used], method=fit.method, test=fit.test, level=fit.level
    )  # fmt: skip
    for place, row in enumerate(used):
        listed[row] = replace(
            listed[row],
            rstudent=float(pulls.rstudent[place]),
            cook=float(pulls.cook[place]),
            hat=float(pulls.hat[place]),
            without=ABSENT if without is None else WithoutStudy(
                finite(without.estimate[place]),
                _ends(without.ci[place]),
                finite(without.tau2[place]),
            ),
        )  # fmt: skip
    return tuple(listed)


def _study(label: str, effect: float, variance: float, weight: float, used: bool) -> StudyFound:
    se = float(np.sqrt(variance)) if variance > 0 else float("nan")
    return study_found(label, float(effect), se, float(weight) if used else None)


def _cluster_weights(
    v: Floats, cluster: NDArray[Any], levels: MultilevelMeta, robust: RobustMeta, chosen: Dependence
) -> Floats:
    """Return the share of each effect in the average of the chosen model."""
    if chosen == "nested" or not np.isfinite(robust.tau2):
        return _spread_out(levels.weights, levels.used)
    codes = np.unique(cluster[robust.used], return_inverse=True)[1]
    size = np.bincount(codes)
    average = np.bincount(codes, weights=v[robust.used]) / size
    weights = (1 / (size * (average + robust.tau2)))[codes]
    return _spread_out(weights / weights.sum(), robust.used)


def _spread_out(weights: Floats, used: NDArray[np.bool_]) -> Floats:
    full = np.full(len(used), np.nan)
    full[used] = weights
    return full


def _columns(moderators: Mapping[str, ArrayLike] | None) -> Floats | None:
    if not moderators:
        return None
    return np.column_stack([np.asarray(values, dtype=float) for values in moderators.values()])


def _labels(studies: Sequence[str] | None, rows: int) -> list[str]:
    labels = [str(name) for name in studies] if studies else [str(i + 1) for i in range(rows)]
    if len(labels) != rows:
        raise DataError(
            "every effect needs the name of its study",
            code="bad_shape",
            found=Message("{n} names for {rows} effects", n=len(labels), rows=rows),
        )
    return labels
