"""What the people of the invented region recorded: a plan of rows, from a seed and a file of names.

Pure: the schools, the seed and the day come in as arguments, and nothing is written. The same
three give the same plan. Only the invented region gets rows that nobody recorded.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from instroom.core import periods
from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.periods import Period, school_year_of
from instroom.core.printing import printable
from instroom.definitions import registry
from instroom.inflow.cooperation import Said, Side, day_in
from instroom.inflow.ledger import RegisteredSchool, registered_schools
from instroom.programme.cast import cast
from instroom.region.locate import home_region
from instroom.sources.store import Store

SEED = 1
FILE = Path(__file__).with_name("example_companies.toml")
#: What is known of a school in the last year that was counted -> how many of this many schools of
#: its kind. Of the others nothing is recorded.
_OF = {"po": 59, "vo": 12}
_STATES = {
    "po": {"structural": 5, "repeated": 6, "once": 6, "contact": 4, "one_side": 2, "different": 3,
           "nothing": 5},
    "vo": {"structural": 4, "repeated": 2, "once": 1, "contact": 1, "one_side": 1, "different": 0,
           "nothing": 1},
}  # fmt: skip
RIGHT, DIFFERENT, WRONG = "right", "different", "wrong"


class ExampleCompany(BaseModel):
    """An invented company, and what it does with a primary and with a secondary school."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    po: str
    vo: str

    @property
    def town(self) -> str:
        """The name of its municipality."""
        return self.name.partition(" ")[0]

    @property
    def email(self) -> str:
        """An address that nobody can have."""
        return f"contact@{self.name.lower().replace(' ', '-')}.example"


