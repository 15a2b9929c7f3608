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
from functools import cache
from pathlib import Path
from typing import TypeGuard

from instroom.core.messages import has_words
from instroom.core.texts import Texts

SOURCE = Path(__file__).parents[1] / "src"
#: Tables of templates that reach ``Message()`` by a variable: file and name of the constant.
TABLES = (
    ("instroom/definitions/reading.py", "_PROBLEMS"),
    ("instroom/definitions/reading.py", "_EMPTY_PROBLEMS"),
    ("instroom/cli/parser.py", "_SAID"),
)
#: Code of every refusal that takes its words from one of these tables.
_CODE_OF_TABLE = {
    "_PROBLEMS": "definition_invalid",
    "_EMPTY_PROBLEMS": "definition_invalid",
    "_SAID": "usage",
}
#: Table of (code, message, expected, hint), and the error it is raised as.
_WHOLE_TABLE = ("instroom/core/trouble.py", "_WORDS", "MachineError")
#: Function that returns a dictionary: code -> (heading, what to do), in Dutch.
_ERROR_PAGES = ("instroom_web/shared/errors.py", "words", "UserError")
_PARTS = ("found", "expected", "hint")
_BASE = "InstroomError"
#: For developers, with a traceback: not translated.
_INSIDE = {"ProgrammingError"}
_LETTERS = re.compile(r"[^\W\d_]{2}")


class UnmarkedMessageError(Exception):
    """Words of a refusal that no translator can find."""


