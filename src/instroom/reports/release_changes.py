"""What differs between two releases, figure by figure with its reason, and which releases stay.

Pure functions: a release is given as what it holds, and time as an argument.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from instroom.definitions import registry
from instroom.definitions.kinds import KindName

Change = Literal["added", "removed", "changed"]
Reason = Literal[
    "new_file", "changed_file", "removed_file", "new_definition", "new_version", "rows"
]
Row = Mapping[str, Any]

#: What readers see of a figure; another file behind the same number is no change of it.
SEEN = ("status", "value", "low", "high", "numerator", "denominator", "reason")
#: All releases of these last days stay.
DAYS = 30
#: The number of the release before which there was none: it has nothing to differ from.
FIRST = 1
#: Kinds of definitions that every figure rests on.
_SHARED: tuple[KindName, ...] = ("codes", "region", "places", "source", "publisher")


@dataclass(frozen=True, slots=True)
class ReleaseContents:
    """What a release was made of: version, marks of definitions, input files and figures by id."""

    version: str
    definitions: Mapping[str, str]
    inputs: Mapping[str, Row]
    figures: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that came, went or changed, and why."""

    id: str
    change: Change
    reason: Reason


@dataclass(frozen=True, slots=True)
class ReleaseAge:
    """A release as the rule of keeping sees it."""

    number: int
    created: datetime
    referred: bool = False


def definition_marks() -> dict[str, str]:
    """Return a mark per indicator of its definition, and under ``""`` of what all rest on."""
    kinds = registry.classifications()
    marks: dict[str, str] = {}
    for indicator in registry.indicators().values():
        folder = f"{indicator.classification}/"
        rules = [kinds[name].model_dump_json() for name in kinds if name.startswith(folder)]
        marks[indicator.id] = _mark([indicator.model_dump_json(), *rules])
    shared = (registry.kind(kind) for kind in _SHARED)
    marks[""] = _mark(one.model_dump_json() for found in shared for one in found.values())
    return marks


def _mark(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def figure_changes(before: ReleaseContents | None, after: ReleaseContents) -> list[FigureChange]:
    """Return the figures that were added, removed or changed, each with the first reason found.

    A file that the figure itself rests on comes first, then its definition, the version, what all
    figures rest on, and the files of others (figures are judged together). ``rows`` is what is
    left: the same files, read anew in another way.
    """
    if before is None:
        return [FigureChange(name, "added", "new_file") for name in after.figures]
    found: list[FigureChange] = []
    for name, row in after.figures.items():
        old = before.figures.get(name)
        if old is None:
            found.append(FigureChange(name, "added", _reason({}, row, before, after)))
        elif any(old.get(key) != row.get(key) for key in SEEN):
            found.append(FigureChange(name, "changed", _reason(old, row, before, after)))
    found += [
        FigureChange(name, "removed", _reason(row, {}, before, after))
        for name, row in before.figures.items()
        if name not in after.figures
    ]
    return found


def _reason(old: Row, new: Row, before: ReleaseContents, after: ReleaseContents) -> Reason:
    had, has = set(old.get("sources", ())), set(new.get("sources", ()))
    if own := _of_files(had - set(after.inputs), has - set(before.inputs), before, after):
        return own
    indicator = (new or old)["indicator"]
    if before.definitions.get(indicator) != after.definitions.get(indicator):
        return "new_definition"
    if before.version != after.version:
        return "new_version"
    if before.definitions.get("") != after.definitions.get(""):
        return "new_definition"
    gone, come = set(before.inputs) - set(after.inputs), set(after.inputs) - set(before.inputs)
    return _of_files(gone, come, before, after) or "rows"


def _of_files(
    gone: set[str], come: set[str], before: ReleaseContents, after: ReleaseContents
) -> Reason | None:
    """Return what happened to files; one of the same name and source was changed."""
    known = {_file_name(row) for row in before.inputs.values()}
    if any(_file_name(after.inputs.get(sha, {})) in known for sha in come):
        return "changed_file"
    if come:
        return "new_file"
    return "removed_file" if gone else None


def _file_name(row: Row) -> tuple[Any, Any]:
    return row.get("source"), row.get("file")


def releases_to_keep(releases: Iterable[ReleaseAge], now: datetime) -> set[int]:
    """Return the numbers of releases whose contents stay.

    The newest, those that something refers to, all of the last 30 days, and the last of every
    month before.

    Examples
    --------
    >>> from datetime import UTC
    >>> days = [datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)]
    >>> made = [ReleaseAge(number, day) for number, day in enumerate(days, 1)]
    >>> releases_to_keep(made, datetime(2026, 6, 1, tzinfo=UTC))
    {2}
    """
    in_order = sorted(releases, key=lambda one: one.number)
    last_of_month = {(one.created.year, one.created.month): one.number for one in in_order}
    recent = {one.number for one in in_order if now - one.created <= timedelta(days=DAYS)}
    referred = {one.number for one in in_order if one.referred}
    return recent | referred | set(last_of_month.values()) | {one.number for one in in_order[-1:]}


def change_counts(changes: Iterable[FigureChange]) -> dict[str, dict[str, dict[str, int]]]:
    """Return how many figures: per change, reason and indicator."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for one in changes:
        name = one.id.partition(":")[0].partition(".")[0]
        counts = found.setdefault(one.change, {}).setdefault(one.reason, {})
        counts[name] = counts.get(name, 0) + 1
    return found
