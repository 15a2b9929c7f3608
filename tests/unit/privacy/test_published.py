"""The gate: nothing gets round it, few people stay unseen, hidden cells stay as wide as they were.

The attack is the strongest there is on small tables: every value of every hidden cell is tried,
and what does not agree with the published figures is crossed out.
"""

import copy
import dataclasses
import pickle
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instroom.core.errors import PrivacyError, ProgrammingError
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, Series, Unit
from instroom.privacy.published import RULES, THRESHOLDS, Published, hide, publish, stored
from unit.monitoring.small import HIDDEN, Table, exam, published, store

OPEN = {"open_data": True, "audience": "public"}


def count(n: int | Count, place: str = "twente", **by: str) -> Figure:
    number = n if isinstance(n, Count) else Count(n)
    status = "ok" if number.exact else "bounded"
    value = float(number.low) if number.exact else None
    low, high = float(number.low), float(number.high)
    return Figure(
        "x", "2020-2021", place, status, by=tuple(by.items()), value=value, low=low, high=high,
        numerator=number,
    )  # fmt: skip


def share(part: Count, rest: Count, place: str = "twente", **by: str) -> Figure:
    found, whole = Share.of(part, rest), part + rest
    exact = part.exact and rest.exact
    return Figure(
        "x", "2020-2021", place, "ok" if exact else "bounded", by=tuple(by.items()),
        value=found.low if exact else None, low=found.low, high=found.high,
        numerator=part, denominator=whole,
    )  # fmt: skip


def own(unit: Unit, *figures: Figure) -> list[Figure]:
    return list(publish([Series("x", unit, figures, open_data=False, audience="public")]).figures)


def opened(*figures: Figure) -> list[Figure]:
    return list(
        publish([Series("x", "pupils", figures, open_data=True, audience="public")]).figures
    )


def statuses(found: list[Figure]) -> list[tuple[str, str | None]]:
    return [(f.status, f.reason) for f in found]


PROTECTED, SHOWN = ("protected", "too_few_people"), ("ok", None)
REVEALS = ("protected", "would_reveal")

# --- no way round ------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [None, object(), True, "gate"])
def test_only_the_gate_makes_what_is_published(mark: object) -> None:
    with pytest.raises(ProgrammingError):
        Published((), mark)


def test_nothing_is_published_without_a_mark() -> None:
    with pytest.raises(ProgrammingError):
        Published((Series("x", "pupils", (count(1),), open_data=True, audience="public"),))


def test_what_passed_cannot_be_filled_with_something_else() -> None:
    passed = publish([Series("x", "pupils", (count(50),), open_data=True, audience="public")])
    secret = (Series("x", "pupils", (count(1),), open_data=False, audience="public"),)
    with pytest.raises((ProgrammingError, ValueError, TypeError)):
        dataclasses.replace(passed, series=secret)


def test_what_passed_cannot_be_changed() -> None:
    passed = publish([Series("x", "pupils", (count(50),), open_data=True, audience="public")])
    with pytest.raises(dataclasses.FrozenInstanceError):
        passed.series = ()  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        passed.figures[0].value = 1.0  # type: ignore[misc]


def _through_bytes(passed: Published) -> Published:
    return pickle.loads(pickle.dumps(passed))  # noqa: S301  our own bytes


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, _through_bytes])
def test_a_copy_holds_the_same_and_nothing_else(again: object) -> None:
    passed = publish([Series("x", "pupils", (count(50),), open_data=True, audience="public")])
    try:
        other = again(passed)  # type: ignore[operator]
    except (ProgrammingError, TypeError):
        return
    assert other.series == passed.series


@pytest.mark.parametrize("what", [count(50), {"n": 3}, [50], "x", None])
def test_only_series_can_be_offered(what: object) -> None:
    with pytest.raises(PrivacyError) as caught:
        publish([what])  # type: ignore[list-item]
    assert caught.value.exit_code == 13


def test_what_was_stored_comes_back_as_it_was() -> None:
    series = Series(
        "x",
        "pupils",
        (hide(count(3), "would_reveal"), count(50)),
        open_data=True,
        audience="public",
    )
    passed = publish([series])
    assert stored(passed.series, passed.digest, RULES).series == passed.series


