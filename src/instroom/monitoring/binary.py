"""A yes-or-no outcome, such as choosing a technical profile: odds, and points in a hundred."""

from dataclasses import replace
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, CrossProducts
from instroom.monitoring import estimates, few_schools
from instroom.monitoring.coefficients import finite
from instroom.monitoring.designs import AnalysisPlan
from instroom.monitoring.effect_answer import (
    EffectAnswer,
    Estimated,
    PointsDifference,
    SharesRatio,
    SpokenSize,
    TestedCoefficient,
)
from instroom.monitoring.effect_words import known, silent, worded
from instroom.monitoring.estimates import Choices
from instroom.monitoring.studies import Study
from instroom.monitoring.study_rows import StudyQuestion
from instroom.stats.binary import binary_mixed, logistic, marginal_effect
from instroom.stats.binary.binary_mixed import BinaryMixedFit
from instroom.stats.binary.logistic import LogitFit
from instroom.stats.clusters.robust import RobustFit
from instroom.stats.intervals import Z95

Floats = NDArray[np.float64]
#: Variance of the logistic distribution: what pupils differ in, on the scale of log-odds.
RESIDUAL = pi**2 / 3


def is_binary(values: Floats) -> bool:
    """Whether a column says yes or no: zeros and ones, both of them.

    Examples
    --------
    >>> is_binary(np.array([0.0, 1.0, 1.0])), is_binary(np.array([1.0, 2.0]))
    (True, False)
    """
    return bool(np.array_equal(np.unique(values), [0.0, 1.0]))


def unused(question: StudyQuestion, choices: Choices) -> tuple[Message, ...]:
    """Return what was asked that is not computed of a yes-or-no outcome, a sentence each."""
    said = []
    if question.by:
        said.append(
            Message("--by does nothing with a yes-or-no outcome, unless with --family gaussian")
        )
    if len(question.levels) > 1:
        said.append(
            Message(
                "of the groups only '{group}' counts with a yes-or-no outcome",
                group=question.levels[0],
            )
        )
    if choices.robust and not question.levels:
        said.append(Message("--robust does nothing without --groups"))
    elif choices.robust == "cr3":
        said.append(Message("a yes-or-no outcome has no cr3 errors; these are cr2"))
    if choices.df == "kenward-roger":
        said.append(Message("--df does nothing with a yes-or-no outcome"))
    return tuple(said)


def answer(
    cross: CrossProducts, study: Study, planned: AnalysisPlan, choices: Choices
) -> EffectAnswer:
    """Return the effect on a yes-or-no outcome.

    ``estimate`` is in log-odds given the school: a logit with a random intercept per school
    (Laplace), or with ``robust`` a plain logit with cluster-robust errors. Beside it stand
    ``average_marginal_effect`` (percentage points over all pupils), ``linear_probability`` (least
    squares with CR2 errors, a share) and ``logit`` (CR2).
    """
    names = [INTERCEPT, *list(planned.columns)[:-1]]
    main = [name for name in names if name not in planned.interactions.values()]
    y = planned.columns[planned.outcome]
    matrix = np.column_stack([np.ones(len(y)), *(planned.columns[name] for name in main[1:])])
    school = next(iter(planned.groups.values()), None)
    plain = logistic.fit_logit(y, matrix, school, names=main, kind=_kind(school, choices))
    found = replace(
        estimates.shape(cross, study, choices),
        family="binomial",
        logit=_line(plain, study.target),
    )
    if school is not None:
        linear = logistic.fit_linear_probability(y, matrix, school, names=main)
        found = replace(found, linear_probability=_line(linear, study.target))
    if choices.robust is not None or school is None:
        return _plain(found, plain, study, matrix, main)
    fitted = binary_mixed.fit(y, matrix, school, names=main)
    found = replace(found, status=fitted.status, reason=fitted.reason)
    if not (np.isfinite(fitted.beta).all() and np.isfinite(fitted.se).all()):
        return silent(found, fitted.status)
    variance = fitted.sd**2
    found = replace(
        found,
        errors="laplace",
        variances={"school": variance, "residual": RESIDUAL},
        icc=variance / (variance + RESIDUAL),
        coefficients=tuple(
            _normal(name, b, se)
            for name, b, se in zip(fitted.names, fitted.beta, fitted.se, strict=True)
        ),
    )
    kept = [main.index(name) for name in fitted.names]
    if study.target not in fitted.names:
        return silent(found, "rank_deficient")
    found = _finish(found, fitted, study, matrix[:, kept], list(fitted.names))
    return few_schools.said_of_shares(found, cross, study, fitted.names) if variance == 0 else found


