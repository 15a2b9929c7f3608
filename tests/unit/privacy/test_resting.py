"""What rests on few schools is hidden, and follows by subtraction for nobody but the school."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure, SchoolsBehind, Series, Unit
from instroom.privacy.published import publish
from instroom.privacy.resting import few_schools
from instroom.privacy.subtraction import determined

TYPES = {"none": (), "two": ("po", "vo"), "three": ("havo", "vmbo", "vwo")}


def made(
    behind: dict[tuple[str, tuple[tuple[str, str], ...]], SchoolsBehind], period: str = "2026"
) -> Series:
    """Return a series of shares of which a place and a breakdown rest on these schools."""
    figures = {
        Figure(
            "x", period, place, "ok", by=by, value=0.5, low=0.5, high=0.5,
            numerator=Count(50), denominator=Count(100),
        ): on
        for (place, by), on in behind.items()
    }  # fmt: skip
    return Series(
        "x", "schools", tuple(figures), open_data=False, audience="public",
        lowest_place="municipality", schools_behind={f.id: on for f, on in figures.items()},
    )  # fmt: skip


def of_towns(**schools: int | str) -> Series:
    """Return the figures of municipalities: how many schools of their own, or which ones."""
    number = count()
    named = {
        town: who if isinstance(who, str) else "".join(chr(200 + next(number)) for _ in range(who))
        for town, who in schools.items()
    }
    return made({(town, ()): (frozenset(who),) for town, who in named.items()})


def reasons(*series: Series) -> dict[str, str]:
    """Return why figures are hidden, by the part of their id that differs here."""
    return {name.removeprefix("x:"): why for name, why in few_schools(series).items()}


def of(place: str, *, type_: str = "", town: str = "") -> tuple[str, tuple[tuple[str, str], ...]]:
    by = [("municipality", town)] * bool(town) + [("school_type", type_)] * bool(type_)
    return place, tuple(by)


# --- the rule, by example ----------------------------------------------------------------------


@pytest.mark.parametrize(("number", "shown"), [(1, False), (2, False), (3, True), (4, True)])
def test_three_schools_are_the_fewest_that_are_shown(number: int, shown: bool) -> None:
    found = reasons(of_towns(GM0001=number, GM0002=9, GM0003=9, GM0004=9))
    assert ("GM0001:2026" not in found) == shown
    assert shown or found["GM0001:2026"] == "few_schools"


def test_of_whom_nobody_says_how_many_is_hidden() -> None:
    several = of_towns(GM0001=5, GM0002=5, GM0003=5, GM0004=5)
    unsaid = {"x:GM0002:2026", "x:GM0003:2026"}
    behind = {name: on for name, on in several.schools_behind.items() if name not in unsaid}
    lacking = Series(
        "x", "schools", several.figures, open_data=False, audience="public",
        lowest_place="municipality", schools_behind={**behind, "x:GM0003:2026": ()},
    )  # fmt: skip
    found = reasons(lacking)
    assert found["GM0002:2026"] == found["GM0003:2026"] == "few_schools"


@pytest.mark.parametrize(
    ("towns", "beside"),
    [
        # one of two schools: the smallest beside it, so that there are two parts
        ({"GM0001": 2, "GM0002": 5, "GM0003": 4, "GM0004": 9}, ["GM0003"]),
        # that school knows its own: two more, or it knows the one
        ({"GM0001": 1, "GM0002": 5, "GM0003": 4, "GM0004": 9}, ["GM0002", "GM0003"]),
        # two parts of two schools each are enough
        ({"GM0001": 2, "GM0002": 2, "GM0003": 4, "GM0004": 9}, []),
        # two schools and one: the one would know the two
        ({"GM0001": 2, "GM0002": 1, "GM0003": 4, "GM0004": 9}, ["GM0003"]),
        # three parts of one school each tell each of them of two others together
        ({"GM0001": 1, "GM0002": 1, "GM0003": 1, "GM0004": 9}, []),
        # two parts of one school: each of them knows the other
        ({"GM0001": 1, "GM0002": 1, "GM0003": 3, "GM0004": 9}, ["GM0003"]),
        # without a school in it nobody is behind it
        ({"GM0001": 2, "GM0002": 0, "GM0003": 5, "GM0004": 9}, ["GM0003"]),
        # one institution in two municipalities is one school
        ({"GM0001": "a", "GM0002": "a", "GM0003": "bcd", "GM0004": "efghij"}, ["GM0003", "GM0004"]),
        ({"GM0001": "ab", "GM0002": "ab", "GM0003": "cde", "GM0004": "fghijk"}, ["GM0003"]),
        ({"GM0001": "ab", "GM0002": "ac", "GM0003": "cde", "GM0004": "fghijk"}, []),
    ],
)
def test_what_is_hidden_beside_it(towns: dict[str, Any], beside: list[str]) -> None:
    found = reasons(of_towns(**towns))
    few = {f"{town}:2026": "few_schools" for town, who in towns.items() if _size(who) < 3}
    assert found == {**few, **{f"{town}:2026": "would_reveal" for town in beside}}


def _size(who: int | str) -> int:
    return who if isinstance(who, int) else len(who)


def test_names_of_now_and_of_then_must_both_be_enough() -> None:
    three, two = frozenset("abc"), frozenset("ab")
    others = {of(f"GM000{i}"): (frozenset("defghij"),) * 2 for i in (2, 3, 4)}
    for called in ((three, two), (two, three)):
        found = reasons(made({of("GM0001"): called, **others}))
        assert found["GM0001:2026"] == "few_schools"
    assert not reasons(made({of("GM0001"): (three, three), **others}))
    apart, one = (frozenset("ab"), frozenset("ab")), (frozenset("cd"), frozenset("ab"))
    found = reasons(made({of("GM0001"): apart, of("GM0002"): one, of("GM0003"): (three,) * 2}))
    assert found["GM0003:2026"] == "would_reveal", "under the names of then they are two schools"


def test_school_types_of_a_place_are_parts_of_it() -> None:
    many = frozenset("abcdefg")
    town = {of("GM0001"): (many,), of("GM0001", type_="havo"): (many - {"a"},)}
    town |= {of("GM0001", type_="vwo"): (frozenset("ab"),)}
    assert reasons(made(town)) == {
        "GM0001:2026:school_type=vwo": "few_schools",
        "GM0001:2026:school_type=havo": "would_reveal",
    }


def test_only_parts_of_the_same_whole_are_hidden_beside_each_other() -> None:
    """Another year, another breakdown and a wider place stand apart."""
    first = of_towns(GM0001=2, GM0002=5, GM0003=6)
    many = frozenset("abcdefgh")
    wide = made({of("twente"): (many,), of("nl"): (many | {"z"},)})
    other = made({of(f"GM000{i}"): (many,) for i in (1, 2, 3)}, "2027")
    assert set(reasons(first, wide, other)) == {"GM0001:2026", "GM0002:2026"}


def test_a_region_by_municipality_is_hidden_as_the_municipality_is() -> None:
    """One number under two names: hidden under the one, it is hidden under the other."""
    schools = {"GM0001": "ab", "GM0002": "cdef", "GM0003": "ghijk"}
    asked = {of(town): (frozenset(who),) for town, who in schools.items()}
    split = {of("twente", town=town): on for (town, _), on in asked.items()}
    split |= {of("twente"): (frozenset("abcdefghijk"),)}
    several = {of("GM0002", town="GM0002"): (frozenset("cdef"),)}
    both = {"GM0001": "few_schools", "GM0002": "would_reveal"}
    assert reasons(made({**asked, **split, **several})) == {
        **{f"{town}:2026": why for town, why in both.items()},
        **{f"twente:2026:municipality={town}": why for town, why in both.items()},
        "GM0002:2026:municipality=GM0002": "would_reveal",
    }
    assert reasons(made(split)) == {
        f"twente:2026:municipality={town}": why for town, why in both.items()
    }


def test_what_was_hidden_beside_a_part_is_hidden_in_its_other_wholes() -> None:
    """A school type of a municipality is a part of both; one step is not enough."""
    wide = {town: frozenset(f"{town}{i}" for i in range(9)) for town in ("GM0001", "GM0002")}
    cells: dict[Any, SchoolsBehind] = {}
    for town, who in wide.items():
        for type_, on in zip(("po", "vo"), (who, frozenset(sorted(who)[:4])), strict=True):
            cells[of(town, type_=type_)] = (on,)
        cells[of(town)] = (who,)
    cells[of("GM0001", type_="vo")] = (frozenset(sorted(wide["GM0001"])[:2]),)
    found = reasons(made(cells))
    assert found == {
        "GM0001:2026:school_type=vo": "few_schools",
        "GM0001:2026:school_type=po": "would_reveal",
        "GM0002:2026:school_type=vo": "would_reveal",
        "GM0002:2026:school_type=po": "would_reveal",
    }


def test_parts_of_which_nobody_says_whose_they_are_leave_the_whole() -> None:
    many = frozenset("abcdefg")
    cells: dict[Any, SchoolsBehind] = {of("GM0001"): (many,), of("GM0001", type_="po"): ()}
    assert reasons(made(cells | {of("GM0001", type_="vo"): (many,)})) == {
        "GM0001:2026:school_type=po": "few_schools",
        "GM0001:2026:school_type=vo": "would_reveal",
    }


def test_the_whole_goes_when_no_part_is_left_to_hide_beside_another() -> None:
    """Of three schools one knows the figure of both others: their two types, and its own."""
    cells: dict[Any, SchoolsBehind] = {of("GM0002"): (frozenset("abc"),)}
    cells |= {of("GM0002", type_="po"): (frozenset("ab"),)}
    cells |= {of("GM0002", type_="vo"): (frozenset("c"),)}
    for by in ((), (("gender", "f"),), (("gender", "m"),)):
        cells["AM01", by] = (frozenset("pqr"),)
    assert reasons(made(cells)) == {
        "GM0002:2026:school_type=po": "few_schools",
        "GM0002:2026:school_type=vo": "few_schools",
        "GM0002:2026": "would_reveal",
    }


@pytest.mark.parametrize(("more", "told"), [("", True), ("xy", True), ("xyz", False)])
def test_a_region_is_the_whole_of_its_municipalities(more: str, told: bool) -> None:
    """With hardly a school that they have not; a country is not the whole of a region's."""
    cells: dict[Any, SchoolsBehind] = {of("GM0001"): (frozenset("ab"),)}
    cells[of("twente")] = (frozenset("ab" + more + "c" * (not more)),)
    found = {"GM0001:2026": "few_schools"}
    assert reasons(made(cells)) == found | ({"twente:2026": "would_reveal"} if told else {})


