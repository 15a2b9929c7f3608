"""``instroom meta``: a file of studies, and what they say together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instroom.core.answers import ABSENT
from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.learning.evidence import meta_summary
from instroom.learning.measures import MEASURES, Measure, measured
from instroom.learning.meta_answer import BackTransformed, Ends, MetaAnswer
from instroom.monitoring import score_rows
from instroom.monitoring.score_files import columns_of, names_of
from instroom.sources.columns import Columns
from instroom.stats.evidence.heterogeneity import Method
from instroom.stats.evidence.meta import Test

Floats = NDArray[np.float64]


def meta(
    file: Any,
    *,
    effect: str | None = None,
    variance: str | None = None,
    measure: str | None = None,
    columns: str | Sequence[str] = (),
    cluster: str | None = None,
    moderator: str | Sequence[str] = (),
    method: Method = "REML",
    test: Test = "knha",
    study: str | None = None,
    sheet: str | None = None,
) -> MetaAnswer:
    """Return what the studies in a file say together.

    Parameters
    ----------
    file
        CSV, XLSX, ODS or SPSS file with one row per effect, or ``-``; or a table in memory (pandas,
        Polars, Arrow, DuckDB, or a dictionary of columns). Rows with a missing value are left out
        and counted.
    effect, variance
        Columns of the effect and of its variance (the squared standard error).
    measure, columns
        Instead of those: an effect measure (``RR``, ``RD``, ``OR``, ``SMD``, ``SMDH``, ``SMCR``,
        ``PLO``) and the columns it is computed from, see
        :data:`instroom.learning.measures.MEASURES`.
    cluster
        Column of the study, when studies give several effects.
    moderator
        Columns of numbers that the effect may go along with.
    method, test
        How the differences between studies are estimated, and how the average is tested.
    study
        Column with the names of the rows; ``study`` or ``author`` when there is one.
    sheet
        The sheet of a workbook, when more than one holds something.

    Returns
    -------
    MetaAnswer
        As of :func:`instroom.learning.evidence.meta_summary`; with a measure that is pooled on
        another scale also ``back_transformed``: ``scale`` (``odds_ratio``, ``risk_ratio``,
        ``share``), the estimate, its interval and the prediction on it.

    Raises
    ------
    UserError
        When neither an effect with its variance nor a measure with its columns is named, or both.
    DataError
        For a column that is missing or holds something else than numbers, with its row.

    Examples
    --------
    >>> studies = {"yi": [0.38, 0.05, 0.22, 0.61], "vi": [0.020, 0.008, 0.030, 0.050]}
    >>> meta(studies, effect="yi", variance="vi").summary("en")
    '4 studies together: 0.27 (-0.10 … 0.64)'
    """
    _check_asked(effect, variance, measure)
    columns, moderators = names_of(columns), names_of(moderator)
    if columns and measure is None:
        raise UserError("--columns goes with --measure", found=", ".join(columns))
    data = columns_of(file, sheet)
    if effect is not None and effect in (variance, cluster, *moderators):
        raise UserError(
            "column '{name}' is named for two things",
            found=effect,
            expected=Message("every column for one thing"),
            name=effect,
        )
    name = study or next((n for n in ("author", "study", "trial") if n in data.names), None)
    effects, variances = _effects(data, effect, variance, measure, columns)
    filled = {
        n: np.isfinite(data.numbers(n)) for n in (effect, variance, *columns, *moderators) if n
    }
    groups = data.words(cluster) if cluster else None
    if cluster and groups is not None:  # nobody knows which study an unnamed one belongs to
        filled[cluster] = groups != ""
        variances = np.where(filled[cluster], variances, np.nan)
    found = meta_summary(
        effects,
        variances,
        cluster=groups,
        moderators={column: data.numbers(column) for column in moderators} or None,
        method=method,
        test=test,
        studies=data.words(name).tolist() if name else None,
    )
    used = np.all([np.isfinite(effects + variances), *map(filled.__getitem__, moderators)], axis=0)
    warnings = score_rows.left_out(filled) + _names_warned(data, name, cluster, used)
    found = replace(found, warnings=warnings or ABSENT)
    if measure is None:
        return found
    form = MEASURES[measure]  # type: ignore[index]
    return found.measured(measure, _back(form, found) if form.scale else None)


def _check_asked(effect: str | None, variance: str | None, measure: str | None) -> None:
    """Refuse columns of effects and a measure beside each other, and neither."""
    if (measure is None) == (effect is None and variance is None):
        raise UserError(
            "which effect?",
            code="which_effect",
            found=Message("a measure and a column")
            if measure
            else Message("neither a column nor a measure"),
            expected=Message("--effect and --variance, or --measure and --columns"),
        )


def _names_warned(
    data: Columns, name: str | None, cluster: str | None, used: NDArray[np.bool_]
) -> tuple[Message, ...]:
    """Return what the names of the used rows say about which effects belong together."""
    warnings: tuple[Message, ...] = ()
    for column in dict.fromkeys(n for n in (name, cluster) if n):
        warnings += _alike(data.words(column)[used])
    if name and not cluster:
        warnings += _repeated(name, data.words(name)[used])
    return warnings


def _alike(names: NDArray[Any]) -> tuple[Message, ...]:
    """Return which names count as two studies and may be one, by the rule for schools."""
    return tuple(
        Message(
            "'{other}' and '{text}' differ only in capitals, blanks or leading zeros and count as "
            "two studies; write them the same if they are one",
            other=other[:40],
            text=text[:40],
        )
        for other, text in score_rows.names_alike(names)
    )


def _repeated(column: str, names: NDArray[Any]) -> tuple[Message, ...]:
    """Return that effects of one study were taken as independent, with the first of those."""
    labels, counts = np.unique(names[names != ""], return_counts=True)
    again = labels[counts > 1]
    if not len(again):
        return ()
    return (
        Message(
            "'{name}' stands in several rows: effects of one study are not independent; "
            "say with --cluster {column} which belong together",
            name=str(again[0])[:40],
            column=column,
        ),
    )


def _effects(
    data: Columns,
    effect: str | None,
    variance: str | None,
    measure: str | None,
    columns: Sequence[str],
) -> tuple[Floats, Floats]:
    if measure is not None:
        return measured(data, measure, columns)
    if effect is None or variance is None:
        raise UserError(
            "an effect needs its variance",
            code="usage",
            found=Message(
                "--effect {effect}, --variance {variance}", effect=effect, variance=variance
            ),
            expected=Message("both columns"),
        )
    effects, variances = data.numbers(effect), data.numbers(variance)
    _check_variances(data, variance, effects, variances)
    return effects, variances


def _back(form: Measure, found: MetaAnswer) -> BackTransformed:
    """Return an effect on the scale that people read, also both ends of its intervals."""

    def one(value: float | None) -> float | None:
        return None if value is None else float(form.back(value))

    def both(ends: Ends) -> Ends:
        return one(ends[0]), one(ends[1])

    return BackTransformed(form.scale, one(found.estimate), both(found.ci), both(found.prediction))


def _check_variances(data: Columns, name: str, effects: Floats, variances: Floats) -> None:
    """Refuse a variance of 0 or less where it stands: the row and the column."""
    wrong = np.flatnonzero(np.isfinite(effects) & (variances <= 0))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            "a sampling variance is not above 0",
            code="bad_variance",
            where=Where(data.file, data.line(row), name),
            found=f"{variances[row]:g}",
            expected=Message("the squared standard error of this effect, above 0"),
            hint=Message(
                "look this study up again, or leave its variance empty to leave the study out"
            ),
        )
