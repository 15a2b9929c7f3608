"""Tests of coefficients, one by one; what is not known is None."""

import numpy as np

from instroom.monitoring.effect_answer import TestedCoefficient
from instroom.stats.multilevel import contrasts
from instroom.stats.multilevel.contrasts import Tests


def coefficients(tests: Tests) -> tuple[TestedCoefficient, ...]:
    """Return a line per coefficient: estimate, se, df, p and 95 % interval."""
    columns = zip(
        tests.names, tests.estimate, tests.se, tests.df, tests.p, contrasts.ci(tests), strict=True
    )
    return tuple(
        TestedCoefficient(
            name=name,
            estimate=finite(b),
            se=finite(se),
            df=finite(df),
            p=finite(p),
            ci=(finite(interval[0]), finite(interval[1])),
        )
        for name, b, se, df, p, interval in columns
    )


def finite(value: float) -> float | None:
    """Return a number, or None for what is no number.

    Examples
    --------
    >>> finite(0.5), finite(float("nan"))
    (0.5, None)
    """
    return float(value) if np.isfinite(value) else None
