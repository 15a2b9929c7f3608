"""A logit with a random intercept per school: Instroom beside glmmTMB and glmer, in one run.

    .venv/bin/python benchmarks/binary.py [--sizes small mid national] [--runs 5] [--no-r]

Pupils are simulated: schools of unequal size, treatment by school, a pre score on a 12-item
scale. ``scale`` has such scores only (equal pupils of a school are added up), ``continuous`` has a
covariate that differs between all pupils. Each engine runs in a process of its own, which has
read the data before its clock starts; Instroom gets NumPy arrays in random order, R a data frame.
Seconds are medians (wall and CPU) over the runs, after a first call that is named apart. Memory
is the peak above what the process held with the data read (Linux only). R runs once per model, and
at the national size only with ``--r-national`` (glmmTMB takes minutes and glmer hours).
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = {"small": (14_000, 250), "mid": (150_000, 1_000), "national": (1_500_000, 6_000)}

OURS = r"""
import json, statistics, sys, time
from pathlib import Path
import numpy as np
from instroom.stats.binary import binary_mixed
from instroom.stats.binary import logistic
from instroom.stats.binary.marginal_effect import average_effect

def memory(line):
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(x for x in status if x.startswith(line)).split()[1])

path, runs = sys.argv[1], int(sys.argv[2])
data = np.load(path)
y, X, school = data["y"], data["X"], data["school"]
del data
with_, without = X.copy(), X.copy()
with_[:, 1], without[:, 1] = 1, 0
fit = binary_mixed.fit(y[:2000], X[:2000], school[:2000] % 20)
jobs = {
    "Laplace": lambda: binary_mixed.fit(y, X, school),
    "9 points": lambda: binary_mixed.fit(y, X, school, points=9),
    "logit CR2": lambda: logistic.fit_logit(y, X, school),
    "linear CR2": lambda: logistic.fit_linear_probability(y, X, school),
    "average effect": lambda: average_effect(fit, with_, without),
}
found = {}
for name, job in jobs.items():
    Path("/proc/self/clear_refs").write_text("5")
    base = memory("VmRSS")
    walls, cpus = [], []
    for _ in range(runs + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        result = job()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = memory("VmHWM")
    if name == "Laplace":
        fit = result
    values = (
        [result.effect_points, result.se_points]
        if name == "average effect"
        else [float(result.beta[1]), float(result.se[1])]
    )
    found[name] = {
        "first": walls[0], "wall": statistics.median(walls[1:]),
        "cpu": statistics.median(cpus[1:]), "mb": max(peak - base, 0) / 1024, "values": values,
    }
print(json.dumps(found))
"""

THEIRS = r"""
suppressPackageStartupMessages({library(lme4); library(glmmTMB); library(jsonlite)})
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
names(d)[1] <- "tech"
columns <- setdiff(names(d), c("tech", "school"))
formula <- as.formula(paste("tech ~", paste(columns, collapse = "+"), "+ (1 | school)"))
memory <- function(line) {
  found <- grep(line, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", found)) / 1024
}
found <- list()
for (engine in strsplit(arguments[2], ",")[[1]]) {
  gc()
  cat("5", file = "/proc/self/clear_refs")
  before <- memory("VmRSS")
  time <- system.time(
    m <- if (engine == "glmmTMB") glmmTMB(formula, d, binomial) else glmer(formula, d, binomial)
  )
  f <- if (engine == "glmmTMB") fixef(m)$cond else fixef(m)
  s <- sqrt(diag(if (engine == "glmmTMB") vcov(m)$cond else vcov(m)))
  found[[engine]] <- list(
    first = NULL, wall = time[["elapsed"]], cpu = time[["user.self"]] + time[["sys.self"]],
    mb = memory("VmHWM") - before, values = c(f[["treat"]], s[["treat"]])
  )
}
cat(toJSON(found, digits = 12, auto_unbox = TRUE))
"""

SIMULATE = r"""
import sys
import numpy as np

n, schools, kind, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
rng = np.random.default_rng(2026)
size = rng.gamma(4, 1, schools)
school = rng.choice(schools, n, p=size / size.sum())
treat = (rng.random(schools) < 0.5)[school] * 1.0
pre = np.round(np.clip(rng.normal(2.9, 0.6, n), 1, 5) * 12) / 12
sex = (rng.random(n) < 0.5) * 1.0
ses = rng.normal(size=n).round(4)
odds = -3.16 + 0.31 * treat + 0.62 * pre - 0.65 * sex + 0.46 * rng.normal(size=schools)[school]
columns, names = [treat, pre, sex], "treat,pre,sex"
if kind == "continuous":
    odds, columns, names = odds + 0.1 * ses, [*columns, ses], names + ",ses"
y = (rng.random(n) < 1 / (1 + np.exp(-odds))) * 1.0
X = np.column_stack([np.ones(n), *columns])
np.savez(f"{folder}/data.npz", y=y, X=X, school=school)
if len(sys.argv) > 5:
    table = np.column_stack([y, school, X[:, 1:]])
    formats = ["%d", "%d", "%d", "%.9g", "%d", "%.5g"][: table.shape[1]]
    header = "tech,school," + names
    np.savetxt(f"{folder}/data.csv", table, formats, ",", header=header, comments="")
"""


def run(command: list[str]) -> str:
    """Return what a command printed; its errors are shown when it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def measure(size: str, kind: str, runs: int, engines: list[str]) -> dict[str, dict]:
    """Return what each engine needed on freshly simulated pupils, and what it found."""
    n, schools = SIZES[size]
    with tempfile.TemporaryDirectory() as folder:
        extra = ["csv"] if engines else []
        run([sys.executable, "-c", SIMULATE, str(n), str(schools), kind, folder, *extra])
        found = json.loads(run([sys.executable, "-c", OURS, f"{folder}/data.npz", str(runs)]))
        if engines:
            script = Path(folder) / "theirs.R"
            script.write_text(THEIRS)
            csv = f"{folder}/data.csv"
            found |= json.loads(run(["Rscript", str(script), csv, ",".join(engines)]))
    return found


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--kinds", nargs="+", default=["scale", "continuous"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-r", action="store_true")
    parser.add_argument("--r-national", action="store_true")
    chosen = parser.parse_args()
    r = not chosen.no_r and shutil.which("Rscript") is not None
    print("| size | pupils | model | first | wall s | CPU s | MB | treat | se | x Laplace |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    ratios = []
    for size in chosen.sizes:
        for kind in chosen.kinds:
            wanted = ["glmmTMB", *(["glmer"] if size != "national" else [])]
            asked = r and (size != "national" or chosen.r_national)
            found = measure(size, kind, chosen.runs, wanted if asked else [])
            for name, row in found.items():
                ratio = row["wall"] / found["Laplace"]["wall"]
                ratios += [ratio] if name == "glmmTMB" else []
                first = f"{row['first']:.3f}" if row.get("first") else ""
                effect, se = row["values"]
                print(
                    f"| {size} | {kind} | {name} | {first} | {row['wall']:.3f} | {row['cpu']:.3f}"
                    f" | {row['mb']:.0f} | {effect:.7f} | {se:.7f} | {ratio:.1f} |",
                    flush=True,
                )
    if ratios:
        print(f"\nglmmTMB / Instroom (Laplace), median: {statistics.median(ratios):.0f} x")


if __name__ == "__main__":
    main()
