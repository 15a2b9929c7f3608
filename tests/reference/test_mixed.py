"""Multilevel models against R: lme4, lmerTest and pbkrtest.

``r/mixed.R`` simulates the data and writes the answers; a second set comes from the shared
reference answers, on real schools too, and is skipped without them.
"""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.stats.multilevel.kenward_roger import kenward_roger
from instroom.stats.multilevel.mixed import MixedFit, fit
from instroom.stats.multilevel.satterthwaite import satterthwaite

OUTPUT = Path(__file__).parent / "output"
SHARED = Path(__file__).parents[2].parent / "shared" / "reference"

ESTIMATE = 1e-5
"""Asked of estimates, standard errors, variances and deviance."""
DEGREES = 1e-4
"""Asked of Satterthwaite's degrees of freedom, which R takes from numerical differences."""
KENWARD_ROGER = 1e-6
"""Asked of Kenward-Roger; R's own answer moves this much with the last digits of its optimum."""

Columns = dict[str, np.ndarray]


@cache
def table(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of a file as texts."""
    with path.open(newline="") as file:
        found = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in found]) for name in found[0]}


def numbers(found: dict[str, np.ndarray], *names: str) -> Columns:
    """Return columns as numbers, only rows that have all of them."""
    complete = np.all([found[name] != "" for name in names], axis=0)
    return {name: found[name][complete].astype(float) for name in names}


def near(found: Any, expected: Any, rel: float) -> None:
    expected = np.asarray(expected, dtype=float)
    assert np.atleast_1d(found) == pytest.approx(np.atleast_1d(expected), rel=rel, abs=1e-12)


# Our own R script


def own() -> Any:
    return json.loads((OUTPUT / "mixed.json").read_text())


WIDE = ("treat", "pre", "girl", "post")
MODELS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    "school": (WIDE, ("school",), None),
    "school_ml": (WIDE, ("school",), None),
    "class_in_school": (WIDE, ("school", "klas"), None),
    "class_in_school_in_board": (WIDE, ("board", "school", "klas"), None),
    "boundary": (("treat", "pre", "flat"), ("school",), None),
    "growth": (("treat", "wave", "treat:wave", "y"), ("school", "pupil"), "wave"),
    "growth_pupil_ml": (("treat", "wave", "y"), ("pupil",), "wave"),
    "growth_moments": (("treat", "time", "y"), ("school", "pupil"), "time"),
    "growth_tied": (("treat", "wave", "tied"), ("pupil",), "wave"),
    "growth_uncorrelated": (("treat", "wave", "y"), ("school", "pupil"), "wave"),
}


AT_THE_EDGE = ("boundary", "growth_tied")


def cross_products(columns: tuple[str, ...], groups: tuple[str, ...], slope: str | None, data: str):
    found = table(OUTPUT / data)
    values = {
        name: numbers(found, "treat")["treat"] * numbers(found, "wave")["wave"]
        if name == "treat:wave"
        else numbers(found, name)[name]
        for name in columns
    }
    return from_arrays(values, {level: found[level] for level in groups}, slope=slope)


@pytest.mark.parametrize("case", own()["cases"], ids=lambda case: case["id"])
def test_models_of_our_own_script(case: Any) -> None:
    cross = cross_products(*MODELS[case["id"]], case["data"])
    found = fit(
        cross,
        method="reml" if case["reml"] else "ml",
        correlated=case["id"] != "growth_uncorrelated",
    )
    expected = case["expect"]
    order = [found.names.index(name) for name in expected["names"]]
    assert len(order) == len(found.names)
    assert found.n == expected["n"]
    assert found.status == ("boundary" if case["id"] in AT_THE_EDGE else "ok")
    near(found.beta[order], expected["beta"], ESTIMATE)
    near(found.se[order], expected["se"], ESTIMATE)
    near(found.deviance, expected["deviance"], ESTIMATE)
    near(found.theta, expected["theta"], ESTIMATE)
    theirs = {name.replace(".1", ""): value for name, value in expected["variances"].items()}
    assert variances(found, cross) == pytest.approx(theirs, rel=ESTIMATE)
    tests = satterthwaite(found)
    near(tests.df[order], expected["df"], DEGREES)
    near(tests.p[order], expected["p"], 1e-3)  # far in the tail a p value moves faster than its df
    if "se_kr" in expected:
        adjusted = kenward_roger(found)
        near(adjusted.se[order], expected["se_kr"], KENWARD_ROGER)
        near(adjusted.df[order], expected["df_kr"], KENWARD_ROGER)


def variances(found: MixedFit, cross: CrossProducts) -> dict[str, float]:
    """Return the variances under the names lme4 gives them in a table."""
    names = {"Residual NA NA": found.residual}
    for name, value in found.variances.items():
        level, *rest = name.split(".")
        if not rest:
            names[f"{level} (Intercept) NA"] = value
        elif len(rest) == 1:
            names[f"{level} {cross.slope} NA"] = value
        elif value:  # without correlation lme4 has no such line
            names[f"{level} (Intercept) {cross.slope}"] = value
    return names


# The shared reference answers

shared = pytest.mark.shared
absent = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED.name} answers beside us")


def answers(name: str) -> Any:
    cases = json.loads((SHARED / "lmm.json").read_text())["cases"]
    return next(case for case in cases if case["id"] == name)["expect"]


def sleep(**asked: bool) -> MixedFit:
    rows = table(SHARED / "sleepstudy.csv")
    columns = numbers(rows, "Days", "Reaction")
    return fit(from_arrays(columns, {"Subject": rows["Subject"]}, slope="Days"), **asked)


def grouped(file: str, columns: tuple[str, ...], groups: tuple[str, ...]) -> MixedFit:
    rows = table(SHARED / file)
    complete = np.all([rows[name] != "" for name in (*columns, *groups)], axis=0)
    values = {name: rows[name][complete].astype(float) for name in columns}
    return fit(from_arrays(values, {level: rows[level][complete] for level in groups}))


def differences() -> MixedFit:
    rows = table(SHARED / "tiny_did.csv")
    complete = np.all([rows[name] != "" for name in rows], axis=0)
    rows = {name: values[complete] for name, values in rows.items()}
    years = {f"factor(year){year}": (rows["year"] == str(year)) * 1.0 for year in range(2022, 2027)}
    columns = {**numbers(rows, "treat"), **years, **numbers(rows, "d", "sex", "y")}
    school_year = np.char.add(np.char.add(rows["school"], ":"), rows["year"])
    return fit(from_arrays(columns, {"school": rows["school"], "sy": school_year}))


REAL = {
    "sleepstudy_reml_slope": sleep,
    "sleepstudy_reml_uncorr": lambda: sleep(correlated=False),
    "bdf_ancova": lambda: grouped(
        "bdf_dutch_schools.csv", ("pre", "sex", "ses", "iq", "post"), ("school",)
    ),
    "bdf_null": lambda: grouped("bdf_dutch_schools.csv", ("post",), ("school",)),
    "chem97_3level": lambda: grouped(
        "chem97.csv", ("gcsecnt", "female", "score"), ("lea", "school")
    ),
    "tiny_nested": lambda: grouped(
        "tiny_wide.csv", ("treat", "pre", "sex", "ses", "post"), ("school", "klas")
    ),
    "tiny_did": differences,
}


@shared
@absent
@pytest.mark.parametrize("name", REAL)
def test_models_of_the_shared_answers(name: str) -> None:
    found, expected = REAL[name](), answers(name)
    order = [found.names.index(column) for column in expected["beta"]]
    assert found.n == expected["n"]
    assert dict(zip(found.levels, found.groups, strict=True)) == expected["ngrp"]
    near(found.beta[order], list(expected["beta"].values()), ESTIMATE)
    near(found.se[order], list(expected["se"].values()), ESTIMATE)
    near(found.deviance, expected["crit"], ESTIMATE)
    near(found.log_likelihood, expected["logLik"], ESTIMATE)
    near(found.theta, list(expected["theta"].values()), ESTIMATE)
    ours = {
        key.replace(".(Intercept)", "", key.count(".") == 1): value
        for key, value in expected["var"].items()
    }
    for key, value in ours.items():
        mine = found.residual if key == "Residual" else found.variances[key.replace(".1", "")]
        near(mine, value, ESTIMATE)
    near(satterthwaite(found).df[order], list(expected["df_satterthwaite"].values()), DEGREES)
    if "se_kr" in expected:
        tests = kenward_roger(found)
        near(tests.se[order], list(expected["se_kr"].values()), KENWARD_ROGER)
        near(tests.df[order], list(expected["df_kr"].values()), KENWARD_ROGER)


@shared
@absent
def test_two_random_slopes_are_not_supported() -> None:
    rows = table(SHARED / "egsingle.csv")
    columns = numbers(rows, "year", "lowinc", "female", "math")
    groups = {"school": rows["school"], "child": rows["child"]}
    cross = from_arrays(columns, groups, slope="year")
    found = fit(cross, slope_levels=("school", "child"))
    assert found.status == "not_supported"
    assert "lowest level only" in found.reason
    assert np.isnan(found.beta).all()
