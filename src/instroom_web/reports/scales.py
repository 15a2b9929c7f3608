"""Where the marks of a scale stand: plain numbers for a small drawing of 360 wide."""

from dataclasses import dataclass
from math import ceil, floor

from instroom.programme.results import Bounds, Standing

#: The left and right end of the line in the drawing.
_LEFT, _RIGHT = 8, 352


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from ``first`` to ``last`` percent; marks are places in the drawing, or None."""

    first: int
    last: int
    now: int | None
    band: tuple[int, int] | None
    start: int | None
    aimed: int | None
    target: int | None
    towns: tuple[int, ...]

    @property
    def width(self) -> int:
        """How wide the band is; at least so wide that it can be seen."""
        return max(2, self.band[1] - self.band[0]) if self.band else 0


def scale_of(
    now: Bounds | None,
    standing: Standing,
    *,
    start: float | None,
    aimed: float | None,
    target: float | None,
    spread: list[float],
) -> Scale | None:
    """Return the scale of a yardstick, in whole tens of percents; None without any number.

    When all is not known there is no dot: the band alone says how far it may reach.
    """
    ends = [] if standing.low is None or standing.high is None else [standing.low, standing.high]
    marks = [one for one in (start, aimed, target) if one is not None]
    if not ends and not marks:
        return None
    shares = [*ends, *marks, *spread]
    first = max(0, floor(10 * min(shares) - 0.2)) * 10
    last = min(10, max(ceil(10 * max(shares) + 0.2), first // 10 + 1)) * 10

    def at(share: float) -> int:
        return round(_LEFT + (_RIGHT - _LEFT) * (100 * share - first) / (last - first))

    exact = now is not None and now.high - now.low < 0.001
    return Scale(
        first,
        last,
        at(now.low) if now and exact and ends else None,
        (at(ends[0]), at(ends[1])) if ends else None,
        None if start is None else at(start),
        None if aimed is None else at(aimed),
        None if target is None else at(target),
        tuple(at(one) for one in spread),
    )
