"""What earlier trials lead to expect, put beside what a project measured itself.

The prior is always part of the result: a reader sees what was believed before, what the project
measured, and what follows from both.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.evidence.meta import MetaAnalysis
from instroom.stats.evidence.meta_bayesian import BayesianMeta
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus


@dataclass(frozen=True, slots=True)
class Belief:
    """A normal distribution of an effect, with its central interval."""

    mean: float
    sd: float
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """An own estimate beside the prior of earlier trials, and both together.

    Attributes
    ----------
    prior
        What earlier trials lead to expect of a new one, before the own data.
    data
        The own estimate with its standard error.
    posterior
        Both together.
    prior_weight
        Share (0-1) of the prior in the posterior mean.
    above_zero
        Posterior chance (0-1) that the effect is above 0.
    conflict
        Distance between own estimate and prior, in standard deviations of their difference;
        beyond 2 the prior may be about other projects than this one.
    status, reason
        "not_supported" when the prior could not be estimated (numbers are nan).
    """

    prior: Belief
    data: Belief
    posterior: Belief
    prior_weight: float
    above_zero: float
    conflict: float
    status: FitStatus
    reason: Message | None


def shrink(
    estimate: float,
    se: float,
    *,
    prior_mean: float,
    prior_sd: float,
    level: float = 0.95,
) -> Shrinkage:
    """Return a project's own estimate pulled towards what earlier trials lead to expect.

    Parameters
    ----------
    estimate, se
        Own effect and standard error (above 0), in the units of the prior.
    prior_mean, prior_sd
        Normal prior of the true effect of a new project (``prior_sd`` above 0).
    level
        Coverage of the three intervals.

    Raises
    ------
    DataError
        ``bad_spread`` when a standard error or deviation is not a number above 0.

    Source
    ------
    Normal prior and normal likelihood; Gelman et al. (2013), Bayesian Data Analysis, section
    2.5. Checked against numerical integration in ``tests/unit/stats/test_meta_prior.py``.

    Examples
    --------
    >>> s = shrink(0.40, 0.20, prior_mean=0.10, prior_sd=0.10)
    >>> round(s.posterior.mean, 3), round(s.posterior.sd, 3), round(s.prior_weight, 2)
    (0.16, 0.089, 0.8)
    """
    if not (se > 0 and prior_sd > 0 and np.isfinite([estimate, se, prior_mean, prior_sd]).all()):
        raise DataError(
            "an estimate and a prior need a spread above 0",
            code="bad_spread",
            found=Message("se {se:g}, prior sd {prior_sd:g}", se=se, prior_sd=prior_sd),
        )
    own, before = 1 / se**2, 1 / prior_sd**2
    mean = (own * estimate + before * prior_mean) / (own + before)
    sd = 1 / sqrt(own + before)
    return Shrinkage(
        prior=_belief(prior_mean, prior_sd, level),
        data=_belief(estimate, se, level),
        posterior=_belief(mean, sd, level),
        prior_weight=before / (own + before),
        above_zero=float(ndtr(mean / sd)),
        conflict=(estimate - prior_mean) / sqrt(se**2 + prior_sd**2),
        status=FitStatus.OK,
        reason=None,
    )


def shrink_towards(
    estimate: float, se: float, literature: MetaAnalysis | BayesianMeta, *, level: float = 0.95
) -> Shrinkage:
    """Return a project's own estimate pulled towards a meta-analysis of earlier trials.

    The prior is the predictive distribution of a new trial: the average effect with the
    variance between trials plus the uncertainty of the average. The own project may not be one
    of the trials.

    Parameters
    ----------
    estimate, se
        As :func:`shrink`.
    literature
        Of :func:`instroom.stats.evidence.meta.random_effects` (without moderators) or
        :func:`instroom.stats.evidence.meta_bayesian.bayesian_meta`; of the latter the normal
        with the same mean and spread is used.
    level
        Coverage.

    Raises
    ------
    DataError
        As :func:`shrink`; ``moderators`` for a meta-regression.

    Examples
    --------
    >>> from instroom.stats.evidence.meta import random_effects
    >>> m = random_effects([0.38, 0.05, 0.22, 0.61], [0.020, 0.008, 0.030, 0.050])
    >>> s = shrink_towards(0.55, 0.15, m)
    >>> round(s.prior.mean, 3), round(s.posterior.mean, 3)
    (0.269, 0.456)
    """
    if isinstance(literature, MetaAnalysis):
        if len(literature.coefficients) > 1:
            raise DataError(
                "a meta-regression gives a prior only at given moderators",
                code="moderators",
                hint="predict at the project's own moderators and use shrink",
            )
        mean = float(literature.coefficients[0])
        sd = sqrt(literature.tau2 + float(literature.se[0]) ** 2)
    else:
        mean, sd = literature.new_mean, literature.new_sd
    if not np.isfinite([mean, sd]).all():
        nan = float("nan")
        empty = Belief(nan, nan, (nan, nan))
        reason = Message("The earlier trials give no prior. {reason}", reason=literature.reason)
        own = _belief(estimate, se, level)
        problem = (FitStatus.NOT_SUPPORTED, reason)
        return without_numbers(Shrinkage, problem, prior=empty, data=own, posterior=empty)
    return shrink(estimate, se, prior_mean=mean, prior_sd=sd, level=level)


def _belief(mean: float, sd: float, level: float) -> Belief:
    reach = float(ndtri((1 + level) / 2)) * sd
    return Belief(mean, sd, (mean - reach, mean + reach))
