"""The graded response model: one scale from ordered answers, in one or several groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats
from instroom.stats.items import graded_likelihood as gl
from instroom.stats.items.graded_maximum import Answers, Maximum, maximise, observed_information
from instroom.stats.results import unknown
from instroom.stats.scales.answers import item_names
from instroom.stats.status import FitStatus, Problem

Labels = NDArray[Any]

MOST_CATEGORIES = 20


@dataclass(frozen=True, slots=True)
class GradedResponse:
    """A graded response model: ``logit P(Y >= k) = a (theta - b[k])``, theta normal per group.

    ``status`` is ``ok``; ``boundary`` (a slope without bound, a group without spread or beyond
    the quadrature: estimates are given, standard errors are not); ``too_few``,
    ``not_identified`` or ``not_converged`` (estimates ``nan``); ``reason`` says why.

    ``discrimination`` (items,) is in log-odds per unit of theta, ``difficulty`` (items, most
    categories - 1) in units of theta, ``nan`` beyond an item's own categories. The first group
    has mean 0 and variance 1. ``covariance`` runs over (a, b1, b2, ..) item by item, then
    (mean, variance) of every later group.
    """

    status: FitStatus
    reason: Message | None
    categories: tuple[tuple[float, ...], ...]
    discrimination: Floats
    difficulty: Floats
    discrimination_se: Floats
    difficulty_se: Floats
    items: tuple[str, ...]
    groups: tuple[float | str, ...]
    means: Floats
    variances: Floats
    means_se: Floats
    variances_se: Floats
    covariance: Floats
    log_likelihood: float
    parameters: int
    n: int
    dropped: int
    patterns: int
    iterations: int
    nodes: Floats


def graded_response(
    answers: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    points: int = 61,
    limit: float = 6.0,
) -> GradedResponse:
    """Return the graded response model of ordered answers, by marginal maximum likelihood.

    Every item counts equally in all groups; the first group (lowest label) sets the scale and
    the others get a mean and variance of their own. Items a pupil did not get or answer are
    ``nan`` and take no part (missing at random), so versions that share link items can be
    calibrated together: one column per item, ``nan`` where a version lacks it.

    Parameters
    ----------
    answers
        Shape (n, items), ordered values; only their order within an item counts, and an answer
        nobody gave takes no part. Pupils without any answer are left out and counted.
    groups
        A number or text per pupil, shape (n,); ``nan``, ``None`` and ``""`` leave a pupil out.
        One group by default.
    names
        Names of the items; default ``item1``, ``item2``, ...
    points, limit
        Quadrature: equally spaced nodes on ``[-limit, limit]`` in SDs of the first group. Use
        more for long tests (when a pupil is known to better than the distance of two nodes).

    Returns
    -------
    GradedResponse
        Estimates, standard errors from the observed information, groups and log-likelihood.

    Raises
    ------
    DataError
        When shapes differ, a value is infinite, an item has more than 20 categories, or there are
        more or fewer names than items.

    Source
    ------
    Samejima (1969), Psychometrika Monograph 17; Bock and Aitkin (1981), Psychometrika 46,
    443-459 (EM); Bock and Zimowski (1997), Multiple group IRT; Louis (1982), JRSS B 44, 226-233
    (observed information). Checked against R ``mirt`` and direct maximisation in R in
    ``tests/reference/test_items.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.normal(size=(500, 1))
    >>> noise = rng.logistic(size=(500, 4))
    >>> fit = graded_response((2 * theta + noise > [[-1, 0, 0, 1]]) + 1.0 * (theta + noise > 2))
    >>> fit.status, fit.parameters, fit.discrimination.shape, fit.difficulty.shape
    ('ok', 12, (4,), (4, 2))
    """
    checked = check_answers(answers, groups, names)
    nodes = np.linspace(-limit, limit, points)
    layout = gl.Layout(checked.sizes, max(1, len(checked.groups)), nodes)
    return fit_answers(checked, layout)[0]


def fit_answers(checked: Answers, layout: gl.Layout) -> tuple[GradedResponse, Maximum]:
    """Return the fit of checked answers, and the same maximum in its own parameters."""
    if refusal := refused(checked):
        found = Maximum(*refusal, unknown(layout.length), nan, 0, 0)
        return _result(checked, layout, None, found), found
    patterns = gl.collapse(checked.codes, checked.group, checked.sizes)
    found = maximise(checked, patterns, layout)
    if found.status != FitStatus.OK:
        return _result(checked, layout, None, found), found
    information = observed_information(patterns, layout, found.at)
    if np.linalg.eigvalsh(information)[0] <= 0:
        reason = Message("The answers do not determine all parameters.")
        found = replace(
            found, status=FitStatus.NOT_IDENTIFIED, reason=reason, at=unknown(layout.length)
        )
        return _result(checked, layout, None, found), found
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return _result(checked, layout, inverse, found), found


def answers_and_groups(answers: ArrayLike, groups: ArrayLike | None) -> tuple[Floats, Labels]:
    """Return answers (n, items) and groups (n,), numbers or texts, as arrays that belong together.

    Raises
    ------
    DataError
        When shapes differ or a value is infinite.

    Examples
    --------
    >>> answers_and_groups([[1, 2], [3, 4]], None)[1].tolist()
    [0.0, 0.0]
    """
    y = np.asarray(answers, dtype=float)
    label = np.zeros(len(y)) if groups is None else _labels(groups)
    if y.ndim != 2 or label.shape != (len(y),):
        raise DataError(
            "answers and groups do not belong together",
            code="shape",
            found=Message("shapes {shape} and {shape_2}", shape=y.shape, shape_2=label.shape),
            expected="(n, items) and (n,)",
            hint="give one row of answers and one group for each pupil",
        )
    if np.isinf(y).any() or (label.dtype.kind == "f" and np.isinf(label).any()):
        raise DataError(
            "an answer or group is infinite",
            code="infinite",
            expected="finite numbers; nan where missing",
            hint="mark missing answers as nan",
        )
    return y, label


def _labels(groups: ArrayLike) -> Labels:
    """Return groups as numbers, or as texts when there is a text among them."""
    raw = np.asarray(groups)
    if raw.dtype.kind not in "OUS" or not any(isinstance(one, str) for one in raw.ravel().tolist()):
        return np.asarray(groups, dtype=float)
    texts = ["" if x is None or x != x else str(x) for x in raw.ravel().tolist()]
    return np.array(texts, dtype=np.str_).reshape(raw.shape)


def without_group(label: Labels) -> Bools:
    """Return who is in no group, shape (n,).

    Examples
    --------
    >>> without_group(np.array(["girl", ""])), without_group(np.array([1.0, np.nan]))
    (array([False,  True]), array([False,  True]))
    """
    return label == "" if label.dtype.kind == "U" else np.isnan(label)


def check_answers(
    answers: ArrayLike, groups: ArrayLike | None, names: Sequence[str] | None = None
) -> Answers:
    """Return answers as codes per item; people without an answer or group are left out.

    Raises
    ------
    DataError
        As :func:`graded_response`.

    Examples
    --------
    >>> a = check_answers([[1, 5], [2, np.nan], [np.nan, np.nan]], None)
    >>> a.codes.tolist(), a.n, a.dropped
    ([[0, 0], [1, -1]], 2, 1)
    """
    y, label = answers_and_groups(answers, groups)
    items = item_names(names, y.shape[1])
    keep = ~(np.isnan(y).all(axis=1) | without_group(label))
    y, (values, group) = y[keep], np.unique(label[keep], return_inverse=True)
    codes, categories = np.full(y.shape, -1, dtype=np.int64), []
    for j, column in enumerate(y.T):
        seen = ~np.isnan(column)
        distinct, codes[seen, j] = np.unique(column[seen], return_inverse=True)
        if len(distinct) > MOST_CATEGORIES:
            raise DataError(
                "'{item}' has too many different answers for a rating scale",
                code="too_many_categories",
                where=Where(column=items[j]),
                found=Message("{count} different answers", count=len(distinct)),
                expected=Message(
                    "at most {most_categories} ordered categories", most_categories=MOST_CATEGORIES
                ),
                hint="a graded response model is for rating scales; group the answers first",
                item=items[j],
            )
        categories.append(tuple(distinct.tolist()))
    labels = tuple(values.tolist())
    return Answers(codes, group, tuple(categories), labels, items, len(y), int((~keep).sum()))


def refused(checked: Answers) -> Problem | None:
    """Return why there is nothing to estimate, or None."""
    if checked.codes.shape[1] < 3:
        return FitStatus.TOO_FEW, Message("A scale needs at least three items.")
    flat = [j for j, size in enumerate(checked.sizes) if size < 2]
    if flat:
        return FitStatus.TOO_FEW, Message(
            "Of '{item}' fewer than two different answers were given.", item=checked.items[flat[0]]
        )
    apart = _apart(checked)
    if apart is not None:
        return FitStatus.NOT_IDENTIFIED, Message(
            "No answered item joins group '{group}' to group '{first}': no common scale.",
            group=checked.group_name(apart),
            first=checked.group_name(0),
        )
    return None


def _apart(checked: Answers) -> int | None:
    """Return a group that answered items do not join to the first, or None."""
    g = len(checked.groups)
    answered = np.array([(checked.codes[checked.group == k] >= 0).any(axis=0) for k in range(g)])
    shared = (answered.astype(int) @ answered.T.astype(int)) > 0
    joined = np.linalg.matrix_power(shared.astype(int), g)[:1] > 0
    return next((int(k) for k in np.flatnonzero(~joined)), None)


def _result(
    checked: Answers, layout: gl.Layout, inverse: Floats | None, found: Maximum
) -> GradedResponse:
    """Return the public result: difficulties and variances, with errors by the delta method."""
    at, sizes = found.at, layout.sizes
    most, g = max([1, *sizes]) - 1, len(checked.groups)
    a, b = unknown(len(sizes)), unknown(len(sizes), most)
    turn = np.eye(layout.length)  # from (slope, thresholds; mean, log sd)
    means, variances = np.zeros(g), np.ones(g)
    for j, size in enumerate(sizes):
        if not size:
            continue  # an item nobody answered
        place, cuts = layout.item(j), at[layout.item(j)][1:]
        a[j] = at[place][0]
        b[j, : size - 1] = cuts / a[j]
        turn[place, place][1:, 0] = -cuts / a[j] ** 2
        turn[place, place][1:, 1:] = np.eye(size - 1) / a[j]
    for k in range(1, g):
        place = layout.group(k)
        means[k], variances[k] = at[place][0], np.exp(2 * at[place][1])
        turn[place, place][1, 1] = 2 * variances[k]
    covariance = unknown(*turn.shape) if inverse is None else turn @ inverse @ turn.T
    errors = np.sqrt(np.diag(covariance))
    a_se, b_se = unknown(*a.shape), unknown(*b.shape)
    for j, size in enumerate(sizes):
        if size:
            a_se[j], b_se[j, : size - 1] = errors[layout.item(j)][0], errors[layout.item(j)][1:]
    later = errors[sum(sizes) :]
    return GradedResponse(
        found.status, found.reason, checked.categories, a, b, a_se, b_se,
        checked.items, checked.groups, means, variances,
        np.append(0.0, later[0::2])[:g], np.append(0.0, later[1::2])[:g],
        (covariance + covariance.T) / 2, found.log_likelihood, layout.length,
        checked.n, checked.dropped, found.patterns, found.iterations, layout.nodes,
    )  # fmt: skip
