"""Effects and variances of studies from what they print: counts, means and spreads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message, joined
from instroom.sources.columns import Columns
from instroom.stats.trials.effect_measures import (
    EffectMeasure,
    log_odds,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
    standardised_mean_change,
    standardised_mean_difference,
)

Floats = NDArray[np.float64]
Name = Literal["OR", "RR", "RD", "PLO", "SMD", "SMDH", "SMCR"]


@dataclass(frozen=True, slots=True)
class Measure:
    """How an effect follows from columns of a file.

    ``wants`` says in order what the columns hold; ``scale`` what people read when the effect is
    pooled on another scale, and ``back`` goes there.
    """

    wants: tuple[Message, ...]
    compute: Callable[..., EffectMeasure]
    scale: Literal["", "odds_ratio", "risk_ratio", "share"] = ""

    def back(self, value: float) -> float:
        """Return a pooled effect on the scale that people read."""
        return float(expit(value)) if self.scale == "share" else exp(value)


def _two(compute: Callable[..., EffectMeasure]) -> Callable[..., EffectMeasure]:
    def of_counts(a: float, n1: float, c: float, n2: float) -> EffectMeasure:
        if a > n1 or c > n2:
            raise DataError("more people said yes than there were", code="bad_count")
        return compute((a, n1 - a), (c, n2 - c))

    return of_counts


def _means(*, equal_variances: bool) -> Callable[..., EffectMeasure]:
    return lambda m1, s1, n1, m2, s2, n2: standardised_mean_difference(
        (m1, s1, n1), (m2, s2, n2), equal_variances=equal_variances
    )


_PEOPLE, _THEIRS = Message("people"), Message("people in it")
_COUNTS = (
    Message("yes in the first group"), _THEIRS, Message("yes in the second group"), _THEIRS,
)  # fmt: skip
_GROUPS = (Message("mean"), Message("standard deviation"), _PEOPLE) * 2
#: By the names that the field and metafor use.
MEASURES: dict[Name, Measure] = {
    "OR": Measure(_COUNTS, _two(log_odds_ratio), "odds_ratio"),
    "RR": Measure(_COUNTS, _two(log_risk_ratio), "risk_ratio"),
    "RD": Measure(_COUNTS, _two(risk_difference)),
    "PLO": Measure((Message("yes"), _PEOPLE), log_odds, "share"),
    "SMD": Measure(_GROUPS, _means(equal_variances=True)),
    "SMDH": Measure(_GROUPS, _means(equal_variances=False)),
    "SMCR": Measure(
        (
            Message("mean after"),
            Message("mean before"),
            Message("standard deviation before"),
            Message("correlation"),
            _PEOPLE,
        ),
        standardised_mean_change,
    ),
}


def measured(data: Columns, name: str, columns: Sequence[str]) -> tuple[Floats, Floats]:
    """Return effects and sampling variances, each shape (rows,); nan where a column is empty.

    Parameters
    ----------
    data
        The file of studies.
    name
        One of :data:`MEASURES`.
    columns
        Its columns, in the order of the measure.

    Raises
    ------
    UserError
        ``unknown_measure``, or ``columns`` for another number of them.
    DataError
        With the row of a study whose numbers cannot be: more yes than people, no spread.
    """
    if not isinstance(name, str) or name not in MEASURES:
        raise UserError(
            "'{name}' is no effect measure that is known here",
            code="unknown_measure",
            found=str(name)[:20],
            expected=", ".join(MEASURES),
            name=str(name)[:20],
        )
    measure = MEASURES[name]
    if len(columns) != len(measure.wants):
        raise UserError(
            "{name} needs {n} columns",
            code="columns",
            found=f"{len(columns)}: {', '.join(columns)[:80]}",
            expected=joined(", ", measure.wants),
            hint=Message("name them with --columns, separated by commas"),
            name=name,
            n=len(measure.wants),
        )
    numbers = [data.numbers(column) for column in columns]
    known = np.isfinite(np.stack(numbers)).all(axis=0)
    effect, variance = np.full(data.rows, np.nan), np.full(data.rows, np.nan)
    for row in np.flatnonzero(known):
        effect[row], variance[row] = _one(data, measure, [n[row] for n in numbers], int(row))
    return effect, variance


def _one(data: Columns, measure: Measure, numbers: list[Any], row: int) -> tuple[float, float]:
    try:
        found = measure.compute(*numbers)
    except DataError as error:
        raise DataError(
            error.message,
            code=error.code,
            where=Where(data.file, data.line(row)),
            found=", ".join(f"{number:g}" for number in numbers),
            expected=joined(", ", measure.wants),
            hint=Message(
                "look this study up again, or leave one of its cells empty to leave it out"
            ),
        ) from None
    return float(found.effect), float(found.variance)
