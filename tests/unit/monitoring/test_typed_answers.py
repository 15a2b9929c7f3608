"""Answers have fields, say themselves, and do not care what kind of table they came from."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from instroom import api
from instroom.core.answers import Answer
from instroom.monitoring.effect_answer import EffectAnswer, EffectAnswers


def scores() -> dict[str, list[Any]]:
    rng = np.random.default_rng(11)
    school = np.repeat(np.arange(24), 12)
    before = rng.normal(size=288)
    after = 0.5 * before + 0.4 * (school % 2) + rng.normal(size=288)
    return {
        "school": [f"s{i}" for i in school],
        "took_part": (school % 2).tolist(),
        "before": before.tolist(),
        "after": after.tolist(),
        "again": (after + rng.normal(size=288)).tolist(),
        "track": (1 + np.arange(288) % 3).tolist(),
    }


SCORES = scores()
STUDIES = {"yi": [0.38, 0.05, 0.22, 0.61], "vi": [0.020, 0.008, 0.030, 0.050]}
ASKED = {"outcome": "after", "baseline": "before", "treatment": "took_part", "groups": "school"}
Columns = dict[str, list[Any]]


def _path(columns: Columns, folder: Path) -> Path:
    pd.DataFrame(columns).to_csv(folder / "table.csv", index=False)
    return folder / "table.csv"


def _relation(columns: Columns, _: Path) -> Any:
    table = pa.table(columns)
    return duckdb.connect().from_arrow(table)


TABLES: dict[str, Callable[[Columns, Path], Any]] = {
    "path": _path,
    "text": lambda columns, folder: str(_path(columns, folder)),
    "pandas": lambda columns, _: pd.DataFrame(columns),
    "polars": lambda columns, _: pl.DataFrame(columns),
    "arrow": lambda columns, _: pa.table(columns),
    "duckdb": _relation,
    "dictionary": lambda columns, _: columns,
}


@pytest.mark.parametrize("kind", TABLES)
def test_any_table_gives_the_same_answer(kind: str, tmp_path: Path) -> None:
    made = TABLES[kind]
    found = api.effect(made(SCORES, tmp_path), **ASKED)
    assert found.to_dict() == api.effect(SCORES, **ASKED).to_dict()
    assert found.status in ("ok", "boundary")
    shared = api.compress(made(SCORES, tmp_path), **ASKED, out=tmp_path / f"{kind}.sums")
    assert (shared.n, dict(shared.groups)) == (288, {"school": 24})
    together = api.meta(made(STUDIES, tmp_path), effect="yi", variance="vi")
    assert together.estimate == pytest.approx(0.26884, abs=1e-5)
    answers = {"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 5], "c": [1, 3, 3, 4, 4]}
    assert api.reliability(made(answers, tmp_path), items="a,b,c").n == 5


def test_one_text_names_one_column_and_commas_separate() -> None:
    one = api.effect(SCORES, **ASKED)
    assert one.to_dict() == api.effect(SCORES, **ASKED | {"groups": ["school"]}).to_dict()
    both = api.effect(SCORES, **ASKED | {"outcome": "after,again"})
    assert isinstance(both, EffectAnswers)
    assert [answer.outcome for answer in both.outcomes] == ["after", "again"]


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_a_declared_category_is_one_even_when_its_words_are_numbers(kind: str) -> None:
    frame = pd.DataFrame(SCORES)
    coded: Any = frame.assign(track=frame["track"].astype("category"))
    if kind == "polars":
        track = pl.col("track").cast(pl.String).cast(pl.Categorical)
        coded = pl.DataFrame(SCORES).with_columns(track)
    if kind == "arrow":
        coded = pa.table(SCORES)
        coded = coded.set_column(5, "track", coded["track"].cast(pa.string()).dictionary_encode())
    declared = api.effect(coded, **ASKED, covariate="track")
    said = api.effect(SCORES, **ASKED, category="track")
    number = api.effect(SCORES, **ASKED, covariate="track")
    assert declared.to_dict() == said.to_dict()
    assert len(declared["coefficients"]) == len(number["coefficients"]) + 1


def every() -> list[Answer]:
    answers = {"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 5], "c": [1, 3, 3, 4, 4]}
    return [
        api.effect(SCORES, **ASKED),
        api.effect(SCORES, **ASKED | {"outcome": "after,again"}),
        api.effect({name: column[:24] for name, column in SCORES.items()}, **ASKED),
        api.meta(STUDIES, effect="yi", variance="vi"),
        api.meta({"yi": [0.4], "vi": [0.02]}, effect="yi", variance="vi"),
        api.reliability(answers, items="a,b,c"),
        api.reliability({name: column[:2] for name, column in answers.items()}, items="a,b,c"),
        api.power(schools=30, pupils=50, icc=0.15, effect=0.4),
        api.power(schools=2, pupils=5, icc=0.1),
    ]


@pytest.mark.parametrize("found", every(), ids=lambda found: type(found).__name__)
def test_an_answer_says_itself_and_cannot_be_changed(found: Answer) -> None:
    said = {language: found.summary(language) for language in ("nl", "en", "de")}
    assert len(set(said.values())) == 3, "every language has its own words"
    assert repr(found) == f"<{type(found).__name__}: {said['nl']}>"
    html = found._repr_html_()
    assert html.startswith("<p>")
    assert ("<svg" in html) == bool(found.picture())
    name = next(iter(found.__dataclass_fields__))  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        setattr(found, name, None)


def test_what_can_be_drawn_is_drawn() -> None:
    whole, two, _, studies, _, scale, _, plan, nothing = every()
    assert [bool(one.picture()) for one in (whole, two, studies, scale, plan)] == [True] * 5
    assert nothing["mdes"] is None
    assert nothing.picture() == ""


def test_fields_are_the_numbers_of_the_json() -> None:
    found = api.effect(SCORES, **ASKED)
    assert isinstance(found, EffectAnswer)
    assert found.estimate == pytest.approx(found["estimate"], abs=1e-11)
    assert found.reasons
    assert [reason.key for reason in found.reasons] == [one["key"] for one in found["reasons"]]
    assert "spoken" not in found
    assert "pooled" not in found