def test_a_part_far_away_is_hidden_when_nothing_nearer_is_left() -> None:
    """By all sums of a table together a school found out the two of GM0002 in type c."""
    seats = [
        Seat(school, f"GM000{town}", type_)
        for school, town, types in (
            ("S0", 1, "b"), ("S1", 2, "bc"), ("S2", 2, "b"), ("S3", 2, "c"), ("S4", 4, "b"),
            ("S5", 4, "ab"), ("S6", 4, "bc"), ("S7", 4, "ac"), ("S8", 4, "a"), ("S9", 5, "abc"),
        )
        for type_ in types
    ]  # fmt: skip
    table = table_of(seats, ("a", "b", "c"), named_twice=False)
    attacked(seats, table)


def test_the_gate_hides_them_with_the_reason_and_no_number() -> None:
    passed = publish([of_towns(GM0001=2, GM0002=5, GM0003=6, GM0004=7)])
    said = [
        (f.place, f.status, f.reason, f.numerator, f.denominator, f.value) for f in passed.figures
    ]
    whole = (Count(50), Count(100), 0.5)
    assert said == [
        ("GM0001", "protected", "few_schools", None, None, None),
        ("GM0002", "protected", "would_reveal", None, None, None),
        ("GM0003", "ok", None, *whole),
        ("GM0004", "ok", None, *whole),
    ]


