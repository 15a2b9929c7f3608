"""The ledger of cooperations as one more source: which schools there are, and a state of each."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from instroom.definitions import models, registry
from instroom.inflow.cooperation import HEADER, LedgerSchool, state_rows
from instroom.region.locate import home_region
from instroom.region.organisations import organisations
from instroom.sources.own_rows import keep_state, let_go
from instroom.sources.store import Store

#: The kinds of education whose schools work with companies here.
SECTORS = ("po", "vo")


@dataclass(frozen=True, slots=True)
class RegisteredSchool:
    """A school location as the open registers have it; ``board`` is a code."""

    code: str
    name: str
    sector: str
    municipality: str
    board: str = ""


def region_title(data: Path) -> str:
    """Return what the region is called of which a data directory holds files."""
    return registry.regions()[home_region(Store(data))].title


def is_invented(data: Path) -> bool:
    """Return whether a data directory holds the invented region, among which no real name goes."""
    return registry.regions()[home_region(Store(data))].example


def registered_schools(data: Path) -> list[RegisteredSchool]:
    """Return the schools of the region in the registers that a data directory holds."""
    store = Store(data)
    known = organisations(store)
    towns = set(registry.regions()[home_region(store)].municipalities)
    return [
        RegisteredSchool(one.code, one.name, one.sector, one.municipality, one.board or "")
        for one in known.locations.values()
        if one.sector in SECTORS and one.municipality in towns
    ]


def keep_ledger(
    data: Path, schools: Iterable[LedgerSchool], ladder: models.Ladder, *, today: date, at: datetime
) -> None:
    """Keep what the ledger says at a moment as a state of the ladder's source.

    Without schools there is nothing to say, and no state is written.
    """
    if rows := state_rows(schools, ladder, today):
        keep_state(Store(data), ladder.source, HEADER, rows, at=at)


def let_go_states(data: Path, held: Set[str]) -> int:
    """Remove the states that a newer one replaced and no release rests on; return how many.

    ``held`` are the sha256 of the files of releases.
    """
    return let_go(Store(data), held)