@pytest.mark.parametrize(
    "changed",
    [
        {"value": 0.51},
        {"low": 0.4},
        {"numerator": Count(26)},
        {"denominator": Count(52)},
        {"status": "bounded"},
        {"place": "GM0153"},
        {"sources": ("other",)},
        {"hidden": 1},
    ],
)
def test_figures_that_the_gate_did_not_write_are_refused(changed: dict[str, object]) -> None:
    passed = publish([Series("x", "pupils", (share(Count(25), Count(50)),), **OPEN)])
    other = dataclasses.replace(passed.figures[0], **changed)
    with pytest.raises(PrivacyError) as caught:
        stored([dataclasses.replace(passed.series[0], figures=(other,))], passed.digest, RULES)
    assert caught.value.code == "not_published"


@pytest.mark.parametrize("rules", [0, RULES - 1, RULES + 1])
def test_figures_that_other_rules_judged_are_refused(rules: int) -> None:
    """The digest cannot tell: it is that of what older rules let out."""
    passed = publish([Series("x", "pupils", (share(Count(25), Count(50)),), **OPEN)])
    with pytest.raises(PrivacyError) as caught:
        stored(passed.series, passed.digest, rules)
    assert caught.value.code == "other_rules"


def test_a_hidden_figure_cannot_be_left_out_or_widened_to_the_public() -> None:
    one = Series("x", "pupils", (count(50), count(60, gender="male")), **OPEN)
    own = dataclasses.replace(one, audience="own_board", figures=())
    passed = publish([one, own])
    for series in ([dataclasses.replace(one, figures=one.figures[:1])], []):
        with pytest.raises(PrivacyError):
            stored(series, passed.digest, RULES)


def test_each_audience_sees_its_own_and_what_is_public() -> None:
    made = [
        Series(
            who,
            "schools",
            (dataclasses.replace(count(50), place=place),),
            open_data=True,
            audience=who,
        )
        for who, place in (("public", "twente"), ("own_school", "00AH00"), ("own_board", "BG40631"))
    ]
    passed = publish(made)
    seen = {
        who: [s.indicator for s in passed.shown_to(who).series]
        for who in (s.audience for s in made)
    }
    assert seen == {
        "public": ["public"],
        "own_school": ["public", "own_school"],
        "own_board": ["public", "own_school", "own_board"],
    }


@pytest.mark.parametrize("audience", ["own_school", "own_board"])
def test_a_region_is_nobodys_own(audience: str) -> None:
    with pytest.raises(PrivacyError) as caught:
        publish([Series("x", "pupils", (count(50),), open_data=True, audience=audience)])
    assert caught.value.code == "audience_too_narrow"


def test_whoever_makes_a_series_says_whose_it_is() -> None:
    with pytest.raises(TypeError):
        Series("x", "pupils", (count(50),))


def test_a_hidden_figure_keeps_no_number_at_all() -> None:
    figure = hide(share(Count(3), Count(4), gender="male"), "too_few_people")
    names = ("value", "low", "high", "numerator", "denominator", "n")
    assert [getattr(figure, name) for name in names] == [None] * 6
    assert figure.to_dict()["n"] is None


# --- figures of our own ------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["pupils", "parents", "teachers", "mentors"])
def test_own_figures_need_ten_people(unit: Unit) -> None:
    assert THRESHOLDS[unit] == 10
    found = own(unit, count(9), count(10), count(11))
    assert statuses(found) == [PROTECTED, SHOWN, SHOWN]


@pytest.mark.parametrize("unit", ["schools", "companies", "activities"])
def test_schools_and_companies_are_no_people(unit: Unit) -> None:
    assert THRESHOLDS[unit] == 0
    assert statuses(own(unit, count(1), count(0))) == [SHOWN, SHOWN]


def test_every_unit_has_a_threshold() -> None:
    assert set(THRESHOLDS) == set(Unit.__args__)  # type: ignore[attr-defined]


def test_a_share_needs_ten_people_in_its_whole() -> None:
    found = own("pupils", share(Count(4), Count(5)), share(Count(4), Count(6)))
    assert statuses(found) == [PROTECTED, SHOWN]


def test_a_share_of_all_or_nobody_says_what_each_one_did() -> None:
    found = own(
        "pupils",
        share(Count(0), Count(12)),
        share(Count(12), Count(0)),
        share(Count(0), Count(20)),
        share(Count(20), Count(0)),
    )
    assert statuses(found) == [PROTECTED, PROTECTED, SHOWN, SHOWN]


def test_a_bound_below_ten_is_too_few() -> None:
    assert statuses(own("pupils", count(Count(9, 15)))) == [PROTECTED]


