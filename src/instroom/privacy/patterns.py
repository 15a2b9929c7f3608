"""Which figures to hide so that no attacker finds a hidden one: the smallest pattern.

Attack and learn (Benders): hide what must be hidden; let the attacker find the highest and the
lowest value of every hidden cell; where that is too narrow, the prices of the attacker's linear
program say which published cells give it away, and that becomes a condition on the pattern;
find the cheapest pattern that meets all conditions so far; attack again, until nothing is found.
A pattern leaves this module only after an attack on all of it found nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from instroom.core.errors import PrivacyError
from instroom.core.messages import Message
from instroom.privacy.integers import found_whole
from instroom.privacy.linear import EPSILON, Attacker, Extreme, program, solver
from instroom.privacy.problems import Mask, Problem

Floats = NDArray[np.float64]
#: Rounds in which a cell that was hidden may be shown again; after these only more is hidden.
FREE_ROUNDS = 120
#: Rounds in all; every one of the last kind hides at least one more cell.
MOST_ROUNDS = 2_000
#: How far from the cheapest pattern for the conditions so far a pattern may be.
GAP = 0.01
#: Numbers kept of worlds seen before.
REMEMBERED = 8_000_000
#: Cells that a question about all of them must settle to be worth the next one.
MIXED = 40
#: Tables up to this many finest groups are checked in whole numbers too.
WHOLE_GROUPS = 1_000


@dataclass(frozen=True, slots=True)
class Cut:
    """A condition on the pattern: the hidden ``cells`` weigh 1 or more together.

    ``given`` is the cell that must be hidden for the condition to hold, ``-1`` for always.
    """

    cells: tuple[int, ...]
    weights: tuple[float, ...]
    given: int


@dataclass(frozen=True, slots=True)
class ReleasePattern:
    """A pattern that passed: what is hidden, and how far from the cheapest it can be.

    ``rounds`` counts attacks, ``bound`` is a lower bound on the cost of any pattern that meets
    the demands in the linear attack (equal to the cost when this one is optimal), ``whole``
    says whether whole numbers were checked too.
    """

    hidden: Mask
    rounds: int
    cost: float
    bound: float
    whole: bool


class Deadline:
    """A time after which nothing is published rather than something unchecked."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds, self._clock, self._start = seconds, clock, clock()

    @property
    def left(self) -> float:
        """Seconds left, negative when it has passed."""
        return self._seconds - (self._clock() - self._start)

    def check(self) -> None:
        """Refuse when the time has passed."""
        if self.left <= 0:
            raise PrivacyError(
                "the figures could not be protected in the time given, so nothing is published",
                code="incomplete",
                found=Message("{seconds:g} seconds", seconds=self._seconds),
                hint=Message("give more seconds, or publish fewer breakdowns together"),
            )


