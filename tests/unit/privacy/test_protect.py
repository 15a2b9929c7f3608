"""Nobody with all figures together finds a hidden one, whatever the tables look like.

The attacker of the properties tries every possible world of a small region: three schools in two
municipalities, boys and girls, up to seven in each group. What does not agree with the published
figures is crossed out; what is left says what can be known of a hidden figure.
"""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError, PrivacyError
from instroom.privacy import patterns, suppression
from instroom.privacy.attack import attack
from instroom.privacy.cells import Demands
from instroom.privacy.patterns import Deadline, ReleasePattern
from instroom.privacy.releases import earlier, remember
from instroom.privacy.sensitivity import Rules
from instroom.privacy.suppression import Protection, protect, protected
from unit.privacy.regions import Figure, hidden, margins

LIES_IN = {"A": "X", "B": "X", "C": "Y"}
NESTED = {"nested": {"school": {s: {"municipality": m} for s, m in LIES_IN.items()}}}
GROUPS = [{"school": s, "municipality": LIES_IN[s], "gender": g} for s, g in product("ABC", "mf")]
TABLES = (
    (),
    ("school",),
    ("gender",),
    ("municipality",),
    ("school", "gender"),
    ("municipality", "gender"),
)
#: Every world of six groups of 0 to 7 people. Enough: a hidden figure of at most 3 people a group
#: moves by at most 3 (the width) in a group to be as wide as asked.
WORLDS = np.array(list(product(range(8), repeat=6)), np.int16)


def counted(figure: Figure) -> np.ndarray:
    """Return the figure in every world."""
    mine = [all(group[k] == v for k, v in figure["dims"].items()) for group in GROUPS]
    return WORLDS[:, mine].sum(axis=1)


def possible(figures: list[Figure], threshold: int) -> np.ndarray:
    """Return the worlds that agree with what is published, for who knows the rules."""
    fits = np.ones(len(WORLDS), bool)
    for figure in figures:
        if figure["n"] is None:
            continue
        here = counted(figure)
        low, high = figure.get("lo", figure["n"]), figure.get("hi", figure["n"])
        fits &= (here >= low) & (here <= high) & ((here == 0) | (here >= threshold))
    return fits


def found(before: list[Figure], after: list[Figure], threshold: int, width: int) -> list[str]:
    """Return the hidden figures that the attacker finds."""
    fits = possible(after, threshold)
    assert fits.any(), "the truth is a possible world"
    result = []
    for was, now in zip(before, after, strict=True):
        if now["n"] is None:
            values = counted(now)[fits]
            small = 0 < was["n"] < threshold and values.max() < threshold
            if values.max() - values.min() < width or small:
                result.append(f"{now['dims']}: {values.min()}-{values.max()}")
    return result


def small_region(people: list[int], tables: list[tuple[str, ...]]) -> list[Figure]:
    return margins(zip(GROUPS, people, strict=True), tables)


people = st.lists(st.integers(0, 3), min_size=6, max_size=6)
tables = st.lists(st.sampled_from(TABLES), min_size=1, unique=True)


@given(people, tables)
@settings(max_examples=40)
def test_who_tries_every_world_finds_no_hidden_figure(numbers: list[int], chosen: list) -> None:
    figures = small_region(numbers, chosen)
    after = protect([*figures, NESTED], threshold=3, width=3)
    assert found(figures, after[:-1], 3, 3) == []


@given(people, tables)
@settings(max_examples=25)
def test_rounding_does_not_help_who_tries_every_world(numbers: list[int], chosen: list) -> None:
    figures = small_region(numbers, chosen)
    after = protect([*figures, NESTED], threshold=3, width=3, round=2)
    assert found(figures, after[:-1], 3, 3) == []


def test_the_attacker_who_tries_every_world_finds_what_only_the_threshold_hides() -> None:
    figures = small_region([3, 1, 3, 3, 3, 3], [("school", "gender"), ("school",)])
    naive = [f | {"n": None} if 0 < f["n"] < 3 else f for f in figures]
    assert found(figures, naive, 3, 3) == ["{'school': 'A', 'gender': 'f'}: 1-1"]


