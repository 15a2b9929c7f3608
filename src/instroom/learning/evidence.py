"""``instroom meta``: what trials elsewhere say together, as plain data.

Pure functions over arrays; reading a file and writing JSON is done by the command.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.core.quantities import significant
from instroom.stats.evidence.heterogeneity import Method
from instroom.stats.evidence.meta import MetaAnalysis, Test, predict, random_effects
from instroom.stats.evidence.meta_diagnostics import egger, influence, leave_one_out
from instroom.stats.evidence.meta_levels import MultilevelMeta, three_level
from instroom.stats.evidence.meta_robust import (
    RobustMeta,
    correlated_hierarchical,
    robust_correlated,
    robust_hierarchical,
)
from instroom.stats.evidence.trim_and_fill import trim_and_fill
from instroom.stats.intervals import Z95

Floats = NDArray[np.float64]
Dependence = Literal["nested", "correlated"]
_SOLVED = ("ok", "boundary")


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
) -> dict[str, Any]:
    """Return a meta-analysis in the public shape of ``instroom meta --json``.

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
    dict
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
    >>> round(s["estimate"], 3), s["k"], s["q_df"], s["status"]
    (0.269, 4, 3, 'ok')
    """
    names = ("average", *(moderators or {}))
    columns = _columns(moderators)
    y, v = np.asarray(effect, dtype=float), np.asarray(variance, dtype=float)
    labels = _labels(studies, len(y))
    shared: dict[str, Any] = {"method": method, "test": test, "level": level}
    if cluster is None:
        fit = random_effects(y, v, moderators=columns, method=method, test=test, level=level)
        found = _plain(fit, names) | shared
        found["egger"] = _egger(fit, y, v, method, test, level)
        found["trim_and_fill"] = None if moderators else _filled(y, v, method, test, level)
        found["studies"] = _studies(fit, y, v, columns, labels)
    else:
        found = _clustered(y, v, np.asarray(cluster), columns, names, labels, dependence, shared)
    return dict(significant(found))


def _clustered(
    y: Floats,
    v: Floats,
    cluster: NDArray[Any],
    columns: Floats | None,
    names: Sequence[str],
    labels: Sequence[str],
    dependence: Dependence | None,
    shared: dict[str, Any],
) -> dict[str, Any]:
    """Return the summary of dependent effects, all models beside each other."""
    method = shared["method"]
    chosen = dependence or ("nested" if method in ("REML", "ML") else "correlated")
    own = np.arange(len(y))
    levels = three_level(
        y, v, levels=[cluster, own], moderators=columns, level=shared["level"],
        method="ML" if method == "ML" else "REML", test="z" if shared["test"] == "z" else "t",
    )  # fmt: skip
    options: dict[str, Any] = {"moderators": columns, "level": shared["level"]}
    robust = {
        "correlated": robust_correlated(y, v, cluster, **options),
        "hierarchical": robust_hierarchical(y, v, cluster, **options),
        "correlated_hierarchical": correlated_hierarchical(y, v, cluster, **options),
    }
    models = {"three_level": _plain_levels(levels, names)} | {
        name: _plain_robust(m, names) for name, m in robust.items()
    }
    main = models["three_level" if chosen == "nested" else "correlated"]
    spread = float(np.nansum([main["tau2"], main["omega2"]]))
    found = main | {key: models["three_level"][key] for key in ("q", "q_df", "q_p")} | shared
    found["dependence"] = chosen
    found["prediction"] = _prediction(main, spread, shared["level"])
    found["models"] = models
    found["egger"] = _robust_egger(y, v, cluster, shared["level"])
    weights = _cluster_weights(v, cluster, levels, robust["correlated"], chosen)
    found["studies"] = [
        _study(label, effect, variance, weight, used) | {"cluster": str(group)}
        for label, effect, variance, weight, used, group in zip(
            labels, y, v, weights, levels.used, cluster, strict=True
        )
    ]
    return found


def _plain(fit: MetaAnalysis, names: Sequence[str]) -> dict[str, Any]:
    numbers = _first(fit.coefficients, fit.se, np.full(len(fit.se), fit.df), fit.ci, fit.p)
    solved = fit.status in _SOLVED
    ahead = predict(fit, np.zeros((1, len(names) - 1)) if len(names) > 1 else None)
    return numbers | {
        "tau2": fit.tau2, "tau2_se": fit.tau2_se, "tau2_ci": list(fit.tau2_ci), "i2": fit.i2,
        "i2_ci": list(fit.i2_ci), "h2": fit.h2, "q": fit.q, "q_df": fit.q_df, "q_p": fit.q_p,
        "qm": fit.qm, "qm_df": fit.qm_df, "qm_p": fit.qm_p,
        "prediction": ahead.interval[0].tolist() if solved else [None, None],
        "k": fit.k, "dropped": int((~fit.used).sum()), "log_likelihood": fit.log_likelihood,
        "coefficients": _named(
            names, fit.coefficients, fit.se, np.full(len(names), fit.df), fit.ci, fit.p
        ),
        "status": fit.status, "reason": fit.reason,
    }  # fmt: skip


def _plain_levels(fit: MultilevelMeta, names: Sequence[str]) -> dict[str, Any]:
    tau2, omega2 = (float(value) for value in fit.sigma2)
    return _first(fit.coefficients, fit.se, fit.df, fit.ci, fit.p) | {
        "tau2": tau2, "omega2": omega2, "i2": float(fit.i2.sum()), "i2_levels": fit.i2.tolist(),
        "q": fit.q, "q_df": fit.q_df, "q_p": fit.q_p, "k": fit.k, "clusters": fit.groups[0],
        "dropped": int((~fit.used).sum()), "log_likelihood": fit.log_likelihood,
        "coefficients": _named(names, fit.coefficients, fit.se, fit.df, fit.ci, fit.p),
        "status": fit.status, "reason": fit.reason,
    }  # fmt: skip


def _plain_robust(fit: RobustMeta, names: Sequence[str]) -> dict[str, Any]:
    return _first(fit.coefficients, fit.se, fit.df, fit.ci, fit.p) | {
        "tau2": fit.tau2, "omega2": fit.omega2, "i2": float("nan"), "k": fit.k,
        "clusters": fit.clusters, "dropped": int((~fit.used).sum()),
        "correlation": fit.correlation, "trustworthy": bool(fit.trustworthy[0]),
        "coefficients": _named(names, fit.coefficients, fit.se, fit.df, fit.ci, fit.p),
        "status": fit.status, "reason": fit.reason,
    }  # fmt: skip


def _first(b: Floats, se: Floats, df: Floats, ci: Floats, p: Floats) -> dict[str, Any]:
    return {"estimate": float(b[0]), "se": float(se[0]), "df": float(df[0]), "ci": ci[0].tolist(),
            "p": float(p[0])}  # fmt: skip


def _named(
    names: Sequence[str], b: Floats, se: Floats, df: Floats, ci: Floats, p: Floats
) -> list[dict[str, Any]]:
    return [
        {"name": name} | _first(b[place:], se[place:], df[place:], ci[place:], p[place:])
        for place, name in enumerate(names)
    ]


def _prediction(main: dict[str, Any], spread: float, level: float) -> list[float | None]:
    """Return the range of true effects of a new effect in a new study."""
    if not np.isfinite(main["estimate"]):
        return [None, None]
    upper = (1 + level) / 2
    reach = t.ppf(upper, main["df"]) if np.isfinite(main["df"]) else norm.ppf(upper)
    wide = float(reach * np.sqrt(main["se"] ** 2 + spread))
    return [main["estimate"] - wide, main["estimate"] + wide]


def _egger(
    fit: MetaAnalysis, y: Floats, v: Floats, method: Method, test: Test, level: float
) -> dict[str, Any]:
    """Return Egger's classical test, with the meta-regression beside it."""
    found = {}
    for model in ("lm", "rma"):
        one = egger(y[fit.used], v[fit.used], model=model, method=method, test=test, level=level)
        found[model] = {
            "statistic": one.statistic, "df": one.df, "p": one.p, "limit": one.limit,
            "limit_ci": list(one.limit_ci), "k": one.k, "status": one.status,
            "reason": one.reason,
        }  # fmt: skip
    return found["lm"] | {"model": "lm", "random_effects": found["rma"]}