class _Audit:
    """The attacker with a memory: worlds seen before that still agree with what is known."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.attacker = problem, Attacker(problem.cover)
        self._most = max(100, REMEMBERED // max(1, problem.cover.shape[0]))
        self._worlds: list[Floats] = []

    def cuts(self, pattern: Mask, deadline: Deadline) -> Iterator[Cut]:
        """Attack every hidden cell; yield what each one that is found asks of the pattern."""
        known = self.problem.known(pattern)
        self.attacker.learn(*known)
        self._low, self._high = self._seen(known)
        lacking = self._mix([c for c in np.flatnonzero(pattern).tolist() if self._lacks(c)])
        for cell in lacking:
            if self._lacks(cell):
                deadline.check()
                yield from self._attack(cell, pattern)
        del self._worlds[: max(0, len(self._worlds) - self._most)]

    def _seen(self, known: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        cells = len(known[0])
        if not self._worlds:
            return np.full(cells, np.inf), np.full(cells, -np.inf)
        worlds = np.array(self._worlds)
        fits = ((worlds >= known[0] - EPSILON) & (worlds <= known[1] + EPSILON)).all(axis=1)
        low = worlds[fits].min(axis=0, initial=np.inf)
        return low, worlds[fits].max(axis=0, initial=-np.inf)

    def _mix(self, lacking: list[int]) -> list[int]:
        """Widen many cells at once while that is cheaper than asking for each; keep the rest."""
        draw = np.random.default_rng(len(lacking))
        gained = len(lacking)
        while gained > MIXED:
            signs = draw.choice((-1.0, 1.0), len(lacking))
            self._remember(self.attacker.mixed(np.array(lacking), signs))
            self._remember(self.attacker.mixed(np.array(lacking), -signs))
            rest = [c for c in lacking if self._lacks(c)]
            gained, lacking = len(lacking) - len(rest), rest
        return lacking

    def _remember(self, world: Floats | None) -> None:
        if world is not None:
            self._low = np.minimum(self._low, world)
            self._high = np.maximum(self._high, world)
            self._worlds.append(world)

    def _lacks(self, cell: int) -> str:
        return self.problem.lacking(cell, self._low[cell], self._high[cell])

    def _learn(self, cell: int, found: Extreme) -> Extreme:
        if found.cells is None:
            self._high[cell] = np.inf
        self._remember(found.cells)
        return found

    def _attack(self, cell: int, pattern: Mask) -> Iterator[Cut]:
        high = self._learn(cell, self.attacker.highest(cell))
        if not self._lacks(cell):
            return
        low = self._learn(cell, self.attacker.lowest(cell))
        lacks = self._lacks(cell)
        if lacks:
            yield _cut(self.problem, cell, lacks, (high, low), pattern)


def _cut(
    problem: Problem, cell: int, lacks: str, found: tuple[Extreme, Extreme], pattern: Mask
) -> Cut:
    """Return the condition that the attacker's prices put on every pattern.

    With prices p the bound of a cell under any pattern s is at most
    ``sum(p * known) + sum(p * (what hiding adds) * s)``; that must reach what is needed.
    """
    sides = {"upper": found[:1], "lower": found[1:], "width": found}[lacks]
    need = {"upper": problem.upper, "lower": -problem.lower, "width": problem.width}[lacks][cell]
    reach, adds, free = 0.0, np.zeros(len(problem.forced)), problem.free
    fixed = np.where(problem.forced, problem.hidden, problem.shown)
    for side in sides:
        prices = side.prices if side.prices is not None else np.zeros(len(adds))
        up, down = np.maximum(prices, 0.0), np.maximum(-prices, 0.0)
        reach += _times(up, fixed[1]).sum() - _times(down, fixed[0]).sum()
        adds[free] += _times(up[free], problem.hidden[1][free] - problem.shown[1][free])
        below = problem.shown[0][free] - np.maximum(problem.hidden[0][free], 0.0)
        adds[free] += _times(down[free], below)
    adds[adds < EPSILON] = 0.0
    if not problem.forced[cell]:
        adds[cell] = 0.0
    missing = need - reach
    # Lost in rounding to whole numbers: anything that moves the bound may help.
    exact = missing > EPSILON
    weights = np.minimum(1.0, adds / missing) if exact else ((adds > 0) & ~pattern).astype(float)
    cells = np.flatnonzero(weights > EPSILON)
    if cells[~pattern[cells]].size == 0 or weights[pattern].sum() > 1 - EPSILON:
        cells, weights = _anything_near(problem, cell, pattern)
    return Cut(
        tuple(int(c) for c in cells),
        tuple(float(w) for w in np.round(weights[cells], 9)),
        -1 if problem.forced[cell] else cell,
    )


def _times(prices: Floats, sides: Floats) -> Floats:
    """Multiply, with nothing times infinity nothing."""
    result = np.zeros(len(prices))
    used = prices > 0
    result[used] = prices[used] * sides[used]
    return result


def _anything_near(problem: Problem, cell: int, pattern: Mask) -> tuple[NDArray[np.int64], Floats]:
    """Ask for one more hidden cell among those that share people with this one."""
    shares = (problem.cover @ problem.cover[cell].T).toarray().ravel() > 0
    open_ = problem.free & ~pattern
    chosen = open_ & shares if (open_ & shares).any() else open_
    return np.flatnonzero(chosen), chosen.astype(float)


class _Master:
    """The cheapest pattern under the conditions so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._cuts: dict[Cut, None] = {}
        self.bound = 0.0

    def add(self, cut: Cut) -> None:
        """Add a condition; the same one twice counts once."""
        self._cuts.setdefault(cut)

    def solve(self, floor: Mask, deadline: Deadline) -> Mask | None:
        """Return the cheapest pattern that hides ``floor`` and meets all conditions."""
        matrix, least = self._conditions()
        problem, milp = self.problem, solver()
        milp.setOptionValue("mip_rel_gap", GAP)
        milp.setOptionValue("mip_max_nodes", 2_000)
        milp.setOptionValue("time_limit", max(0.01, deadline.left))
        allowed = (problem.forced | problem.free).astype(float)
        milp.passModel(
            program(
                matrix,
                cost=problem.cost,
                columns=(floor.astype(float), allowed),
                rows=(least - 1e-7, np.full(len(least), np.inf)),
                whole=True,
            )
        )
        milp.run()
        deadline.check()  # a pattern cut short by the clock is not used
        info = milp.getInfo()
        if info.primal_solution_status != 2:
            return None
        if (floor == problem.forced).all():
            self.bound = max(self.bound, info.mip_dual_bound)
        return np.array(milp.getSolution().col_value) > 0.5

    def _conditions(self) -> tuple[csr_matrix, Floats]:
        rows: list[int] = []
        columns: list[int] = []
        data: list[float] = []
        for row, cut in enumerate(self._cuts):
            columns += cut.cells
            data += cut.weights
            if cut.given >= 0:
                columns.append(cut.given)
                data.append(-1.0)
            rows += [row] * (len(columns) - len(rows))
        shape = (len(self._cuts), len(self.problem.forced))
        least = np.array([float(cut.given < 0) for cut in self._cuts])
        return csr_matrix((data, (rows, columns)), shape=shape), least