@given(people, tables, st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_the_figures_does_not_matter(
    numbers: list[int], chosen: list, draw: object
) -> None:
    figures = small_region(numbers, chosen)
    order = list(range(len(figures)))
    draw.shuffle(order)  # type: ignore[attr-defined]
    one = protect([*figures, NESTED], threshold=3, width=3)
    other = protect([*(figures[i] for i in order), NESTED], threshold=3, width=3)
    assert other[:-1] == [one[i] for i in order]


@given(people, tables, st.sampled_from([None, 2]))
@settings(max_examples=15)
def test_protecting_again_changes_nothing(
    numbers: list[int], chosen: list, step: int | None
) -> None:
    once = protect([*small_region(numbers, chosen), NESTED], threshold=3, width=3, round=step)
    assert protect(once, threshold=3, width=3, round=step) == once


@given(people, tables)
@settings(max_examples=15)
def test_relative_bounds_keep_their_distances(numbers: list[int], chosen: list) -> None:
    figures = small_region(numbers, chosen)
    after = protect([*figures, NESTED], threshold=3, bounds="relative", above=2, below=1)[:-1]
    beforehand = [
        a | ({"lo": 0, "hi": b["n"] + max(20, b["n"])} if a["n"] is None else {})
        for a, b in zip(after, figures, strict=True)
    ]
    for one in attack([*beforehand, NESTED]):
        n = figures[one.index]["n"]
        assert one.low < one.high
        if 0 < n < 3:
            assert one.low <= n - 1
            assert one.high >= n + 2


# --- what goes out -------------------------------------------------------------------------------

GENDERS: list[Figure] = [
    {"dims": {}, "n": 62, "label": "all"},
    {"dims": {"gender": "f"}, "n": 5, "label": "girls", "share": 0.08},
    {"dims": {"gender": "m"}, "n": 57, "label": "boys", "share": 0.92},
]


def full(figures: list[Figure], **more: object) -> Protection:
    options: dict = {"rules": Rules(), "demands": Demands(), "deadline": Deadline(60)} | more
    return protected(figures, **options)


def test_the_list_comes_back_in_order_with_what_else_it_held() -> None:
    after = protect([*GENDERS, NESTED])
    assert [f.get("label") for f in after] == ["all", "girls", "boys", None]
    assert after[0] == GENDERS[0]
    assert after[-1] == NESTED


def test_a_hidden_figure_holds_no_number_at_all() -> None:
    girls = protect(GENDERS)[1]
    assert girls["status"] == "protected"
    assert not [v for v in girls.values() if isinstance(v, int | float)]


def test_a_small_hidden_figure_looks_like_a_large_one() -> None:
    _, girls, boys = protect(GENDERS)
    assert {k: v for k, v in girls.items() if k not in ("dims", "label")} == {
        k: v for k, v in boys.items() if k not in ("dims", "label")
    }


def test_the_maker_sees_why() -> None:
    assert full(GENDERS).reasons == (None, "too_few_people", "would_reveal")


def test_the_grand_total_stays() -> None:
    assert protect(GENDERS)[0]["n"] == 62


def test_the_grand_total_goes_when_nothing_else_helps() -> None:
    figures = [{"dims": {}, "n": 12}, {"dims": {"g": "f"}, "n": 4}, {"dims": {"g": "m"}, "n": 8}]
    assert hidden(protect(figures, width=15)) == [0, 1, 2]
    assert hidden(protect(figures)) == [1, 2]


def test_nothing_small_nothing_hidden() -> None:
    figures = [{"dims": {}, "n": 62}, {"dims": {"g": "f"}, "n": 30}, {"dims": {"g": "m"}, "n": 32}]
    assert protect(figures) == figures


def test_nobody_is_shown() -> None:
    figures = [{"dims": {}, "n": 30}, {"dims": {"g": "f"}, "n": 30}, {"dims": {"g": "m"}, "n": 0}]
    assert protect(figures) == figures


def test_rounded_figures_carry_their_interval() -> None:
    total, *parts = protect(GENDERS, round=5)
    assert (total["n"], total["lo"], total["hi"]) == (60, 58, 62)
    assert [p.get("lo") for p in parts] == [None, None]


def test_contributions_do_not_go_out() -> None:
    firms = [{"dims": {"firm": "small"}, "n": 100, "contributions": [90, 5, 5]}]
    firms += [{"dims": {"firm": "large"}, "n": 100, "contributions": [20] * 5}]
    firms += [{"dims": {}, "n": 200, "contributions": [90, 5, 5] + [20] * 5}]
    protection = full(firms)
    assert all("contributions" not in figure for figure in protection.figures)
    assert protection.reasons[0] == "dominance"
    assert hidden(protection.figures) == [0, 1]


def test_a_place_of_two_schools_says_so() -> None:
    figures = [{"dims": {"municipality": m}, "n": 50} for m in "XY"]
    assert [f.get("schools") for f in protect([*figures, NESTED])] == [2, 1, None]


def test_nothing_in_nothing_out() -> None:
    assert protect([]) == []


def test_a_combination_nobody_can_be_in_stays_nothing() -> None:
    figures = [
        {"dims": {"school": "A", "municipality": "Y"}, "n": 0},
        {"dims": {"school": "A"}, "n": 40},
    ]
    assert protect([*figures, NESTED])[:2] == figures


def test_what_came_in_is_not_changed() -> None:
    figures = json.loads(json.dumps([*GENDERS, NESTED]))
    protect(figures, round=5)
    assert figures == [*GENDERS, NESTED]


def test_a_school_without_a_figure_does_not_follow_from_its_municipality() -> None:
    """57 in the municipality, 50 at the one school in the figures: 7 at the other."""
    figures = [{"dims": {"municipality": "X"}, "n": 57}, {"dims": {"school": "A"}, "n": 50}]
    assert len(hidden(protect([*figures, NESTED]))) == 1
    others = [{"dims": {"municipality": "X"}, "n": 60}, {"dims": {"school": "A"}, "n": 50}]
    assert protect([*others, NESTED])[:2] == [others[0] | {"schools": 2}, others[1]]


def test_a_school_without_a_figure_does_not_follow_from_what_others_published() -> None:
    figures = [{"dims": {"school": "A"}, "n": 50}, NESTED]
    outside = [{"dims": {"municipality": "X"}, "n": 57}]
    assert hidden(protect(figures)) == []
    assert hidden(protect(figures, outside=outside)) == [0]


@given(people, tables, st.data())
@settings(max_examples=20)
def test_who_tries_every_world_finds_no_small_remainder(
    numbers: list[int], chosen: list, data: st.DataObject
) -> None:
    """Some schools and their crossings have no figures; their groups are not found either."""
    left_out = data.draw(st.sampled_from("ABC"))
    figures = [f for f in small_region(numbers, chosen) if f["dims"].get("school") != left_out]
    after = protect([*figures, NESTED], threshold=3, width=3)
    assert found(figures, after[:-1], 3, 3) == []
    fits = possible(after[:-1], 3)
    totals = [f["dims"] for f in figures if "municipality" in f["dims"]]
    for dims in totals:
        if dims["municipality"] != LIES_IN[left_out]:
            continue
        gender = {k: v for k, v in dims.items() if k == "gender"}
        table = ("school", *gender)
        if table in chosen:
            group = {"dims": {"school": left_out, **gender}}
            truth = sum(
                n for g, n in zip(GROUPS, numbers, strict=True)
                if all(g[k] == v for k, v in group["dims"].items())
            )  # fmt: skip
            values = counted(group)[fits]
            assert not 0 < truth < 3 or values.max() - values.min() >= 3


# --- what others know, and what was said before --------------------------------------------------


def test_what_others_narrowed_is_no_place_to_hide() -> None:
    """Everybody knows the boys within 4, so hiding them protects nobody; the total must go."""
    outside = [{"dims": {"gender": "m"}, "n": None, "lo": 55, "hi": 59}]
    protection = full(GENDERS, outside=outside)
    assert hidden(protection.figures) == [0, 1]
    assert protection.known == ()


def test_a_total_that_others_published_is_known() -> None:
    figures = GENDERS[1:]
    assert hidden(protect(figures)) == [0]
    assert hidden(protect(figures, outside=[{"dims": {}, "n": 62}])) == [0, 1]


def test_an_interval_that_others_published_is_known() -> None:
    """Two municipalities of 40; others say that one school has 1 to 4 pupils."""
    figures = small_region([2, 0, 18, 20, 20, 20], [("school",), ("municipality",)])
    outside = [{"dims": {"school": "A"}, "n": None, "lo": 1, "hi": 4}]
    protection = full([*figures, NESTED], outside=outside)
    assert protection.known == (0,), "nobody can widen what others narrowed"
    assert protection.figures[0]["n"] is None


def test_what_others_published_of_something_else_is_left_out() -> None:
    protection = full(GENDERS, outside=[{"dims": {}, "n": 70}, {"dims": {"gender": "f"}, "n": 6}])
    assert protection.ignored == 2


def test_a_small_figure_that_others_published_is_hidden_and_named() -> None:
    protection = full(GENDERS, outside=[{"dims": {"gender": "f"}, "n": 5}])
    assert protection.known == (1,)
    assert hidden(protection.figures) == [1]


def test_nested_places_of_others_count() -> None:
    figures = [{"dims": {"school": "A"}, "n": 4}, {"dims": {"school": "B"}, "n": 40}]
    outside = [{"dims": {"municipality": "X"}, "n": 44}, NESTED]
    assert hidden(protect(figures)) == [0]
    assert hidden(protect(figures, outside=outside)) == [0, 1]


def test_two_releases_together_show_no_few_people(tmp_path: Path) -> None:
    """25 pupils in the first release and 27 in the second say that two came."""
    register = tmp_path / "releases.jsonl"
    remember(register, protect([{"dims": {"school": "A"}, "n": 25}]), name="first")
    protection = full([{"dims": {"school": "A"}, "n": 27}], earlier=earlier(register))
    assert protection.reasons == ("changed_little",)


def test_what_was_shown_before_cannot_be_hidden_again() -> None:
    """The boys were published before, so something else must protect the girls, or nobody can."""
    protection = full(GENDERS, earlier=[{"dims": {"gender": "m"}, "n": 57}])
    assert hidden(protection.figures) == [0, 1]


def test_what_was_hidden_before_stays_hidden() -> None:
    figures = [{"dims": {"g": g}, "n": 30} for g in "mf"]
    assert hidden(protect(figures, earlier=[{"dims": {"g": "f"}, "n": None}])) == [1]


@pytest.mark.parametrize("step", [None, 5])
def test_a_history_of_small_changes_never_shows_one(step: int | None, tmp_path: Path) -> None:
    """Five releases, each a few pupils different: no group has two numbers 1 to 9 apart."""
    draw, register = np.random.default_rng(5), tmp_path / "releases.jsonl"
    numbers = np.array([30, 25, 41, 18, 60, 22])
    shown: dict[str, list[int]] = {}
    for release in range(5):
        figures = small_region(numbers.tolist(), list(TABLES))
        after = protect([*figures, NESTED], round=step, earlier=earlier(register))
        remember(register, after, name=str(release))
        for figure in after[:-1]:
            if figure["n"] is not None:
                shown.setdefault(json.dumps(figure["dims"]), []).append(figure["n"])
        numbers = np.maximum(0, numbers + draw.integers(-3, 4, 6))
    apart = [abs(a - b) for values in shown.values() for a in values for b in values]
    assert not [d for d in apart if 0 < d < 10]
    assert shown


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "figure",
    [{"n": 5}, {"dims": {}}, {"dims": {}, "n": -1}, {"dims": {}, "n": "5"}, {"dims": {}, "n": True},
     {"dims": {}, "n": float("nan")}, {"dims": {}, "n": float("inf")}, {"dims": "x", "n": 5}, 5,
     {"nested": {}, "n": 3}],
)  # fmt: skip
def test_what_is_no_figure_is_refused(figure: object) -> None:
    with pytest.raises(DataError) as caught:
        protect([{"dims": {"a": "1"}, "n": 50}, figure])  # type: ignore[list-item]
    assert caught.value.code in ("figure", "dims")
    assert "item 2" in caught.value.message