# --- the rule, by attack -----------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """What one institution counts in one municipality in one school type."""

    school: str
    town: str
    type_: str


def region_of(seed: int, types: tuple[str, ...], *, spread: bool) -> list[Seat]:
    """Draw 2 to 8 municipalities of 0 to 6 institutions, some of which stand in several."""
    rng = np.random.default_rng(seed)
    seats: set[Seat] = set()
    number = 0
    for town in range(1, int(rng.integers(3, 10))):
        for _ in range(int(rng.integers(0, 7))):
            known = spread and number and rng.random() < 0.25
            school = f"S{rng.integers(number)}" if known else f"S{number}"
            number += not known
            drawn = [one for one in types if rng.random() < 0.6] or [(types or ("",))[0]]
            seats |= {Seat(school, f"GM{town:04d}", one) for one in drawn}
    return sorted(seats, key=lambda seat: (seat.town, seat.school, seat.type_))


def table_of(seats: list[Seat], types: tuple[str, ...], *, named_twice: bool) -> dict[Any, Any]:
    """Return every figure that is made of a region, with the seats it adds up."""
    towns = sorted({seat.town for seat in seats})
    found = {}
    for type_ in ("", *types):
        for place in ("twente", *towns):
            names = [of(place, type_=type_)]
            if named_twice and place != "twente":
                names.append(of("twente", type_=type_, town=place))
            inside = [
                i
                for i, seat in enumerate(seats)
                if place in ("twente", seat.town) and type_ in ("", seat.type_)
            ]
            found |= dict.fromkeys(names, inside) if inside else {}
    return found


