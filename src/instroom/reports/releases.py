"""The memory of results: the list of releases, and a figure of an older one explained."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal, Protocol

from instroom.core.data_directory import folder_to_ask
from instroom.core.errors import DataError, InstroomError, Where
from instroom.core.messages import Message
from instroom.core.quantities import Share
from instroom.core.series import Figure, FigureRow
from instroom.monitoring import explanation
from instroom.monitoring.explanation import ExplainAnswer, ExplainedInput, size
from instroom.monitoring.questions import figure_dict
from instroom.reports.asked import meaning_of, sum_behind
from instroom.reports.release_changes import definition_marks
from instroom.reports.stored_rows import (
    HeldFigure,
    InputRow,
    MadeOf,
    ReleaseLine,
    ReleasesAnswer,
    StoredFigureRow,
)
from instroom.sources.store import Store

_TOLD: tuple[Literal["status", "value", "low", "high", "reason"], ...] = (
    "status", "value", "low", "high", "reason",
)  # fmt: skip
#: Whether the files behind an older figure are still there, byte for byte.
FilesNow = Literal["present", "erased"]


class ReleaseArchive(Protocol):
    """Where releases are kept; the web brings one (group ``instroom.releases``)."""

    def listed(self) -> list[ReleaseLine]:
        """Return the releases, oldest first, as ``instroom releases --json`` tells them."""
        ...

    def figure(self, number: int, figure_id: str) -> HeldFigure | None:
        """Return ``{"release", "made_of", "figure"}``; None when the release is not held."""
        ...

    def refer(self, number: int, said: str) -> bool:
        """Note what refers to a release; False when it is not held."""
        ...


def _archive(data: str | Path | None) -> ReleaseArchive | None:
    folder = folder_to_ask(data)
    for hook in entry_points(group="instroom.releases"):
        found: ReleaseArchive | None = hook.load()(folder)
        return found
    return None


def releases(
    *, data: str | Path | None = None, keep: int | None = None, because: str = ""
) -> ReleasesAnswer:
    """Return the releases of a data directory, oldest first; without any, an empty list.

    Parameters
    ----------
    keep
        Number of a release that something refers to: it will not be thinned.
    because
        What refers to it.

    Returns
    -------
    dict
        ``{"releases": [{"number", "created", "version", "inputs", "added", "removed", "changed",
        "held", "references"}]}``; figures are ``{"id", "reason"}``.

    Raises
    ------
    DataError
        ``unknown_release`` when the one to keep is not held.
    """
    archive = _archive(data)
    if keep is not None and not (archive and archive.refer(keep, because or "instroom releases")):
        raise unknown_release(keep)
    return {"releases": archive.listed() if archive else []}


def unknown_release(number: int) -> DataError:
    """Return the refusal of a release that is not held."""
    return DataError(
        Message("there is no release {number}, or its contents were thinned", number=number),
        code="unknown_release",
        where=Where(key="release"),
        found=str(number)[:20],
        expected="the number of a release that is held",
        hint="instroom releases lists them",
    )


def explain(
    figure_id: str, *, release: int | None = None, data: str | Path | None = None
) -> ExplainAnswer:
    """Explain a figure: of today by default, or as an older release told it.

    An older figure is computed again from the very files it came from, as far as they are still
    there. ``files`` says whether they are (``present``) or were replaced or erased since
    (``erased``, and ``recomputed`` is None); ``definition_changed`` and ``version`` say what else
    may differ.

    Returns
    -------
    ExplainAnswer
        With ``release`` also ``release``, ``files``, ``definition_changed``, and per input
        ``present``.

    Raises
    ------
    DataError
        ``unknown_release``, or ``unknown_figure`` when the release does not hold it.
    """
    if release is None:
        return explanation.explain(figure_id, data=data)
    meant = meaning_of(figure_id)
    archive = _archive(data)
    held = archive.figure(release, figure_id) if archive else None
    if held is None:
        raise unknown_release(release)
    row, made_of = held["figure"], held["made_of"]
    if row is None:
        raise DataError(
            Message(
                "release {release} does not hold '{figure_id}'",
                release=release,
                figure_id=figure_id,
            ),
            code="unknown_figure",
            where=Where(key=figure_id),
            hint="instroom releases --json tells what every release added",
        )
    store = Store.asked(data)
    files, again = _again(figure_id, row, made_of, store)
    marks, name = definition_marks(), row["indicator"]
    inputs = (_input(sha, made_of["inputs"].get(sha), store) for sha in row["sources"])
    return ExplainAnswer(
        id=figure_id,
        release=held["release"],
        definition=meant.definition,
        definition_changed=made_of["definitions"].get(name) != marks.get(name),
        formula=sum_behind(row["indicator"], row["numerator"], row["denominator"]),
        value=_shown(row),
        recomputed=None if again is None else size(again),
        equal=None if again is None else _same(row, figure_dict(again)),
        status=row["status"],
        reason=row["reason"],
        files=files,
        inputs=tuple(inputs),
    )


def _again(
    figure_id: str, row: StoredFigureRow, made_of: MadeOf, store: Store
) -> tuple[FilesNow, Figure | None]:
    """Compute an older figure from its own files; None when they, or the figure, are gone."""
    if not all(store.sound(sha) for sha in row["sources"]):
        return "erased", None
    helpers = [sha for sha in made_of["helpers"] if store.sound(sha)]
    state: FilesNow = "present" if len(helpers) == len(made_of["helpers"]) else "erased"
    try:
        found = explanation.recomputed_figure(figure_id, [*row["sources"], *helpers], store)
    except InstroomError:
        return state, None
    return state, found if state == "present" else None


def _input(sha: str, row: InputRow | None, store: Store) -> ExplainedInput:
    return ExplainedInput(
        kind=row.get("kind", "file") if row else "file",
        file=row["file"] if row else None,
        sha256=sha,
        rows=row["rows"] if row else None,
        licence=row["licence"] if row else None,
        vintage=row["vintage"] if row else None,
        source=row["source"] if row else None,
        present=store.sound(sha) is not None,
    )


def _shown(row: StoredFigureRow) -> float | Share | None:
    low, high = row["low"], row["high"]
    if row["status"] == "bounded" and low is not None and high is not None:
        return Share(low, high)
    return row["value"]


def _same(row: FigureRow, other: FigureRow) -> bool:
    return all(row[name] == other[name] for name in _TOLD)
