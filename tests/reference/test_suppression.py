"""Protection measured against other ways on the same tables.

* The reference region (591 figures in nine linked tables, two seeds). Greedy attack and repair hid
  47.7 and 53.6 % of the figures, rounding to 5 and then repair 37.7 and 47.9 %. The ceilings are
  1.15 times the latter.
* Two tables of counts per region, municipality, school, profile and sex (in the shared folder),
  of which sdcTable 0.34 and an optimal pattern are known: 129 hidden of 270 and 547 of 1,215
  figures. The distances asked are those of that comparison: an attacker who thinks a figure ``a``
  is at most ``a + max(20, a)`` must think ``a + 3`` and ``a - 1`` possible of figures of 1 to 4.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from instroom.privacy.attack import attack
from instroom.privacy.cells import Demands
from instroom.privacy.patterns import Deadline
from instroom.privacy.sensitivity import Rules
from instroom.privacy.suppression import Protection, protected
from unit.privacy.regions import Figure, all_margins, hidden, region

SHARED = Path(__file__).parents[2].parent / "shared" / "reference"
#: Wall time is no part of these tests: a busy machine must not fail them.
PATIENCE = 3_600.0
#: Hidden share that rounding to 5 and greedy repair needed, with the room given above it.
CEILING = {3: 1.15 * 0.377, 4: 1.15 * 0.479}


def protect_region(seed: int, step: int | None) -> Protection:
    return protected(
        region(seed), rules=Rules(), demands=Demands(), step=step, deadline=Deadline(PATIENCE)
    )


def test_the_region_is_the_one_that_was_measured() -> None:
    small = {s: [f["n"] for f in region(s)[:-1] if 0 < f["n"] < 10] for s in (3, 4)}
    assert [len(region(s)) - 1 for s in (3, 4)] == [591, 591]
    assert {s: len(n) for s, n in small.items()} == {3: 179, 4: 233}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("step", [None, 5])
def test_no_attacker_finds_a_hidden_figure_of_the_region(seed: int, step: int | None) -> None:
    protection = protect_region(seed, step)
    gone = hidden(protection.figures)
    ranges = attack(protection.figures)
    assert [r.index for r in ranges] == gone
    assert min(r.width for r in ranges) >= 10
    assert min(r.high for r in ranges) >= 10
    assert len(gone) / 591 <= CEILING[seed]
    assert protection.pattern.whole
    assert protection.checked == "attack"
    total = next(f for f in protection.figures if not f.get("dims", True))
    assert total["n"] is not None


@pytest.mark.slow
def test_shuffled_figures_give_the_same_region() -> None:
    *figures, nested = region(4)
    order = np.random.default_rng(1).permutation(len(figures))
    one = protect_region(4, None).figures
    shuffled = [*(figures[i] for i in order), nested]
    other = protected(shuffled, rules=Rules(), demands=Demands(), deadline=Deadline(PATIENCE))
    assert other.figures[:-1] == [one[i] for i in order]


def counts(name: str) -> list[Figure]:
    path = SHARED / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"needs {path.name} of the shared reference folder")
    with path.open(encoding="utf-8") as file:
        return all_margins(csv.DictReader(file))


def asked(figures: list[Figure]) -> Protection:
    return protected(
        figures,
        rules=Rules(threshold=5),
        demands=Demands(bounds="relative", above=3, below=1),
        deadline=Deadline(PATIENCE),
    )


def short(figures: list[Figure], after: list[Figure]) -> list[str]:
    """Return what an attacker with the relative bounds finds that he may not."""
    told = [
        a | ({"lo": 0, "hi": b["n"] + max(20, b["n"])} if a["n"] is None else {})
        for a, b in zip(after[:-1], figures[:-1], strict=True)
    ]
    result = []
    for one in attack([*told, after[-1]]):
        n = figures[one.index]["n"]
        sensitive = 0 < n < 5
        if one.width == 0 or (sensitive and (one.high < n + 3 or one.low > n - 1)):
            result.append(f"{figures[one.index]['dims']}: {one.low}-{one.high}")
    return result


@pytest.mark.shared
def test_the_small_table_is_hidden_as_little_as_the_optimum() -> None:
    figures = counts("sdc_3x6")
    case = json.loads((SHARED / "sdc.json").read_text("utf-8"))["cases"][0]["expect"]
    assert len(figures) - 1 == case["cells"]
    assert sum(0 < f["n"] < 5 for f in figures[:-1]) == case["primary"]
    assert sum(f["n"] == 0 for f in figures[:-1]) == case["zeros"]
    protection = asked(figures)
    assert short(figures, protection.figures) == []
    # Other weights give other patterns of the same size; the gap of the search is 1 %.
    assert len(hidden(protection.figures)) <= 1.01 * case["optimal_suppressed"]


@pytest.mark.shared
def test_hiding_only_small_figures_is_found_out() -> None:
    figures = counts("sdc_3x6")
    naive = [f | {"n": None} if 0 < f.get("n", 0) < 5 else f for f in figures]
    exact = [r for r in attack(naive) if r.width == 0]
    assert len(exact) == 51, "what the audit of the reference found in this table"


@pytest.mark.shared
@pytest.mark.slow
def test_the_large_table_is_within_five_percent_of_the_optimum() -> None:
    figures = counts("sdc_14x30")
    assert len(figures) - 1 == 1215
    protection = asked(figures)
    assert short(figures, protection.figures) == []
    assert len(hidden(protection.figures)) <= 1.05 * 547
