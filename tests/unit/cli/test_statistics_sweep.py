"""Whatever is asked of meta, power, reliability and protect: an answer or a refusal, never a crash.

A seeded sweep; warnings are errors, and the JSON may hold no NaN.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.cli.main import main

Generator = np.random.Generator
Make = Callable[[Generator, Path], list[object]]


def meta(rng: Generator, folder: Path) -> list[object]:
    k = int(rng.choice([1, 2, 3, 5, 9, 20]))
    effect = rng.normal(size=k).round(3) if rng.random() < 0.8 else np.zeros(k)
    odd = rng.choice([0.01, 0.02, 0.1, 0.0, -1.0], k, p=[0.4, 0.3, 0.2, 0.05, 0.05])
    variance = odd if rng.random() < 0.4 else rng.uniform(0.01, 0.2, k).round(4)
    rows = [f"{i // 2},{effect[i]},{variance[i]},{rng.integers(0, 3)}" for i in range(k)]
    (folder / "studies.csv").write_text("\n".join(["study,yi,vi,mod", *rows]) + "\n")
    words: list[object] = ["meta", folder / "studies.csv", "--effect", "yi", "--variance", "vi"]
    words += ["--cluster", "study"] if rng.random() < 0.4 else []
    words += ["--moderator", "mod"] if rng.random() < 0.4 else []
    words += ["--method", rng.choice(["REML", "DL", "PM", "ML", "EB", "FE"])]
    return [*words, "--test", rng.choice(["knha", "z"])]


def power(rng: Generator, folder: Path) -> list[object]:
    del folder
    words: list[object] = ["power", "--schools", rng.choice([-1, 0, 1, 2, 4, 30, 200])]
    words += ["--pupils", rng.choice([0, 1, 2, 20]), "--icc", rng.choice([-0.1, 0, 0.05, 1, 1.2])]
    if rng.random() < 0.3:
        words += ["--classes", rng.choice([1, 2, 3]), "--icc-class", rng.choice([0, 0.1, 0.6])]
    words += ["--r2-school", rng.choice([0, 0.5, 1])] if rng.random() < 0.3 else []
    words += ["--effect", rng.choice([0, 0.2, 5])] if rng.random() < 0.3 else []
    words += ["--treated-share", rng.choice([0, 0.1, 1])] if rng.random() < 0.2 else []
    return words + (["--simulate"] if rng.random() < 0.15 else [])


def reliability(rng: Generator, folder: Path) -> list[object]:
    n = int(rng.choice([0, 1, 2, 3, 10, 60]))
    answers = rng.integers(1, 6, (n, 4)) if rng.random() < 0.8 else np.full((n, 4), 3)
    rows = [",".join("" if rng.random() < 0.05 else str(a) for a in row) for row in answers]
    (folder / "answers.csv").write_text("\n".join(["a,b,c,d", *rows]) + "\n")
    words: list[object] = ["reliability", folder / "answers.csv", "--items"]
    words += [rng.choice(["a,b", "a,b,c", "a,b,c,d"])]
    words += ["--range", "1:5"] if rng.random() < 0.5 else []
    return words + (["--reverse", "a"] if rng.random() < 0.3 else [])


def protect(rng: Generator, folder: Path) -> list[object]:
    figures: list[Any] = []
    schools = int(rng.choice([1, 2, 3, 5]))
    for school in range(schools):
        counts = [int(rng.poisson(rng.choice([2, 12, 30]))) for _ in "mv"]
        for gender, n in zip("mv", counts, strict=True):
            dims = {"school": f"s{school}", "gender": gender}
            figures.append({"dims": dims, "n": n if rng.random() < 0.97 else None})
        wrong = int(rng.random() < 0.03)
        figures.append({"dims": {"school": f"s{school}"}, "n": sum(counts) + wrong})
    if rng.random() < 0.2:
        figures.append([{"n": 3}, {"dims": {}, "n": -1}, 3, {"nested": 4}][int(rng.integers(4))])
    if rng.random() < 0.5:
        figures.append({"nested": {"school": {f"s{s}": {"town": "x"} for s in range(schools)}}})
    (folder / "figures.json").write_text(json.dumps(figures if rng.random() < 0.95 else 3))
    return ["protect", folder / "figures.json", *(["--round", 5] if rng.random() < 0.4 else [])]


@pytest.mark.parametrize("make", [meta, power, reliability, protect])
@pytest.mark.parametrize("seed", range(12))
def test_an_answer_or_a_refusal(
    make: Make, seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(8):
        code = main([*map(str, make(rng, tmp_path)), "--json"])
        out, err = capsys.readouterr()
        found = json.loads(out, parse_constant=pytest.fail)
        assert err == ""
        assert code in (0, 12, 13)
        assert ("error" in found) == (code != 0)
        if code == 0 and isinstance(found, dict) and found["status"] != "ok":
            assert found["reason"]
