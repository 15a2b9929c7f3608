"""Power by simulation: what the formula leaves out when there are few schools.

With normal outcomes and equal sizes, a trial's model sees only its effect and one mean square per
level. These are drawn directly, and each draw is estimated by restricted likelihood in closed
form: variances below 0 are pooled away, as a fitted model would. That costs nothing, and it is the
same answer: ``tests/unit/stats/test_power_simulation.py`` fits pupils' data beside it.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import t

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus
from instroom.stats.trials.power import infeasible
from instroom.stats.trials.trial_designs import TrialDesign


@dataclass(frozen=True, slots=True)
class SimulatedPower:
    """Power counted over simulated trials.

    Attributes
    ----------
    power, se
        Share (0-1) of trials that showed the effect, and its simulation error.
    false_alarms
        Share that would have shown something had there been no effect (should be ``alpha``).
    boundary
        Share in which a variance was estimated at 0.
    runs
        Trials simulated.
    status, reason
        "too_few" when the design leaves no degree of freedom (shares are nan).
    """

    power: float
    se: float
    false_alarms: float
    boundary: float
    runs: int
    status: FitStatus
    reason: Message | None


def balanced_variance(mean_squares: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return the restricted-likelihood variance of an effect and its degrees of freedom.

    Parameters
    ----------
    mean_squares
        Shape (runs, levels), highest level first, each on the scale of the variance of the
        effect: the first is what the effect's variance is estimated by when no variance is 0.
    df
        Their degrees of freedom, shape (levels,).

    Returns
    -------
    tuple
        Variances and Satterthwaite degrees of freedom, shape (runs,). A level whose mean
        square is below that of the next one has variance 0; the two are pooled.

    Source
    ------
    Thompson (1962), Annals of Mathematical Statistics 33, 273-289 (pooling is the restricted
    maximum likelihood answer in balanced nested designs).

    Examples
    --------
    >>> v, df = balanced_variance(np.array([[3.0, 2.0], [1.0, 2.0]]), np.array([10.0, 30.0]))
    >>> v.tolist(), df.tolist()
    ([3.0, 1.75], [10.0, 40.0])
    """
    sums = np.cumsum(mean_squares * df, axis=1)
    weights = np.cumsum(df)
    # Mean squares may not rise on the way down; the top of that fit is the highest average.
    averages = sums / weights
    last = np.argmax(averages, axis=1)
    return averages[np.arange(len(averages)), last], weights[last]


def simulate_power(
    design: TrialDesign,
    effect: float,
    rng: np.random.Generator,
    *,
    runs: int = 20_000,
    alpha: float = 0.05,
    two_tailed: bool = True,
    covariates: int = 0,
) -> SimulatedPower:
    """Return power over simulated trials of a balanced design.

    Parameters
    ----------
    design
        From :mod:`instroom.stats.trials.trial_designs`.
    effect
        True effect in standard deviations.
    rng
        Source of random numbers.
    runs
        Trials.
    alpha, two_tailed
        The test.
    covariates
        Covariates at the level of the draw, for designs in which whole schools (or, in "ira",
        pupils) are drawn. They differ by chance between both groups, which the formula leaves
        out; simulated as normal.

    Raises
    ------
    DataError
        ``bad_size`` for fewer than 100 runs.

    Examples
    --------
    >>> from instroom.stats.trials.trial_designs import cra2
    >>> s = simulate_power(cra2(12, 25, rho=0.15), 0.60, np.random.default_rng(1))
    >>> round(s.power, 2), round(s.false_alarms, 2)
    (0.59, 0.05)
    """
    if runs < 100:
        raise DataError("too few runs to count a share", code="bad_size", found=str(runs))
    if not design.feasible:
        return without_numbers(SimulatedPower, infeasible(design), runs=runs)
    variance, df = np.array(design.layers).T
    # A stratum holds its own layer and all below it, also those too small to be seen apart.
    expected = np.cumsum(variance[::-1])[::-1][df >= 1]
    df = df[df >= 1]
    mean_squares = expected * rng.chisquare(df, size=(runs, len(df))) / df
    noise = design.se * rng.standard_normal(runs)
    # Treatment explained by the covariates in this draw makes the effect less certain.
    clusters = design.df + covariates + 2
    aligned = rng.beta(covariates / 2, (clusters - 1 - covariates) / 2, runs) if covariates else 0.0
    lost = 1 - np.asarray(aligned)
    found, spread = balanced_variance(mean_squares, df)
    critical = t.isf(alpha / 2 if two_tailed else alpha, spread)

    def shown(true: float) -> float:
        statistic = (true * np.sqrt(lost) + noise) / np.sqrt(found)
        return float(np.mean((np.abs(statistic) if two_tailed else statistic) > critical))

    power = shown(effect)
    return SimulatedPower(
        power,
        sqrt(power * (1 - power) / runs),
        shown(0.0),
        float(np.mean(spread > df[0])),
        runs,
        FitStatus.OK,
        None,
    )
