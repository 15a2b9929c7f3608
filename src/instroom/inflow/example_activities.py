"""What was done with pupils in the invented region: a plan of activities, from a seed.

Pure. It follows the cooperations of the plan: a company that works with a school comes there.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from instroom.core import periods
from instroom.core.periods import Period, school_year_of
from instroom.definitions import registry
from instroom.inflow.cooperation import day_in
from instroom.inflow.example_plan import SEED, PlannedCooperation

_FILE = Path(__file__).with_name("example_initiatives.toml")
#: How often of ten a number of pupils is known, girls and boys apart, and a company answered.
_KNOWN, _APART, _ANSWERED = 8, 3, 6


class ExampleInitiative(BaseModel):
    """An invented initiative."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """An activity of a school; see the model of that name.

    ``hours`` and ``materials`` (cents) are what the company said; ``answer`` is empty when it said
    nothing.
    """

    school: str
    company: str
    initiative: str
    on: date
    kind: str
    title: str
    year_groups: tuple[str, ...]
    pupils: int | None
    girls: int | None
    prepared: str
    task: str
    profile: str
    factors: tuple[str, ...]
    answer: str = ""
    hours: int | None = None
    materials: int | None = None


@cache
def example_initiatives() -> tuple[ExampleInitiative, ...]:
    """Return the initiatives of the file."""
    found = tomllib.loads(_FILE.read_text("utf-8"))["initiatives"]
    return tuple(ExampleInitiative(**one) for one in found)


def example_activities(
    cooperations: Iterable[PlannedCooperation],
    sectors: dict[str, str],
    *,
    today: date,
    seed: int = SEED,
) -> list[PlannedActivity]:
    """Return what was done in three school years, and what is planned in the running one.

    Parameters
    ----------
    sectors
        ``po`` or ``vo`` by the code of a school.
    """
    rng = np.random.default_rng(seed + 1)
    running = periods.parse(school_year_of(today)).start
    years = [Period("school", running - n).code for n in (2, 1, 0)]
    return [
        made
        for one in cooperations
        for year in years
        if one.since <= year and (not one.until or year <= one.until)
        for made in _in_year(one, sectors[one.school], year, rng)
    ]


def _in_year(
    one: PlannedCooperation, sector: str, year: str, rng: np.random.Generator
) -> Iterator[PlannedActivity]:
    title, group = _told(one.what, sector)
    kinds = [o.id for o in registry.choices()["activity_kind"].options]
    factors, names = list(registry.factors()), [i.name for i in example_initiatives()]
    for _ in range(int(rng.integers(1, 4))):
        pupils = int(rng.integers(16, 60)) if rng.integers(10) < _KNOWN else None
        apart = pupils is not None and rng.integers(10) < _APART
        answered = rng.integers(10) < _ANSWERED
        yield PlannedActivity(
            school=one.school,
            company=one.company.name,
            initiative=str(rng.choice(names)),
            on=day_in(year, "09-15") + timedelta(days=7 * int(rng.integers(0, 38))),
            kind=str(rng.choice(kinds, p=_shares(len(kinds)))),
            title=title,
            year_groups=group,
            pupils=pupils,
            girls=int(pupils * rng.uniform(0.3, 0.6)) if apart and pupils is not None else None,
            prepared=str(rng.choice(["both", "before", "neither", "unknown"])),
            task=str(rng.choice(["investigate", "make", "watch", "unknown"])),
            profile="care_technology" if "zorg" in one.company.name.lower() else "technical",
            factors=tuple(sorted(map(str, rng.choice(factors, size=2, replace=False)))),
            answer="right" if answered else "",
            hours=int(rng.integers(1, 10)) * 2 if answered and rng.integers(10) else None,
            materials=int(rng.integers(2, 40)) * 1000 if answered and rng.integers(2) else None,
        )


def _told(what: str, sector: str) -> tuple[str, tuple[str, ...]]:
    """Return what was done, and the class that its words end with; none when no list has it."""
    title, _, last = what.rpartition(" in ")
    options = registry.choices()["year_group"].options
    found = [one.id for one in options if sector in one.sectors and one.title == last]
    if not found:
        title, found = what, []
    return title[:1].upper() + title[1:], tuple(found)


def _shares(n: int) -> list[float]:
    """Return how likely each kind is: the first ones are what is mostly done."""
    found = [1 / (k + 1) for k in range(n)]
    return [one / sum(found) for one in found]
