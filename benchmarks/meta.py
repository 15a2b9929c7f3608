"""How long meta-analysis and power take, beside R where it is installed.

Run: ``python benchmarks/meta.py``. Medians of 5; processor seconds, first call apart. R (metafor,
clubSandwich) is timed inside its own process on the same numbers, without start-up and reading.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

from instroom.stats.evidence.meta import random_effects
from instroom.stats.evidence.meta_bayesian import bayesian_meta
from instroom.stats.evidence.meta_diagnostics import influence, leave_one_out
from instroom.stats.evidence.meta_levels import three_level
from instroom.stats.evidence.meta_robust import correlated_hierarchical, robust_correlated
from instroom.stats.trials.power import mdes
from instroom.stats.trials.power_simulation import simulate_power
from instroom.stats.trials.trial_designs import cra2

TRIALS, STUDIES = 200, 100
R_SCRIPT = """
suppressMessages({library(metafor); library(clubSandwich)})
d <- read.csv(commandArgs(TRUE)[1]); d$id <- seq_len(nrow(d)); e <- d[seq_len(200), ]
time <- function(f) median(sapply(1:5, function(i) sum(system.time(f())[1:2])))
m <- rma(yi, vi, data = e, test = "knha")
V <- impute_covariance_matrix(d$vi, cluster = d$study, r = 0.6, return_list = FALSE)
cat("reml", time(function() for (i in 1:20) rma(yi, vi, data = e, test = "knha")) / 20, "\\n")
cat("leave one out", time(function() leave1out(m)), "\\n")
cat("influence", time(function() influence(m)), "\\n")
three <- function() rma.mv(yi, vi, random = ~ 1 | study/id, data = d)
cat("three levels", time(three), "\\n")
che <- function() {
  f <- rma.mv(yi, V, random = ~ 1 | study/id, data = d)
  coef_test(f, vcov = "CR2", cluster = d$study)
}
cat("correlated hierarchical", time(che), "\\n")
"""


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20261124)
    study = np.repeat(np.arange(STUDIES), rng.integers(1, 12, STUDIES))
    v = rng.uniform(0.005, 0.1, len(study))
    y = 0.2 + rng.normal(0, 0.2, STUDIES)[study] + rng.normal(0, 0.1, len(study))
    return y + rng.normal(0, np.sqrt(v)), v, study


def timed(call: Callable[[], object]) -> tuple[float, float, float]:
    """Return the first call and the median of 5 in processor seconds, and that in wall time."""
    start = process_time()
    call()
    first = process_time() - start
    cpu, wall = [], []
    for _ in range(5):
        begin, begun = perf_counter(), process_time()
        call()
        cpu.append(process_time() - begun)
        wall.append(perf_counter() - begin)
    return first, median(cpu), median(wall)


def r_times(y: np.ndarray, v: np.ndarray, study: np.ndarray) -> dict[str, float]:
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "d.csv", Path(folder) / "time.R"
        np.savetxt(table, np.column_stack([y, v, study]), delimiter=",", header="yi,vi,study",
                   comments="", fmt="%.17g")  # fmt: skip
        script.write_text(R_SCRIPT, encoding="utf-8")
        done = subprocess.run(
            ["Rscript", str(script), str(table)], capture_output=True, text=True, check=False
        )
    rows = [line.rsplit(" ", 2) for line in done.stdout.splitlines()]
    return {row[0]: float(row[1]) for row in rows}


def main() -> None:
    y, v, study = data()
    one, two = y[:TRIALS], v[:TRIALS]
    own = np.arange(len(y))
    calls: dict[str, Callable[[], object]] = {
        "reml": lambda: random_effects(one, two),
        "leave one out": lambda: leave_one_out(one, two),
        "influence": lambda: influence(one, two),
        "three levels": lambda: three_level(y, v, levels=[study, own]),
        "correlated hierarchical": lambda: correlated_hierarchical(y, v, study),
        "correlated (RVE)": lambda: robust_correlated(y, v, study),
        "bayesian": lambda: bayesian_meta(one, two),
        "power, 2,000 simulated trials": lambda: simulate_power(
            cra2(20, 25, rho=0.15), 0.4, np.random.default_rng(1), runs=2_000
        ),
        "power curve, 100 points": lambda: [mdes(cra2(j, 25, rho=0.15)) for j in range(4, 104)],
    }
    peers = r_times(y, v, study)
    print(f"{TRIALS} trials; {len(y)} effects in {STUDIES} studies. Processor ms (wall ms).")
    for name, call in calls.items():
        first, cpu, wall = timed(call)
        peer = peers.get(name)
        beside = f"R {1000 * peer:9.1f}  {peer / cpu:6.0f} x" if peer else ""
        print(f"{name:32} first {1000 * first:8.1f}  then {1000 * cpu:8.2f} "
              f"({1000 * wall:8.2f})  {beside}")  # fmt: skip


if __name__ == "__main__":
    main()