def follows(shown: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether a sum is one of shown sums added and subtracted, with any factors."""
    rank = np.linalg.matrix_rank(shown) if len(shown) else 0
    return bool(np.linalg.matrix_rank(np.vstack([*shown, wanted])) == rank)


def attacked(seats: list[Seat], table: dict[Any, Any]) -> int:
    """Attack a table as everybody there is; return how many figures were hidden."""
    behind = {name: (frozenset(seats[i].school for i in on),) for name, on in table.items()}
    hidden = sorted(few_schools([made(behind)]))
    sums = {made({name: ()}).figures[0].id: on for name, on in table.items()}
    rows = {name: np.bincount(on, minlength=len(seats)) * 1.0 for name, on in sums.items()}
    for attacker in ("", *sorted({seat.school for seat in seats})):
        unknown = np.array([seat.school != attacker for seat in seats])
        shown = np.array([row[unknown] for name, row in rows.items() if name not in hidden])
        for name in hidden:
            schools = {seats[i].school for i in sums[name]}
            others = schools - {attacker}
            if others and (len(schools) < 3 or not attacker or len(others) < 2):
                assert not follows(shown, rows[name][unknown]), (attacker, name)
    return len(hidden)


@pytest.mark.parametrize("named_twice", [False, True], ids=["", "twice"])
@pytest.mark.parametrize("spread", [False, True], ids=["apart", "spread"])
@pytest.mark.parametrize("types", TYPES.values(), ids=TYPES)
def test_no_hidden_figure_follows_from_those_that_are_shown(
    types: tuple[str, ...], spread: bool, named_twice: bool
) -> None:
    """Who attacks has every shown figure and the list of schools, and may be one of the schools.

    A figure of fewer than three schools follows for nobody but its only school; any other hidden
    one for nobody from outside, and for a school no more than a shown figure of three tells it.
    """
    hidden_in_all = 0
    for seed in range(300 if not named_twice else 60):
        seats = region_of(seed, types, spread=spread)
        table = table_of(seats, types, named_twice=named_twice)
        hidden_in_all += attacked(seats, table)
    assert hidden_in_all > 200


@pytest.mark.parametrize("types", TYPES.values(), ids=TYPES)
def test_a_region_of_large_municipalities_shows_all(types: tuple[str, ...]) -> None:
    """Nothing is hidden that need not be."""
    seats = [
        Seat(f"{town}-{number}", f"GM{town:04d}", type_)
        for town in range(1, 6)
        for type_ in types or ("",)
        for number in range(3)
    ]
    table = table_of(seats, types, named_twice=True)
    assert not few_schools(
        [made({name: (frozenset(seats[i].school for i in on),) for name, on in table.items()})]
    )


# --- what follows from sums --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sums", "found"),
    [
        ([], ""),
        (["ab"], ""),
        (["ab", "a"], "ab"),
        (["ab", "bc", "abk"], "k"),
        (["ab", "bc", "ca"], "abc"),
        (["ab", "bc", "cd", "da"], ""),
        # two rings and the bridge between them: in every sum there are two, and the bridge is known
        (["ab", "bc", "cd", "dax", "ef", "fg", "gh", "hex"], "x"),
    ],
)
def test_what_follows_from_sums(sums: list[str], found: str) -> None:
    assert determined(dict.fromkeys(one, 1) for one in sums) == set(found)


def test_what_follows_from_sums_is_what_fractions_find() -> None:
    rng = np.random.default_rng(7)
    some = 0
    for _ in range(300):
        matrix = rng.integers(-1, 2, size=(int(rng.integers(1, 6)), int(rng.integers(1, 7))))
        told = determined(_as_sums(matrix))
        expected = {j for j, one in enumerate(np.eye(matrix.shape[1])) if follows(matrix, one)}
        assert told == expected
        some += bool(told)
    assert 50 < some < 290


def _as_sums(matrix: np.ndarray) -> Iterable[dict[int, int]]:
    for row in matrix.tolist():
        yield {j: number for j, number in enumerate(row) if number}


@pytest.mark.parametrize(("part", "shown"), [(0, False), (1, True), (4, True), (5, False)])
@pytest.mark.parametrize("unit", ["schools", "pupils"])
def test_none_or_all_of_the_schools_tells_of_each(part: int, unit: Unit, *, shown: bool) -> None:
    """Five municipalities of five schools; one of them is about none or all of its schools."""
    towns = [f"GM{n:04}" for n in range(1, 6)]
    made = [
        Figure("x", "2026", town, "ok", numerator=Count(n), denominator=Count(5), value=n / 5)
        for town, n in zip(towns, [part, 2, 2, 2, 2], strict=True)
    ]
    behind = {f.id: (frozenset(f"{f.place}{n}" for n in range(5)),) for f in made}
    found = few_schools(
        [
            Series(
                "x", unit, tuple(made), schools_behind=behind, open_data=False, audience="public",
                lowest_place="municipality",
            )
        ]
    )  # fmt: skip
    hidden = unit == "schools" and not shown
    assert (made[0].id in found) == hidden
    assert len(found) == (2 if hidden else 0)  # of one alone the rest is told
