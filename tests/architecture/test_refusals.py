"""Every refusal of a file says what was found, what was expected, and what to do."""

import ast
from pathlib import Path

import pytest

from instroom.core.errors import LONGEST, DataError, InstroomError, Where

SOURCES = Path(__file__).parents[2] / "src" / "instroom" / "sources"
ERRORS = {"SourceError", "DataError", "UserError", "MachineError", "DefinitionError"}
SAID = {"found", "expected", "hint"}


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.py")), ids=lambda p: p.stem)
def test_a_refusal_is_whole(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            names = {keyword.arg for keyword in node.keywords}
            lacking = SAID - names if None not in names else set()
            assert not lacking, f"{path.name}, line {node.lineno}: no {', '.join(sorted(lacking))}"


def test_a_refusal_is_short_whatever_a_file_holds() -> None:
    long = "x" * 10_000
    error = DataError(long, found=long, expected=long, hint=long, where=Where(column=long))
    for shown in (
        error,
        error.in_file("a.csv"),
        DataError.__reduce__(error)[0](*error.__reduce__()[1]),
    ):
        assert isinstance(shown, InstroomError)
        said = [shown.message, shown.found or "", shown.expected or "", shown.hint or ""]
        assert sum(map(len, said)) <= LONGEST
        assert all(part.endswith("…") for part in said)
        assert len(shown.to_dict()["where"]["column"]) <= 80