class ExampleWords(BaseModel):
    """All that the rows of the invented region are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    companies: tuple[ExampleCompany, ...]
    goals_po: tuple[str, ...]
    goals_vo: tuple[str, ...]
    contacts: tuple[str, ...]
    different: tuple[str, ...]
    wrong: tuple[str, ...]
    called: tuple[str, ...]


@cache
def example_words() -> ExampleWords:
    """Return the names and words of the file."""
    return ExampleWords(**tomllib.loads(FILE.read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class PlannedAnswer:
    """What one side says of a cooperation on a day, for a school year."""

    year: str
    side: Side
    answer: str
    day: date
    by_link: bool
    note: str = ""
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedCooperation:
    """A school and a company that do something together; see the model of that name."""

    school: str
    company: ExampleCompany
    what: str
    since: str
    until: str = ""
    plan_signed: date | None = None
    goals: str = ""
    year_plan: str = ""
    in_curriculum: date | None = None
    answers: tuple[PlannedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """What is said of a school and a school year."""

    school: str
    year: str
    said: Said
    day: date


@dataclass(frozen=True, slots=True)
class ExamplePlan:
    """All rows of the invented region; ``contacts`` are names by company or by code of a school."""

    cooperations: tuple[PlannedCooperation, ...]
    statements: tuple[PlannedStatement, ...]
    contacts: dict[str, str]


def example_register(data: Path) -> list[RegisteredSchool]:
    """Return the schools of a data directory that holds the invented region.

    Raises
    ------
    DataError
        ``real_region`` when it holds another one: no invented row stands under a real name.
    """
    region = registry.regions()[home_region(Store(data))]
    schools = registered_schools(data)
    if not region.example or not schools:
        raise real_region(data, region.title)
    return schools


def example_towns() -> dict[str, str]:
    """Return the codes of the invented municipalities by their names."""
    return {
        tile.name: code
        for region in registry.regions().values()
        if region.example
        for code, tile in region.municipalities.items()
    }


def real_region(data: Path, found: str) -> DataError:
    """Return the refusal to put invented rows among real names."""
    return DataError(
        "invented rows belong in the invented region only",
        code="real_region",
        where=Where(file=printable(str(data), 120)),
        found=found,
        expected=Message("a data directory that holds nothing but the invented region"),
        hint=Message("instroom demo makes one, in a folder of its own"),
    )


def example_plan(
    schools: Iterable[RegisteredSchool], *, today: date, seed: int = SEED
) -> ExamplePlan:
    """Return what is recorded of these schools in three school years, the running one last.

    Parameters
    ----------
    schools
        The schools of the invented region; the people of the cast work at the first ones.
    today
        The day on which the story ends.
    seed
        Chooses who does what with whom.
    """
    found = sorted(schools, key=lambda one: one.code)
    sizes = Counter(one.municipality for one in found)
    quiet = min(sizes, key=lambda code: (sizes[code], code), default="")
    planner = _Planner(np.random.default_rng(seed), today, quiet)
    for sector, counts in _STATES.items():
        own = [one for one in found if one.sector == sector]
        for school, state in planner.dealt(own, counts, _OF[sector]):
            planner.add(school, state)
    return planner.plan()


@dataclass
class _Planner:
    rng: np.random.Generator
    today: date
    #: A municipality of which hardly anything is known, so that its figure is not shown.
    quiet: str
    cooperations: list[PlannedCooperation] = field(default_factory=list)
    statements: list[PlannedStatement] = field(default_factory=list)
    told: int = 0

    def __post_init__(self) -> None:
        running = periods.parse(school_year_of(self.today)).start
        self.before, self.counted, self.running = (self._year(running - n) for n in (2, 1, 0))
        ladder = registry.ladders()["school_company"]
        #: Whether the window of the running year is over: then it is told like the others.
        self.closed = self.today > day_in(self.running, ladder.confirmed_until)
        self.window = {
            year: (day_in(year, ladder.confirmed_from), day_in(year, ladder.confirmed_until))
            for year in (self.before, self.counted, self.running)
        }
        self.words = example_words()

    def dealt(
        self, schools: Sequence[RegisteredSchool], counts: dict[str, int], of: int
    ) -> Iterator[tuple[RegisteredSchool, str]]:
        """Deal the states out; who is of the cast has something to see.

        In the quiet municipality something is known of a secondary school, and of no other.
        """
        played = {one.of for one in cast().values()}
        order = [schools[n] for n in self.rng.permutation(len(schools))]
        order.sort(
            key=lambda one: (
                one.code not in played,
                (one.municipality == self.quiet) is (one.sector == "po"),
            )
        )
        states = [s for s, n in counts.items() for _ in range(round(n * len(schools) / of))]
        return zip(order, states, strict=False)

    def add(self, school: RegisteredSchool, state: str) -> None:
        """Tell the story of one school."""
        turn = self.told
        self.told += 1
        if state == "nothing":
            years = (self.before, self.counted) if turn % 2 else (self.counted,)
            self._say(school, "nothing", years)
            return
        first, second = (self.words.companies[n] for n in self._two())
        tell = {
            "structural": self._structural,
            "repeated": self._repeated,
            "once": self._once,
            "contact": self._contact,
            "one_side": self._one_side,
            "different": self._different,
        }
        tell[state](school, first, turn)
        if turn % 3 == 0:
            self._besides(school, second, turn)
        if state != "structural" and turn % 2:
            self._say(school, "all_recorded", (self.counted,))

    def plan(self) -> ExamplePlan:
        """Return all that was told, with somebody to write to at every place."""
        names = cycle(self.words.contacts)
        places = {one.company.name: 0 for one in self.cooperations}
        places |= {one.school: 0 for one in self.cooperations}
        contacts = dict(zip(places, islice(names, len(places)), strict=True))
        return ExamplePlan(tuple(self.cooperations), tuple(self.statements), contacts)

    # --- the states, each as it came about ----------------------------------------------------

    def _structural(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        early = turn % 2 == 0  # structural in the year before as well
        signed = self._autumn(self._back(1) if early else self.counted)
        self._record(
            school,
            company,
            since=self._back(1 + turn % 3),
            plan_signed=signed,
            in_curriculum=signed + timedelta(days=30),
            answers=[*self._both(self.before), *self._both(self.counted), *self._now(turn)],
        )

    def _repeated(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        signed = self._autumn(self.counted) if turn % 2 else None
        answers = [*self._both(self.before), *self._both(self.counted), *self._now(turn)]
        since = self._back(turn % 2)
        self._record(school, company, since=since, plan_signed=signed, answers=answers)

    def _once(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        answers = [*self._both(self.counted), *self._now(turn + 1)]
        self._record(school, company, since=self.counted, answers=answers)

    def _contact(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        del turn
        self._record(school, company, since=self.counted)

    def _one_side(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        side: Side = "company" if turn % 2 else "school"
        answers = [self._answer(self.counted, side)]
        self._record(school, company, since=self.before, answers=answers)

    def _different(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        answer, notes = (WRONG, self.words.wrong) if turn % 2 else (DIFFERENT, self.words.different)
        answers = [
            *self._both(self.before),
            self._answer(self.counted, "school"),
            self._answer(self.counted, "company", answer, self._one_of(notes)),
        ]
        self._record(school, company, since=self.before, answers=answers)

    def _besides(self, school: RegisteredSchool, company: ExampleCompany, turn: int) -> None:
        """Tell of a second company: one that ended, or one that only just began."""
        if turn % 2:
            self._record(school, company, since=self.running)
        else:
            answers = self._both(self.before)
            self._record(school, company, since=self.before, until=self.before, answers=answers)

    # --- how it is told -----------------------------------------------------------------------

    def _record(
        self,
        school: RegisteredSchool,
        company: ExampleCompany,
        *,
        since: str,
        until: str = "",
        plan_signed: date | None = None,
        in_curriculum: date | None = None,
        answers: Iterable[PlannedAnswer] = (),
    ) -> None:
        goals = self.words.goals_po if school.sector == "po" else self.words.goals_vo
        made = PlannedCooperation(
            school=school.code,
            company=company,
            what=company.po if school.sector == "po" else company.vo,
            since=since,
            until=until,
            plan_signed=plan_signed,
            goals=self._one_of(goals) if in_curriculum else "",
            year_plan=f"bladzijde {self._number(3, 40)}" if in_curriculum else "",
            in_curriculum=in_curriculum,
            answers=tuple(answers),
        )
        self.cooperations.append(made)

    def _say(self, school: RegisteredSchool, said: Said, years: Iterable[str]) -> None:
        for year in years:
            self.statements.append(PlannedStatement(school.code, year, said, self._day(year)))

    def _both(self, year: str) -> list[PlannedAnswer]:
        return [self._answer(year, "school"), self._answer(year, "company")]

    def _now(self, turn: int) -> list[PlannedAnswer]:
        """Return what was said in the running year so far: by both, by one, or by nobody."""
        if self.closed or turn % 3 == 0:
            return self._both(self.running)
        return [self._answer(self.running, "company")] if turn % 3 == 1 else []

    def _answer(self, year: str, side: Side, answer: str = RIGHT, note: str = "") -> PlannedAnswer:
        by_link = bool(note) or self._number(0, 4) > 0
        hours = self._number(2, 20) * 4 if side == "company" and answer == RIGHT else None
        said = note if by_link else self._one_of(self.words.called)
        return PlannedAnswer(year, side, answer, self._day(year), by_link, said, hours)

    def _day(self, year: str) -> date:
        """Return a day in the window of a year; of the running one a day that has been."""
        first, last = self.window[year]
        if year == self.running and not self.closed:
            last = self.today
            first = min(last, max(day_in(year, "09-01"), last - timedelta(days=60)))
        return first + timedelta(days=self._number(0, (last - first).days + 1))

    def _autumn(self, year: str) -> date:
        return day_in(year, "09-10") + timedelta(days=self._number(0, 60))

    def _back(self, years: int) -> str:
        """Return the school year so many years before the first that is told."""
        return self._year(periods.parse(self.before).start - years)

    @staticmethod
    def _year(start: int) -> str:
        return Period("school", start).code

    def _two(self) -> list[int]:
        chosen = self.rng.choice(len(self.words.companies), size=2, replace=False)
        return [int(n) for n in chosen]

    def _one_of(self, texts: Sequence[str]) -> str:
        return texts[self._number(0, len(texts))]

    def _number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))
