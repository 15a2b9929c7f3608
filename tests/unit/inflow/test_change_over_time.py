"""Better registration alone never reads as growth, and real change is not hidden by it."""

import numpy as np
import pytest

from instroom.inflow.over_time import paired_change

SCHOOLS = frozenset(f"S{number:02}" for number in range(40))


def _recorded(
    truth: dict[str, bool], dice: np.random.Generator, share_yes: float, share_no: float
) -> dict[str, bool | None]:
    """Return what is known of a truth: who does something may be recorded more often."""
    return {
        code: does if dice.random() < (share_yes if does else share_no) else None
        for code, does in truth.items()
    }


@pytest.mark.parametrize("seed", range(200))
def test_better_registration_alone_is_no_change(seed: int) -> None:
    dice = np.random.default_rng(seed)
    truth = {code: dice.random() < 0.4 for code in sorted(SCHOOLS)}
    then = _recorded(truth, dice, 0.3, 0.2)
    now = _recorded(truth, dice, 0.95, 0.5)
    found = paired_change(then, now, SCHOOLS)
    assert found.change in {0, None}
    assert (found.change is None) == (found.known_both == 0)
    assert found.known_both <= min(found.known_then, found.known_now)


@pytest.mark.parametrize("seed", range(50))
def test_schools_that_began_are_counted_where_both_dates_are_known(seed: int) -> None:
    dice = np.random.default_rng(seed)
    before = {code: dice.random() < 0.4 for code in sorted(SCHOOLS)}
    began = {code for code in sorted(SCHOOLS) if not before[code] and dice.random() < 0.3}
    after = {code: does or code in began for code, does in before.items()}
    then, now = _recorded(before, dice, 0.6, 0.6), _recorded(after, dice, 0.8, 0.8)
    seen = {code for code in began if then[code] is not None and now[code] is not None}
    found = paired_change(then, now, SCHOOLS)
    assert found.known_both > 0
    assert found.change == len(seen)


def test_a_school_that_stopped_is_a_loss_and_not_unknown() -> None:
    assert paired_change({"S01": True}, {"S01": False}, SCHOOLS).change == -1


def test_a_school_that_becomes_unknown_has_not_stopped() -> None:
    found = paired_change({"S01": True, "S02": True}, {"S01": None, "S02": True}, SCHOOLS)
    assert (found.change, found.known_then, found.known_now, found.known_both) == (0, 2, 1, 1)


def test_schools_that_are_not_of_the_region_do_not_count() -> None:
    found = paired_change({"X": False}, {"X": True}, SCHOOLS)
    assert (found.known_then, found.known_both, found.change) == (0, 0, None)
