"""Read definition files; of one that cannot be used everything that is wrong is said at once."""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message, joined, words_of
from instroom.core.printing import printable
from instroom.definitions import models
from instroom.definitions.kinds import called, kind_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

D = TypeVar("D", bound=models.Definition)
#: Names that were meant to end with ``.toml``: in capitals, or with what an editor put behind it.
_NEARLY = re.compile(r"\.toml(\.txt)?", re.IGNORECASE)


def load(folder: Path, model: type[D], base: Path | None = None) -> dict[str, D]:
    """Read all definition files below ``folder``.

    The id is the path below the folder without ``.toml`` (``technical_profile/monitor``).

    Raises
    ------
    DefinitionError
        With file and key; all problems of one file at once, unknown keys first, because a
        misspelt key is why another one seems to be missing.
    """
    items: dict[str, D] = {}
    for file in files(folder, base or folder):
        key = file.relative_to(folder).with_suffix("").as_posix()
        items[key] = read_file(file, model, key, base or folder)
    return items


def files(folder: Path, base: Path) -> Iterator[Path]:
    """Yield the definition files below a folder, in order; hidden folders hold none.

    Raises
    ------
    DefinitionError
        For a name that nearly ends with ``.toml``: nothing would read that file.
    """
    for file in sorted(folder.rglob("*")):
        ending = _NEARLY.search(file.name)
        if not ending or ending.end() != len(file.name) or not file.is_file():
            continue
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        if ending[0] != ".toml":
            raise DefinitionError(
                "the name of a definition file ends with .toml",
                code="definition_lost",
                where=Where(file=_name(file, base)),
                found=ending[0],
                hint=Message("call the file {name}", name=f"{file.name[: ending.start()]}.toml"),
            )
        yield file


def _name(file: Path, base: Path) -> str:
    return file.relative_to(base).as_posix() if file.is_relative_to(base) else file.name


def read_file(file: Path, model: type[D], key: str, base: Path) -> D:
    """Read one definition file; see :func:`load`."""
    name = _name(file, base)
    try:
        # not judged yet: the model says what may stand in it
        data: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _no_toml(error, name, file) from error
    try:
        return model(id=key, **{k: v for k, v in data.items() if k != "id"})
    except ValidationError as error:
        raise _all_problems(error, name, model) from error


def _all_problems(
    error: ValidationError, name: str, model: type[models.Definition]
) -> DefinitionError:
    """Return all problems as one refusal, whose place is the first of them."""
    problems = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    first, *others = ((_key(one), _what_is_wrong(one, model)) for one in problems)
    rest = [Message("key '{key}': {problem}", key=key, problem=said) for key, said in others]
    return DefinitionError(
        joined("; ", [first[1], *rest]),
        code="definition_invalid",
        where=Where(file=name, key=first[0] or None),
        found=Message("{n} problems", n=len(problems)) if rest else Message("one problem"),
        expected=Message("a file of the kind '{kind}'", kind=called(kind_of(model))),
        hint=Message("mend the file; nothing was loaded"),
    )


#: What the library that checks definitions calls a problem -> our words for it.
_PROBLEMS = {
    "missing": "this key is missing",
    "string_type": "text is expected",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "float_parsing": "a number is expected",
    "list_type": "a list is expected",
    "tuple_type": "a list is expected",
    "dict_type": "a table is expected",
    "model_type": "a table is expected",
    "literal_error": "one of {expected} is expected",
    "string_pattern_mismatch": "text of the form {pattern} is expected",
    "string_too_short": "at least {min_length} signs are expected",
    "string_too_long": "at most {max_length} signs are expected",
    "too_short": "at least {min_length} parts are expected",
    "too_long": "at most {max_length} parts are expected",
    "greater_than": "a number above {gt} is expected",
    "greater_than_equal": "a number of {ge} or more is expected",
    "less_than": "a number below {lt} is expected",
    "less_than_equal": "a number of {le} or less is expected",
    "date_type": "a date is expected",
    "date_parsing": "a date is expected",
    "date_from_datetime_parsing": "a date is expected",
    "date_from_datetime_inexact": "a date is expected",
}
#: The same where nothing stands and something is expected.
_EMPTY_PROBLEMS = {
    "string_too_short": "this text is empty",
    "too_short": "this list is empty",
}
_QUOTED = re.compile(r"'[^']*'")


def _key(problem: "ErrorDetails") -> str:
    return ".".join(str(part) for part in problem["loc"])


def _what_is_wrong(problem: "ErrorDetails", model: type[models.Definition]) -> str:
    """Return one problem in words; an error the table does not know keeps the library's own."""
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(str(problem["loc"][-1]), model.model_fields, 1)
        if not near:
            return Message("unknown key")
        return Message("unknown key; did you mean '{near}'?", near=near[0])
    said = {name: str(value) for name, value in problem.get("ctx", {}).items()}
    if problem["type"] == "value_error":
        return words_of(problem["ctx"]["error"])
    if problem["type"] == "literal_error":  # the library joins them with an English "or"
        said["expected"] = ", ".join(_QUOTED.findall(said["expected"]))
    if problem["type"] in _EMPTY_PROBLEMS and not problem["input"]:
        return Message(_EMPTY_PROBLEMS[problem["type"]])
    if problem["type"] in _PROBLEMS:
        return Message(_PROBLEMS[problem["type"]], **said)
    return problem["msg"]


_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def _no_toml(error: Exception, name: str, file: Path) -> DefinitionError:
    """Return the refusal of a file that is no TOML, with the line where reading stopped."""
    place = _PLACE.search(str(error))
    row = int(place[1]) if place else None
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    return DefinitionError(
        "this is no TOML",
        code="definition_syntax",
        where=Where(file=name, row=row),
        found=printable(lines[row - 1].strip(), 120) if row and row <= len(lines) else None,
        expected=Message('a key, = and a value on every line, as in: title = "Havo"'),
        hint=Message("look at this line, and at the quotes and brackets before it"),
    )
