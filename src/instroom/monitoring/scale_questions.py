"""Whether a scale means the same for everybody, and what each of its questions tells.

Functions of ``instroom.api`` over a file or table of answers; the computing is in ``stats``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instroom.core.answers import Answer
from instroom.core.errors import DataError, UserError
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom.monitoring.coefficients import finite
from instroom.monitoring.score_files import columns_of, items_of
from instroom.sources.columns import Columns
from instroom.stats.items.graded import GradedResponse, graded_response
from instroom.stats.items.graded_dif import GradedDif, graded_dif
from instroom.stats.scales.invariance import (
    Factor,
    Invariance,
    Level,
    group_invariance,
    wave_invariance,
)
from instroom.stats.status import SOLVED

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class InvarianceAnswer(Answer):
    """Up to which level a scale measures the same in groups, or at moments.

    ``established`` is ``configural``, ``metric``, ``scalar``, ``strict`` or None; means may be
    compared from ``scalar`` on.
    """

    established: str | None
    means_comparable: bool
    levels: tuple[Level, ...]
    factors: tuple[Factor, ...]
    n: int
    k: int
    dropped: int
    status: str
    reason: Message | None

    def summary(self, language: str = "nl") -> str:
        """Return whether means may be compared."""
        t = Texts(language)
        if not self.levels or self.status not in SOLVED:
            return t("Of de vragen voor iedereen hetzelfde meten, is hier niet te zeggen.")
        if self.means_comparable:
            return t("De vragen meten hetzelfde: gemiddelden mogen worden vergeleken.")
        return t("De vragen meten niet aantoonbaar hetzelfde: vergelijk geen gemiddelden.")


@dataclass(frozen=True, slots=True)
class DifItem:
    """One question: whether it works differently in groups, and how much (in categories)."""

    item: str
    chi_square: float | None
    df: int
    p: float | None
    p_adjusted: float | None
    signed: tuple[float | None, ...]
    unsigned: tuple[float | None, ...]
    status: str
    reason: Message | None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DifAnswer(Answer):
    """Questions that work differently; of ``groups`` the first is what others are compared with."""

    groups: tuple[str, ...]
    items_: tuple[DifItem, ...]
    n: int
    dropped: int
    status: str
    reason: Message | None

    def summary(self, language: str = "nl") -> str:
        """Return which questions work differently, at 5 % after Benjamini and Hochberg."""
        t = Texts(language)
        if not any(item.p_adjusted is not None for item in self.items_):
            return t("Of vragen per groep anders werken, is hier niet te zeggen.")
        found = [i.item for i in self.items_ if i.p_adjusted is not None and i.p_adjusted < 0.05]
        if not found:
            return t("Geen vraag werkt aantoonbaar anders in een van de groepen.")
        return t("Deze vragen werken per groep anders: {items}.", items=", ".join(found))


@dataclass(frozen=True, slots=True)
class GradedQuestion:
    """One question: how sharply it separates pupils, and where its answers change.

    ``discrimination`` is in log-odds per unit of the trait, ``difficulty`` in units of it, one
    fewer than ``categories``; both with standard errors.
    """

    item: str
    categories: tuple[float, ...]
    discrimination: float | None
    discrimination_se: float | None
    difficulty: tuple[float | None, ...]
    difficulty_se: tuple[float | None, ...]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GradedAnswer(Answer):
    """The graded response model of a scale (Samejima): a trait with mean 0 and variance 1."""

    items_: tuple[GradedQuestion, ...]
    n: int
    dropped: int
    log_likelihood: float | None
    status: str
    reason: Message | None

    def summary(self, language: str = "nl") -> str:
        """Return which question separates pupils most and least."""
        t = Texts(language)
        known = [(i.discrimination, i.item) for i in self.items_ if i.discrimination is not None]
        if len(known) < 2:
            return t("Uit deze antwoorden is geen model te maken.")
        return t(
            "{sharp} scheidt leerlingen het scherpst, {blunt} het minst; n {n}.",
            sharp=max(known)[1],
            blunt=min(known)[1],
            n=t.number(self.n),
        )


def invariance(
    file: Any,
    *,
    items: str | Sequence[str],
    group: str | None = None,
    waves: Sequence[str | Sequence[str]] = (),
    strict: bool = False,
    sheet: str | None = None,
) -> InvarianceAnswer:
    """Return up to which level a scale measures the same: in groups, or at moments.

    Parameters
    ----------
    file
        As :func:`instroom.api.reliability`.
    items
        Columns of the scale: three or more. With ``waves``: those of the first moment.
    group
        Column with the group of each pupil.
    waves
        Columns of the later moments, in the order of ``items``, one list per moment.
    strict
        Also ask for equal residual variances.
    sheet
        The sheet of a workbook.

    Returns
    -------
    InvarianceAnswer
        Too few pupils or groups are a ``status`` with a ``reason``, no error.

    Raises
    ------
    UserError
        For no items or one named twice, for both, or neither, of ``group`` and ``waves``, or
        moments with other numbers of items.
    DataError
        For a column that is not there, or an answer that is no number.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(4)
    >>> trait = rng.normal(size=(900, 1))
    >>> answers = np.round(trait + rng.normal(size=(900, 4)), 1)
    >>> table = {name: answers[:, j] for j, name in enumerate("abcd")}
    >>> table["gender"] = np.where(np.arange(900) % 2, "girl", "boy")
    >>> found = invariance(table, items="a,b,c,d", group="gender")
    >>> found.established, found.means_comparable
    ('scalar', True)
    """
    first = items_of(items)
    if (group is None) == (not waves):
        raise UserError("name either a column of groups (group) or later moments (waves)")
    data = columns_of(file, sheet)
    if group is not None:
        own = group_invariance(_scores(data, first), data.words(group), names=first, strict=strict)
        return _invariance(own, data.rows)
    moments = [first, *_moments(waves)]
    if len({len(one) for one in moments}) > 1:
        raise UserError(
            "every moment needs the same questions",
            found=", ".join(str(len(one)) for one in moments),
            expected=Message("{n} columns at each moment", n=len(first)),
        )
    cube = np.stack([_scores(data, one) for one in moments], axis=1)
    every = [name for one in moments for name in one]
    return _invariance(wave_invariance(cube, names=every, strict=strict), data.rows)


def _moments(waves: Sequence[str | Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the questions of each later moment; one text is one moment."""
    if isinstance(waves, Sequence) and not isinstance(waves, str):
        return [items_of(one) for one in waves]
    return [items_of(waves)]


