"""How many small faults in four rooms of the code its tests see.

A mutant is the code with one small fault: a boundary moved, an ``and`` that is an ``or``, a line
left out. It is killed when a test of its module fails. Which mutants are tried is settled by a
hash of what they are, so that a mutant stays in the sample while its line stays as it is.
"""

import ast
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from queue import Queue

from harness import ROOT, Line, at_least, at_most, main

SOURCE = "src/instroom/"
PRIVACY, SOURCES = "tests/unit/privacy/", "tests/unit/sources/"
PROTECT = [PRIVACY + n for n in ("test_own.py", "test_linked_tables.py", "test_protect.py")]
POOLING = [PRIVACY + n for n in ("test_pooling.py", "test_sums_file.py", "test_reconstruction.py")]
LAYOUTS = [SOURCES + n for n in ("test_recognise.py", "test_neighbours.py", "test_mutations.py")]
SPLIT = [SOURCES + f"test_{n}.py" for n in ("text_rows", "decode", "tables", "delimited", "forms")]
DEFINITIONS = [f"tests/unit/definitions/test_{n}.py" for n in ("models", "registry", "content")]
CHECKS = [SOURCES + "test_checks.py"]
SAYING = [f"tests/unit/monitoring/test_{n}.py" for n in ("wording", "effect_words", "effects")]
FIGURES = [f"tests/unit/reports/test_{n}.py" for n in ("words", "goals", "results")]

#: Room, module and the tests that touch it, quick ones first.
ROOMS: dict[str, dict[str, list[str]]] = {
    "gate": {
        "privacy/published.py": [PRIVACY + "test_published.py", PRIVACY + "test_own.py"],
        "privacy/own.py": [PRIVACY + "test_own.py", PRIVACY + "test_published.py"],
        "privacy/attack.py": [PRIVACY + "test_attack.py", *PROTECT],
        "privacy/cells.py": PROTECT,
        "privacy/integers.py": [PRIVACY + "test_patterns.py", *PROTECT],
        "privacy/linear.py": [PRIVACY + "test_patterns.py", *PROTECT],
        "privacy/patterns.py": [PRIVACY + "test_patterns.py", *PROTECT],
        "privacy/problems.py": [PRIVACY + "test_patterns.py", *PROTECT],
        "privacy/protected_table.py": [PRIVACY + "test_protected_table.py"],
        "privacy/releases.py": [PRIVACY + "test_releases.py", *PROTECT],
        "privacy/remainders.py": [PRIVACY + "test_remainders.py", *PROTECT],
        "privacy/rounding.py": [PRIVACY + "test_rounding.py", *PROTECT],
        "privacy/sensitivity.py": [PRIVACY + "test_sensitivity.py", *PROTECT],
        "privacy/suppression.py": PROTECT,
        "privacy/tables.py": [PRIVACY + "test_remainders.py", *PROTECT],
        "privacy/pooling.py": POOLING,
        "privacy/small_groups.py": POOLING,
        "privacy/sums_fields.py": POOLING,
        "privacy/sums_file.py": POOLING,
        "privacy/sums_seal.py": POOLING,
    },
    "recognition": {
        "sources/recognise.py": LAYOUTS,
        "sources/evidence.py": LAYOUTS,
        "sources/statline.py": LAYOUTS,
        "sources/decode.py": SPLIT,
        "sources/delimited.py": SPLIT,
        "sources/tables.py": SPLIT,
    },
    "wording": {
        "reports/words.py": FIGURES,
        "reports/sentences.py": FIGURES,
        "monitoring/wording.py": SAYING,
        "monitoring/effect_words.py": SAYING,
    },
    "checks": {
        "sources/checks.py": CHECKS,
        "sources/unique.py": CHECKS,
        "definitions/registry.py": DEFINITIONS,
        "definitions/references.py": DEFINITIONS,
        "definitions/models/definition_file.py": DEFINITIONS,
        "definitions/models/indicators.py": DEFINITIONS,
        "definitions/models/pages.py": DEFINITIONS,
        "definitions/models/programme.py": DEFINITIONS,
        "definitions/models/sources.py": [*DEFINITIONS, *CHECKS],
    },
}
#: Of the short form: one module a room, with the first of its tests only.
QUICK = {
    "gate": "privacy/rounding.py",
    "recognition": "sources/tables.py",
    "wording": "monitoring/wording.py",
    "checks": "definitions/models/indicators.py",
}
#: Mutants that no caller can tell from the code, by their mark, and why.
EQUIVALENT = {
    "00f9fd25ef": "linear: another simplex strategy finds the same optimum",
    "0200c02300": "patterns: worlds that are forgotten are found again, later",
    "0211eeb97f": "decode: bytes that are looked at in one step",
    "03475b9470": "published: the least of a hidden cell is 1, times or by",
    "03479df95d": "checks: a sum that is exactly a billionth off",
    "04caf12945": "patterns: no world that was seen is used again, all are asked for anew",
    "05c365c1b7": "delimited: words that are kept once, or once for every row",
    "0e08f10e8c": "delimited: rows in one block",
    "0e4d8353fa": "delimited: None for False where only that is asked",
    "0f57d745ae": "decode: bytes that are looked at in one step",
    "0f68ec94ad": "delimited: a record of one line is looked at, in which nothing can be wrong",
    "1401b5c931": "delimited: what could not be split has too few rows, which is seen below",
    "13b75856f9": "unique: a heap of keys that stays empty",
    "13e6002313": "unique: another hash of the same keys",
}

