"""The attacker who also knows that people come in whole numbers."""

from collections.abc import Iterator

import highspy
import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import PrivacyError
from instroom.core.messages import Message
from instroom.privacy.linear import Attacker, program, solver
from instroom.privacy.problems import Mask, Problem

Floats = NDArray[np.float64]
#: Branches per question; most questions need none, because the linear answer is whole.
NODES = 20_000
#: How far from a whole number a linear answer may be to count as one.
WHOLE = 1e-7
#: Questions about all cells at once before each is asked for by itself.
MIXED = 12


def found_whole(problem: Problem, pattern: Mask) -> Iterator[int]:
    """Yield the hidden cells that an attacker finds because people come in whole numbers.

    The linear attack sees every world in which groups may be fractions. Here only worlds of
    whole groups count: a cell passes when such worlds keep its lowest and highest value as far
    apart as is asked. A linear answer that happens to be whole is such a world, for every cell
    at once; only where it is not, branch and bound is needed.

    Parameters
    ----------
    problem
        The table and its demands.
    pattern
        The hidden cells, shape (cells,).

    Raises
    ------
    PrivacyError
        When a question could not be settled.
    """
    known = problem.known(pattern)
    worlds = _Worlds(problem, known)
    cells = np.flatnonzero(pattern & ~problem.exempt)
    draw = np.random.default_rng(len(cells))
    for _ in range(MIXED):
        cells = np.array([c for c in cells.tolist() if worlds.lacks(c)], np.int64)
        if len(cells):
            worlds.mixed(cells, draw.choice((-1.0, 1.0), len(cells)))
    for cell in cells.tolist():
        for widen in (worlds.up, worlds.down, worlds.certainly_up, worlds.certainly_down):
            if worlds.lacks(cell):
                widen(cell)
        if worlds.lacks(cell):
            yield cell


class _Worlds:
    """The lowest and highest value of every cell in the whole worlds seen so far."""

    def __init__(self, problem: Problem, known: tuple[Floats, Floats]) -> None:
        cover = problem.cover
        cells, groups = cover.shape
        self._problem = problem
        self.low, self.high = np.full(cells, np.inf), np.full(cells, -np.inf)
        self._cover, self._known = cover, known
        self._attacker = Attacker(cover)
        self._attacker.learn(*known)
        self._columns = np.arange(groups, dtype=np.int32)
        self._milp: highspy.Highs | None = None

    def lacks(self, cell: int) -> bool:
        """Return whether the worlds seen so far are too few for a cell."""
        return bool(self._problem.lacking(cell, self.low[cell], self.high[cell]))

    def mixed(self, cells: NDArray[np.int64], signs: Floats) -> None:
        """Find a whole world in which some of the cells are high and the others low."""
        cost = np.asarray(signs @ self._problem.cover[cells]).ravel()
        self._branch(cost, -np.inf)

    def up(self, cell: int) -> None:
        """Look for a whole world with a high value among the linear answers."""
        groups = self._attacker.highest(cell).groups
        if groups is None:  # nothing bounds it: people without end can be added to it
            self.high[cell] = np.inf
        else:
            self._take(groups)

    def down(self, cell: int) -> None:
        """Look for a whole world with a low value among the linear answers."""
        groups = self._attacker.lowest(cell).groups
        if groups is not None:
            self._take(groups)

    def certainly_up(self, cell: int) -> None:
        """Find a whole world with a value as high as asked, or the highest."""
        asked = self._problem.upper[cell] if self._problem.forced[cell] else -np.inf
        wide = self.low[cell] + self._problem.width[cell]
        goal = max(asked, wide) if np.isfinite(wide) else asked
        self._settle(self._branch(-self._of(cell), -goal))

    def certainly_down(self, cell: int) -> None:
        """Find a whole world with a value as low as asked, or the lowest."""
        asked = self._problem.lower[cell] if self._problem.forced[cell] else np.inf
        wide = self.high[cell] - self._problem.width[cell]
        goal = min(asked, wide) if np.isfinite(wide) else asked
        self._settle(self._branch(self._of(cell), goal))

    def _take(self, groups: Floats) -> None:
        world = np.round(groups)
        cells = self._cover @ world
        fits = (cells >= self._known[0]).all() and (cells <= self._known[1]).all()
        if fits and np.abs(world - groups).max() < WHOLE:
            self.low, self.high = np.minimum(self.low, cells), np.maximum(self.high, cells)

    def _of(self, cell: int) -> Floats:
        return np.asarray(self._problem.cover[cell].todense(), float).ravel()

    def _branch(self, cost: Floats, goal: float) -> highspy.HighsModelStatus:
        """Take the cheapest whole world, or one as cheap as the goal; say how it ended."""
        milp = self._milp = self._milp or self._program()
        milp.changeColsCost(len(cost), self._columns, cost)
        milp.setOptionValue("objective_target", goal if np.isfinite(goal) else -np.inf)
        milp.run()
        status = milp.getModelStatus()
        if status in (
            highspy.HighsModelStatus.kOptimal,
            highspy.HighsModelStatus.kObjectiveTarget,
        ):
            self._take(np.round(np.array(milp.getSolution().col_value)))
        return status

    def _settle(self, status: highspy.HighsModelStatus) -> None:
        settled = (
            highspy.HighsModelStatus.kOptimal,
            highspy.HighsModelStatus.kObjectiveTarget,
        )
        if status not in settled:
            raise PrivacyError(
                "what an attacker would find in whole numbers could not be settled",
                code="incomplete",
                found=str(status),
                hint=Message("publish nothing; report this table"),
            )

    def _program(self) -> highspy.Highs:
        milp, groups = solver(), len(self._columns)
        milp.setOptionValue("mip_rel_gap", 0.0)
        milp.setOptionValue("mip_max_nodes", NODES)
        milp.passModel(
            program(
                self._cover,
                cost=np.zeros(groups),
                columns=(np.zeros(groups), np.full(groups, np.inf)),
                rows=self._known,
                whole=True,
            )
        )
        return milp
