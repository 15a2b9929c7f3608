"""The CROHO part of a programme in hbo or wo, by its name in the publishers' own lists.

A file of flows names an institution and a programme, no part. The part is that of the same name at
the same institution; else of the same name wherever it is given, when all agree; else not known.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from instroom.definitions import registry
from instroom.sources.store import Store
from instroom.sources.tables import normal

#: Sources that name programmes with their institution and CROHO part.
SOURCES = tuple(
    f"duo_{kind}_{what}"
    for kind in ("hbo", "wo")
    for what in ("entrants", "enrolments", "graduates")
)
_COLUMNS = ["place", "place_name", "programme_name", "field"]
#: A row of a list: code and name of the institution, programme, part.
ListedProgramme = tuple[str | None, str | None, str | None, str | None]


@dataclass
class ProgrammeLists:
    """Parts by programme, at one institution and anywhere; ``files`` are those that say so."""

    there: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    anywhere: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    files: list[str] = field(default_factory=list)

    def add(self, rows: Iterable[ListedProgramme]) -> None:
        """Take the rows of a list into account; a part that is no part tells nothing."""
        known = set(registry.codes()["field"].codes)
        for place, name, programme, part in rows:
            if not programme or part not in known:
                continue
            called = normal(programme)
            self.anywhere[called].add(part)
            for institution in filter(None, (place, name)):
                self.there[normal(institution), called].add(part)

    def field(self, institution: Sequence[str | None], programme: str | None) -> str | None:
        """Return the part of a programme, or None when the lists do not say or do not agree.

        Parameters
        ----------
        institution
            What the institution is called: its code, its name.
        programme
            The name of the programme.
        """
        called = normal(programme or "")
        for one in filter(None, institution):
            if parts := self.there.get((normal(one), called)):
                return next(iter(parts)) if len(parts) == 1 else None
        parts = self.anywhere.get(called, set())
        return next(iter(parts)) if len(parts) == 1 else None


def programme_lists(store: Store, *, example: bool) -> ProgrammeLists:
    """Return what all files of hbo and wo that were read say of programmes.

    ``example``: those of an invented region, which say nothing of real programmes, nor real ones of
    invented programmes.
    """
    found = ProgrammeLists()
    for source in SOURCES:
        for stored in store.of_source(source):
            if bool(stored.receipt.get("example")) == example and stored.observations.exists():
                table = pq.read_table(stored.observations, columns=_COLUMNS)
                rows = table.group_by(_COLUMNS).aggregate([]).to_pylist()
                found.add(tuple(row[name] for name in _COLUMNS) for row in rows)
                found.files.append(stored.sha256)
    return found
