"""Results without numbers: a misspelt name is refused, and no known number becomes ``nan``."""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest

import instroom.stats
from instroom.stats.arrays import Floats
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus

PACKAGE = Path(instroom.stats.__file__).parent
PROBLEM = (FitStatus.TOO_FEW, None)
NUMBERS = (float, tuple[float, float], Floats)


def _callers() -> Iterator[type]:
    """Yield every class that a module makes without numbers."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("instroom.stats", *path.relative_to(PACKAGE).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                given = [n.id for n in (node.func, *node.args) if isinstance(n, ast.Name)]
                if "without_numbers" in given:
                    after = given[given.index("without_numbers") + 1]
                    yield getattr(importlib.import_module(name), after)


KINDS = sorted(set(_callers()), key=lambda kind: kind.__name__)


def _known(kind: type) -> dict[str, Any]:
    """Return something for each field that is no number."""
    types = get_type_hints(kind)
    given = {f.name: "known" for f in fields(kind) if types[f.name] not in NUMBERS}
    return {name: text for name, text in given.items() if name not in ("status", "reason")}


def test_every_caller_is_found() -> None:
    texts = [p.read_text("utf-8") for p in PACKAGE.rglob("*.py") if p.name != "results.py"]
    assert sum("import without_numbers" in t or ", without_numbers" in t for t in texts) > 15
    assert len(KINDS) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_unknown_and_the_rest_is_known(kind: type) -> None:
    found = without_numbers(kind, PROBLEM, size=2, **_known(kind))
    for name, type_ in get_type_hints(kind).items():
        value = getattr(found, name)
        if type_ in NUMBERS:
            assert np.isnan(value).all(), name
        elif name in ("status", "reason"):
            assert value == dict(zip(("status", "reason"), PROBLEM, strict=True))[name]
        else:
            assert value == "known", name


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_no_field_is_refused(kind: type) -> None:
    for name in get_type_hints(kind):
        with pytest.raises(TypeError, match=f"^{name}_: no such field"):
            without_numbers(kind, PROBLEM, **_known(kind), **{f"{name}_": 1.0})
        with pytest.raises(TypeError, match=f"^{name}_: no such field"):
            without_numbers(kind, PROBLEM, shapes={f"{name}_": (1,)}, **_known(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_shape_is_of_an_array(kind: type) -> None:
    for name, type_ in get_type_hints(kind).items():
        if type_ != Floats:
            with pytest.raises(TypeError, match=f"^{name}: no such field"):
                without_numbers(kind, PROBLEM, shapes={name: (1,)}, **_known(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_number_must_be_known(kind: type) -> None:
    for name in _known(kind):
        rest = {key: text for key, text in _known(kind).items() if key != name}
        with pytest.raises(TypeError, match=f"^{name} is no number"):
            without_numbers(kind, PROBLEM, **rest)


def test_a_number_with_a_value_of_its_own_keeps_it() -> None:
    @dataclass
    class Interval:
        low: float
        status: FitStatus
        reason: None
        level: float = 0.95

    assert without_numbers(Interval, PROBLEM).level == 0.95
    assert without_numbers(Interval, PROBLEM, level=0.9).level == 0.9
    with pytest.raises(TypeError, match=r"^level_: no such field"):
        without_numbers(Interval, PROBLEM, level_=0.9)