@pytest.mark.parametrize(
    "nested",
    [
        None,
        ["school"],
        {"school": ["A"]},
        {"school": {"A": "X"}},
        {"school": {"A": {"municipality": None}}},
        {"school": {"A": {"town": "X"}}, "town": {"X": {"school": "A"}}},
    ],
)
def test_a_nesting_of_another_shape_is_refused(nested: object) -> None:
    with pytest.raises(DataError) as caught:
        protect([{"dims": {"school": "A"}, "n": 50}, {"nested": nested}])
    assert caught.value.code == "nesting"


@pytest.mark.parametrize(
    "figures",
    [
        [{"dims": {}, "n": 61}, {"dims": {"g": "f"}, "n": 30}, {"dims": {"g": "m"}, "n": 32}],
        [{"dims": {}, "n": 61}, {"dims": {}, "n": 62}],
        [{"dims": {"school": "A", "municipality": "Y"}, "n": 3}, NESTED],
    ],
    ids=["a total that is no sum", "two numbers for one group", "people who cannot be"],
)
def test_figures_that_contradict_each_other_are_refused(figures: list[Figure]) -> None:
    with pytest.raises(DataError) as caught:
        protect(figures)
    assert caught.value.code == "contradiction"


@pytest.mark.parametrize(
    "options",
    [
        {"bounds": "relative"},
        {"bounds": "relative", "above": 3},
        {"bounds": "closed"},
        {"width": -1},
        {"above": -1, "below": 1},
    ],
)
def test_demands_that_say_nothing_are_refused(options: dict) -> None:
    with pytest.raises(DataError) as caught:
        protect(GENDERS, **options)
    assert caught.value.code == "bounds"


