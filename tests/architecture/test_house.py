"""The house keeps its promises: names, sizes, docs, locks; no clock and no print below."""

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import instroom
from instroom.definitions import registry

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
LIBRARY = SOURCE / "instroom"

#: Chapter -> the heading of the programme outline that its docstring opens with.
HEADINGS = {
    "region": "Regiodeal Convenant · De opgave",
    "programme": "Programmalijn Instroom Technologie",
    "inflow": "Programmalijn 1: Instroom & Behoud",
    "monitoring": "Programmalijn 2: Monitoring & Evaluatie",
    "learning": "Programmalijn 3: Leren van anderen",
}
#: Files over 400 lines, each with the reason why it is better whole.
LONG_FILES: dict[str, str] = {
    "src/instroom/sources/example.py": "ten layouts with their texts, in one place",
}
BANNED_MODULES = {"utils", "helpers", "common", "manager", "service", "base", "misc"}
ADR_HEADINGS = ["Status", "Context", "Decision", "Consequences"]
#: Until 0022 the reasons stand apart.
ADR_HEADINGS_EARLY = ["Status", "Context", "Decision", "Why", "Consequences"]
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime"},
}
#: Folders below which a path belongs to one machine, and hosts that serve packages. Written in
#: two halves, so that this file does not find itself.
MACHINE = re.compile(
    r"(?<![\w./:-])/(?:" + "wor" + r"k|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+)/"
    r"|python" + "hosted|registry" + r"\.npmjs"
)


@cache
def _files() -> tuple[Path, ...]:
    """Return what is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return tuple(
        path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )


def _modules(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*.py")) if "migrations" not in p.parts]


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _id(path: Path) -> str:
    return _named(path)


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in _files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{_named(path)}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
            for hit in MACHINE.finditer(text)
        ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "see /wor" + "k/main",
        "'/ro" + "ot/x'",
        "/ho" + "me/anna/data",
        "files.python" + "hosted.org",
    ],
)
def test_the_search_for_machine_paths_finds_them(text: str) -> None:
    assert MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["https://cbs.nl/wor" + "k/x", "net/wor" + "k/", "/srv/instroom", "~/Downloads"]
)
def test_the_search_for_machine_paths_leaves_others_alone(text: str) -> None:
    assert not MACHINE.search(text)


@pytest.mark.parametrize(("chapter", "heading"), HEADINGS.items())
def test_a_chapter_opens_with_its_heading_in_the_programme(chapter: str, heading: str) -> None:
    tree = ast.parse((LIBRARY / chapter / "__init__.py").read_text("utf-8"))
    assert (ast.get_docstring(tree) or "").startswith(heading)


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs/decisions").iterdir())
    assert [name[:5] for name in names] == [f"{i:04d}-" for i in range(1, len(names) + 1)]


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").glob("*.md")), ids=_id)
def test_a_decision_has_its_headings_each_with_text(path: Path) -> None:
    title, *sections = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)
    assert re.match(rf"# {path.name[:4]} \S", title)
    found = [section.splitlines()[0] for section in sections]
    if path.name < "0023":
        assert found == ADR_HEADINGS_EARLY
    else:
        assert found[:4] == ADR_HEADINGS
        assert found[4:] in ([], ["Measured"])
    assert all(section.partition("\n")[2].strip() for section in sections)


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text("utf-8")
    missing = [p.name for p in (ROOT / "docs/decisions").glob("*.md") if p.name not in index]
    assert missing == []


def _pages() -> list[Path]:
    return sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")})


def _anchor(heading: str) -> str:
    """Return the address that readers of Markdown give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", _pages(), ids=_id)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            broken.append(link)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), flags=re.MULTILINE)
            broken += [] if anchor in {_anchor(h) for h in headings} else [link]
    assert broken == []


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-full.lock"]
)
def test_a_lock_names_no_host_and_hashes_every_package(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    said = [line for line in lines if not line.lstrip().startswith("#")]
    assert [line for line in said if "://" in line] == []
    packages = [i for i, line in enumerate(said) if re.match(r"[\w.-]+(\[.*\])?==", line)]
    assert packages
    assert [said[i] for i in packages if "--hash=sha256:" not in "".join(said[i : i + 2])] == []


@pytest.mark.parametrize("path", _modules(SOURCE), ids=_id)
def test_a_module_has_a_name_that_says_something(path: Path) -> None:
    assert BANNED_MODULES.isdisjoint({path.stem, *path.parent.relative_to(SOURCE).parts})


def test_long_files_have_a_reason() -> None:
    long = {_named(p) for p in _modules(SOURCE) if len(p.read_text("utf-8").splitlines()) > 400}
    assert long == set(LONG_FILES), "a long file needs a reason; a reason needs a long file"
    assert all(LONG_FILES.values())


def _calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, name as written) of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def _clock_calls(tree: ast.Module) -> list[str]:
    known = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = []
    for line, name in _calls(tree):
        full = ".".join([known.get(name.split(".")[0], name.split(".")[0]), *name.split(".")[1:]])
        owner, _, last = full.rpartition(".")
        if last in CLOCKS.get(owner.rpartition(".")[2], ()):
            found.append(f"{line}: {name}")
    return found


def _below_the_command_line() -> list[Path]:
    return [p for p in _modules(LIBRARY) if "cli" not in p.relative_to(LIBRARY).parts]


