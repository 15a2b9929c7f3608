"""Whatever is given for a table or a name: an answer with a status, or a refusal with a code."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from instroom import api
from instroom.core.errors import InstroomError

N = 24
RNG = np.random.default_rng(1)
ANSWERS = np.clip(np.round(RNG.normal(size=(N, 1)) + RNG.normal(size=(N, 6)) / 2 + 2), 0, 4)
GOOD: dict[str, Any] = {
    **{name: ANSWERS[:, j].tolist() for j, name in enumerate("abcdef")},
    "gender": ["girl" if i % 2 else "boy" for i in range(N)],
    "school": [f"s{i % 6}" for i in range(N)],
    "treated": [i % 6 % 2 for i in range(N)],
    "pre": RNG.normal(size=N).tolist(),
    "post": RNG.normal(size=N).tolist(),
    "yi": RNG.normal(size=N).tolist(),
    "vi": RNG.uniform(0.1, 1, size=N).tolist(),
    "paper": [f"p{i % 5}" for i in range(N)],
}
ASKED = {"outcome": "post", "baseline": "pre", "treatment": "treated", "groups": "school"}
#: Function -> what is asked of it, and the arguments that name columns.
CALLS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "compress": (ASKED, ("outcome", "baseline", "treatment", "groups", "covariate")),
    "dif": ({"items": "a,b,c", "group": "gender"}, ("items", "group")),
    "effect": (
        ASKED,
        ("outcome", "baseline", "treatment", "groups", "covariate", "category", "by", "link"),
    ),
    "graded": ({"items": "a,b,c"}, ("items",)),
    "invariance": ({"items": "a,b,c", "group": "gender"}, ("items", "group")),
    "meta": (
        {"effect": "yi", "variance": "vi"},
        ("effect", "variance", "cluster", "moderator", "study"),
    ),
    "reliability": ({"items": "a,b,c"}, ("items", "reverse")),
}
#: What is no table at all, and the code it is refused with.
NO_TABLE: dict[str, tuple[Callable[[], Any], str]] = {
    "nothing": (lambda: None, "no_table"),
    "number": (lambda: 3, "no_table"),
    "list": (lambda: [1, 2], "no_table"),
    "rows": (lambda: [{"a": 1, "b": 2}], "no_table"),
    "array": (lambda: np.zeros((3, 3)), "no_table"),
    "series": (lambda: pd.Series([1, 2]), "no_table"),
    "bytes": (lambda: b"a,b\n1,2\n", "no_table"),
    "a question that fails": (lambda: pl.DataFrame(GOOD).lazy().select("gone"), "no_table"),
    "uneven columns": (lambda: {**GOOD, "pre": [1.0, 2.0]}, "uneven_columns"),
    "a name twice": (
        lambda: pd.concat([pd.DataFrame(GOOD), pd.DataFrame(GOOD)], axis=1),
        "repeated_column",
    ),
    "a name twice in Arrow": (lambda: pa.table([[1], [2]], names=["a", "a"]), "repeated_column"),
    "numbers for names": (lambda: dict(enumerate(GOOD.values())), "bad_name"),
    "no file": (lambda: "there/is/none.csv", "no_file"),
    "a folder": (lambda: Path("/"), "no_file"),
    "a name too long": (lambda: "x" * 5000, "long_name"),
}


def _each(column: list[Any]) -> dict[str, list[Any]]:
    return dict.fromkeys(GOOD, column)


#: Tables with too little or something else in them.
POOR: dict[str, Any] = {
    "no columns": {},
    "no rows": _each([]),
    "an empty frame": pd.DataFrame(GOOD)[:0],
    "one row": {name: column[:1] for name, column in GOOD.items()},
    "two rows": {name: column[:2] for name, column in GOOD.items()},
    "only nan": _each([float("nan")] * N),
    "only None": _each([None] * N),
    "empty texts": _each([""] * N),
    "words": _each(["x"] * N),
    "one and the same": _each([1] * N),
    "all different": _each(list(range(N))),
    "yes and no": _each([True, False] * (N // 2)),
    "texts and numbers": _each(["x", 1] * (N // 2)),
    "infinite": _each([float("inf")] * N),
    "one value for a column": _each(3),  # type: ignore[arg-type]
    "a text for a column": _each("text"),  # type: ignore[arg-type]
    "lists": _each([[1, 2]] * N),
    "objects": pd.DataFrame({name: [object()] * N for name in GOOD}),
    "bytes in cells": _each([b"\xff"] * N),
    "signs without a letter": _each(["\ud800"] * N),
    "numbers beyond any": _each([2**70] * N),
}
#: What is no name of a column here.
NO_NAME: dict[str, Any] = {
    "number": 3,
    "numbers": [1, 2],
    "data": [GOOD["gender"]],
    "bytes": b"a",
    "object": object(),
    "unknown": "gone",
    "several unknown": ["gone", "away"],
}


def ask(name: str, table: Any, folder: Path, **asked: Any) -> Any:
    out = {"out": folder / "sums.zip"} if name == "compress" else {}
    return getattr(api, name)(table, **asked, **out)


def told(name: str, table: Any, folder: Path, **asked: Any) -> str:
    """Return the code of the refusal or the status of the answer; no other way out."""
    try:
        found = ask(name, table, folder, **asked)
    except InstroomError as error:
        assert error.code != "error" and str(error), "a refusal has a code of its own and words"
        return error.code
    assert found.summary("en")
    return str(getattr(found, "status", "written"))


def test_every_function_that_takes_a_table_is_asked() -> None:
    taking = {
        name
        for name in api.__all__
        for argument in list(inspect.signature(getattr(api, name)).parameters)[:1]
        if argument == "file"
    }
    assert taking == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", NO_TABLE)
def test_what_is_no_table_is_refused(name: str, kind: str, tmp_path: Path) -> None:
    make, code = NO_TABLE[kind]
    given = make()
    if given is None and name in ("effect", "compress"):
        code = "usage"  # a file may be left out beside files of sums
    assert told(name, given, tmp_path, **CALLS[name][0]) == code


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", POOR)
def test_a_poor_table_is_an_answer_or_a_refusal(name: str, kind: str, tmp_path: Path) -> None:
    assert told(name, POOR[kind], tmp_path, **CALLS[name][0])


@pytest.mark.parametrize(
    ("name", "argument"), [(name, one) for name, (_, every) in CALLS.items() for one in every]
)
@pytest.mark.parametrize("kind", NO_NAME)
def test_what_is_no_name_is_refused(name: str, argument: str, kind: str, tmp_path: Path) -> None:
    asked = CALLS[name][0] | {argument: NO_NAME[kind]}
    with pytest.raises(InstroomError) as caught:
        ask(name, GOOD, tmp_path, **asked)
    assert caught.value.code in ("bad_name", "unknown_column", "usage")
    assert "girl" not in str(caught.value), "data that stand where a name belongs are not told"


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("empty", ["", [], None, ",,", "  "])
def test_nothing_for_a_name_is_refused_where_one_is_needed(
    name: str, empty: Any, tmp_path: Path
) -> None:
    needed = CALLS[name][1][0]
    with pytest.raises(InstroomError) as caught:
        ask(name, GOOD, tmp_path, **CALLS[name][0] | {needed: empty})
    assert caught.value.code in ("usage", "unknown_column", "bad_name")


@pytest.mark.parametrize("name", ["dif", "graded", "invariance", "reliability"])
def test_a_question_named_twice_is_refused(name: str, tmp_path: Path) -> None:
    assert told(name, GOOD, tmp_path, **CALLS[name][0] | {"items": "a,b,c,a"}) == "usage"


@pytest.mark.parametrize("name", CALLS)
def test_a_table_in_memory_has_no_sheets(name: str, tmp_path: Path) -> None:
    assert told(name, GOOD, tmp_path, **CALLS[name][0], sheet="scores") == "no_sheet"


@pytest.mark.parametrize("figures", [None, 3, [1], [{"n": 3}], {"dims": {}, "n": 3}, "text"])
@pytest.mark.parametrize("argument", ["figures", "outside", "earlier"])
def test_figures_that_are_none_are_refused(argument: str, figures: Any) -> None:
    asked = {"figures": [{"dims": {}, "n": 30}]} | {argument: figures}
    with pytest.raises(InstroomError) as caught:
        api.protect(**asked)
    assert caught.value.code == "figure"


def test_an_uneven_column_is_named_with_its_first_row_that_lacks() -> None:
    with pytest.raises(InstroomError) as caught:
        api.graded({**GOOD, "b": [1, 2]}, items="a,b,c")
    where = caught.value.where
    assert (where.file, where.row, where.column) == ("(table)", 3, "b")
    assert (caught.value.found, caught.value.expected) == ("2 rows", "24 rows, as in column 'a'")


def test_a_text_among_numbers_is_refused_at_its_row() -> None:
    column = [*GOOD["b"][:4], "seven", *GOOD["b"][5:]]
    for table in ({**GOOD, "b": column}, pd.DataFrame({**GOOD, "b": column})):
        with pytest.raises(InstroomError, match="'seven' is not a number") as caught:
            api.graded(table, items="a,b,c")
        assert (caught.value.where.row, caught.value.where.column) == (5, "b")


def test_a_missing_value_said_in_words_is_missing_as_in_a_file() -> None:
    column = [*GOOD["b"][:4], "NA", None, *GOOD["b"][6:]]
    found = api.reliability({**GOOD, "b": column}, items="a,b,c")
    assert found.dropped == 2


@pytest.mark.parametrize("frame", [dict, pl.DataFrame, pd.DataFrame, pa.table])
def test_a_column_of_lists_stands_only_in_its_own_way(frame: Any) -> None:
    table = frame({**GOOD, "visits": [[1, 2]] * N})
    assert api.reliability(table, items="a,b,c").n == N
    with pytest.raises(InstroomError, match="column 'visits' holds something else") as caught:
        api.reliability(table, items="a,b,visits")
    assert caught.value.code == "unreadable_column"