LEAST = 85
#: Seconds for the tests of a module; for all tests together ten times as many.
WALL = 400
#: What the tests import and no mutant is in: loaded once, every run starts with it.
LOADED = ["duckdb", "numpy", "pyarrow.parquet", "pydantic", "pytest", "scipy.stats"]

_ORDER = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_FLIP = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,  # codespell:ignore notin
    ast.NotIn: ast.In,  # codespell:ignore notin
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small fault: which bytes of a module become which."""

    module: str
    where: str
    line: int
    start: int
    stop: int
    before: str
    after: str
    mark: str

    def __str__(self) -> str:
        """Say where it is and what it does, in one line."""
        short = " ".join(self.before.split())[:70], " ".join(self.after.split())[:70]
        place = f"{SOURCE}{self.module}:{self.line} {self.where}"
        return f"{self.mark} {place}: {short[0]}  ->  {short[1]}"


def mutants(module: str) -> list[Mutant]:
    """Return every mutant of a module."""
    text = (ROOT / SOURCE / module).read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for where, node, new in _changes(ast.parse(text), ""):
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before = text[start:stop].decode()
        what = f"{module}:{where}: {ast.unparse(node)} -> {new}"
        seen[what] = seen.get(what, 0) + 1
        mark = sha256(f"{what} {seen[what]}".encode()).hexdigest()[:10]
        found.append(Mutant(module, where, node.lineno, start, stop, before, new, mark))
    return found


def _changes(node: ast.AST, where: str) -> Iterator[tuple[str, "ast.expr | ast.stmt", str]]:
    """Give every place below a node with what it becomes; texts and types stay as they are."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".lstrip(".")
    if isinstance(node, ast.expr | ast.stmt):
        for new in _mutate(node):
            yield where, node, new
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            # Below an f-string, Python 3.11 does not say where a part stands.
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _changes(child, where)