@pytest.mark.parametrize("path", _below_the_command_line(), ids=_id)
def test_only_the_command_line_prints(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [line for line, name in _calls(tree) if name == "print"] == []


@pytest.mark.parametrize("path", _below_the_command_line(), ids=_id)
def test_only_the_command_line_knows_the_time(path: Path) -> None:
    assert _clock_calls(ast.parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime as dt, UTC\ndt.now(UTC)",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "from time import time\ntime()",
    ],
)
def test_the_search_for_clocks_finds_them(code: str) -> None:
    assert _clock_calls(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.perf_counter()",
        "x.date(2019, 1, 1)",
        "from datetime import date\ndate(2019, 1, 1)",
    ],
)
def test_the_search_for_clocks_leaves_others_alone(code: str) -> None:
    assert not _clock_calls(ast.parse(code))


def _importable() -> list[str]:
    found = pkgutil.walk_packages(instroom.__path__, "instroom.")
    return [m.name for m in found if not m.name.endswith("__main__")]


@pytest.mark.parametrize("name", _importable())
def test_examples_in_docstrings_are_true(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def _examples() -> list[tuple[str, str]]:
    """Return the TOML blocks of the docs that say which file they are: (file, text)."""
    return [
        (found[1], found[0])
        for page in _pages()
        for found in re.finditer(
            r"^```toml\n# (\S+\.toml)\n.*?^```$",
            page.read_text("utf-8"),
            flags=re.MULTILINE | re.DOTALL,
        )
    ]


@pytest.mark.parametrize(("file", "text"), _examples(), ids=[file for file, _ in _examples()])
def test_definitions_shown_in_the_docs_can_be_used(file: str, text: str) -> None:
    kinds = dict(registry.KINDS.values())
    folder = next(f for f in kinds if file.startswith(f + "/"))
    kinds[folder](
        id=Path(file).stem, **tomllib.loads(text.removeprefix("```toml\n").removesuffix("```"))
    )


#: Where a dictionary of anything is right: data that is not ours, or not judged yet.
LOOSE = {
    "core/answers.py": 2,  # any answer as JSON
    "core/chain.py": 2,  # what a change says of a row of any kind
    "cli/statistics.py": 1,  # options of argparse
    "definitions/reading.py": 1,  # a TOML file before its model judged it
    "drawing/vega.py": 1,  # the grammar of Vega-Lite
    "monitoring/indicators.py": 1,  # half a figure
    "privacy/table_rows.py": 1,  # names of the caller's own
    "reports/results.py": 1,  # a packed figure, of which empty fields are not written
    "reports/schemas.py": 1,  # the schema of the interface
}


def test_dictionaries_of_anything_stand_at_the_edges():
    found = {}
    for file in sorted((ROOT / "src").rglob("*.py")):
        if count := file.read_text("utf-8").count("dict[str, Any]"):
            found["/".join(file.parts[-2:])] = count
    assert found == LOOSE


#: Defined for who comes later, or called by a name that is made: each with its reader.
WAITING = {
    "access_of": "tests read what a page says of who may see it",
}


def test_nothing_is_defined_for_nobody():
    """A name that no code, page, template or notebook mentions is dead; tests do not count."""
    files = [f for f in (ROOT / "src").rglob("*.py") if "migrations" not in f.parts]
    beside = [*(ROOT / "src").rglob("*.html"), *(ROOT / "docs").rglob("*.py")]
    beside += [*(ROOT / "scripts").iterdir(), *(ROOT / "benchmarks").glob("*.py")]
    beside += [ROOT / "pyproject.toml", *(ROOT / "docs").rglob("*.md")]
    texts = {file: file.read_text("utf-8") for file in files}
    said = Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    said.update(w for f in beside if f.is_file() for w in re.findall(r"\w+", f.read_text("utf-8")))
    dead = set()
    for file, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            for name in _defined(node, file):
                if said[name] == 1 and not name.startswith("__"):
                    dead.add(name)
    assert dead == set(WAITING)


#: Called by Python, Django, allauth or argparse by these names.
_HOOKS = {
    "get_value", "format_field", "_check_value", "process_exception", "get_by_natural_key",
    "get_full_name", "is_open_for_signup", "get_login_redirect_url", "get_logout_redirect_url",
}  # fmt: skip


def _defined(node: ast.AST, file: Path) -> list[str]:
    """Return what a part of a file defines, without what a framework finds by its name."""
    if isinstance(node, ast.ClassDef):
        return [] if file.name == "apps.py" else [node.name]
    if isinstance(node, ast.FunctionDef):
        found = any("validator" in ast.unparse(d) for d in node.decorator_list)
        return [] if found or node.name in _HOOKS else [node.name]
    if isinstance(node, ast.Module) and file.name not in ("settings.py", "urls.py"):
        plain = (n for n in node.body if isinstance(n, ast.Assign))
        return [t.id for n in plain for t in n.targets if isinstance(t, ast.Name)]
    return []


def test_no_function_has_more_than_sixty_lines_of_code():
    """The docstring, which gives shapes, units, errors and source, is not counted."""
    long = []
    for file in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                words = (first.end_lineno or 0) - first.lineno + 1 if said else 0
                if (node.end_lineno or 0) - node.lineno + 1 - words > 60:
                    long.append(f"{file.name}: {node.name}")
    assert long == []
