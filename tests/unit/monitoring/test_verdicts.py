"""Two fixed years beside each other: the rule, what chance does to it, and what never moves it."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.definitions import models, registry
from instroom.monitoring import verdicts
from instroom.stats.intervals import ChanceVariance, change_margin, direction, quantile

RULE = verdicts.rule_of()
SHARE = "technical_profile_share"


def figure(start: int, low: float, high: float | None = None, n: int = 2000) -> Figure:
    high = low if high is None else high
    exact = low == high
    return Figure(
        SHARE,
        f"{start}-{start + 1}",
        "twente",
        "ok" if exact else "bounded",
        stage="exam",
        classification="monitor",
        by=(("school_type", "havo"),),
        value=low if exact else None,
        low=low,
        high=high,
        numerator=Count(round(low * n), round(high * n)),
        denominator=Count(n, n),
    )


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ((0.47, 0.47), (0.402, 0.423), "less"),
        ((0.47, 0.47), (0.53, 0.54), "more"),
        ((0.47, 0.47), (0.502, 0.51), "maybe_more"),
        ((0.47, 0.47), (0.43, 0.438), "maybe_less"),
        ((0.47, 0.47), (0.46, 0.48), "no_difference"),
        ((0.47, 0.47), (0.48, 0.48), "no_difference"),
        ((0.44, 0.50), (0.402, 0.45), "no_difference"),
    ],
)
def test_the_rule(then: tuple[float, float], now: tuple[float, float], expected: str) -> None:
    found = verdicts.verdict([figure(2014, *then), figure(2023, *now)], "2014-2015")
    assert found.outcome == expected
    assert found.low == pytest.approx(now[0] - then[1])
    assert found.high == pytest.approx(now[1] - then[0])


def test_the_known_answers_of_twente() -> None:
    """Shares as published by DUO, counted by us; the margin by hand from the calibrated numbers."""
    havo = verdicts.verdict(
        [figure(2014, 0.46988, n=2141), figure(2023, 0.40178, 0.42266, 2026)], "2014-2015"
    )
    assert havo.outcome == "less"
    chance = registry.indicators()[SHARE].fluctuation["havo"]
    by_hand = sum(chance.schools * p * (1 - p) / n for p, n in ((0.46988, 2141), (0.42266, 2026)))
    assert havo.margin == pytest.approx(1.96 * (by_hand + 2 * chance.years**2) ** 0.5, rel=2e-3)


@pytest.mark.parametrize("missing", ["then", "now", "both"])
def test_a_year_that_is_not_there_is_never_another_year(missing: str) -> None:
    figures = [figure(2016, 0.5), figure(2014, 0.4), figure(2023, 0.3)]
    if missing == "then":
        found = verdicts.verdict([figures[0], figures[2]], "2014-2015")
        assert (found.outcome, found.now) == ("not_comparable", figures[2])
    elif missing == "now":
        found = verdicts.verdict([figures[1]], "2014-2015")
        assert (found.outcome, found.before) == ("not_comparable", figures[1])
    else:
        assert verdicts.verdict([], "2014-2015").outcome == "not_measured"
        assert verdicts.verdict([figures[1]], "2023-2024").outcome == "not_comparable"


def test_other_years_never_move_the_verdict() -> None:
    """The same newest year gives the same verdict, whichever other years were read."""
    ends = [figure(2014, 0.47), figure(2023, 0.40, 0.42)]
    others = [figure(1999, 0.9), figure(2013, 0.1), figure(2018, 0.6), figure(2022, 0.2, 0.9)]
    expected = verdicts.verdict(ends, "2014-2015")
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            assert verdicts.verdict([*some, *ends], "2014-2015") == expected
            assert verdicts.verdict([*ends[::-1], *some[::-1]], "2014-2015") == expected


def worlds(schools: float, years: float, runs: int) -> Iterator[tuple[float, float]]:
    """Yield two shares of a place in which nothing changed: 30 schools, good and bad years."""
    draw = np.random.default_rng(20241)
    sizes = draw.integers(20, 140, 30)
    # Between schools the variance is (schools - 1) times that of drawing people by lot.
    spread = max(schools - 1, 0.0) * 0.25 / sizes
    for _ in range(runs):
        pair = []
        for _ in range(2):
            good = draw.normal(0, years)
            share = np.clip(0.45 + good + draw.normal(0, spread**0.5), 0, 1)
            pair.append(draw.binomial(sizes, share).sum() / sizes.sum())
        yield pair[0], pair[1]


@pytest.mark.parametrize("name", ["havo", "vwo", "vmbo"])
def test_by_chance_alone_it_is_certain_in_one_of_twenty_and_possible_in_one_of_five(
    name: str,
) -> None:
    chance = registry.indicators()[SHARE].fluctuation[name]
    runs, n = 4000, int(np.random.default_rng(20241).integers(20, 140, 30).sum())
    known = ChanceVariance(chance.schools, chance.years)
    pairs = list(worlds(chance.schools, chance.years, runs))
    for certainty in (RULE.certain, RULE.maybe):
        z = quantile(certainty)
        false = sum(bool(direction((a, a, n), (b, b, n), known, z)) for a, b in pairs) / runs
        # Four standard errors of a simulated share of this size.
        slack = 4 * ((1 - certainty) * certainty / runs) ** 0.5
        assert false == pytest.approx(1 - certainty, abs=slack)
    bare = sum(bool(direction((a, a, n), (b, b, n))) for a, b in pairs) / runs
    assert bare > 1 - RULE.certain + 4 * (0.05 * 0.95 / runs) ** 0.5


def test_what_was_never_calibrated_is_judged_with_more_chance_than_anything_else() -> None:
    for indicator in registry.indicators().values():
        for chance in indicator.fluctuation.values():
            known = ChanceVariance(chance.schools, chance.years)
            other = ChanceVariance(RULE.fluctuation.schools, RULE.fluctuation.years)
            pair = (0.5, 0.5, 500.0), (0.5, 0.5, 500.0)
            assert change_margin(*pair, other) >= change_margin(*pair, known)


def _found(*outcomes: models.Outcome) -> models.Overall:
    return verdicts.overall([verdicts.ChangeVerdict(o, "2014-2015") for o in outcomes])


def test_several_verdicts_together() -> None:
    assert _found("more", "more") == "yes"
    assert _found("less", "less") == "no"
    assert _found("more", "less", "no_difference") == "mixed"
    assert _found("more", "no_difference") == "partly"
    assert _found("more", "not_measured") == "partly"
    assert _found("less", "maybe_more") == "partly_no"
    assert _found("maybe_more", "no_difference") == "unclear"
    assert _found("not_measured") == _found() == "not_measured"
    assert _found("not_measured", "not_comparable") == "not_comparable"


@pytest.mark.parametrize("n", [1, 3, 10, 19])
def test_a_handful_is_never_certain(n: int) -> None:
    for then, now, possible in ((0.0, 1.0, "maybe_more"), (1.0, 0.0, "maybe_less")):
        found = verdicts.verdict([figure(2014, then, n=n), figure(2023, now, n=5000)], "2014-2015")
        assert found.outcome in (possible, "no_difference")
    many = verdicts.verdict([figure(2014, 0.0, n=20), figure(2023, 1.0, n=5000)], "2014-2015")
    assert many.outcome == "more"


@pytest.mark.parametrize("outcome", models.OUTCOMES)
@pytest.mark.parametrize("indicator", [SHARE, "vo_repeaters", "vo_moves_up", "po_pupils"])
def test_only_what_is_certain_has_a_colour(outcome: models.Outcome, indicator: str) -> None:
    better = registry.indicators()[indicator].better
    colour = verdicts.colour(verdicts.ChangeVerdict(outcome, "2014-2015"), indicator)
    wanted = {"more": "higher", "less": "lower"}.get(outcome)
    if wanted is None or better == "neither":
        assert not colour
    else:
        assert colour == ("ahead" if better == wanted else "behind")
