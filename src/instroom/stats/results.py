"""Results without numbers: the one way to fill what could not be computed with ``nan``."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

import numpy as np

from instroom.stats.arrays import Floats
from instroom.stats.status import Verdict

Result = TypeVar("Result")
#: Fields that are a number, and those that are two: an interval.
_NUMBER, _PAIR = float, tuple[float, float]


def unknown(*shape: int) -> Floats:
    """Return an array of nothing but ``nan``.

    Examples
    --------
    >>> unknown(2).tolist(), unknown(0, 3).shape
    ([nan, nan], (0, 3))
    """
    return np.full(shape, np.nan)


def without_numbers(
    kind: Callable[..., Result],
    problem: Verdict,
    /,
    *,
    size: int = 0,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    **known: object,
) -> Result:
    """Return a result of which every number that is not known is ``nan``.

    Parameters
    ----------
    kind
        The dataclass of the result.
    problem
        Its ``status`` and ``reason``.
    size
        Length of arrays that ``shapes`` does not name. Those called ``ci`` have shape (size, 2),
        ``cov`` and ``covariance`` (size, size).
    shapes
        Field -> shape, of other arrays.
    known
        The fields that are no number, pair of numbers or array of numbers; and numbers there are.

    Raises
    ------
    TypeError
        For a field that is not known and cannot be ``nan``; for a name in ``known`` that is no
        field, or in ``shapes`` that is no array.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from instroom.stats.status import FitStatus
    >>> @dataclass
    ... class Line:
    ...     beta: Floats
    ...     ci: Floats
    ...     p: float
    ...     n: int
    ...     status: FitStatus
    ...     reason: None
    >>> line = without_numbers(Line, (FitStatus.TOO_FEW, None), size=1, n=3)
    >>> line.beta, line.ci, line.p, line.n, line.status
    (array([nan]), array([[nan, nan]]), nan, 3, 'too_few')
    """
    types = get_type_hints(kind)
    parts = fields(kind)  # type: ignore[arg-type]
    strange = {*known} - {part.name for part in parts}
    strange |= {name for name in shapes or {} if types.get(name) != Floats}
    if strange:
        raise TypeError(f"{', '.join(sorted(strange))}: no such field of {kind}")
    own = {"ci": (size, 2), "cov": (size, size), "covariance": (size, size), **(shapes or {})}
    values = {"status": problem[0], "reason": problem[1], **known}
    for field in parts:
        own_value = field.default is not MISSING or field.default_factory is not MISSING
        if field.name not in values and not own_value:
            shape = own.get(field.name, (size,))
            values[field.name] = _gone(field.name, types[field.name], shape)
    return kind(**values)


def _gone(name: str, kind: Any, shape: tuple[int, ...]) -> object:
    if kind == Floats:
        return unknown(*shape)
    if kind == _NUMBER:
        return float("nan")
    if kind == _PAIR:
        return float("nan"), float("nan")
    raise TypeError(f"{name} is no number that can be unknown")
