"""Whatever the table: an answer with a status and a reason, or a refusal; never a traceback.

A seeded sweep over small, lopsided and empty-handed tables; warnings are errors, and the JSON may
hold no NaN.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.core.errors import UserError
from instroom.monitoring.effects import effect

STATUSES = {
    "ok", "boundary", "partial", "rank_deficient", "too_few", "not_supported", "not_converged",
    "crossed", "separation",
}  # fmt: skip


def table(rng: np.random.Generator) -> str:
    """Return a small CSV with schools, classes, a treatment, scores and holes."""
    n, schools = int(rng.choice([1, 3, 5, 12, 40, 150])), int(rng.choice([1, 2, 3, 6, 12]))
    school = rng.integers(0, schools, n)
    post = [rng.normal(size=n).round(2), rng.integers(0, 2, n), np.full(n, 1e9)]
    columns: dict[str, Any] = {
        "school": school,
        "class": school * 3 + rng.integers(0, 3, n),
        "treat": school % 2 if rng.random() < 0.6 else rng.integers(0, 2, n),
        "pre": rng.normal(size=n).round(2) if rng.random() < 0.8 else np.full(n, 3.0),
        "post": post[int(rng.choice(3, p=[0.7, 0.2, 0.1]))],
        "group": rng.integers(0, 2, n),
        "wave": rng.integers(0, 4, n),
        "pupil": np.arange(n) // 4,
        "name": rng.choice(["a", "b", "c"], n),
    }
    rows = [
        ",".join("" if rng.random() < 0.03 else str(values[i]) for values in columns.values())
        for i in range(n)
    ]
    return "\n".join([",".join(columns), *rows]) + "\n"


def options(rng: np.random.Generator) -> dict[str, Any]:
    """Return options of ``effect``, some of which do not go together."""
    asked: dict[str, Any] = {"outcome": "post"}
    choices: list[tuple[float, str, list[Any]]] = [
        (0.8, "treatment", ["treat"]),
        (0.8, "baseline", ["pre"]),
        (0.8, "groups", [["school"], ["school", "class"]]),
        (0.7, "design", ["ancova", "did", "growth", "one_group"]),
        (0.5, "time", ["wave"]),
        (0.5, "pupil", ["pupil"]),
        (0.4, "start", [2.0]),
        (0.3, "by", ["group", "name", "pre"]),
        (0.3, "covariate", [["name"]]),
        (0.3, "robust", ["cr1", "cr2"]),
        (0.2, "df", ["kenward-roger"]),
        (0.3, "nested", [True]),
        (0.2, "family", ["gaussian"]),
    ]
    for chance, name, values in choices:
        if rng.random() < chance:
            asked[name] = values[int(rng.integers(len(values)))]
    return asked


@pytest.mark.parametrize("seed", range(80))
def test_an_answer_or_a_refusal(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    path = tmp_path / "scores.csv"
    for _ in range(4):
        path.write_text(table(rng))
        try:
            found = effect(path, **options(rng))
        except UserError as error:
            assert error.message
            continue
        assert json.dumps(found.to_dict(), allow_nan=False)
        assert found["status"] in STATUSES
        assert found["wording"]["nl"]
        if found["status"] != "ok":
            assert found["reason"]
        if found["estimate"] is not None:
            assert found["se"] > 0
            assert found["ci"][0] < found["estimate"] < found["ci"][1]