@pytest.mark.parametrize("unit", ["teachers", "mentors"])
def test_teachers_and_mentors_are_never_shown_of_one_school_in_a_breakdown(unit: Unit) -> None:
    found = own(unit, count(50, school="00AH00"), count(50, board="BG12345"), count(50))
    assert statuses(found) == [PROTECTED, SHOWN, SHOWN]


@pytest.mark.parametrize("unit", ["teachers", "mentors"])
@pytest.mark.parametrize("place", ["00AH00", "00AH"])
def test_teachers_and_mentors_are_never_shown_of_one_school_as_a_place(
    unit: Unit, place: str
) -> None:
    assert statuses(own(unit, count(50, place))) == [PROTECTED]


@pytest.mark.parametrize("place", ["BG12345", "GM0153", "twente", "nl"])
def test_teachers_are_shown_of_boards_and_larger_places(place: str) -> None:
    assert statuses(own("teachers", count(50, place))) == [SHOWN]


def test_pupils_are_shown_of_a_school() -> None:
    assert statuses(own("pupils", count(50, "00AH00"), count(50, school="00AH00"))) == [SHOWN] * 2


def test_too_few_people_do_not_follow_from_their_total() -> None:
    total, girls, boys = own(
        "pupils", count(25), count(20, gender="female"), count(5, gender="male")
    )
    assert boys.status == "protected"
    seen = {f.status for f in (total, girls)}
    assert "protected" in seen, "25 in all and 20 girls say that there are 5 boys"


def test_what_is_no_number_stays_what_it_is() -> None:
    missing = Figure("x", "2020-2021", "twente", "missing", reason="no_open_file")
    assert own("pupils", missing) == [missing]
    assert opened(missing) == [missing]


# --- hidden cells of a publisher -----------------------------------------------------------------


def test_a_publishers_small_numbers_stay_as_they_are() -> None:
    figures = (count(1), count(Count(1, 4), "00AH00"), count(Count(1, 4), "GM0153"))
    assert opened(*figures) == list(figures)


def test_a_part_with_one_hidden_cell_is_protected_with_its_siblings() -> None:
    total, boys, girls = opened(
        count(20), count(Count(11, 14), gender="male"), count(8, gender="female")
    )
    assert statuses([total, boys, girls]) == [SHOWN, REVEALS, REVEALS]
    assert (boys.low, girls.low, girls.numerator) == (None, None, None)


def test_parts_judged_in_another_series_of_the_same_call_are_protected_too() -> None:
    whole = Series("x", "pupils", (count(20),), open_data=True, audience="public")
    parts = Series(
        "x",
        "pupils",
        (count(Count(11, 14), gender="male"), count(8, gender="female")),
        open_data=True,
        audience="public",
    )
    found = publish([parts, whole]).figures
    assert statuses(list(found)) == [REVEALS, REVEALS, SHOWN]


def test_a_total_that_is_as_unsure_as_its_part_reveals_nothing() -> None:
    figures = (
        count(Count(19, 22)), count(Count(11, 14), gender="male"), count(8, gender="female")
    )  # fmt: skip
    assert opened(*figures) == list(figures)


def test_bounded_sums_of_many_cells_stay() -> None:
    figures = (
        share(Count(40), Count(60)),
        share(Count(12, 24), Count(20, 32), gender="male"),
        share(Count(18, 27), Count(32, 41), gender="female"),
    )
    assert opened(*figures) == list(figures)


def test_other_years_places_and_breakdowns_are_no_siblings() -> None:
    figures = (
        count(20),
        count(Count(11, 14), gender="male"),
        dataclasses.replace(count(8, gender="female"), period="2021-2022"),
    )
    assert "would_reveal" not in {f.reason for f in opened(*figures)}


def test_a_breakdown_within_a_breakdown_has_its_own_total() -> None:
    havo = {"school_type": "havo"}
    found = opened(
        count(20, **havo),
        count(Count(11, 14), gender="male", **havo),
        count(8, gender="female", **havo),
    )
    assert statuses(found) == [SHOWN, REVEALS, REVEALS]


def test_those_who_did_not_choose_are_protected_like_those_who_did() -> None:
    """Boys: two hidden cells in the part (2-8), one in the rest (1-4); the rest is solvable."""
    found = opened(
        share(Count(30), Count(22)),
        share(Count(12, 18), Count(11, 14), gender="male"),
        share(Count(15), Count(10), gender="female"),
    )
    assert statuses(found)[1:] == [REVEALS, REVEALS], "22 - 10 says the hidden cell is 2"


