"""``instroom meta``: a file of studies, and what they say together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instroom.learning.evidence import meta_summary
from instroom.sources.columns import read_columns
from instroom.stats.evidence.heterogeneity import Method
from instroom.stats.evidence.meta import Test


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

    Raises
    ------
    DataError
        For a column that is missing or holds something else than numbers, with its row.
    """
    data = read_columns(file)
    name = study or next((n for n in ("author", "study", "trial") if n in data.names), None)
    found = meta_summary(
        data.numbers(effect),
        data.numbers(variance),
        cluster=data.words(cluster) if cluster else None,
        moderators={column: data.numbers(column) for column in moderator} or None,
        method=method,
        test=test,
        studies=data.words(name).tolist() if name else None,
    )
    return dict(found)
