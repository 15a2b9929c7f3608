"""``instroom reliability``: how well a scale measures, from a file of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instroom.core.answers import Answer
from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom.monitoring.answer_pictures import reliability_plot
from instroom.monitoring.score_files import columns_of, names_of
from instroom.sources.codes import missing_code
from instroom.sources.columns import Columns
from instroom.stats.scales import reliability as scale
from instroom.stats.scales.reliability import ItemStatistics

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ReliabilityAnswer(Answer):
    """How well a scale measures (``contracts``: ``instroom reliability``).

    ``alpha`` and ``omega`` are 0-1, ``floor`` and ``ceiling`` shares of pupils at the ends of
    ``range``; ``items_`` is ``items`` in JSON. What could not be computed is None, and ``status``
    with ``reason`` say why.
    """

    alpha: float | None
    alpha_ci: tuple[float, float] | None
    omega: float | None
    n: int
    k: int
    dropped: int
    items_: tuple[ItemStatistics, ...]
    floor: float | None
    ceiling: float | None
    status: str
    reason: Message | None
    range: tuple[float, float]

    def summary(self, language: str = "nl") -> str:
        """Return alpha with its interval, and from how many pupils."""
        t = Texts(language)
        if self.alpha is None or self.alpha_ci is None:
            return t("Er zijn te weinig antwoorden om iets over deze schaal te zeggen.")
        low, high = (t.number(end, digits=2) for end in self.alpha_ci)
        omega = "–" if self.omega is None else t.number(self.omega, digits=2)
        return t(
            "alfa {alpha} ({low} … {high}), omega {omega}, n {n}, k {k}",
            alpha=t.number(self.alpha, digits=2),
            low=low,
            high=high,
            omega=omega,
            n=t.number(self.n),
            k=self.k,
        )

    def picture(self, language: str = "nl") -> str:
        """Return alpha and what each item adds as an SVG; "" without alpha."""
        return reliability_plot(self, language=language) if self.alpha is not None else ""


def reliability(
    file: Any,
    *,
    items: str | Sequence[str],
    reverse: str | Sequence[str] = (),
    range: str | None = None,  # noqa: A002 - the option's name
    sheet: str | None = None,
) -> ReliabilityAnswer:
    """Return alpha, omega and what each item contributes to a scale.

    Parameters
    ----------
    file
        CSV, XLSX, ODS or SPSS file with one row per pupil, or ``-``; or a table in memory (pandas,
        Polars, Arrow, DuckDB, or a dictionary of columns). Pupils with a missing answer are left
        out.
    items
        Columns of the scale, two or more; in one text with commas between.
    reverse
        Items worded the other way round; their answers are turned over first.
    range
        Lowest and highest possible answer, such as ``1:5``; else those that were given. Shares
        at floor and ceiling are about this range.
    sheet
        The sheet of a workbook, when more than one holds something.

    Raises
    ------
    DataError
        For an item that is not there, an answer outside the range, a text, or what looks like
        a code for "no answer" (``missing_code``), with its row.

    Examples
    --------
    >>> answers = {"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 5], "c": [1, 3, 3, 4, 4]}
    >>> found = reliability(answers, items="a,b,c")
    >>> round(found.alpha, 3), found.n, found.k
    (0.954, 5, 3)
    """
    items, reverse = names_of(items), names_of(reverse)
    stray = [name for name in reverse if name not in items]
    if stray:
        raise UserError(
            "'{stray}' is to be reversed but is no item", expected=", ".join(items), stray=stray[0]
        )
    if len(set(items)) < max(2, len(items)):
        raise UserError("name two or more different items", found=", ".join(items))
    data = columns_of(file, sheet)
    _no_codes(data, items, range)
    scores = np.column_stack([data.numbers(name) for name in items])
    low, high = _range(range, scores)
    _inside(data, items, scores, (low, high))
    for name in reverse:
        at = list(items).index(name)
        scores[:, at] = low + high - scores[:, at]
    found = scale.reliability(scores, answer_range=(low, high), names=tuple(items))
    return ReliabilityAnswer(
        alpha=found.alpha,
        alpha_ci=found.alpha_ci,
        omega=found.omega,
        n=found.n,
        k=found.k,
        dropped=data.rows - found.n,
        items_=found.items,
        floor=found.floor,
        ceiling=found.ceiling,
        status=found.status,
        reason=found.reason,
        range=(low, high),
    )


def _no_codes(data: Columns, items: Sequence[str], said: str | None) -> None:
    """Refuse a code for "no answer" that would be taken for one, unless --range allows it."""
    found = missing_code(np.concatenate([data.numbers(name) for name in items]))
    if said is not None or found is None:
        return
    code, low, high = found
    for name in items:
        rows = np.flatnonzero(data.numbers(name) == code)
        if len(rows):
            raise DataError(
                "{mark:g} stands apart from the other answers; is it a code for 'no answer'?",
                code="missing_code",
                where=Where(data.file, data.line(int(rows[0])), name),
                found=Message(
                    "{mark:g}, and other answers from {low:g} to {high:g}",
                    mark=code,
                    low=low,
                    high=high,
                ),
                expected=Message("an empty cell where there is no answer"),
                hint=Message(
                    "empty these cells; if it is an answer, say --range {minimum:g}:{maximum:g}",
                    minimum=min(low, code),
                    maximum=max(high, code),
                ),
                mark=code,
            )


def _range(said: str | None, scores: Floats) -> tuple[float, float]:
    if said is None:
        seen = scores[np.isfinite(scores)]
        if not seen.size:
            raise DataError("there are no answers in these columns", code="no_answers")
        return float(seen.min()), float(seen.max())
    low, _, high = said.partition(":")
    try:
        bounds = float(low), float(high)
    except ValueError:
        bounds = (1.0, 0.0)
    if bounds[0] >= bounds[1]:
        raise UserError(
            "the range is lowest:highest", found=said, expected=Message("two numbers such as 1:5")
        )
    return bounds


def _inside(
    data: Columns, items: Sequence[str], scores: Floats, bounds: tuple[float, float]
) -> None:
    """Refuse an answer outside the range, with the row of the table it stands in."""
    wrong = (scores < bounds[0]) | (scores > bounds[1])
    if wrong.any():
        row, at = (int(x) for x in np.argwhere(wrong)[0])
        raise DataError(
            "an answer lies outside the range",
            code="outside_range",
            where=Where(data.file, data.line(row), items[at]),
            found=f"{scores[row, at]:g}",
            expected=Message("{bounds:g} to {bounds_2:g}", bounds=bounds[0], bounds_2=bounds[1]),
            hint=Message("correct the answer, or say the right --range"),
        )
