"""Where pupils stand on a graded response scale, and how precisely it measures there."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.stats.arrays import Floats, Ints
from instroom.stats.items import graded_likelihood as gl
from instroom.stats.items.graded import GradedResponse, Labels, answers_and_groups, without_group
from instroom.stats.results import unknown
from instroom.stats.status import FitStatus


@dataclass(frozen=True, slots=True)
class Scores:
    """Expected places on the scale (EAP) and how uncertain each is.

    ``eap`` and ``sd`` (n,) are in SDs of the first group; ``nan`` for who answered nothing, is
    in no group, or when the model has no estimates (``status`` and ``reason`` are then the
    model's). ``reliability`` is ``var(eap) / (var(eap) + mean(sd ** 2))`` (0-1).
    """

    status: FitStatus
    reason: Message | None
    eap: Floats
    sd: Floats
    reliability: float


def eap_scores(fit: GradedResponse, answers: ArrayLike, groups: ArrayLike | None = None) -> Scores:
    """Return each pupil's expected a posteriori score and posterior standard deviation.

    The posterior uses the pupil's own group's mean and variance, and only the items answered.
    Shrunken scores are right for averages of groups given by ``groups``; differences between
    other groups come out too small.

    Parameters
    ----------
    fit
        From :func:`instroom.stats.items.graded.graded_response`.
    answers, groups
        As there: shape (n, items) and (n,); ``nan`` where missing.

    Raises
    ------
    DataError
        When shapes differ, or an answer or group does not occur in the model.

    Source
    ------
    Bock and Mislevy (1982), Applied Psychological Measurement 6, 431-444.

    Examples
    --------
    >>> from instroom.stats.items.graded import graded_response
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 1)) + 0.5 * rng.logistic(size=(500, 5)) > 0
    >>> scores = eap_scores(graded_response(y), [[0, 0, 0, 0, 0], [1, 1, 1, 1, np.nan]])
    >>> bool(scores.eap[0] < 0 < scores.eap[1]), scores.eap.shape
    (True, (2,))
    """
    y, label = answers_and_groups(answers, groups)
    if y.shape[1] != len(fit.categories):
        raise DataError(
            "the answers are not those of this scale",
            code="shape",
            found=Message("{value} items", value=y.shape[1]),
            expected=Message("{count} items", count=len(fit.categories)),
            hint="give one column per item of the model, nan where an item was not asked",
        )
    if groups is None and len(fit.groups) == 1:
        label = np.full(len(y), fit.groups[0])
    asked = zip(fit.items, fit.categories, y.T, strict=True)
    codes = np.column_stack([_codes(c, column, item) for item, c, column in asked])
    group = _group_codes(fit.groups, label)
    eap, sd = unknown(len(y)), unknown(len(y))
    if np.isnan(fit.discrimination).any():
        return Scores(fit.status, fit.reason, eap, sd, nan)
    known = (group >= 0) & (codes >= 0).any(axis=1)
    eap[known], sd[known] = _moments(fit, codes[known], group[known])
    spread = float(np.var(eap[known])) if known.any() else nan
    noise = float(np.mean(sd[known] ** 2)) if known.any() else nan
    return Scores(fit.status, fit.reason, eap, sd, spread / (spread + noise))


def item_blocks(fit: GradedResponse) -> list[Floats]:
    """Return per item (slope, thresholds), as the likelihood knows them.

    Examples
    --------
    >>> from instroom.stats.items.graded import graded_response
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 1)) + 0.5 * rng.logistic(size=(500, 5)) > 0
    >>> [len(block) for block in item_blocks(graded_response(y))]
    [2, 2, 2, 2, 2]
    """
    return [
        np.concatenate([[a], a * b[: len(c) - 1]])
        for a, b, c in zip(fit.discrimination, fit.difficulty, fit.categories, strict=True)
    ]


def _moments(fit: GradedResponse, codes: Ints, group: Ints) -> tuple[Floats, Floats]:
    """Return posterior means and standard deviations; equal patterns are worked out once."""
    items = [gl.item_at(block, fit.nodes) for block in item_blocks(fit)]
    log_p = np.concatenate([item.log_p for item in items])
    rows, back = np.unique(np.column_stack([group, codes]), axis=0, return_inverse=True)
    mean, spread = np.empty(len(rows)), np.empty(len(rows))
    for start in range(0, len(rows), gl.BLOCK):
        part = rows[start : start + gl.BLOCK]
        marks = np.concatenate(
            [part[:, [j + 1]] == np.arange(len(c)) for j, c in enumerate(fit.categories)], axis=1
        ).astype(float)
        priors = np.array(
            [
                gl.population_at(float(m), float(np.log(v)) / 2, fit.nodes).log_weight
                for m, v in zip(fit.means, fit.variances, strict=True)
            ]
        )
        posterior, _ = gl.weights(marks, log_p, priors[part[:, 0]])
        centre = posterior @ fit.nodes
        mean[start : start + gl.BLOCK] = centre
        apart = (fit.nodes - centre[:, None]) ** 2
        spread[start : start + gl.BLOCK] = np.sqrt((posterior * apart).sum(axis=1))
    back = back.ravel()
    return mean[back], spread[back]


def _codes(categories: tuple[float, ...], column: Floats, item: str) -> Ints:
    """Return answers as category numbers of the model, -1 where missing."""
    values = np.array(categories)
    seen = ~np.isnan(column)
    code = np.full(len(column), -1, dtype=np.int64)
    code[seen] = np.minimum(np.searchsorted(values, column[seen]), len(values) - 1)
    strange = seen & (values[code] != column)
    if strange.any():
        raise DataError(
            "'{item}' has an answer the model does not know",
            code="unknown_answer",
            where=Where(row=int(np.flatnonzero(strange)[0]) + 1, column=item),
            found=str(float(column[strange][0])),
            expected=Message("one of {categories}", categories=categories),
            hint="score only answers that occurred when the model was made, or make it anew",
            item=item,
        )
    return code


def _group_codes(groups: tuple[float | str, ...], label: Labels) -> Ints:
    place = {known: number for number, known in enumerate(groups)}
    missing = without_group(label)
    code = np.array([place.get(one, -1) for one in label.tolist()], dtype=np.int64)
    strange = ~missing & (code < 0)
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        raise DataError(
            "a pupil's group does not occur in the model",
            code="unknown_group",
            where=Where(row=row + 1),
            found=str(label[row]),
            expected=Message("one of {groups}", groups=groups),
            hint="give each pupil's group as when the model was made",
        )
    return code
