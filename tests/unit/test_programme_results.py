"""Paths and judgements of the results framework; how often chance alone says ahead or behind."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.definitions import registry
from instroom.programme.results import (
    Bounds,
    chance_of,
    judge,
    margin_of,
    path_at,
    yardstick_of,
    yardsticks,
)
from instroom.stats.intervals import ChanceVariance

RULE = registry.verdicts()["change"]


def standing(now, target, chance=None, **more):
    return judge(now, target, chance=chance or ChanceVariance(1.3, 0.007), rule=RULE, **more).word


def drawn(rng, *, share, n, chance, school=100):
    """Return shares seen in a year in which nothing changed: people of schools that differ."""
    year = np.clip(share + rng.normal(0, chance.years), 0.001, 0.999)
    over = max((chance.schools - 1) / (school - 1), 1e-9)  # how alike pupils of one school are
    a = (1 - over) / over
    own = rng.beta(year * a, (1 - year) * a, n // school)
    return rng.binomial(school, own).sum() / (school * (n // school))


@pytest.mark.parametrize("share", [0.12, 0.4, 0.75])
@pytest.mark.parametrize("n", [400, 3000])
@pytest.mark.parametrize("chance", [ChanceVariance(1.3, 0.007), ChanceVariance(8.0, 0.013)])
def test_on_the_path_nothing_is_said_in_nineteen_of_twenty_years(share, n, chance):
    rng = np.random.default_rng(20261130)
    words = []
    for _ in range(2000):
        seen = drawn(rng, share=share, n=n, chance=chance)
        words.append(standing(Bounds(seen, seen, n), share, chance))
    alarms = sum(word in ("ahead", "behind") for word in words) / len(words)
    assert 0.02 < alarms < 0.07, "neither deaf nor shouting"
    assert set(words) <= {"ahead", "behind", "on_course"}


def test_a_bare_binomial_would_cry_wolf_and_we_do_not():
    rng, chance, n = np.random.default_rng(1), ChanceVariance(8.0, 0.013), 3000
    seen = [drawn(rng, share=0.4, n=n, chance=chance) for _ in range(1000)]
    bare = [standing(Bounds(x, x, n), 0.4, ChanceVariance()) != "on_course" for x in seen]
    ours = [standing(Bounds(x, x, n), 0.4, chance) != "on_course" for x in seen]
    assert np.mean(bare) > 0.4
    assert np.mean(ours) < 0.07


def test_a_share_far_from_its_path_is_said_to_be_so():
    assert standing(Bounds(0.50, 0.50, 3000), 0.40) == "ahead"
    assert standing(Bounds(0.30, 0.30, 3000), 0.40) == "behind"
    assert standing(Bounds(0.30, 0.30, 3000), 0.40, better="lower") == "ahead"


def test_what_is_unknown_counts_on_both_sides():
    assert standing(Bounds(0.13, 0.72, 71), 0.40) == "not_enough_data"
    assert standing(Bounds(0.13, 0.72, 71), 0.95) == "behind", "even if all unknown said yes"
    assert standing(Bounds(0.45, 0.55, 3000), 0.46) == "not_enough_data"
    assert standing(Bounds(0.395, 0.405, 3000), 0.40) == "on_course"


def test_without_a_number_or_a_target_nothing_is_judged():
    assert standing(None, None) == "not_enough_data"
    assert standing(None, 0.4) == "not_enough_data"
    assert standing(Bounds(0.4, 0.4, RULE.least - 1), 0.9) == "not_enough_data"
    assert standing(Bounds(0.4, 0.4, 3000), None) == "no_target"


def test_it_is_told_that_standing_still_would_fit_as_well():
    chance = ChanceVariance(1.3, 0.007)
    said = judge(Bounds(0.41, 0.41, 900), 0.42, chance=chance, rule=RULE, baseline=0.40)
    assert said.word == "on_course"
    assert said.stood_still
    far = judge(Bounds(0.41, 0.41, 900), 0.42, chance=chance, rule=RULE, baseline=0.20)
    assert not far.stood_still


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_nobody_or_everybody_has_a_margin(share):
    assert margin_of(Bounds(share, share, 40), ChanceVariance(), RULE, at=share) > 0.02


def test_a_path_is_straight_between_years_and_nowhere_else():
    points = {"2024-2025": 0.20, "2026-2027": 0.30, "2028-2029": 0.50}
    assert path_at(points, "2025-2026") == 0.25
    assert path_at(points, "2027-2028") == 0.4
    assert path_at(points, "2026-2027") == 0.3
    assert path_at(points, "2023-2024") is None
    assert path_at(points, "2029-2030") is None
    assert path_at({}, "2024-2025") is None


def test_every_yardstick_is_found_by_its_code_and_chance_is_that_of_the_public_verdicts():
    from instroom.monitoring.verdicts import fluctuation_of

    found = [one for goal in registry.kpis().values() for one in yardsticks(goal)]
    assert len({one.code for one in found}) == len(found) > 7
    for one in found:
        assert yardstick_of(one.code) == one
        if one.indicator:
            assert chance_of(one, RULE) == fluctuation_of(one.indicator, one.school_type, RULE)
    assert yardsticks(registry.kpis()["7_german_approach"]) == []
    for unknown in ("", "7_german_approach:::", "3_technical_profile:x:y:z", "nothing"):
        with pytest.raises(DataError, match="no goal"):
            yardstick_of(unknown)