@dataclass(frozen=True)
class Refusal:
    """One place where an error is raised: its class and code, and the templates it says."""

    place: str
    kind: str
    code: str
    said: tuple[str, ...]
    expected: tuple[str, ...]
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
    """Return every way in which the code raises an error of the house with its own words.

    What a helper is given counts where the helper is called. An error that only passes on the
    code and words of another is left out.
    """
    modules = [_Module(place, tree) for place, tree in trees()]
    helpers = [helper for module in modules for helper in module.helpers()]
    found = [refusal for module in modules for refusal in module.raised(helpers)]
    return [*found, *_of_tables(), *_of_pages()]


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield each source file with its syntax tree."""
    for file in sorted(SOURCE.rglob("*.py")):
        yield file.relative_to(SOURCE.parent).as_posix(), ast.parse(file.read_text("utf-8"))


def errors() -> frozenset[str]:
    """Return the names of all errors of the house, without those for developers."""
    return frozenset(codes_of_kinds()) - _INSIDE


@cache
def codes_of_kinds() -> dict[str, str]:
    """Return the errors of the house, and the code each has when nothing else is said."""
    classes = {
        node.name: node
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {_BASE: _own_code(classes[_BASE]) or ""}
    while more := {
        name: _own_code(node) or found[base]
        for name, node in classes.items()
        for base in map(_name, node.bases)
        if base in found and name not in found
    }:
        found |= more
    return found


def _own_code(node: ast.ClassDef) -> str | None:
    for line in node.body:
        match line:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                return code
    return None


@dataclass(frozen=True)
class _Helper:
    """A function that makes an error from what it is given."""

    place: str
    made: ast.Call
    scope: ast.FunctionDef

    def is_public(self) -> bool:
        """Return whether other files may call this by its name."""
        first = [arg.arg for arg in self.scope.args.args[:1]]
        return not self.scope.name.startswith("_") and first != ["self"]

    def given(self, call: ast.Call) -> dict[str, ast.expr]:
        """Return the arguments of a call, and else the defaults, by the names they have here."""
        of = self.scope.args
        names = [arg.arg for arg in (*of.posonlyargs, *of.args) if arg.arg != "self"]
        least = len(names) - len(of.defaults)
        only = zip((arg.arg for arg in of.kwonlyargs), of.kw_defaults, strict=True)
        return (
            dict(zip(names[least:], of.defaults, strict=True))
            | {name: value for name, value in only if value is not None}
            | dict(zip(names, call.args, strict=False))
            | {word.arg: word.value for word in call.keywords if word.arg}
        )


class _Module:
    """A source file: which errors it raises, and with which words."""

    def __init__(self, place: str, tree: ast.Module) -> None:
        self.place = place
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        self.calls = list(_with_scope(tree, None))

    def helpers(self) -> Iterator[_Helper]:
        """Yield the functions whose error takes its code or words from an argument."""
        for call, scope in self.calls:
            if _name(call.func) in errors() and scope and self.place != f"src/{_ERROR_PAGES[0]}":
                given = [
                    *call.args[:1],
                    *(k.value for k in call.keywords if k.arg in {"code", "said"}),
                ]
                if any(_is_argument(value, scope) for value in given):
                    yield _Helper(self.place, call, scope)

    def raised(self, helpers: list[_Helper]) -> Iterator[Refusal]:
        """Yield what is raised here, by an error's own name or through a helper."""
        inside = {id(helper.made) for helper in helpers}
        for call, scope in self.calls:
            name = _name(call.func)
            if name in errors() and id(call) not in inside:
                yield from self._said(name, call, {}, _Around(scope, call))
            for helper in helpers:
                near = helper.place == self.place or helper.is_public()
                if helper.scope.name == name and near:
                    kind, given = _name(helper.made.func), helper.given(call)
                    yield from self._said(kind, helper.made, given, _Around(scope, call))

    def _said(
        self,
        kind: str,
        made: ast.Call,
        given: dict[str, ast.expr],
        around: "_Around",
    ) -> Iterator[Refusal]:
        """Yield a refusal for every code one call can have; ``given``: what its names stand for."""
        values = {k.arg: k.value for k in made.keywords if k.arg}
        values |= {"": made.args[0]} if made.args else {}
        values = {
            name: given.get(value.id, value) if isinstance(value, ast.Name) else value
            for name, value in values.items()
        }
        for chosen in _branches(values):
            match chosen.get("code"):
                case None | ast.Constant(value=None):
                    code = codes_of_kinds()[kind]
                case ast.Constant(value=str(code)):
                    pass
                case _:
                    continue
            said = self.templates(chosen.get(""), around)
            if given and "said" in chosen:
                inner = self.templates(chosen["said"], around)
                said = [text.replace("{said}", words) for text in said for words in inner]
            parts = (
                said,
                self.templates(chosen.get("expected"), around),
                self.templates(chosen.get("hint"), around),
            )
            yield Refusal(self.place, kind, code, *(tuple(filter(has_words, p)) for p in parts))

    def templates(self, node: ast.expr | None, around: "_Around") -> list[str]:
        """Return the templates an expression can be, also by the name of a variable or function."""
        match node:
            case None:
                return []
            case ast.Call(func=func, args=[first, *_]) if _name(func) == "Message":
                several = [first]
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                within = self.functions[name]
                found = [n for n in ast.walk(within) if isinstance(n, ast.Return) and n.value]
                return [t for n in found for t in self.templates(n.value, _Around(within, n))]
            case ast.Name(id=name):
                several = around.assigned(name)
            case ast.IfExp(body=one, orelse=other):
                several = [one, other]
            case ast.BoolOp():
                several = node.values
            case _:
                return list(literals(node, self.place))
        return [text for one in several for text in self.templates(one, around)]


@dataclass(frozen=True)
class _Around:
    """The function a call stands in, if any."""

    scope: ast.FunctionDef | None
    call: ast.AST

    def assigned(self, name: str) -> list[ast.expr]:
        """Return what a variable can be: what was said last before the call, else all it can be."""
        found: list[ast.expr] = []
        for node in ast.walk(self.scope) if self.scope else ():
            for field in ("body", "orelse", "handlers", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):
                    before = [n.value for n in self._before(block) if _assigns(n, name)]
                    found = before[-1:] or found
        every = ast.walk(self.scope) if self.scope else ()
        return found or [n.value for n in every if _assigns(n, name)]

    def _before(self, block: list[ast.stmt]) -> list[ast.stmt]:
        """Return the lines of a block before the one that holds the call, if one does."""
        for position, line in enumerate(block):
            if any(inner is self.call for inner in ast.walk(line)):
                return block[:position]
        return []