def test_a_distance_that_no_reader_thinks_possible_is_refused() -> None:
    """A reader knows that 5 is at most 25, so 30 more is out of the question."""
    with pytest.raises(PrivacyError) as caught:
        protect(GENDERS, bounds="relative", above=30, below=1)
    assert caught.value.code == "unprotectable"


def test_when_time_runs_out_nothing_goes_out() -> None:
    ticks = iter(range(0, 10_000, 50))
    with pytest.raises(PrivacyError) as caught:
        full(GENDERS, deadline=Deadline(60, lambda: float(next(ticks))))
    assert caught.value.code == "incomplete"
    assert caught.value.exit_code == 13


def test_a_pattern_that_the_check_finds_wanting_does_not_go_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search is made blind, so only the check afterwards stands between girls and readers."""
    blind = ReleasePattern(np.array([False, True, False]), 1, 1.0, 1.0, True)
    monkeypatch.setattr(suppression, "search", lambda *_: blind)
    with pytest.raises(PrivacyError) as caught:
        protect(GENDERS)
    assert caught.value.code == "unprotected"


def test_when_the_free_rounds_are_over_more_is_hidden_but_never_less_safe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures = small_region([3, 1, 2, 2, 3, 1], list(TABLES))
    best = hidden(protect([*figures, NESTED], threshold=3, width=3))
    monkeypatch.setattr(patterns, "FREE_ROUNDS", 0)
    after = protect([*figures, NESTED], threshold=3, width=3)
    assert found(figures, after[:-1], 3, 3) == []
    assert len(hidden(after)) >= len(best)


def test_no_message_holds_a_number_of_people() -> None:
    with pytest.raises(DataError) as caught:
        protect(
            [{"dims": {}, "n": 61}, {"dims": {"g": "f"}, "n": 7}, {"dims": {"g": "m"}, "n": 32}]
        )
    assert not {"61", "7", "32"} & set(str(caught.value).split())


# --- the same everywhere -------------------------------------------------------------------------

SCRIPT = """
import json, sys
from instroom.privacy.suppression import protect
print(json.dumps(protect(json.load(sys.stdin), round=None)))
"""


def test_hash_seed_and_threads_change_nothing_and_only_json_is_printed() -> None:
    draw = np.random.default_rng(2)
    figures = json.dumps([*small_region(draw.integers(0, 30, 6).tolist(), list(TABLES)), NESTED])
    outputs = set()
    for seed, threads in (("0", "1"), ("1", "2"), ("2", "4")):
        env = os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], input=figures, capture_output=True, text=True, env=env,
            check=True,
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())) == len(json.loads(figures))