def _mutate(node: "ast.expr | ast.stmt") -> Iterator[str]:
    if isinstance(node, ast.expr):
        for changed in chain(_operators(node), _values(node)):
            yield ast.unparse(changed)
    elif isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield "return None"
    elif isinstance(node, ast.Continue | ast.Break | ast.Raise | ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield "pass"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _operators(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield _bracketed(ast.BoolOp(other, node.values))
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            yield _bracketed(ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right))
        case ast.UnaryOp(op=ast.Not()):
            yield _bracketed(node.operand)
        case ast.IfExp():
            yield ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def _comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    """Give the other outcome (of one comparison only), and the boundary on the other side."""
    for place, operator in enumerate(node.ops):
        for other in (_FLIP, _ORDER) if len(node.ops) == 1 else (_ORDER,):
            if type(operator) in other:
                new = deepcopy(node)
                new.ops[place] = other[type(operator)]()
                yield new


def _bracketed(node: ast.expr) -> ast.expr:
    """Return what may now bind weaker than what stands around it, in brackets."""
    return ast.Name(f"({ast.unparse(node)})")


def _values(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            if value:
                yield ast.Constant(value - 1)
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield ast.Call(ast.Name(_NAMES[name]), node.args, node.keywords)


def sample(room: str, count: int, only: str = "") -> list[Mutant]:
    """Return so many mutants of a room, those that are known to change nothing left out."""
    found = chain.from_iterable(mutants(m) for m in ROOMS[room] if not only or m == only)
    told = [m for m in found if m.mark not in EQUIVALENT]
    return sorted(told, key=lambda m: m.mark)[:count]


def run(tree: Path, tests: list[str], seconds: float = WALL) -> int:
    """Run tests in a tree, in a process of their own; return how they ended, 1 when too late."""
    process = multiprocessing.get_context("forkserver").Process(target=_pytest, args=(tree, tests))
    process.start()
    process.join(seconds)
    late = process.is_alive()
    if process.pid:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and what a test started and left
    process.join()
    if process.exitcode == _ELSEWHERE:
        raise SystemExit("the tests did not run in the tree of the mutant")
    return 1 if late else process.exitcode or 0


_ELSEWHERE = 99


def _said(tree: Path) -> Path:
    return tree.parent / "said.txt"


def _pytest(tree: Path, tests: list[str]) -> None:
    import pytest

    os.setsid()
    os.chdir(tree)
    sys.dont_write_bytecode = False  # the next run starts sooner
    said = os.open(_said(tree), os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for stream in (0, 1, 2):
        os.dup2(said, stream)
    own = [str(tree / "src"), str(tree / "tests")]
    sys.path[:0] = own
    os.environ["PYTHONPATH"] = os.pathsep.join(own)
    found = find_spec("instroom")
    if found is None or not str(found.origin).startswith(str(tree)):
        os._exit(_ELSEWHERE)
    wanted = "not (browser or postgres or slow or shared)"
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", wanted]
    os._exit(int(pytest.main(["--rootdir", str(tree), *options, *tests])))


def survives(tree: Path, mutant: Mutant, tests: list[str]) -> bool:
    """Return whether no test sees a mutant."""
    path = tree / SOURCE / mutant.module
    kept = path.read_bytes()
    try:
        _write(path, kept[: mutant.start] + mutant.after.encode() + kept[mutant.stop :])
        return run(tree, tests) == 0
    finally:
        _write(path, kept)


def _write(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()  # two mutants can have one size, in one second


def _not_code(folder: str, names: list[str]) -> set[str]:
    if folder != str(ROOT):
        return set()
    return {name for name in names if name.startswith(".") or name == "instroom-data"}


def try_all(wanted: list[tuple[str, Mutant]], tests: int | None = None) -> list[bool]:
    """Return of every mutant of a room whether it survives its tests, or the first of them."""
    at_once = 2
    multiprocessing.get_context("forkserver").set_forkserver_preload(LOADED)
    with tempfile.TemporaryDirectory() as folder:
        trees: Queue[Path] = Queue()
        for number in range(at_once):
            tree = Path(folder) / str(number) / "tree"
            shutil.copytree(ROOT, tree, ignore=_not_code)
            trees.put(tree)

        def one(pair: tuple[str, Mutant]) -> bool:
            tree = trees.get()
            try:
                left = survives(tree, pair[1], ROOMS[pair[0]][pair[1].module][:tests])
            finally:
                trees.put(tree)
            print(f"{'LEFT' if left else 'killed':6} {pair[0]:11} {pair[1]}", flush=True)
            return left

        with ThreadPoolExecutor(at_once) as pool:
            every = sorted({t for room, m in wanted for t in ROOMS[room][m.module][:tests]})
            if run(trees.queue[0], every, 10 * WALL):
                said = _said(trees.queue[0]).read_text("utf-8", "replace")
                raise SystemExit(f"a test fails without a mutant, or takes too long:\n{said}")
            return list(pool.map(one, wanted))


def drill(full: bool) -> list[Line]:
    """Put small faults in four rooms and count those that their tests see."""
    count = 40 if full else 1
    only = dict.fromkeys(ROOMS, "") if full else QUICK
    wanted = [(room, m) for room in ROOMS for m in sample(room, count, only[room])]
    left = try_all(wanted, None if full else 1)
    if not full:
        # The next change of a line puts another mutant in so small a sample.
        return [at_most("mutants left", len(wanted), sum(left), len(wanted) // 2)]
    lines = []
    for room in ROOMS:
        mine = [
            survived for (where, _), survived in zip(wanted, left, strict=True) if where == room
        ]
        share = 100 * (1 - sum(mine) / len(mine))
        lines.append(at_least(f"{room}: % killed", len(mine), round(share, 1), LEAST))
    return lines


if __name__ == "__main__":
    main("mutants", drill)
