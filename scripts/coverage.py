"""How often 95 % intervals of a school programme's effect hold the truth, by simulation.

Whole schools take part or not; schools differ in size and perhaps in level. Prints a Markdown
table; ``--write`` puts it in docs/explanation/dekking.md. Same seed, same table.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import stdtrit

from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.stats.clusters import bootstrap, robust
from instroom.stats.multilevel import mixed
from instroom.stats.multilevel.kenward_roger import kenward_roger
from instroom.stats.multilevel.satterthwaite import satterthwaite

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "dekking.md"
START, END = "<!-- tabel: {} -->\n", "<!-- einde tabel -->"
EFFECT = 0.2
SEED = 2026
SCHOOLS, ICCS = (8, 20, 60), (0.0, 0.05, 0.15)
#: Draws of the wild bootstrap where not all patterns are used.
DRAWS = 399
METHODS = {
    "satterthwaite": "Satterthwaite",
    "boundary": "Satterthwaite, J-2 at variance 0",
    "kenward_roger": "Kenward–Roger",
    "cr2": "CR2 + Bell–McCaffrey",
    "wild": "wild bootstrap",
}


@dataclass(frozen=True)
class Design:
    """One cell: schools, intraclass correlation, pupils a school on average, share treated."""

    schools: int
    icc: float
    pupils: int = 25
    treated: float = 0.5
    #: Standard deviation of school size as a share of its mean (lognormal, at least 5 pupils).
    spread: float = 0.5


@dataclass
class Tally:
    """Of every method: intervals that hold the effect, and the widths of intervals."""

    runs: int = 0
    boundary: int = 0
    hits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METHODS, 0))
    widths: dict[str, list[float]] = field(default_factory=lambda: {m: [] for m in METHODS})

    def add(self, method: str, estimate: float, se: float, df: float) -> None:
        """Count one t interval."""
        half = float(stdtrit(df, 0.975)) * se
        self.hits[method] += abs(estimate - EFFECT) <= half
        self.widths[method].append(2 * half)

    def share(self, method: str) -> float:
        """Give the share of intervals that hold the effect."""
        return self.hits[method] / self.runs


def simulate(design: Design, rng: Generator) -> CrossProducts:
    """Return one programme: treatment of whole schools, a score before and a score after.

    The score before (explaining 36 % of the score after) and what it leaves unexplained both lie
    between schools for the share ``icc``.
    """
    log_spread = np.sqrt(np.log(1 + design.spread**2))
    draws = np.exp(log_spread * rng.normal(size=design.schools) - log_spread**2 / 2)
    sizes = np.maximum(5, np.round(design.pupils * draws)).astype(int)
    school = np.repeat(np.arange(design.schools), sizes)
    chosen = np.zeros(design.schools)
    chosen[rng.permutation(design.schools)[: round(design.schools * design.treated)]] = 1.0
    between, within = np.sqrt(design.icc), np.sqrt(1 - design.icc)

    def scores() -> NDArray[np.float64]:
        at_school = rng.normal(size=design.schools)[school]
        own: NDArray[np.float64] = rng.normal(size=len(school))
        return np.asarray(between * at_school + within * own)

    before, rest = scores(), scores()
    after = EFFECT * chosen[school] + 0.6 * before + 0.8 * rest
    columns = {"treat": chosen[school], "before": before, "after": after}
    return from_arrays(columns, {"school": school})


def measure(design: Design, runs: int, *, methods: tuple[str, ...] = tuple(METHODS)) -> Tally:
    """Return how often the intervals of each method hold the effect in simulated programmes."""
    key = [SEED, design.schools, round(1000 * design.icc), design.pupils]
    rng = np.random.default_rng([*key, round(100 * design.treated)])
    chance = np.random.default_rng([*key, 1])
    tally = Tally(runs)
    for _ in range(runs):
        cross = simulate(design, rng)
        fit = mixed.fit(cross)
        at_zero = fit.variances["school"] == 0
        tally.boundary += at_zero
        test = satterthwaite(fit)
        estimate, se, df = float(fit.beta[1]), float(test.se[1]), float(test.df[1])
        tally.add("satterthwaite", estimate, se, df)
        tally.add("boundary", estimate, se, design.schools - 2 if at_zero else df)
        if "kenward_roger" in methods:
            adjusted = kenward_roger(fit)
            tally.add("kenward_roger", estimate, float(adjusted.se[1]), float(adjusted.df[1]))
        if "cr2" in methods:
            found = robust.fit(cross)
            tally.add("cr2", float(found.beta[1]), float(found.se[1]), float(found.df[1]))
        if "wild" in methods:
            # The effect lies in the interval when it is not rejected; no need for the ends.
            p = bootstrap.p_value(cross, "treat", null=EFFECT, rng=chance, draws=DRAWS)
            tally.hits["wild"] += p >= 0.05
    return tally


def designs(pupils: int, treated: float) -> Iterator[Design]:
    """Give the cells of one table."""
    for schools in SCHOOLS:
        for icc in ICCS:
            yield Design(schools, icc, pupils, treated)


def table(cells: dict[Design, Tally]) -> str:
    """Return coverage in per cent, as a Markdown table; outside 93-97 in bold."""
    lines = ["| schools | ICC | variance at 0 | " + " | ".join(METHODS.values()) + " |"]
    lines.append("|---:|---:|---:|" + "---:|" * len(METHODS))
    for design, tally in cells.items():
        shown = []
        for method in METHODS:
            share = 100 * tally.share(method)
            text = f"{share:.1f}"
            shown.append(text if 93 <= share <= 97 else f"**{text}**")
        icc = f"{design.icc:.2f}"
        zero = f"{100 * tally.boundary / tally.runs:.0f}%"
        lines.append(f"| {design.schools} | {icc} | {zero} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def write(name: str, text: str) -> None:
    """Put a table in its place on the page."""
    page, start = PAGE.read_text(encoding="utf-8"), START.format(name)
    before, rest = page.split(start, 1)
    after = rest[rest.index(END) :]
    PAGE.write_text(before + start + "\n" + text + "\n" + after, encoding="utf-8")


def main() -> int:
    """Run the simulation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--pupils", type=int, default=25, help="pupils a school on average")
    parser.add_argument("--treated", type=float, default=0.5, help="share of schools treated")
    parser.add_argument("--write", metavar="NAME", help="put the table on the page under this name")
    asked = parser.parse_args()
    started = time.process_time()
    cells = {}
    for design in designs(asked.pupils, asked.treated):
        cells[design] = measure(design, asked.runs)
        print(design, f"{time.process_time() - started:.0f} s", file=sys.stderr, flush=True)
    text = table(cells)
    print(text)
    if asked.write:
        write(asked.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
