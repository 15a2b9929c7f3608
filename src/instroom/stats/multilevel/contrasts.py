"""Tests of coefficients and of weighted sums of them, with t distributions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.t_tests import interval, two_sided


@dataclass(frozen=True, slots=True, eq=False)
class Tests:
    """One t test per contrast; arrays of shape (contrasts,)."""

    names: tuple[str, ...]
    estimate: Floats
    se: Floats
    df: Floats
    t: Floats
    p: Floats


def rows(contrasts: ArrayLike | None, names: tuple[str, ...]) -> tuple[tuple[str, ...], Floats]:
    """Return names and weights, shape (contrasts, p), of what is to be tested.

    Parameters
    ----------
    contrasts
        Weights of the coefficients, shape (p,) or (contrasts, p); each coefficient by itself
        when left out.

    Raises
    ------
    DataError
        ``contrast_shape`` when there is not one weight per coefficient.

    Examples
    --------
    >>> rows([0, 1, -1], ("(Intercept)", "a", "b"))[0]
    ('a - b',)
    """
    if contrasts is None:
        return names, np.eye(len(names))
    weights = np.atleast_2d(np.asarray(contrasts, dtype=np.float64))
    if weights.ndim != 2 or weights.shape[1] != len(names):
        raise DataError(
            "a contrast has one weight per coefficient",
            code="contrast_shape",
            found=str(weights.shape[-1]),
            expected=f"{len(names)}: {', '.join(names)}",
        )
    return tuple(_describe(row, names) for row in weights), weights


def t_tests(names: tuple[str, ...], estimate: Floats, se: Floats, df: Floats) -> Tests:
    """Return two-sided t tests against 0; a test without a standard error has p ``nan``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
    return Tests(names, estimate, se, df, t, two_sided(t, df))


def ci(tests: Tests, level: float = 0.95) -> Floats:
    """Return the confidence interval of each estimate, shape (contrasts, 2).

    Examples
    --------
    >>> one = t_tests(("x",), np.array([1.0]), np.array([0.5]), np.array([10.0]))
    >>> ci(one).round(4).tolist()
    [[-0.1141, 2.1141]]
    """
    if not 0 < level < 1:
        raise DataError(
            Message("no confidence level of {level}", level=level),
            code="level",
            expected="between 0 and 1",
        )
    return interval(tests.estimate, tests.se, tests.df, level)


def _describe(row: Floats, names: tuple[str, ...]) -> str:
    text = ""
    for weight, name in zip(row, names, strict=True):
        if weight:
            sign = ("-" if weight < 0 else "") if not text else (" - " if weight < 0 else " + ")
            size = "" if abs(weight) == 1 else f"{abs(weight):g} "
            text += sign + size + name
    return text or "0"
