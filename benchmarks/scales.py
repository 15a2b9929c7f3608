"""Scales beside R in one run: alpha, polychoric correlations and invariance.

    .venv/bin/python benchmarks/scales.py [--pupils 14000] [--items 12] [--runs 5]

Simulated five-point answers of two groups. Each task: the first call (with its imports warm), then
the median of the runs, as wall and as CPU seconds; reading the data is outside the clock on both
sides. R (psych, lavaan) is run once with the same data when ``Rscript`` is there; the answers of
both are compared before any time is printed. psych spreads polychorics over processes, so its CPU
seconds include its children.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from instroom.stats.scales.invariance import group_invariance
from instroom.stats.scales.polychoric import polychoric
from instroom.stats.scales.reliability import alpha, reliability

PEER = r"""
suppressPackageStartupMessages({library(psych); library(lavaan); library(jsonlite)})
where <- commandArgs(TRUE)[1]; runs <- as.integer(commandArgs(TRUE)[2])
d <- read.csv(file.path(where, "answers.csv")); x <- d[, names(d) != "group"]
clock <- function(f) {
  t <- sapply(seq_len(runs), function(i) {
    p <- proc.time(); value <<- suppressWarnings(suppressMessages(f())); q <- proc.time() - p
    c(q[["elapsed"]], q[["user.self"]] + q[["sys.self"]] + q[["user.child"]] + q[["sys.child"]])
  })
  list(first = t[1, 1], wall = median(t[1, ]), cpu = median(t[2, ]))
}
model <- paste("f =~", paste(names(x), collapse = " + "))
fit <- function(equal) cfa(model, d, group = "group", std.lv = TRUE, meanstructure = TRUE,
  group.equal = equal)
out <- list()
out$alpha <- c(clock(function() psych::alpha(x)), answer = value$total$raw_alpha)
out$polychoric <- c(clock(function() psych::polychoric(x, progress = FALSE)),
  answer = sum(value$rho))
levels <- list("", "loadings", c("loadings", "intercepts"))
out$invariance <- c(clock(function() lapply(levels, fit)),
  answer = fitMeasures(value[[3]], "chisq")[[1]])
writeLines(toJSON(out, auto_unbox = TRUE, digits = I(17)), file.path(where, "peer.json"))
"""
ALLOWED = {"alpha": 1e-8, "polychoric": 5e-4, "invariance": 1e-4}  # relative, as issue 3 asks


def answers(pupils: int, items: int) -> tuple[np.ndarray, np.ndarray]:
    """Return five-point answers and the group of each pupil."""
    rng = np.random.default_rng(20261124)
    group = np.where(np.arange(pupils) % 2 == 0, "boy", "girl")
    leaning = rng.normal(size=(pupils, 1)) + 0.2 * (group == "girl")[:, None]
    strength = rng.uniform(0.5, 0.9, items)
    raw = leaning * strength + np.sqrt(1 - strength**2) * rng.normal(size=(pupils, items))
    return np.digitize(raw, [-1.4, -0.5, 0.4, 1.2]) + 1.0, group


def clock(task: Callable[[], float], runs: int) -> dict[str, float]:
    """Return the seconds of the first call and the medians, with the answer."""
    start = time.perf_counter()
    answer = task()
    first = time.perf_counter() - start
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = task()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "first": first,
        "wall": statistics.median(walls),
        "cpu": statistics.median(cpus),
        "answer": answer,
    }


def peer(scores: np.ndarray, group: np.ndarray, runs: int) -> dict[str, Any]:
    """Return what R needs for the same, or nothing without R."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        names = ",".join(f"x{i + 1}" for i in range(scores.shape[1])) + ",group"
        rows = (
            ",".join(f"{x:.0f}" for x in row) + f",{g}"
            for row, g in zip(scores, group, strict=True)
        )
        Path(folder, "answers.csv").write_text("\n".join([names, *rows]) + "\n")
        Path(folder, "peer.R").write_text(PEER)
        done = subprocess.run(
            ["Rscript", str(Path(folder, "peer.R")), folder, str(runs)], check=False
        )
        if done.returncode:
            return {}
        return json.loads(Path(folder, "peer.json").read_text())


def main() -> None:
    """Print a table: own and R, and how many times R's wall time the own one is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=14000)
    parser.add_argument("--items", type=int, default=12)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    scores, group = answers(asked.pupils, asked.items)

    def scalar() -> float:
        fit = group_invariance(scores, group).levels[2].fit
        assert fit is not None
        return fit.chisq

    def correlations() -> float:
        rho = polychoric(scores).rho
        assert rho is not None
        return float(rho.sum())

    own = {
        "alpha": clock(lambda: alpha(scores).alpha or 0.0, asked.runs),
        "polychoric": clock(correlations, asked.runs),
        "invariance": clock(scalar, asked.runs),
    }
    whole = clock(lambda: reliability(scores, answer_range=(1, 5)).omega or 0.0, asked.runs)
    theirs = peer(scores, group, asked.runs)
    print(f"{asked.pupils} pupils x {asked.items} items, two groups; median of {asked.runs}")
    heads = ("own first", "own wall", "own cpu", "R wall", "R cpu", "own / R")
    print(f"{'task':<12}" + "".join(f"{head:>10}" for head in heads))
    for task, found in own.items():
        line = f"{task:<12}{found['first']:>10.4f}{found['wall']:>10.4f}{found['cpu']:>10.4f}"
        if theirs:
            r = theirs[task]
            apart = abs(found["answer"] / r["answer"] - 1)
            assert apart <= ALLOWED[task], f"{task}: {apart:.1e} from R"
            line += f"{r['wall']:>10.4f}{r['cpu']:>10.4f}{found['wall'] / r['wall']:>10.2f}"
            line += f"   (answers {apart:.0e} apart)"
        print(line)
    print(
        f"reliability (alpha, omega, items): {whole['wall']:.4f} s wall, {whole['cpu']:.4f} s CPU"
    )
    if not theirs:
        print("R is not here or lacks psych, lavaan or jsonlite: no comparison")


if __name__ == "__main__":
    main()
