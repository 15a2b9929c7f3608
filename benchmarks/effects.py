"""Multilevel effects: Instroom beside lme4, on the same simulated pupils, in one run.

    .venv/bin/python benchmarks/effects.py [--size small mid national] [--model ...] [--no-r]

Every engine reads the same columns in a process of its own; reading is outside its clock.
Instroom's clock holds adding up and estimating, from NumPy arrays and from a table in DuckDB's
memory; lme4's holds ``lmer`` with its model frame. Wall and processor seconds are medians, the
first call (imports done) stands apart; memory is the peak above the resident memory with the
data loaded. ``--csv DIR`` also writes the data as CSV.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = {"small": (14_000, 250), "mid": (150_000, 1_000), "national": (1_500_000, 6_000)}
WAVES = 4
MODELS: dict[str, dict[str, Any]] = {
    "ancova": {
        "columns": ["treat", "pre", "girl", "ses", "age", "post"],
        "groups": ["school"],
        "r": "post ~ treat + pre + girl + ses + age + (1 | school)",
        "effect": "treat",
    },
    "nested": {
        "columns": ["treat", "pre", "girl", "ses", "age", "post"],
        "groups": ["school", "class"],
        "r": "post ~ treat + pre + girl + ses + age + (1 | school) + (1 | class)",
        "effect": "treat",
    },
    "did": {
        "columns": ["treat", *(f"year{y}" for y in range(1, 6)), "did", "girl", "post"],
        "groups": ["school", "school_year"],
        "r": "post ~ treat + year1 + year2 + year3 + year4 + year5 + did + girl"
        " + (1 | school) + (1 | school_year)",
        "effect": "did",
    },
    "growth": {
        "columns": ["treat", "wave", "treat_wave", "girl", "score"],
        "groups": ["school", "pupil"],
        "slope": "wave",
        "r": "score ~ treat + wave + treat_wave + girl + (1 + wave | pupil) + (1 | school)",
        "effect": "treat_wave",
    },
}


def sizes(rng: np.random.Generator, n: int, schools: int) -> np.ndarray:
    """Return unequal school sizes that add up to about ``n``."""
    size = rng.lognormal(0, 0.4, schools)
    return np.maximum(20, np.rint(size / size.sum() * n)).astype(int)


def simulate(model: str, n: int, schools: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Return the columns of a model."""
    rng = np.random.default_rng(seed)
    if model == "growth":
        return simulate_growth(rng, n, schools)
    size = sizes(rng, n, schools)
    school = np.repeat(np.arange(schools), size)
    rows, treat = len(school), (school % 2).astype(float)
    girl = rng.integers(0, 2, rows).astype(float)
    effect = rng.normal(0, 0.15, schools)[school] + rng.normal(0, 0.5, rows) - 0.15 * girl
    if model == "did":
        year = rng.integers(0, 6, rows)
        school_year = school * 6 + year
        did = treat * (year >= 4)
        effect += 0.1 * did + rng.normal(0, 0.08, schools * 6)[school_year]
        years = {f"year{y}": (year == y).astype(float) for y in range(1, 6)}
        data = {"treat": treat, **years, "did": did, "girl": girl, "post": 2.6 + effect}
        return {**data, "school": school, "school_year": school_year}
    classes = np.maximum(1, size // 24)
    place = np.arange(rows) - np.repeat(np.cumsum(size) - size, size)
    first = np.cumsum(classes) - classes
    group = first[school] + place * classes[school] // size[school]
    pre, ses, age = rng.normal(3, 0.7, rows), rng.normal(size=rows), rng.normal(12, 0.5, rows)
    post = 0.8 + 0.1 * treat + 0.6 * pre + 0.05 * ses + effect
    post += rng.normal(0, 0.12, classes.sum())[group]
    data = {"treat": treat, "pre": pre, "girl": girl, "ses": ses, "age": age, "post": post}
    return {**data, "school": school, "class": group}


def simulate_growth(rng: np.random.Generator, n: int, schools: int) -> dict[str, np.ndarray]:
    """Return waves with drop-out: n pupils in the small size, n / 4 pupils in the others."""
    pupils = n if n < 100_000 else n // 4
    at = np.sort(rng.integers(0, schools, pupils))
    pupil, wave = np.repeat(np.arange(pupils), WAVES), np.tile(np.arange(WAVES), pupils)
    there = rng.random(pupils * WAVES) < np.array([1, 0.95, 0.85, 0.7])[wave]
    pupil, wave = pupil[there], wave[there].astype(float)
    school = at[pupil]
    treat, girl = (school % 2).astype(float), rng.integers(0, 2, pupils)[pupil].astype(float)
    score = 3 + 0.05 * wave + 0.04 * wave * treat - 0.1 * girl + rng.normal(0, 0.4, len(wave))
    score += rng.normal(0, 0.5, pupils)[pupil] + rng.normal(0, 0.1, pupils)[pupil] * wave
    score += rng.normal(0, 0.1, schools)[school]
    data = {"treat": treat, "wave": wave, "treat_wave": treat * wave, "girl": girl}
    return {**data, "score": score, "school": school, "pupil": pupil}


def write(folder: Path, data: dict[str, np.ndarray], columns: list[str], csv: Path | None) -> None:
    """Write columns as plain doubles and groups as 32-bit numbers, which R reads as fast."""
    for name, values in data.items():
        kind = "<f8" if name in columns else "<i4"
        (folder / f"{name}.bin").write_bytes(values.astype(kind).tobytes())
    if csv:
        csv.parent.mkdir(parents=True, exist_ok=True)
        table = np.column_stack(list(data.values()))
        np.savetxt(csv, table, fmt="%.10g", delimiter=",", header=",".join(data), comments="")


def resident() -> float:
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def peak() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(engine: str, model: str, folder: Path, repeat: int) -> dict[str, Any]:
    """Return times and memory of one engine; runs in a process of its own."""
    spec = MODELS[model]
    read = {name: np.fromfile(folder / f"{name}.bin", "<f8") for name in spec["columns"]}
    groups = {
        name: np.fromfile(folder / f"{name}.bin", "<i4").astype(np.int64) for name in spec["groups"]
    }
    run = numpy_route(spec, read, groups) if engine == "numpy" else duckdb_route(spec, read, groups)
    del read, groups
    base, times = resident(), []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        found = run()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    above = max(peak() - base, 0.0)
    from instroom.stats.multilevel.satterthwaite import satterthwaite

    cpu = time.process_time()
    tests = satterthwaite(found)
    at = found.names.index(spec["effect"])
    return {
        "first": times[0][0],
        "wall": statistics.median(w for w, _ in times),
        "cpu": statistics.median(c for _, c in times),
        "memory": above,
        "estimate": float(found.beta[at]),
        "se": float(found.se[at]),
        "df": float(tests.df[at]),
        "df_cpu": time.process_time() - cpu,
        "deviance": found.deviance,
        "status": found.status,
    }


def numpy_route(spec: dict[str, Any], read: dict, groups: dict) -> Callable[[], Any]:
    from instroom.crossproducts.crossproducts import from_arrays
    from instroom.stats.multilevel.mixed import fit

    slope = spec.get("slope")
    return lambda: fit(from_arrays(read, groups, slope=slope, by_group=False))


def duckdb_route(spec: dict[str, Any], read: dict, groups: dict) -> Callable[[], Any]:
    import duckdb
    import pyarrow as pa

    from instroom.crossproducts.compress import compress
    from instroom.stats.multilevel.mixed import fit

    database = duckdb.connect()
    rows = pa.table({**read, **groups})
    database.register("rows", rows)
    database.execute("create table pupils as select * from rows")
    database.unregister("rows")
    del rows
    relation = database.table("pupils")
    columns, names, slope = spec["columns"], spec["groups"], spec.get("slope")
    return lambda: fit(compress(relation, columns, names, slope=slope, by_group=False).cross)


def run_r(spec: dict[str, Any], folder: Path, repeat: int) -> dict[str, Any]:
    """Return lme4's times on the same columns."""
    script = Path(__file__).with_suffix(".R")
    arguments = [spec["r"], ",".join(spec["columns"]), ",".join(spec["groups"]), str(repeat)]
    done = subprocess.run(
        ["Rscript", str(script), str(folder), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    at = found["names"].index(spec["effect"])
    return {**found, "estimate": found["beta"][at], "se": found["se"][at]}


def main() -> None:
    """Run what was asked and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", choices=SIZES, default=["small"])
    parser.add_argument("--model", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--engine", nargs="+", default=["numpy", "duckdb"])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-r", action="store_true")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--measure", nargs=3, metavar=("ENGINE", "MODEL", "FOLDER"))
    asked = parser.parse_args()
    if asked.measure:
        engine, model, folder = asked.measure
        print(json.dumps(measure(engine, model, Path(folder), asked.repeat)))
        return
    with_r = not asked.no_r and shutil.which("Rscript") is not None
    heads = ["size", "model", "rows", "engine", "wall s", "CPU s", "first s", "MB above base"]
    heads += ["x lme4 wall / CPU", "effect", "SE", "df", "deviance"]
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    for size in asked.size:
        for model in asked.model:
            compare(size, model, asked, with_r=with_r)


def compare(size: str, model: str, asked: argparse.Namespace, *, with_r: bool) -> None:
    """Print the rows of one model at one size."""
    spec, (n, schools) = MODELS[model], SIZES[size]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = simulate(model, n, schools)
        rows = len(data["school"])
        csv = asked.csv / f"{size}_{model}.csv" if asked.csv else None
        write(folder, data, spec["columns"], csv)
        del data
        found = {}
        if with_r:  # lme4 takes minutes on national data: fewer times there
            found["lme4"] = run_r(spec, folder, {"small": 3, "mid": 2}.get(size, 1))
        for engine in asked.engine:
            command = [sys.executable, __file__, "--repeat", str(asked.repeat)]
            done = subprocess.run(
                [*command, "--measure", engine, model, str(folder)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            found[engine] = json.loads(done.stdout)
    for engine, one in found.items():
        times = [found["lme4"][clock] / one[clock] for clock in ("wall", "cpu") if with_r]
        cells = [size, model, f"{rows:,}", engine, f"{one['wall']:.4f}", f"{one['cpu']:.4f}"]
        cells += [f"{one['first']:.3f}", f"{one['memory']:.0f}"]
        cells += [" / ".join(f"{ratio:.0f}" for ratio in times)]
        cells += [f"{one['estimate']:.9f}", f"{one['se']:.9f}"]
        cells += [f"{one['df']:.2f}" if "df" in one else "", f"{one['deviance']:.6f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