def _assigns(node: ast.AST, name: str) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and name in map(_name, node.targets)


def _with_scope(
    node: ast.AST, scope: ast.FunctionDef | None
) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Yield every call with the function it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, scope
        yield from _with_scope(child, child if isinstance(child, ast.FunctionDef) else scope)


def _is_argument(node: ast.expr, scope: ast.FunctionDef) -> bool:
    of = scope.args
    names = {arg.arg for arg in (*of.posonlyargs, *of.args, *of.kwonlyargs)}
    return isinstance(node, ast.Name) and node.id in names


def _branches(values: dict[str, ast.expr]) -> Iterator[dict[str, ast.expr]]:
    """Yield the values for every outcome of the condition the code depends on."""
    code = values.get("code")
    if not isinstance(code, ast.IfExp):
        yield values
        return
    for true in (True, False):
        yield {name: _branch(value, code.test, true=true) for name, value in values.items()}


def _branch(node: ast.expr, test: ast.expr, *, true: bool) -> ast.expr:
    if isinstance(node, ast.IfExp) and ast.dump(node.test) == ast.dump(test):
        return node.body if true else node.orelse
    return node


def _of_tables() -> Iterator[Refusal]:
    """Yield the refusals whose words stand in a table."""
    for file, name in TABLES:
        texts = dict.fromkeys(
            text
            for node in ast.walk(_table(file, name))
            if isinstance(node, ast.Dict)
            for value in node.values
            for text in literals(value, file)
        )
        kind = "DefinitionError" if name == "_PROBLEMS" else "UserError"
        yield Refusal(f"src/{file}", kind, _CODE_OF_TABLE[name], tuple(texts), (), ())
    file, name, kind = _WHOLE_TABLE
    for node in ast.walk(_table(file, name)):
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str(code)), *parts]):
                said, expected, hint = (tuple(_message(part, file)) for part in parts)
                yield Refusal(f"src/{file}", kind, code, said, expected, hint)


def _of_pages() -> Iterator[Refusal]:
    """Yield what the pages for errors say, in English."""
    file, name, kind = _ERROR_PAGES
    english = Texts("en")
    tree = ast.parse((SOURCE / file).read_text("utf-8"))
    for node in ast.walk(next(n for n in tree.body if getattr(n, "name", "") == name)):
        pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
        for code, pair in pairs:
            if isinstance(code, ast.Constant) and isinstance(pair, ast.Tuple):
                said, hint = (tuple(map(english, _message(part, file))) for part in pair.elts)
                yield Refusal(f"src/{file}", kind, str(code.value), said, (), hint)


def _message(node: ast.expr, file: str) -> list[str]:
    """Return the text of ``Message("...")`` or ``t("...")``, or a text as it is."""
    text = node.args[0] if isinstance(node, ast.Call) else node
    return [found for found in literals(text, file) if has_words(found)]


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
        for node in ast.walk(_table(file, name)):
            if isinstance(node, ast.Dict):
                for value in node.values:
                    yield from ((f"src/{file}", text) for text in literals(value, file))


def _table(file: str, name: str) -> ast.expr:
    """Return the value of a constant of a source file."""
    for node in ast.parse((SOURCE / file).read_text("utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) == name:
                return node.value
    raise UnmarkedMessageError(f"{file}: there is no table {name}")


def _name(node: ast.expr) -> str:
    """Return the last part of ``errors.DataError``."""
    return node.id if isinstance(node, ast.Name) else str(getattr(node, "attr", ""))
