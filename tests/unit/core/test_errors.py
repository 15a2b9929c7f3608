"""What is raised on purpose, and what it shows."""

import json
import pickle

import pytest

from instroom.core import errors
from instroom.core.errors import InstroomError, SourceError, UserError, Where

FULL = {
    "code": "not_a_number",
    "message": "this cell is no number",
    "where": {"file": "a.csv", "row": 12, "column": "MAN", "key": None},
    "found": "'x'",
    "expected": "a whole number",
    "hint": "fetch it again",
}


def full() -> SourceError:
    return SourceError(
        FULL["message"],
        code=FULL["code"],
        where=Where("a.csv", 12, "MAN"),
        found=FULL["found"],
        expected=FULL["expected"],
        hint=FULL["hint"],
    )


def test_public_shape() -> None:
    assert full().to_dict() == FULL
    assert json.loads(json.dumps(full().to_dict())) == FULL


def test_text_says_where_what_and_what_to_do() -> None:
    assert str(full()) == (
        "a.csv, row 12, column 'MAN': this cell is no number\n"
        "  found:    'x'\n"
        "  expected: a whole number\n"
        "  to do:    fetch it again"
    )
    assert str(UserError("no")) == "no"
    assert str(Where(key="k")) == "key 'k'"
    assert str(Where()) == ""


def test_an_error_crosses_processes() -> None:
    again = pickle.loads(pickle.dumps(full()))  # noqa: S301  our own bytes
    assert type(again) is SourceError
    assert again.to_dict() == FULL


def test_in_file_fills_in_only_the_file() -> None:
    named = full().in_file("b.csv")
    assert named.to_dict() == {**FULL, "where": {**FULL["where"], "file": "b.csv"}}
    assert type(named) is SourceError


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("UserError", 2),
        ("DefinitionError", 10),
        ("SourceError", 11),
        ("SourceUnavailableError", 11),
        ("DataError", 12),
        ("PrivacyError", 13),
        ("NotAllowedError", 14),
    ],
)
def test_exit_codes_are_the_contract(name: str, exit_code: int) -> None:
    kind = getattr(errors, name)
    assert kind.exit_code == exit_code
    assert issubclass(kind, UserError)
    assert kind("x").code != "error"


def test_programming_error_is_not_for_users() -> None:
    assert not issubclass(errors.ProgrammingError, UserError)
    assert issubclass(errors.ProgrammingError, InstroomError)
