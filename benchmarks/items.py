"""Scales at 14,000 pupils x 12 items x 5 answers: Instroom beside R, in one run.

    .venv/bin/python benchmarks/items.py [--pupils 14000] [--items 12] [--runs 5]

Arrays in memory, no reading. Wall and CPU seconds: the first call, then the median of the runs.
R runs on the same answers where Rscript is installed: MASS::polr for the ordinal DIF and, where
mirt is installed too, mirt for the graded response model (without standard errors, its default).
Goal of the effect engine: a graded response model within 5 seconds.
"""

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from instroom.stats.items.graded import graded_response
from instroom.stats.items.graded_dif import graded_dif
from instroom.stats.items.graded_scores import eap_scores
from instroom.stats.items.linking import item_parameters, link_scales

R = r"""
args <- commandArgs(TRUE)
data <- read.csv(args[1])
y <- as.matrix(data[, -1]); group <- data$group
clock <- function(name, f) {
  f0 <- system.time(f()); cat(sprintf("R %-26s %8.3f wall %8.3f CPU\n", name, f0[3], f0[1] + f0[2]))
}
if (requireNamespace("MASS", quietly = TRUE)) clock("ordinal DIF (MASS::polr)", function() {
  for (j in seq_len(ncol(y))) {
    rest <- rowSums(y[, -j]); a <- factor(y[, j], ordered = TRUE)
    MASS::polr(a ~ rest); MASS::polr(a ~ rest + group); MASS::polr(a ~ rest * group)
  }
})
if (requireNamespace("mirt", quietly = TRUE)) clock("graded response (mirt)", function()
  mirt::mirt(as.data.frame(y), 1, itemtype = "graded", verbose = FALSE))
"""


def simulated(pupils: int, items: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20261124)
    group = np.arange(pupils) % 2
    theta = rng.normal(size=pupils) + 0.3 * group
    slopes = rng.uniform(0.8, 2.5, size=items)
    cuts = np.sort(rng.normal(scale=1.1, size=(items, 4)), axis=1)
    cuts += np.arange(4) * 0.1
    latent = slopes * theta[:, None] + rng.logistic(size=(pupils, items))
    y = (latent[:, :, None] > slopes[:, None] * cuts).sum(axis=2)
    return y.astype(float), group


def clock(name: str, work: Callable[[], object], runs: int) -> None:
    wall, cpu = [], []
    for _ in range(runs + 1):
        w, c = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
    print(
        f"{name:28} first {wall[0]:7.3f} wall {cpu[0]:7.3f} CPU   "
        f"median {statistics.median(wall[1:]):7.3f} wall {statistics.median(cpu[1:]):7.3f} CPU"
    )


def beside_r(y: np.ndarray, group: np.ndarray) -> None:
    if not shutil.which("Rscript"):
        print("R is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        path, script = Path(folder) / "answers.csv", Path(folder) / "run.R"
        names = ",".join(["group", *(f"i{j}" for j in range(y.shape[1]))])
        table = np.column_stack([group, y])
        np.savetxt(path, table, fmt="%d", delimiter=",", header=names, comments="")
        script.write_text(R)
        done = subprocess.run(
            ["Rscript", script, path], capture_output=True, text=True, check=False
        )
        print(done.stdout or done.stderr, end="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=14_000)
    parser.add_argument("--items", type=int, default=12)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    y, group = simulated(given.pupils, given.items)
    fit = graded_response(y)
    print(f"{given.pupils:,} pupils x {given.items} items, {fit.patterns:,} patterns: {fit.status}")
    assert fit.status == "ok"
    clock("graded response, with errors", lambda: graded_response(y), given.runs)
    clock("graded response, two groups", lambda: graded_response(y, group), given.runs)
    clock("EAP scores", lambda: eap_scores(fit, y), given.runs)
    clock("graded DIF, every item", lambda: graded_dif(y, group), 1)
    half = len(y) // 2
    old, new = (item_parameters(graded_response(part)) for part in (y[:half], y[half:]))
    pairs = [(j, j) for j in range(given.items)]
    clock("Stocking-Lord with drift", lambda: link_scales(old, new, pairs), given.runs)
    beside_r(y, group)


if __name__ == "__main__":
    main()
