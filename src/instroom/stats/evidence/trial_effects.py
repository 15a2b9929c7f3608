"""Effects of trials as arrays: the complete rows, what they can carry, tests and intervals."""

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats
from instroom.stats.rank import ROUNDING, independent
from instroom.stats.status import FitStatus, Problem

#: Beyond this factor the likelihood of the differences drowns in rounding (a study that weighs
#: ten billion times another is a mistake in units, not a study).
MOST_APART = 1e10
LARGEST = 1e60


def complete_trials(
    effect: ArrayLike, variance: ArrayLike, moderators: ArrayLike | None
) -> tuple[Floats, Floats, Floats, Bools]:
    """Return effects, variances and design of the rows without missing values, and which.

    Raises
    ------
    DataError
        ``bad_shape`` when lengths differ, ``bad_variance`` when a variance is not above 0, or
        variances lie too far apart; ``bad_effect`` for numbers that cannot be computed with.

    Examples
    --------
    >>> complete_trials([0.1, float("nan")], [0.02, 0.03], None)[3].tolist()
    [True, False]
    """
    y, v = np.asarray(effect, dtype=float), np.asarray(variance, dtype=float)
    extra = np.zeros((len(y), 0)) if moderators is None else np.asarray(moderators, dtype=float)
    extra = extra[:, None] if extra.ndim == 1 else extra
    if y.ndim != 1 or v.shape != y.shape or extra.ndim != 2 or len(extra) != len(y):
        raise DataError(
            "effects, variances and moderators must have a row for each trial",
            code="bad_shape",
            found=Message(
                "shapes {shape}, {shape_2}, {shape_3}",
                shape=y.shape,
                shape_2=v.shape,
                shape_3=extra.shape,
            ),
        )
    used = np.isfinite(y) & np.isfinite(v) & np.isfinite(extra).all(axis=1)
    if np.any(v[used] <= 0):
        raise DataError(
            "a sampling variance is not above 0",
            code="bad_variance",
            found=f"{v[used].min():g}",
            expected="the squared standard error of each effect",
            hint="a standard error is squared first",
        )
    _check_sizes(y[used], v[used])
    design = np.column_stack([np.ones(int(used.sum())), extra[used]])
    return y[used], v[used], design, used


def _check_sizes(y: Floats, v: Floats) -> None:
    """Refuse what no computer adds up, and what no set of studies holds."""
    if len(y) and float(v.max()) > MOST_APART * float(v.min()):
        raise DataError(
            "the variances of the effects lie too far apart to weigh them together",
            code="bad_variance",
            found=Message("{value:g} and {value_2:g}", value=v.min(), value_2=v.max()),
            expected=Message("at most a factor {most_apart:g} apart", most_apart=MOST_APART),
            hint="check the units: a variance is the squared standard error of that effect",
        )
    if len(y) and (np.abs(y).max() > LARGEST or v.max() > LARGEST or v.min() < 1 / LARGEST):
        raise DataError(
            "an effect or a variance is too large or too small to compute with",
            code="bad_effect",
            found=Message(
                "effects up to {value:g}, variances {value_2:g} to {value_3:g}",
                value=np.abs(y).max(),
                value_2=v.min(),
                value_3=v.max(),
            ),
            expected=Message(
                "below {largest:g}, variances above {value:g}", largest=LARGEST, value=1 / LARGEST
            ),
            hint="check the units of these columns",
        )


def design_problem(design: Floats) -> Problem | None:
    """Return why a regression on this design is impossible, or None.

    Examples
    --------
    >>> design_problem(np.ones((1, 1)))[0], design_problem(np.ones((3, 2)))[0]
    ('too_few', 'not_supported')
    """
    k, p = design.shape
    if k <= p:
        return FitStatus.TOO_FEW, Message(
            "There are too few studies ({k}) for so many coefficients ({p}) and a variance.",
            k=k,
            p=p,
        )
    scale = np.abs(design).max(axis=0)
    columns = design / np.where(scale > 0, scale, 1)
    columns[:, 1:] -= columns[:, 1:].mean(axis=0)  # the first is the intercept
    still = (columns**2).sum(axis=0) <= ROUNDING**2 * k
    if still.any() or len(independent(columns.T @ columns)[0]) < p:
        return FitStatus.NOT_SUPPORTED, Message(
            "A moderator is the same in every trial or repeats the others."
        )
    return None
