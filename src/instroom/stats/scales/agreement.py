"""Agreement between raters: intraclass correlations and Cohen's kappa."""

from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, fdtri, ndtri

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.scales.answers import checked, complete
from instroom.stats.status import FitStatus


@dataclass(frozen=True, slots=True)
class Form:
    """One intraclass correlation, named as Shrout and Fleiss do: ``ICC(2,k)`` and so on."""

    form: str
    icc: float
    ci: tuple[float, float]
    f: float
    df1: int
    df2: int
    p: float


@dataclass(frozen=True, slots=True)
class Icc:
    """The six intraclass correlations of ``n`` subjects and ``raters``.

    ``forms`` is keyed by their names: ``ICC(1,1)``, ``ICC(2,1)``, ``ICC(3,1)`` of one rater and
    ``ICC(1,k)``, ``ICC(2,k)``, ``ICC(3,k)`` of the mean of all; empty unless status is ``ok``.
    """

    forms: dict[str, Form]
    n: int
    raters: int
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of ``n`` pairs of judgements; ``observed`` and ``expected`` agreement 0-1."""

    kappa: float | None
    se: float | None
    ci: tuple[float, float] | None
    observed: float | None
    expected: float | None
    n: int
    categories: tuple[float | str, ...]
    status: FitStatus
    reason: Message | None


def icc(ratings: ArrayLike, *, confidence: float = 0.95) -> Icc:
    """Return all six intraclass correlations with F tests and intervals.

    Parameters
    ----------
    ratings
        Numbers, shape (subjects, raters); subjects with a ``nan`` are left out.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    Icc
        ``too_few`` with fewer than two complete subjects or when nothing varies.

    Raises
    ------
    DataError
        When there are fewer than two raters.

    Source
    ------
    Shrout and Fleiss (1979), Psychological Bulletin 86, 420-428; intervals McGraw and Wong
    (1996), Psychological Methods 1, 30-46. Checked against R ``psych::ICC`` in
    ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> judges = [
    ...     [9, 2, 5, 8],
    ...     [6, 1, 3, 2],
    ...     [8, 4, 6, 8],
    ...     [7, 1, 2, 6],
    ...     [10, 5, 6, 9],
    ...     [6, 2, 4, 7],
    ... ]
    >>> round(icc(judges).forms["ICC(2,k)"].icc, 4)
    0.6201
    """
    found = complete(checked(ratings))
    n, k = found.shape
    if n < 2:
        return Icc(
            {},
            n,
            k,
            FitStatus.TOO_FEW,
            Message("Fewer than two subjects were judged by every rater."),
        )
    centred = found - found.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    between, judges = k * (rows**2).sum() / (n - 1), n * (columns**2).sum() / (k - 1)
    rest = ((centred - rows[:, None] - columns) ** 2).sum()
    error, within = rest / ((n - 1) * (k - 1)), (rest + (k - 1) * judges) / (n * (k - 1))
    if between <= 0:
        return Icc({}, n, k, FitStatus.TOO_FEW, Message("The subjects do not differ on average."))
    tail = (1 - confidence) / 2
    one = _one_way(between, within, (n - 1, n * (k - 1)), k=k, tail=tail, number=1)
    three = _one_way(between, error, (n - 1, (n - 1) * (k - 1)), k=k, tail=tail, number=3)
    two = _two_way((float(between), float(judges), float(error)), n, k, tail=tail)
    forms = {f.form: f for pair in zip(one, two, three, strict=True) for f in pair}
    return Icc(forms, n, k, FitStatus.OK, None)


def kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Literal["none", "linear", "quadratic"] = "none",
    categories: tuple[float | str, ...] | None = None,
    confidence: float = 0.95,
) -> Kappa:
    """Return Cohen's kappa, plain or weighted, with its large-sample standard error.

    Parameters
    ----------
    first, second
        Judgements of two raters on the same things, shape (n,), numbers or text; pairs with
        ``nan``, ``None`` or ``""`` are left out.
    weights
        ``linear`` and ``quadratic`` give partial credit for near misses, by distance in the
        order of the categories.
    categories
        All possible judgements in their order; default those seen, sorted. Weights of text
        need them.
    confidence
        Of the interval, between 0 and 1; bounds are kept within -1 and 1.

    Returns
    -------
    Kappa
        ``too_few`` without pairs or when both raters always gave one and the same judgement.

    Raises
    ------
    DataError
        When the lengths differ, a judgement is not among the categories, or text is weighted
        without an order.

    Source
    ------
    Cohen (1960), Educational and Psychological Measurement 20, 37-46; Fleiss, Cohen and Everitt
    (1969), Psychological Bulletin 72, 323-327. Checked against R ``psych::cohen.kappa`` in
    ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> a = ["yes"] * 25 + ["no"] * 25
    >>> b = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    >>> round(kappa(a, b).kappa, 6)
    0.4
    """
    one, other = _listed(first), _listed(second)
    if len(one) != len(other):
        raise DataError(
            "both raters must judge the same things",
            code="raters_length",
            found=Message("{count} and {count_2} judgements", count=len(one), count_2=len(other)),
            expected="equal numbers",
        )
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    order = _order(pairs, categories, weights)
    if len(pairs) == 0:
        return Kappa(
            None,
            None,
            None,
            None,
            None,
            0,
            order,
            FitStatus.TOO_FEW,
            Message("Nothing was judged twice."),
        )
    place = {value: i for i, value in enumerate(order)}
    table = np.zeros((len(order), len(order)))
    for a, b in pairs:
        table[place[a], place[b]] += 1
    return _kappa(table, order, weights, confidence)


def _one_way(
    between: float, noise: float, df: tuple[int, int], *, k: int, tail: float, number: int
) -> tuple[Form, Form]:
    """Return the forms of one rater and of the mean that follow from one F ratio."""
    df1, df2 = df
    ratio = float(between / noise) if noise > 0 else inf
    low = ratio / float(fdtri(df1, df2, 1 - tail))
    high = ratio * float(fdtri(df2, df1, 1 - tail))
    p = float(fdtrc(df1, df2, ratio)) if ratio < inf else 0.0
    single = [1 - k / (x + k - 1) for x in (ratio, low, high)]
    mean = [1 - 1 / x if x > 0 else -inf for x in (ratio, low, high)]
    return (
        Form(f"ICC({number},1)", single[0], (single[1], single[2]), ratio, df1, df2, p),
        Form(f"ICC({number},k)", mean[0], (mean[1], mean[2]), ratio, df1, df2, p),
    )


def _two_way(
    squares: tuple[float, float, float], n: int, k: int, *, tail: float
) -> tuple[Form, Form]:
    """Return ICC(2,1) and ICC(2,k); the interval's df are Satterthwaite's."""
    between, judges, error = squares
    df1, df2 = n - 1, (n - 1) * (k - 1)
    value = (between - error) / (between + (k - 1) * error + k * (judges - error) / n)
    mean = (between - error) / (between + (judges - error) / n)
    ratio = between / error if error > 0 else inf
    p = float(fdtrc(df1, df2, ratio)) if ratio < inf else 0.0
    a, b = k * value * judges, (n * (1 + (k - 1) * value) - k * value) * error
    spread = (n - 1) * a * a + b * b
    if spread <= 0:  # raters agree to the last digit
        low = high = value
    else:
        v = (k - 1) * (n - 1) * (a + b) ** 2 / spread
        above, below = float(fdtri(n - 1, v, 1 - tail)), float(fdtri(v, n - 1, 1 - tail))
        noise = k * judges + (k * n - k - n) * error
        low = n * (between - above * error) / (above * noise + n * between)
        high = n * (below * between - error) / (noise + n * below * between)
    ends = tuple(k * x / (1 + (k - 1) * x) for x in (low, high))
    return (
        Form("ICC(2,1)", value, (low, high), ratio, df1, df2, p),
        Form("ICC(2,k)", mean, (ends[0], ends[1]), ratio, df1, df2, p),
    )


def _listed(values: ArrayLike) -> list[float | str | None]:
    raw = np.asarray(values)
    if raw.ndim != 1:
        raise DataError(
            "judgements of one rater must be a single row",
            code="raters_shape",
            found=Message("{ndim} dimensions", ndim=raw.ndim),
            expected="1 dimension",
        )
    return [None if x is None or x != x or x == "" else x for x in raw.tolist()]


def _order(
    pairs: list[tuple[float | str, float | str]],
    categories: tuple[float | str, ...] | None,
    weights: str,
) -> tuple[float | str, ...]:
    seen = {x for pair in pairs for x in pair}
    if categories is not None:
        if not seen <= set(categories):
            raise DataError(
                "a judgement is not among the categories",
                code="category_unknown",
                found=Message("{n} unknown", n=len(seen - set(categories))),
                expected=", ".join(map(str, categories)),
            )
        return tuple(categories)
    text = any(isinstance(x, str) for x in seen)
    if text and weights != "none":
        raise DataError(
            "weights need the order of the categories",
            code="category_order",
            expected="categories in their order",
            hint="Give categories=(...), from lowest to highest.",
        )
    return tuple(sorted(seen, key=str) if text else sorted(seen, key=float))


def _kappa(table: Floats, order: tuple[float | str, ...], weights: str, confidence: float) -> Kappa:
    n, size = int(table.sum()), len(order)
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    credit = _credit(size, weights)
    observed = float((credit * share).sum())
    expected = float((credit * np.outer(rows, columns)).sum())
    if expected >= 1 - 1e-12:
        reason = Message("Both raters always gave the same one judgement.")
        return Kappa(None, None, None, observed, expected, n, order, FitStatus.TOO_FEW, reason)
    value = (observed - expected) / (1 - expected)
    own = (credit @ columns)[:, None] + (rows @ credit)[None, :]
    inner = share * (credit * (1 - expected) - own * (1 - observed)) ** 2
    variance = float(inner.sum()) - (observed * expected - 2 * expected + observed) ** 2
    se = sqrt(max(variance, 0.0) / n) / (1 - expected) ** 2
    z = float(ndtri((1 + confidence) / 2))
    ci = (max(value - z * se, -1.0), min(value + z * se, 1.0))
    return Kappa(value, se, ci, observed, expected, n, order, FitStatus.OK, None)


def _credit(size: int, weights: str) -> Floats:
    """Return how much agreement each pair of categories counts for (1 on the diagonal)."""
    if weights == "none" or size < 2:
        return np.eye(size)
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / (size - 1)
    credit: Floats = 1 - (apart if weights == "linear" else apart**2)
    return credit