def _scores(data: Columns, names: Sequence[str]) -> Floats:
    return np.column_stack([data.numbers(name) for name in names])


def _invariance(found: Invariance, rows: int) -> InvarianceAnswer:
    return InvarianceAnswer(
        established=found.established, means_comparable=found.means_comparable,
        levels=found.levels, factors=found.factors, n=found.n, k=found.k, dropped=rows - found.n,
        status=found.status, reason=found.reason,
    )  # fmt: skip


def dif(
    file: Any, *, items: str | Sequence[str], group: str, sheet: str | None = None
) -> DifAnswer:
    """Return which questions work differently in groups of pupils who are otherwise alike.

    A strong one pulls at its anchors, so that weaker ones may show up beside it: begin with the
    smallest ``p``. Likelihood-ratio tests in the graded response model; ``p_adjusted`` allows for
    asking it of every question (Benjamini and Hochberg).

    Parameters
    ----------
    file, items, sheet
        As :func:`instroom.api.reliability`; missing answers take no part.
    group
        Column with the group of each pupil; the first in alphabetical order is compared with.

    Raises
    ------
    UserError
        For no items, or one named twice.
    DataError
        For a column that is not there, an answer that is no number, or more than 20 different
        answers to a question.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> trait, girl = rng.normal(size=(600, 1)), np.arange(600) % 2
    >>> shift = np.zeros((600, 4))
    >>> shift[:, 3] = 0.5 * girl  # the last question is easier for girls
    >>> answers = np.clip(np.round(trait + shift + rng.normal(size=(600, 4)) / 2 + 2), 0, 4)
    >>> table = {name: answers[:, j] for j, name in enumerate("abcd")}
    >>> table["gender"] = np.where(girl, "girl", "boy")
    >>> found = dif(table, items="a,b,c,d", group="gender")
    >>> worst = min(found.items_, key=lambda item: item.p)
    >>> worst.item, worst.signed[0] > 0.2
    ('d', True)
    """
    names = items_of(items)
    data = columns_of(file, sheet)
    scores, labels = _scores(data, names), data.words(group)
    try:
        found: GradedDif = graded_dif(scores, labels, names=names)
    except DataError as error:
        raise error.in_file(data.file) from None
    return DifAnswer(
        groups=tuple(map(str, found.equal.groups)),
        items_=tuple(
            DifItem(
                name, finite(one.chi_square), one.df, finite(one.p), finite(one.p_adjusted),
                _finite(one.signed), _finite(one.unsigned), one.status, one.reason,
            )
            for name, one in zip(names, found.items, strict=bool(found.items))
        ),
        n=found.equal.n, dropped=data.rows - found.equal.n,
        status=found.status, reason=found.reason,
    )  # fmt: skip


def graded(file: Any, *, items: str | Sequence[str], sheet: str | None = None) -> GradedAnswer:
    """Return what each question of a scale tells about pupils: the graded response model.

    Parameters
    ----------
    file, items, sheet
        As :func:`instroom.api.reliability`; missing answers take no part.

    Raises
    ------
    UserError, DataError
        As :func:`dif`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(2)
    >>> noise = rng.normal(size=(500, 3)) * [0.4, 0.8, 2.0]
    >>> answers = np.clip(np.round(rng.normal(size=(500, 1)) + noise + 2), 0, 4)
    >>> graded({name: answers[:, j] for j, name in enumerate("abc")}, items="a,b,c")
    <GradedAnswer: a scheidt leerlingen het scherpst, c het minst; n 500.>
    """
    names = items_of(items)
    data = columns_of(file, sheet)
    scores = _scores(data, names)
    try:
        fit: GradedResponse = graded_response(scores, names=names)
    except DataError as error:
        raise error.in_file(data.file) from None
    steps = [len(known) - 1 for known in fit.categories]
    return GradedAnswer(
        items_=tuple(
            GradedQuestion(
                name, known, finite(fit.discrimination[j]), finite(fit.discrimination_se[j]),
                _finite(fit.difficulty[j, :most]), _finite(fit.difficulty_se[j, :most]),
            )
            for j, (name, known, most) in enumerate(zip(names, fit.categories, steps, strict=True))
        ),
        n=fit.n, dropped=fit.dropped, log_likelihood=finite(fit.log_likelihood),
        status=fit.status, reason=fit.reason,
    )  # fmt: skip


def _finite(values: Floats) -> tuple[float | None, ...]:
    return tuple(finite(float(value)) for value in values)
