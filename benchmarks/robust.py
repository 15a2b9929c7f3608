"""Time cluster-robust errors and bootstraps, with R's clubSandwich beside it where it is there.

    python benchmarks/robust.py [--no-r] [--large-r] [--national]

Median of five, CPU and wall seconds; adding up the rows is part of it. R runs at 14,000 pupils
(and at 150,000 with ``--large-r``, which takes half a minute and 1.6 GB).
"""

import argparse
import csv
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.stats.clusters import bootstrap, resampling, robust

SMALL, MIDDLE, NATIONAL = (14_000, 250), (150_000, 1_000), (1_500_000, 6_000)
COLUMNS = ["treat", "pre", "sex", "ses", "post"]
R = """
suppressMessages(library(clubSandwich))
d <- read.csv(commandArgs(TRUE)[1])
for (i in 1:3) {
  t <- system.time({
    m <- lm(post ~ treat + pre + sex + ses, d)
    r <- coef_test(m, vcov = "CR2", cluster = d$school, test = "Satterthwaite", coefs = "treat")
  })
  cat(t[["user.self"]] + t[["sys.self"]], t[["elapsed"]], r$SE, r$df_Satt, "\\n", sep = " ")
}
"""


def pupils(
    n: int, schools: int, class_spread: float = 0.15
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Simulate pupils in classes in schools of unequal size."""
    chance = np.random.default_rng(1)
    share = chance.gamma(4, size=schools)
    school = np.sort(chance.choice(schools, size=n, p=share / share.sum()))
    klas = school * 16 + chance.integers(0, max(1, n // schools // 28), n)
    treat = (chance.permutation(schools) % 2)[school].astype(float)
    pre = 0.3 * chance.normal(size=schools)[school] + chance.normal(size=n)
    noise = 0.3 * chance.normal(size=schools)[school] + chance.normal(size=n)
    noise += class_spread * chance.normal(size=16 * schools)[klas]
    columns = {
        "treat": treat,
        "pre": pre,
        "sex": chance.integers(0, 2, n).astype(float),
        "ses": chance.normal(size=n),
        "post": 0.2 * treat + 0.6 * pre + noise,
    }
    return columns, {"school": school, "class": klas}


def timed(work: Callable[[], object], repeats: int = 5) -> tuple[float, float, float]:
    """Give the first call's CPU seconds and the medians of CPU and wall seconds."""
    cpu, wall = [], []
    for _ in range(repeats):
        before = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - before[0])
        wall.append(time.perf_counter() - before[1])
    return cpu[0], statistics.median(cpu), statistics.median(wall)


def line(what: str, size: tuple[int, int], seconds: tuple[float, float, float]) -> None:
    shown = " | ".join(f"{s:.3f}" for s in seconds)
    print(f"| {what} | {size[0]:,} x {size[1]:,} | {shown} |", flush=True)


def row(what: str, size: tuple[int, int], work: Callable[[], object], repeats: int = 5) -> None:
    line(what, size, timed(work, repeats))


def peer(size: tuple[int, int]) -> None:
    """Run clubSandwich on the same rows and check that the answer is the same."""
    columns, groups = pupils(*size)
    found = robust.fit(from_arrays(columns, {"school": groups["school"]}))
    with tempfile.TemporaryDirectory() as folder:
        path, script = Path(folder) / "pupils.csv", Path(folder) / "cr2.R"
        script.write_text(R, encoding="utf-8")
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS, "school"])
            rows = zip(*(columns[c].tolist() for c in COLUMNS), groups["school"].tolist())  # noqa: B905
            writer.writerows([*map(repr, values)] for values in rows)
        done = subprocess.run(
            ["Rscript", str(script), str(path)], capture_output=True, text=True, check=True
        )
    runs = [[float(x) for x in text.split()] for text in done.stdout.splitlines()]
    cpu, wall = (statistics.median(run[at] for run in runs) for at in (0, 1))
    line("clubSandwich CR2 (of 3)", size, (runs[0][0], cpu, wall))
    for mine, theirs in ((found.se[1], runs[0][2]), (found.df[1], runs[0][3])):
        assert abs(mine / theirs - 1) < 1e-6, (mine, theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-r", action="store_true")
    parser.add_argument("--large-r", action="store_true")
    parser.add_argument("--national", action="store_true")
    asked = parser.parse_args()
    print("| what | pupils x schools | first CPU s | CPU s | wall s |\n|---|---|---:|---:|---:|")
    for size in (SMALL, MIDDLE, *([NATIONAL] if asked.national else [])):
        columns, groups = pupils(*size)
        by_school = {"school": groups["school"]}
        row("CR2 with df", size, lambda c=columns, g=by_school: robust.fit(from_arrays(c, g)))
    for what, levels, spread in (
        ("school", ["school"], 0.15),
        ("class in school", ["school", "class"], 0.15),
        ("class in school, no variance between classes", ["school", "class"], 0.0),
    ):
        columns, groups = pupils(*SMALL, class_spread=spread)
        cross = from_arrays(columns, {name: groups[name] for name in levels})
        strata = np.zeros(SMALL[1])
        strata[groups["school"]] = columns["treat"]

        def refit(cross: CrossProducts = cross, strata: np.ndarray = strata) -> object:
            return resampling.effects(
                cross, rng=np.random.default_rng(1), draws=1000, strata=strata
            )

        row(f"cluster bootstrap, 1,000 refits, {what}", SMALL, refit, 3)
    row(
        "wild bootstrap, 9,999 draws with interval", SMALL,
        lambda: bootstrap.wild(cross, "treat", rng=np.random.default_rng(1)),
    )  # fmt: skip
    if not asked.no_r and shutil.which("Rscript"):
        peer(SMALL)
        if asked.large_r:
            peer(MIDDLE)


if __name__ == "__main__":
    main()
