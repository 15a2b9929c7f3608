"""Figures of our own and of others as cells, with what is asked for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.privacy import rounding
from instroom.privacy.linear import Attacker
from instroom.privacy.problems import Problem
from instroom.privacy.remainders import remainders
from instroom.privacy.sensitivity import Rules, key_of, largest
from instroom.privacy.table_rows import TableRow
from instroom.privacy.tables import FrequencyTable, Nested, tabulate

Floats = NDArray[np.float64]
Bounds = Literal["open", "relative"]
#: What is counted by nothing is hidden only when nothing else helps.
GRAND_TOTAL = 1_000.0
#: Hiding "nobody" protects little when a reader can think of it himself.
ZERO = 50.0


@dataclass(frozen=True, slots=True)
class Demands:
    """What a pattern must keep from an attacker; see :func:`protect` for the meaning."""

    width: float = 10
    bounds: Bounds = "open"
    above: float | None = None
    below: float | None = None


class JointRelease:
    """Figures of our own and of others as cells of one table."""

    def __init__(
        self,
        own: list[TableRow],
        others: list[TableRow],
        nested: Nested,
        reasons: list[str | None],
    ) -> None:
        self.own, self.others, self.reasons, self.nested = own, others, reasons, nested
        self.table: FrequencyTable = tabulate([f["dims"] for f in (*own, *others)], nested)
        self.own_cells, self.other_cells = (
            self.table.of[: len(own)],
            self.table.of[len(own) :],
        )
        self.size = len(self.table.names)

    def problem(self, rules: Rules, demands: Demands, step: int | None) -> tuple[Problem, int]:
        """Return what may be hidden, what is known of it, and what is asked."""
        n = self._numbers()
        known, ignored = self._known(n)
        shown = self._shown(known, rules, step)
        prior = np.where(np.isnan(n), np.inf, n + np.maximum(20.0, n))
        hidden = (
            known[0],
            np.minimum(known[1], prior) if demands.bounds == "relative" else known[1],
        )
        own = np.zeros(self.size, bool)
        forced = np.zeros(self.size, bool)
        for cell, reason in zip(self.own_cells, self.reasons, strict=True):
            if cell >= 0:
                own[cell] = True
                forced[cell] |= reason is not None
        upper, lower = self._reach(n, forced, rules, demands)
        fixed = own & ~forced & (known[0] >= known[1])
        problem = Problem(
            cover=self.table.cover,
            shown=shown,
            hidden=hidden,
            forced=forced | ~own,
            free=own & ~forced & ~fixed,
            exempt=~own,
            cost=self._cost(n),
            width=np.full(self.size, demands.width if demands.bounds == "open" else 1.0),
            upper=upper,
            lower=lower,
            whole=bool((np.mod(n[~np.isnan(n)], 1) == 0).all()),
        )
        left = remainders(self.table, self._exact(n, known), rules.threshold)
        return _with_remainders(problem, *left, rules, demands), ignored

    def _exact(self, n: Floats, known: tuple[Floats, Floats]) -> Floats:
        """Return the numbers that are known exactly, of our own or of others, else ``nan``."""
        exact = np.where(np.isnan(n) & (known[0] == known[1]), known[0], n)
        for figure, cell in zip(self.own, self.own_cells, strict=True):
            if cell >= 0 and (figure.get("lo") is not None or "contributions" in figure):
                exact[cell] = np.nan
        return exact

    def _numbers(self) -> Floats:
        """Return the number of every cell of our own, ``nan`` when not known to us either."""
        n = np.full(self.size, np.nan)
        for figure, cell in zip(self.own, self.own_cells, strict=True):
            value = figure["n"]
            if cell < 0:
                if value:
                    raise self._contradiction([figure])
            elif value is not None:
                if not np.isnan(n[cell]) and n[cell] != value:
                    raise self._contradiction([figure])
                n[cell] = value
        return n

    def _given(self) -> tuple[Floats, Floats]:
        """Return the interval of every cell as given to us, infinite when not known."""
        low, high = np.full(self.size, -np.inf), np.full(self.size, np.inf)
        for figure, cell in zip(self.own, self.own_cells, strict=True):
            if cell >= 0 and figure["n"] is not None:
                low[cell], high[cell] = ends_of(figure)
        return low, high

    def _known(self, n: Floats) -> tuple[tuple[Floats, Floats], int]:
        """Return what others told of every cell, without what disagrees with our figures."""
        attacker = Attacker(self.table.cover)
        given = self._given()
        attacker.learn(*given)
        if not attacker.possible():
            raise self._contradiction([])
        low, high = np.full(self.size, -np.inf), np.full(self.size, np.inf)
        ignored = 0
        for figure, cell in self._sorted_others():
            ends = ends_of(figure)
            if cell < 0 or (not np.isnan(n[cell]) and not ends[0] <= n[cell] <= ends[1]):
                ignored += 1
                continue
            before = low[cell], high[cell]
            low[cell], high[cell] = max(before[0], ends[0]), min(before[1], ends[1])
            attacker.learn(np.maximum(given[0], low), np.minimum(given[1], high))
            if not attacker.possible():
                low[cell], high[cell] = before
                ignored += 1
        return (low, high), ignored

    def _sorted_others(self) -> list[tuple[TableRow, int]]:
        pairs = zip(self.others, self.other_cells, strict=True)
        shown = [(f, c) for f, c in pairs if f["n"] is not None or f.get("hi") is not None]
        return sorted(shown, key=lambda pair: (key_of(pair[0]["dims"]), ends_of(pair[0])))

    def _shown(
        self, known: tuple[Floats, Floats], rules: Rules, step: int | None
    ) -> tuple[Floats, Floats]:
        """Return what is known of every cell once it is shown."""
        low, high = known[0].copy(), known[1].copy()
        for figure, cell in zip(self.own, self.own_cells, strict=True):
            if cell < 0 or figure["n"] is None:
                continue
            ends = ends_of(rounded(figure, step))
            if ends[0] < ends[1] and "contributions" not in figure:
                ends = rounding.told(*ends, rules.threshold)
            low[cell], high[cell] = max(low[cell], ends[0]), min(high[cell], ends[1])
        return low, high

    def _reach(
        self, n: Floats, forced: NDArray[np.bool_], rules: Rules, demands: Demands
    ) -> tuple[Floats, Floats]:
        """Return what must be possible for the cells that must be hidden."""
        upper, lower = np.full(self.size, -np.inf), np.full(self.size, np.inf)
        some = forced & ~np.isnan(n)
        if demands.above is not None:
            upper[some] = n[some] + demands.above
        if demands.below is not None:
            lower[some] = np.maximum(0.0, n[some] - demands.below)
        for figure, cell, reason in zip(self.own, self.own_cells, self.reasons, strict=True):
            if reason == "too_few_people" and demands.bounds == "open":
                upper[cell] = max(upper[cell], rules.threshold)
            if reason == "dominance":
                reach = largest(figure["contributions"], rules) / rules.dominance[1]
                upper[cell] = max(upper[cell], reach)
        return upper, lower

    def _cost(self, n: Floats) -> Floats:
        """Return the cost of hiding: one a figure, a little more for a large one."""
        figures = np.bincount([c for c in self.own_cells if c >= 0], minlength=self.size).astype(
            float
        )
        people = np.nan_to_num(n)
        cost = figures * (1.0 + np.log1p(people) / 50.0)
        cost[people == 0] *= ZERO
        for figure, cell in zip(self.own, self.own_cells, strict=True):
            if not figure["dims"]:
                cost[cell] *= GRAND_TOTAL
        return cost

    def _contradiction(self, figures: list[TableRow]) -> DataError:
        named = ["; ".join(f"{k}={v}" for k, v in key_of(f["dims"])) for f in figures]
        return DataError(
            "the figures contradict each other, so what they tell together is not known",
            code="contradiction",
            found=named[0] if named else Message("sums that cannot all be right"),
            expected=Message("every total equal to the sum of its parts"),
            hint=Message("give every value of a dimension, also 'unknown'"),
        )


def _with_remainders(
    problem: Problem, cover: csr_matrix, n: Floats, rules: Rules, demands: Demands
) -> Problem:
    """Return the problem with groups that no figure counts, to be kept unknown like the others."""
    if not len(n):
        return problem
    relative = demands.bounds == "relative"
    infinite, yes, no = np.full(len(n), np.inf), np.ones(len(n), bool), np.zeros(len(n), bool)
    asked = rules.threshold if demands.above is None else n + demands.above
    most = n + np.maximum(20.0, n) if relative else infinite
    lower = infinite if demands.below is None else np.maximum(0.0, n - demands.below)
    return replace(
        problem,
        cover=csr_matrix(vstack([problem.cover, cover])),
        shown=(np.append(problem.shown[0], -infinite), np.append(problem.shown[1], most)),
        hidden=(np.append(problem.hidden[0], -infinite), np.append(problem.hidden[1], most)),
        forced=np.append(problem.forced, yes),
        free=np.append(problem.free, no),
        exempt=np.append(problem.exempt, no),
        cost=np.append(problem.cost, np.zeros(len(n))),
        width=np.append(problem.width, np.full(len(n), 1.0 if relative else demands.width)),
        upper=np.append(problem.upper, np.broadcast_to(asked, len(n))),
        lower=np.append(problem.lower, lower),
    )


def ends_of(figure: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the most a figure says, infinite where it says nothing."""
    n = figure["n"]
    low, high = figure.get("lo"), figure.get("hi")
    low = low if low is not None else (n if n is not None else -np.inf)
    high = high if high is not None else (n if n is not None else np.inf)
    return float(low), float(high)


def rounded(figure: TableRow, step: int | None) -> TableRow:
    """Return a figure rounded, unless it was before or is hidden."""
    done = step is None or figure["n"] is None or figure.get("lo") is not None
    return figure if done else figure | rounding.rounded(figure["n"], int(step or 0))
