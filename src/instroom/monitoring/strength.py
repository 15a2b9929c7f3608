"""How strong a study's design is: Maryland level 1 to 5, and what takes it down."""

from dataclasses import dataclass
from typing import Literal

from instroom.core.errors import UserError

Allocation = Literal["randomised", "waiting_list", "matched", "self_selected", "unknown"]
ALLOCATIONS: tuple[Allocation, ...] = (
    "randomised",
    "waiting_list",
    "matched",
    "self_selected",
    "unknown",
)
#: The highest level that each way of choosing who takes part can reach.
CEILING: dict[Allocation, int] = {
    "randomised": 5,
    "waiting_list": 4,
    "matched": 3,
    "self_selected": 2,
    "unknown": 2,
}
#: Standard deviations between the groups at the start above which they do not compare (WWC).
MOST_DIFFERENCE = 0.25


@dataclass(frozen=True, slots=True)
class Strength:
    """A Maryland level, and a code for everything that kept it from being higher."""

    level: int
    reasons: tuple[str, ...]


def strength(
    design: str,
    allocation: Allocation,
    *,
    baseline_difference: float | None = None,
    high_attrition: bool = False,
    plan_changed: bool = False,
    schools_per_arm: int | None = None,
) -> Strength:
    """Return the Maryland level a study may claim.

    Without a comparison group the level is 1, however chosen. With one, the way of choosing who
    takes part sets a ceiling; difference-in-differences reaches 3 when schools chose themselves,
    because what differs between schools and stays the same falls out. Each of these takes one
    level off: groups that differ by more than 0.25 standard deviation at the start, high
    attrition, a plan that was changed. Groups that were not drawn by lot and whose start was not
    measured reach 2 at most; so does a comparison with a single school on either side.

    Parameters
    ----------
    baseline_difference
        Standardised difference at the start (Hedges g); None when it was not measured.
    schools_per_arm
        Schools in the smaller arm when whole schools take part; None when pupils do.

    Raises
    ------
    UserError
        When the allocation is none of the five.

    Source
    ------
    Scientific Maryland Scale as used by the What Works Centre for Local Economic Growth;
    What Works Clearinghouse Standards for 0.25.

    Examples
    --------
    >>> strength("ancova", "randomised", baseline_difference=0.02)
    Strength(level=5, reasons=())
    >>> strength("ancova", "unknown", baseline_difference=0.4)
    Strength(level=1, reasons=('allocation_unknown', 'baseline_differs'))
    """
    if allocation not in CEILING:
        raise UserError(
            "'{allocation}' is no way of choosing who takes part",
            found=str(allocation),
            expected=", ".join(ALLOCATIONS),
            allocation=allocation,
        )
    if design == "no_comparison":
        return Strength(1, ("no_comparison",))
    level, reasons = CEILING[allocation], []
    if allocation in ("unknown", "self_selected"):
        reasons.append(f"allocation_{allocation}")
    if design == "did" and allocation == "self_selected":
        level = 3
    if design != "did" and allocation != "randomised" and baseline_difference is None:
        level = min(level, 2)
        reasons.append("start_not_measured")
    if schools_per_arm is not None and schools_per_arm < 2:
        level = min(level, 2)
        reasons.append("one_school")
    if baseline_difference is not None and abs(baseline_difference) > MOST_DIFFERENCE:
        level -= 1
        reasons.append("baseline_differs")
    if high_attrition:
        level -= 1
        reasons.append("attrition")
    if plan_changed:
        level -= 1
        reasons.append("plan_changed")
    return Strength(max(1, level), tuple(reasons))