def exempt(problem: Problem, deadline: Deadline) -> Problem:
    """Return the problem without demands that no pattern can meet.

    Those are figures that others have published already, or that follow from such figures. The
    largest pattern decides: everything that may be hidden is, except what would then be found
    itself; hiding more never helps an attacker, so what is found now is always found.
    """
    attacker, free = Attacker(problem.cover), problem.free.copy()
    while True:
        attacker.learn(*problem.known(problem.forced | free))
        found = _found(problem, attacker, free, deadline)
        if not found.any():
            break
        free &= ~found
    forced = problem.forced & ~problem.exempt
    found = _found(problem, attacker, forced, deadline)
    return replace(problem, free=free, exempt=problem.exempt | found)


def _found(problem: Problem, attacker: Attacker, cells: Mask, deadline: Deadline) -> Mask:
    """Return which of these cells the attacker finds."""
    found = np.zeros(len(cells), bool)
    for cell in np.flatnonzero(cells).tolist():
        deadline.check()
        low, high = attacker.lowest(cell).value, attacker.highest(cell).value
        found[cell] = bool(problem.lacking(cell, low, high))
    return found


def search(problem: Problem, deadline: Deadline) -> ReleasePattern:
    """Return a pattern that meets every demand, as cheap as can be found.

    Raises
    ------
    PrivacyError
        When time runs out, or no pattern meets the demands (see :func:`exempt`).

    Source
    ------
    Fischetti and Salazar (2001), Solving the cell suppression problem on tabular data with
    linear constraints, Management Science 47(7), 1008-1027.
    """
    audit, master = _Audit(problem), _Master(problem)
    pattern = floor = problem.forced.copy()
    whole = problem.whole and problem.cover.shape[1] <= WHOLE_GROUPS
    for number in range(1, MOST_ROUNDS):
        cuts = list(audit.cuts(pattern, deadline))
        if not cuts and whole:
            cuts = list(_whole_cuts(problem, pattern, deadline))
        if not cuts:
            cost = float(problem.cost[pattern].sum())
            return ReleasePattern(pattern, number, cost, min(cost, master.bound), whole)
        for cut in cuts:
            master.add(cut)
        if number > FREE_ROUNDS:
            floor = pattern
        found = master.solve(floor, deadline)
        if found is None:  # something shown before must be shown again
            found = master.solve(problem.forced, deadline)
        if found is None or (found == pattern).all():
            break
        pattern = found
    raise PrivacyError(
        "no pattern of hidden figures protects this table, so nothing is published",
        code="unprotectable",
        hint=Message("a smaller width, or fewer breakdowns together"),
    )


def _whole_cuts(problem: Problem, pattern: Mask, deadline: Deadline) -> Iterator[Cut]:
    for cell in found_whole(problem, pattern):
        deadline.check()
        near, _ = _anything_near(problem, cell, pattern)
        given = -1 if problem.forced[cell] else cell
        yield Cut(tuple(int(c) for c in near), (1.0,) * len(near), given)
