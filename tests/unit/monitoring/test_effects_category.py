"""A covariate of a few whole numbers may be a code; the answer says which option says so."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from instroom import api
from instroom.cli.statistics_lines import effect_lines

RNG = np.random.default_rng(3)
N = 120
TABLE = {
    "school": [f"s{i % 12}" for i in range(N)],
    "treated": [i % 12 % 2 for i in range(N)],
    "pre": RNG.normal(size=N).round(2),
    "post": RNG.normal(size=N).round(2),
    "kind": [i % 3 + 1 for i in range(N)],
    "age": [10 + i % 40 for i in range(N)],
    "word": [("havo", "vwo", "mavo")[i % 3] for i in range(N)],
}
ASKED = {"outcome": "post", "baseline": "pre", "treatment": "treated", "groups": "school"}


def test_a_code_is_named_with_the_option_in_three_languages() -> None:
    found = api.effect(TABLE, **ASKED, covariate="kind")
    assert len(found.to_dict()["warnings"]) == 1
    for how in ("--category kind", "category='kind'"):  # of the command, and of Python
        assert how in found.warnings[0]
    for language, word in (("nl", "hoeveelheid"), ("en", "amount"), ("de", "Menge")):
        assert any(word in line for line in effect_lines(found, language))


@pytest.mark.parametrize(
    "codes", [(-1, -9, 2), (-1, 0, 1), (-3, -2, -1), (1.0, 2.0, -1.0), ("+1", "02", "-3")]
)
def test_a_few_whole_numbers_may_be_codes_however_they_are_written(codes: tuple[Any, ...]) -> None:
    table = {**TABLE, "kind": [codes[i % 3] for i in range(N)]}
    found = api.effect(table, **ASKED, covariate="kind")
    assert "holds 3 different whole numbers" in found.warnings[0]


@pytest.mark.parametrize("amounts", [(-1.5, 0.0, 1.5), (0, 1, 0), (-1, 1, -1)])
def test_fractions_and_two_values_are_no_codes(amounts: tuple[float, ...]) -> None:
    table = {**TABLE, "kind": [amounts[i % 3] for i in range(N)]}
    assert "warnings" not in api.effect(table, **ASKED, covariate="kind").to_dict()


@pytest.mark.parametrize(
    "how",
    [
        {"category": "kind"},
        {"covariate": "age"},  # too many for a code
        {"covariate": "word"},
    ],
)
def test_what_is_said_or_no_code_needs_no_warning(how: dict[str, str]) -> None:
    assert "warnings" not in api.effect(TABLE, **ASKED, **how).to_dict()


def test_a_declared_category_needs_no_warning() -> None:
    table = pl.DataFrame(TABLE).with_columns(pl.col("kind").cast(pl.String).cast(pl.Categorical))
    assert "warnings" not in api.effect(table, **ASKED, covariate="kind").to_dict()
