"""``instroom meta``: a file of studies, and what they say together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import DataError, Where
from instroom.learning.evidence import meta_summary
from instroom.sources.columns import Columns
from instroom.sources.score_files import read_columns
from instroom.stats.evidence.heterogeneity import Method
from instroom.stats.evidence.meta import Test

Floats = NDArray[np.float64]


def meta(
    file: str | Path,
    *,
    effect: str,
    variance: str,
    cluster: str | None = None,
    moderator: Sequence[str] = (),
    method: Method = "REML",
    test: Test = "knha",
    study: str | None = None,
    sheet: str | None = None,
) -> dict[str, Any]:
    """Return what the studies in a file say together.

    Parameters
    ----------
    file
        CSV with one row per effect, or ``-``. Rows with a missing value are left out and counted.
    effect, variance
        Columns of the effect and of its variance (the squared standard error).
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

    Raises
    ------
    DataError
        For a column that is missing or holds something else than numbers, with its row.
    """
    data = read_columns(file, sheet)
    name = study or next((n for n in ("author", "study", "trial") if n in data.names), None)
    effects, variances = data.numbers(effect), data.numbers(variance)
    _check_variances(data, variance, effects, variances)
    found = meta_summary(
        effects,
        variances,
        cluster=data.words(cluster) if cluster else None,
        moderators={column: data.numbers(column) for column in moderator} or None,
        method=method,
        test=test,
        studies=data.words(name).tolist() if name else None,
    )
    return dict(found)


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
            expected="the squared standard error of this effect, above 0",
            hint="look this study up again, or leave its variance empty to leave the study out",
        )
