"""Every English sentence of refusals, warnings and hints, with its code: what errors.po holds.

A sentence counts when it is a literal in ``Message("...")`` or in one of the errors of the house
(its message, or ``found=``, ``expected=``, ``hint=``). An f-string there is a fault: its words
could not be looked up.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from instroom.core.messages import has_words

SOURCE = Path(__file__).parents[1] / "src"
#: Tables of templates that reach ``Message()`` by a variable: file and name of the constant.
TABLES = (
    ("instroom/definitions/registry.py", "_PROBLEMS"),
    ("instroom/cli/parser.py", "_SAID"),
)
_PARTS = ("found", "expected", "hint")
_BASE = "InstroomError"
#: For developers, with a traceback: not translated.
_INSIDE = {"ProgrammingError"}
_LETTERS = re.compile(r"[^\W\d_]{2}")


class UnmarkedMessageError(Exception):
    """Words of a refusal that no translator can find."""


@dataclass(frozen=True)
class Refusal:
    """One place where an error is raised: its code, and the templates it says."""

    place: str
    code: str | None
    said: tuple[str, ...]
    hint: tuple[str, ...]


def collect() -> dict[str, set[str]]:
    """Return every template with the files it stands in.

    Raises
    ------
    UnmarkedMessageError
        For an f-string with words inside a refusal.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for place, template in (*_in_code(), *_in_tables()):
        if has_words(template):
            found[template].add(place)
    return dict(found)


def refusals() -> list[Refusal]:
    """Return every place in the code that raises an error of the house with its own words."""
    found = []
    for place, tree in trees():
        for node in _calls(tree):
            if _name(node.func) in errors():
                values = {k.arg: k.value for k in node.keywords}
                code = values.get("code")
                found.append(
                    Refusal(
                        place,
                        code.value if isinstance(code, ast.Constant) else None,
                        tuple(literals(node.args[0], place)) if node.args else (),
                        tuple(literals(values["hint"], place)) if "hint" in values else (),
                    )
                )
    return found


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield each source file with its syntax tree."""
    for file in sorted(SOURCE.rglob("*.py")):
        yield file.relative_to(SOURCE.parent).as_posix(), ast.parse(file.read_text("utf-8"))


def errors() -> frozenset[str]:
    """Return the names of all errors of the house."""
    if not _ERRORS:
        bases = {
            node.name: {_name(base) for base in node.bases}
            for _, tree in trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }
        known = {_BASE}
        while more := {n for n, of in bases.items() if of & known and n not in known}:
            known |= more
        _ERRORS.update(known - _INSIDE)
    return frozenset(_ERRORS)


_ERRORS: set[str] = set()


def _in_code() -> Iterator[tuple[str, str]]:
    for place, tree in trees():
        for node in _calls(tree):
            for value in _speaking(node):
                for template in literals(value, f"{place}:{node.lineno}"):
                    yield place, template


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _speaking(node: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that are words for a reader."""
    name = _name(node.func)
    if name == "Message" or name in errors():
        yield from node.args[:1]
    if name in errors():
        yield from (k.value for k in node.keywords if k.arg in _PARTS)


def literals(node: ast.expr, where: str) -> Iterator[str]:
    """Yield the texts an expression can be; what is made elsewhere is found there."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from (*literals(one, where), *literals(other, where))
        case ast.BoolOp(values=several):
            for one in several:
                yield from literals(one, where)
        case ast.BinOp(left=one, right=other, op=ast.Add()):
            words = [*literals(one, where), *literals(other, where)]
            if any(_LETTERS.search(text) for text in words):
                raise UnmarkedMessageError(f"{where}: words that are added up: {words}")
        case ast.JoinedStr(values=parts):
            said = "".join(str(p.value) for p in parts if isinstance(p, ast.Constant))
            if _LETTERS.search(said):
                raise UnmarkedMessageError(f"{where}: an f-string with words: {said!r}")


def _in_tables() -> Iterator[tuple[str, str]]:
    for file, name in TABLES:
        tree = ast.parse((SOURCE / file).read_text("utf-8"))
        values = [
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value is not None
            and ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            == name
        ]
        if not values:
            raise UnmarkedMessageError(f"{file}: there is no table {name}")
        for node in ast.walk(values[0]):
            if isinstance(node, ast.Dict):
                for value in node.values:
                    yield from ((f"src/{file}", text) for text in literals(value, file))


def _name(node: ast.expr) -> str:
    """Return the last part of ``errors.DataError``."""
    return node.id if isinstance(node, ast.Name) else str(getattr(node, "attr", ""))