def _filled(y: Floats, v: Floats, method: Method, test: Test, level: float) -> dict[str, Any]:
    """Return the average with mirror images of the studies that seem to be missing."""
    found = trim_and_fill(y, v, method=method, test=test, level=level)
    fit = found.fit
    return {
        "missing": found.missing if fit else None, "missing_se": found.missing_se,
        "side": found.side or None,
        "estimate": float(fit.coefficients[0]) if fit else None,
        "ci": fit.ci[0].tolist() if fit else None,
        "p": float(fit.p[0]) if fit else None,
        "status": found.status, "reason": found.reason,
    }  # fmt: skip


def _robust_egger(y: Floats, v: Floats, cluster: NDArray[Any], level: float) -> dict[str, Any]:
    """Return Egger's test for dependent effects: the slope on the standard error, CR2."""
    m = robust_correlated(y, v, cluster, moderators=np.sqrt(v), level=level)
    return {
        "statistic": float(m.statistic[1]), "df": float(m.df[1]), "p": float(m.p[1]),
        "limit": float(m.coefficients[0]), "limit_ci": m.ci[0].tolist(), "k": m.k,
        "model": "correlated", "status": m.status, "reason": m.reason,
    }  # fmt: skip


def _studies(
    fit: MetaAnalysis, y: Floats, v: Floats, columns: Floats | None, labels: Sequence[str]
) -> list[dict[str, Any]]:
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
        listed[row]["rstudent"] = float(pulls.rstudent[place])
        listed[row]["cook"] = float(pulls.cook[place])
        listed[row]["hat"] = float(pulls.hat[place])
        if without is not None:
            listed[row]["without"] = {
                "estimate": float(without.estimate[place]), "ci": without.ci[place].tolist(),
                "tau2": float(without.tau2[place]),
            }  # fmt: skip
    return listed


def _study(label: str, effect: float, variance: float, weight: float, used: bool) -> dict[str, Any]:
    se = float(np.sqrt(variance)) if variance > 0 else float("nan")
    reach = Z95 * se
    return {"study": label, "effect": float(effect), "se": se, "ci": [effect - reach,
            effect + reach], "weight": float(weight) if used else None}  # fmt: skip


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