def _kind(school: NDArray[np.generic] | None, choices: Choices) -> logistic.Kind:
    if school is None:
        return "model"
    return "cr2" if choices.robust in (None, "cr3") else choices.robust  # type: ignore[return-value]


def _plain(
    found: EffectAnswer, plain: LogitFit, study: Study, matrix: Floats, main: list[str]
) -> EffectAnswer:
    """Answer from the logit over all schools together."""
    found = replace(found, status=plain.status, reason=plain.reason, errors=plain.kind)
    line = _line(plain, study.target)
    if line.estimate is None or line.se is None:
        return silent(found, plain.status)
    found = replace(found, coefficients=tuple(_named(plain, name) for name in plain.names))
    kept = [main.index(name) for name in plain.names]
    return _finish(found, plain, study, matrix[:, kept], list(plain.names))


def _finish(
    found: EffectAnswer,
    fitted: BinaryMixedFit | LogitFit,
    study: Study,
    matrix: Floats,
    names: list[str],
) -> EffectAnswer:
    """Add the estimate, the difference in the share of yes, and the words."""
    at = names.index(study.target)
    line = next(c for c in found.coefficients if c.name == study.target)
    estimate, (low, high) = known(line)
    scale = sqrt(1 / RESIDUAL)  # of log-odds in standard deviations (Hasselblad and Hedges 1995)
    treated, untreated = matrix.copy(), matrix.copy()
    treated[:, at], untreated[:, at] = 1.0, 0.0
    share = marginal_effect.average_effect(fitted, treated, untreated)
    found = replace(
        found,
        estimate=estimate,
        se=line.se,
        df=line.df,
        ci=(low, high),
        p=line.p,
        hedges_g=estimate * scale,
        hedges_g_ci=(low * scale, high * scale),
        average_marginal_effect=PointsDifference(
            points=share.effect_points,
            se=share.se_points,
            ci=share.ci_points,
            share_with=share.share_with,
            share_without=share.share_without,
        ),
        risk_ratio=SharesRatio(share.risk_ratio, share.ci_ratio),
    )
    ends = share.ci_points[0] / 100, share.ci_points[1] / 100
    return worded(study, found, SpokenSize("binary", share.effect_points / 100, ends))


def _normal(name: str, estimate: float, se: float) -> TestedCoefficient:
    """Return a coefficient tested against the normal distribution (no degrees of freedom)."""
    b, error = float(estimate), float(se)
    return TestedCoefficient(
        name=name,
        estimate=b,
        se=error,
        df=None,
        p=float(2 * ndtr(-abs(b / error))) if error > 0 else None,
        ci=(b - Z95 * error, b + Z95 * error),
    )


def _line(fitted: LogitFit | RobustFit, name: str) -> Estimated:
    """Return one coefficient of a fit with its interval; None where it could not be estimated."""
    if name not in fitted.names:
        return Estimated(estimate=None, se=None, df=None, p=None, ci=None)
    return _named(fitted, name)


def _named(fitted: LogitFit | RobustFit, name: str) -> TestedCoefficient:
    at = list(fitted.names).index(name)
    return TestedCoefficient(
        name=name,
        estimate=finite(fitted.beta[at]),
        se=finite(fitted.se[at]),
        df=finite(fitted.df[at]),
        p=finite(fitted.p[at]),
        ci=(float(fitted.ci[at][0]), float(fitted.ci[at][1])),
    )