@pytest.mark.parametrize("total", [12, 13, 17, 18])
def test_two_hidden_cells_are_protected_when_their_sum_says_what_each_is(total: int) -> None:
    """Two cells of 1-4 beside 10 girls: a sum of 2 is 1 and 1, a sum of 8 is 4 and 4."""
    found = opened(count(total), count(Count(2, 8), gender="male"), count(10, gender="female"))
    assert statuses(found)[1:] == [REVEALS, REVEALS]


def test_two_hidden_cells_stay_when_their_sum_leaves_each_as_wide_as_it_was() -> None:
    figures = (count(15), count(Count(2, 8), gender="male"), count(10, gender="female"))
    assert opened(*figures) == list(figures), "5 may be 1 and 4, 2 and 3, 3 and 2, 4 and 1"


# --- the attack --------------------------------------------------------------------------------

#: Rows of a little table: whether it is a technical one, boys, girls.
rows_of_people = st.lists(
    st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=3
)
Rows = list[tuple[bool, int, int]]


def cell(n: int) -> Count:
    return Count(1, 4) if 1 <= n <= 4 else Count(n)


def added(counts: list[Count]) -> Count:
    return sum(counts, Count(0))


def table(rows: Rows) -> list[Figure]:
    """Return everybody, boys and girls as the publisher's cells give them."""
    figures = []
    for gender in (None, "male", "female"):
        people = {"male": lambda r: r[1], "female": lambda r: r[2], None: lambda r: r[1] + r[2]}
        part = added([cell(people[gender](r)) for r in rows if r[0]])
        rest = added([cell(people[gender](r)) for r in rows if not r[0]])
        if part.high + rest.high:
            figures.append(share(part, rest, **({"gender": gender} if gender else {})))
    return figures


def bounds(figure: Figure) -> tuple[Count, Count]:
    part, whole = figure.numerator, figure.denominator
    assert part is not None
    assert whole is not None
    return part, Count(whole.low - part.low, whole.high - part.high)


def solved(rows: Rows, found: list[Figure]) -> list[str]:
    """Return the hidden cells of boys and girls that the published figures narrow."""
    by = {dict(f.by).get("gender"): f for f in found}
    parts = [by[g] for g in ("male", "female") if g in by]
    if None not in by or any(f.status == "protected" for f in (*parts, by[None])):
        return []
    cells = [(i, g, r[g]) for i, r in enumerate(rows) for g in (1, 2)]
    hidden = [(i, g) for i, g, n in cells if 1 <= n <= 4]
    limits = bounds(by[None])
    possible: dict[tuple[int, int], set[int]] = {h: set() for h in hidden}
    for guess in product(range(1, 5), repeat=len(hidden)):
        values = dict(zip(hidden, guess, strict=True))
        sums = [0, 0]
        for i, g, n in cells:
            sums[0 if rows[i][0] else 1] += values.get((i, g), n)
        if all(c.low <= s <= c.high for c, s in zip(limits, sums, strict=True)):
            for key, value in values.items():
                possible[key].add(value)
    return [
        f"row {i} {('', 'boys', 'girls')[g]}: {min(v)}-{max(v)}"
        for (i, g), v in possible.items()
        if v != {1, 2, 3, 4}
    ]


@given(st.tuples(st.booleans(), st.integers(0, 12), st.integers(0, 12)))
@example((True, 3, 9))
def test_the_only_hidden_cell_of_a_row_is_never_solved(row: tuple[bool, int, int]) -> None:
    assert solved([row], opened(*table([row]))) == []


@given(rows_of_people)
@example([(True, 3, 9), (False, 9, 9)])
@example([(True, 1, 9), (True, 1, 9)])
@example([(True, 2, 9), (True, 3, 9), (False, 2, 9)])
def test_no_hidden_cell_is_solved_from_what_is_published(rows: Rows) -> None:
    assert solved(rows, opened(*table(rows))) == []


def test_the_attack_works_on_what_did_not_pass_the_gate() -> None:
    rows = [(True, 3, 9), (False, 9, 9)]
    assert solved(rows, table(rows)) == ["row 0 boys: 3-3"]
    assert solved(rows, opened(*table(rows))) == []


# --- the attack on two breakdowns at once ---------------------------------------------------------

#: (school type, technical, boys, girls)
TypedRows = list[tuple[str, bool, int, int]]
typed_rows = st.lists(
    st.tuples(
        st.sampled_from(["havo", "vwo"]), st.booleans(), st.integers(0, 9), st.integers(0, 9)
    ),
    min_size=2,
    max_size=5,
)


