"""The best coefficients of a logit without groups: where a fit starts, or finds separation."""

from dataclasses import dataclass

import numpy as np

from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.binary.binary_rows import BLOCK_ROWS, BinaryRows, softplus
from instroom.stats.newton import halved, not_below
from instroom.stats.rank import inverse
from instroom.stats.results import unknown

GAIN = 1e-14  # predicted gain in log-likelihood at which to stop; the last step is still taken
STEPS = 40
SINGULAR = 1e-12  # an eigenvalue of correlations this small is 0
SURE = 8  # steps after which Newton's direction is clean enough to test
SIDE = 1e-6  # how far a row may lie on the wrong side of a separation, relative to its terms


@dataclass(frozen=True, slots=True, eq=False)
class LogitOptimum:
    """The maximum of a logit's likelihood, in scaled coefficients.

    ``inverse`` is the inverse of the information; ``separated`` a direction along which the
    likelihood never stops growing, or None.
    """

    beta: Floats
    value: float
    inverse: Floats
    iterations: int
    converged: bool
    separated: Floats | None


def maximise(rows: BinaryRows) -> LogitOptimum:
    """Return the maximum-likelihood coefficients of the scaled columns (Newton = IRLS).

    Separation is not guessed from large numbers: it is reported only with a direction in which
    every answer fits better and better (Albert and Anderson 1984, Biometrika 71, 1-10).

    Examples
    --------
    >>> from instroom.stats.binary.binary_rows import prepare
    >>> o = maximise(prepare([1, 1, 1, 0], [[1], [1], [1], [1]]))
    >>> round(float(o.beta[0]), 6), o.converged
    (1.098612, True)
    """
    beta: Floats = np.zeros(len(rows.columns))
    value, gradient, information = logit_sums(rows, beta)
    for iteration in range(1, STEPS + 1):
        inverted = inverse(information, SINGULAR)
        if inverted is None:
            break
        step = inverted @ gradient
        gain = float(step @ gradient)
        moved = halved(
            lambda at: logit_sums(rows, at), beta, step, not_below(value - 1e-12 * abs(value))
        )
        if moved is None:
            break
        beta, (value, gradient, information) = moved
        if gain < GAIN and (at_top := inverse(information, SINGULAR)) is not None:
            return LogitOptimum(beta, value, at_top, iteration, True, None)
        if iteration > SURE and _separates(rows, step):
            return LogitOptimum(beta, value, inverted, iteration, False, step)
    return LogitOptimum(beta, value, unknown(*information.shape), iteration, False, None)


def logit_sums(rows: BinaryRows, beta: Floats) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, gradient and information of a logit at scaled coefficients.

    Examples
    --------
    >>> from instroom.stats.binary.binary_rows import prepare
    >>> value, gradient, information = logit_sums(prepare([1, 0, 1], [[1]] * 3), np.zeros(1))
    >>> round(value, 6), gradient.tolist(), information.tolist()
    (-2.079442, [0.5], [[0.75]])
    """
    p = len(beta)
    value, gradient, information = rows.constant, np.zeros(p), np.zeros((p, p))
    with np.errstate(over="ignore"):
        for low in range(0, len(rows.yes), BLOCK_ROWS):
            span = slice(low, low + BLOCK_ROWS)
            X, yes, trials = rows.columns[:, span], rows.yes[span], rows.trials[span]
            odds = beta @ X
            chance = 1 / (1 + np.exp(-odds))
            value += float(np.sum(yes * odds - trials * softplus(odds)))
            gradient += X @ (yes - trials * chance)
            information += (trials * chance * (1 - chance) * X) @ X.T
    return value, gradient, information


def _separates(rows: BinaryRows, side: Floats) -> bool:
    """Whether all answers fit better, or as well, the further one goes in a direction."""
    reach = side @ rows.columns
    limit = SIDE * (np.abs(side) @ np.abs(rows.columns))
    up = (rows.yes == 0) | (reach >= -limit)
    down = (rows.yes == rows.trials) | (reach <= limit)
    return bool((up & down).all())


def describe_separation(
    rows: BinaryRows, direction: Floats | None, names: tuple[str, ...]
) -> Message:
    """Return why a logit has no best coefficients, in a sentence.

    Examples
    --------
    >>> from instroom.stats.binary.binary_rows import prepare
    >>> rows = prepare([0, 0, 1], [[1, 1], [1, 2], [1, 3]])
    >>> describe_separation(rows, maximise(rows).separated, ("(Intercept)", "grade"))
    'grade predicts some answers without exception, so its odds have no largest value.'
    """
    if direction is None:
        return Message("The coefficients keep changing; no best values were found.")
    yes = rows.yes.sum()
    if yes in (0, rows.trials.sum()):
        return Message("All answers are yes.") if yes else Message("All answers are no.")
    moves = np.ptp(rows.columns, axis=1) > 0
    sizes = np.abs(direction) / np.abs(direction).max()
    which = [
        name for name, far, varies in zip(names, sizes > 1e-3, moves, strict=True) if far and varies
    ]
    if len(which) == 1:
        return Message(
            "{column} predicts some answers without exception, so its odds have no largest value.",
            column=which[0],
        )
    return Message(
        "{columns} together predict some answers without exception, so their odds have no largest "
        "value.",
        columns=", ".join(which),
    )
