"""A school beside the others of its region: adding up, leaving out, and how often it errs."""

from collections.abc import Iterator

import numpy as np
import pytest

from instroom.core.quantities import Count, Share
from instroom.core.series import Figure
from instroom.definitions import registry
from instroom.monitoring import verdicts
from instroom.monitoring.beside import YearsTogether, compared, others, together
from instroom.stats import intervals

RULE = registry.alike()["school_vo"].beside
CHANCE = verdicts.fluctuation_of("technical_profile_share", "havo")


def figure(period: str, part: Count, rest: Count) -> Figure:
    found, exact = Share.of(part, rest), part.exact and rest.exact
    return Figure(
        "technical_profile_share", period, "00AA00", "ok" if exact else "bounded", "exam",
        "monitor", value=found.low if exact else None, low=found.low, high=found.high,
        numerator=part, denominator=part + rest,
    )  # fmt: skip


def years(part: Count, rest: Count) -> YearsTogether:
    return YearsTogether(("2023-2024",), part, rest)


def test_years_are_added_with_their_bounds() -> None:
    found = together(
        [figure("2021-2022", Count(10, 13), Count(20)), figure("2022-2023", Count(5), Count(6, 9))]
    )
    assert found is not None
    assert (found.part, found.rest) == (Count(15, 18), Count(26, 29))
    assert found.whole == Count(41, 47)
    assert (found.share.low, found.share.high) == (15 / 44, 18 / 44)


def test_a_year_without_a_number_makes_no_sum() -> None:
    """A sum of two years that is called three would be too small."""
    hidden = Figure("technical_profile_share", "2022-2023", "00AA00", "protected", reason="x")
    assert together([figure("2021-2022", Count(10), Count(20)), hidden]) is None
    assert together([]) is None


def test_the_others_are_the_region_without_the_school() -> None:
    region, own = years(Count(100, 112), Count(300, 304)), years(Count(10, 13), Count(30))
    assert others(region, own) == years(Count(90, 99), Count(270, 274))
    assert others(own, own) is None, "no other school has this school type"
    other_years = YearsTogether(("2020-2021",), own.part, own.rest)
    assert others(region, other_years) is None
    assert others(years(Count(10), Count(20)), years(Count(11), Count(5))) is None


def test_the_reach_of_chance_holds_both_bounds() -> None:
    found = years(Count(50, 53), Count(46, 49))
    reach = found.reach(CHANCE)
    by_lot = intervals.wilson(50, 99)
    assert reach.low < by_lot.low < found.share.low <= found.share.high < reach.high


@pytest.mark.parametrize(
    ("own", "rest", "outcome"),
    [
        ((120, 80), (800, 1200), "more"),
        ((40, 160), (800, 1200), "less"),
        ((44, 56), (820, 1180), "no_difference"),
        ((103, 97), (880, 1120), "maybe_more"),
        ((74, 126), (880, 1120), "maybe_less"),
        ((15, 2), (400, 1600), "maybe_more"),
    ],
)
def test_only_what_is_more_than_chance_is_more(
    own: tuple[int, int], rest: tuple[int, int], outcome: str
) -> None:
    found = compared(years(*map(Count, own)), years(*map(Count, rest)), CHANCE, RULE)
    assert found == outcome


@pytest.mark.parametrize(("fewer", "outcome"), [(0, "more"), (1, "maybe_more")])
@pytest.mark.parametrize("small", ["own", "rest"])
def test_from_the_least_number_on_a_difference_is_certain(
    small: str, fewer: int, outcome: str
) -> None:
    """With exactly the least number it is, with one fewer only maybe; of the school or the rest."""
    few = RULE.least - fewer
    if small == "own":
        own, rest = years(Count(few), Count(0)), years(Count(100), Count(1900))
    else:
        own, rest = years(Count(1900), Count(100)), years(Count(0), Count(few))
    assert compared(own, rest, CHANCE, RULE) == outcome


def test_without_others_there_is_nothing_to_compare() -> None:
    assert compared(years(Count(5), Count(5)), None, CHANCE, RULE) == "not_comparable"


def test_bounds_are_used_the_careful_way() -> None:
    rest = years(Count(800), Count(1200))
    assert compared(years(Count(120), Count(80)), rest, CHANCE, RULE) == "more"
    assert compared(years(Count(70, 130), Count(70, 130)), rest, CHANCE, RULE) != "more"


SIZES = [(30, 700), (60, 2000), (120, 3500), (300, 3500)]


def pages(
    rng: np.random.Generator, n: int, rest: int, share: float, types: int, times: int
) -> Iterator[list[str]]:
    """Yield the verdicts of pages of schools that do not differ from the others.

    Schools are drawn with the variance that the indicator has: beta-binomial.
    """
    spread = CHANCE.schools
    for _ in range(times):
        found = []
        for _ in range(types):
            precision = (n - spread) / (spread - 1)
            mine = rng.beta(share * precision, (1 - share) * precision)
            part, whole = int(rng.binomial(n, mine)), int(rng.binomial(rest, share))
            # what the publisher writes as <5 is 1 to 4
            low, high = (1, 4) if 0 < part < 5 else (part, part)
            own = years(Count(low, high), Count(max(n - high, 0), n - low))
            other = years(Count(whole), Count(rest - whole))
            found.append(compared(own, other, CHANCE, RULE, types))
        yield found


@pytest.mark.parametrize("types", [1, 2, 3])
@pytest.mark.parametrize(("n", "rest"), SIZES)
def test_a_page_of_a_school_that_does_not_differ_errs_no_more_than_it_says(
    types: int, n: int, rest: int
) -> None:
    """Of such pages at most 5 in 100 have a school type that is called more or less."""
    times, wrong = 800, 0
    for share in (0.1, 0.45, 0.8):
        rng = np.random.default_rng(n + types)
        wrong += sum(
            bool({"more", "less"} & set(found))
            for found in pages(rng, n, rest, share, types, times)
        )
    promised = 1 - RULE.certain
    # 2 standard errors of a simulation of this size
    assert wrong / (3 * times) <= promised + 2 * (promised * (1 - promised) / (3 * times)) ** 0.5


@pytest.mark.parametrize("types", [1, 2])
def test_a_large_difference_is_seen(types: int) -> None:
    """A rule that never says anything would err nowhere."""
    rng = np.random.default_rng(7)
    seen = 0
    for _ in range(400):
        part = int(rng.binomial(200, 0.65))
        own, rest = years(Count(part), Count(200 - part)), years(Count(1400), Count(2100))
        seen += compared(own, rest, CHANCE, RULE, types) == "more"
    assert seen > 390


@pytest.mark.parametrize(("part", "rest"), [(Count(0, 3), Count(0)), (Count(0), Count(0, 3))])
def test_bounds_that_leave_nobody_reach_as_far_as_the_share(part: Count, rest: Count) -> None:
    found = years(part, rest)
    reach = found.reach(CHANCE)
    assert reach.low <= found.share.low <= found.share.high <= reach.high
