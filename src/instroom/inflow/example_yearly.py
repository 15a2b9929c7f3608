"""What the schools of the invented region state once a year: from a seed, some say nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from instroom.definitions import registry
from instroom.inflow.cooperation import day_in
from instroom.inflow.ledger import RegisteredSchool
from instroom.inflow.yearly import Answers, years_asked

#: Share of the schools that states something, in the first, second and third year that is told.
_STATED = (0.55, 0.7, 0.8)
_OPTIONS = ("both", "before", "after", "none", "")
_CHANCES = (0.35, 0.2, 0.05, 0.25, 0.15)


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """What a school states on a day, in which set of questions and for which school year."""

    school: str
    asked: str
    year: str
    day: date
    answers: Answers


def example_statements(
    schools: Iterable[RegisteredSchool], *, today: date, seed: int
) -> list[PlannedStatement]:
    """Return what is stated of the last three years that were asked, the same for a seed."""
    found: list[PlannedStatement] = []
    rng = np.random.default_rng([seed, 54])
    ordered = sorted(schools, key=lambda one: one.code)
    for name in ("before_and_after", "guides"):
        asked = registry.yearly_questions()[name]
        for share, year in zip(_STATED, reversed(years_asked(asked, today)[:3]), strict=False):
            first = day_in(year, f"{asked.asked_in:02}-01")
            for one in ordered:
                spoke, number = rng.random() < share, int(rng.integers(0, 25))
                answers = _guides(rng) if name == "guides" else _measured(rng)
                if spoke and answers and one.sector in asked.sectors:
                    day = min(first + timedelta(days=number), today)
                    found.append(PlannedStatement(one.code, name, year, day, answers))
    return found


def _guides(rng: np.random.Generator) -> Answers:
    whole = int(rng.integers(6, 30))
    trained = int(rng.binomial(whole, 0.4))
    known: dict[str, int | str] = {"guides": whole, "trained": trained}
    in_training = int(rng.binomial(whole - trained, 0.2))
    return known | {"in_training": in_training} if rng.random() < 0.9 else known


def _measured(rng: np.random.Generator) -> Answers:
    given = rng.choice(_OPTIONS, 2, p=_CHANCES)
    pairs = zip(("quantitative", "qualitative"), given, strict=True)
    return {name: str(answer) for name, answer in pairs if answer}