def two_way(rows: TypedRows) -> list[Figure]:
    """Return everybody, by gender, by school type, and by both."""
    figures = []
    for school_type in (None, "havo", "vwo"):
        mine: Rows = [(t, b, g) for s, t, b, g in rows if school_type in (None, s)]
        for figure in table(mine):
            by = (*figure.by, *((("school_type", school_type),) if school_type else ()))
            figures.append(dataclasses.replace(figure, by=by))
    return figures


def solved_by_subtraction(rows: TypedRows, found: list[Figure]) -> list[str]:
    """Return what follows of one school type from everybody and the other school type.

    Lows and highs of what was published can be subtracted: boys minus boys in vwo are boys in
    havo. So a school type is known when it is shown, or when the whole and the other one are.
    """
    shown = {
        (dict(f.by).get("gender"), dict(f.by).get("school_type")) for f in found if f.numerator
    }
    absent = {
        (gender, school_type)
        for gender, column in (("male", 2), ("female", 3), (None, None))
        for school_type in ("havo", "vwo")
        if not any(r[0] == school_type and (r[2] + r[3] if column is None else r[column])
                   for r in rows)
    }  # fmt: skip
    result = []
    for school_type, other in (("havo", "vwo"), ("vwo", "havo")):
        known = [
            {(g, school_type), (g, None)} & shown
            and ((g, school_type) in shown | absent or (g, other) in shown | absent)
            for g in ("male", "female", None)
        ]
        mine: Rows = [(t, b, g) for s, t, b, g in rows if s == school_type]
        if mine and all(known):
            result += solved(mine, table(mine))
    return result


@given(typed_rows)
@example([("havo", True, 3, 9), ("vwo", True, 2, 9), ("vwo", True, 3, 9)])
def test_no_hidden_cell_is_solved_by_subtracting_a_school_type(rows: TypedRows) -> None:
    assert solved_by_subtraction(rows, opened(*two_way(rows))) == []


def test_a_protected_school_type_does_not_follow_from_everybody_and_the_other_one() -> None:
    """Boys 3-12 minus boys in vwo 2-8 are boys in havo 1-4; girls 27 - 18 = 9; 12 - 9 = 3."""
    rows: TypedRows = [("havo", True, 3, 9), ("vwo", True, 2, 9), ("vwo", True, 3, 9)]
    found = {tuple(dict(f.by).values()): f for f in opened(*two_way(rows))}
    assert found["male", "havo"].status == "protected"
    others = (found["male",], found["male", "vwo"], found["female",], found["female", "vwo"])
    assert any(f.status == "protected" for f in others[:2])
    assert any(f.status == "protected" for f in others[2:])


# --- through the questions people ask ------------------------------------------------------------


def one_school() -> Table:
    rows = []
    for school_type, boys in (("havo", 3), ("vwo", 30)):
        for profile, n in (("nt", boys), ("em", 20)):
            for gender, people in (("male", n), ("female", 9), ("total", n + 9)):
                shown = HIDDEN if 1 <= people <= 4 else people
                columns = {"gender": gender, "school_type": school_type}
                rows.append(exam("2020-2021", shown, profile, **columns))
    return Table("duo_exam_candidates", rows)


def boys_havo(by: tuple[str, ...], tmp_path: Path, **more: object) -> Figure:
    facts = store(tmp_path, one_school())
    found = published(facts, "technical_profile_share", "00AA00", by=by, **more).figures
    wanted = {"gender": "male"} | ({"school_type": "havo"} if "school_type" in by else {})
    wanted |= {"school": "00AA00"} if "school" in by else {}
    (figure,) = (f for f in found if dict(f.by) == wanted)
    return figure


def test_boys_and_girls_of_a_school_are_judged_with_everybody(tmp_path: Path) -> None:
    assert statuses([boys_havo(("gender",), tmp_path)]) == [REVEALS]


def test_boys_and_girls_per_school_type_are_judged_with_the_school_type(tmp_path: Path) -> None:
    """``--by school_type`` shows the totals in another call: 12 of 41 havo, 9 girls."""
    assert statuses([boys_havo(("gender", "school_type"), tmp_path)]) == [REVEALS]


def test_boys_and_girls_per_school_are_judged_with_the_school(tmp_path: Path) -> None:
    assert statuses([boys_havo(("school", "gender"), tmp_path)]) == [REVEALS]
