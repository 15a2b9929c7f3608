"""Every number that goes out passed the gate: who may make figures, and who may only show them."""

import ast
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from instroom.drawing import charts, flow, maps
from instroom.privacy.published import Published
from instroom.reports import files
from instroom.reports.blocks import FigureBlock
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.results import Results

SOURCE = Path(__file__).parents[2] / "src"
GATE = "instroom.privacy.published"
#: Modules that compute series; each of them hands them to the gate before anything else.
MAKERS = {
    "instroom.monitoring.pipeline",
    "instroom.monitoring.questions",
    "instroom.reports.goals",
    "instroom.reports.results",
}
#: Modules that compute series and give codes of schools and years, never a number.
NAMERS = {"instroom.reports.schools_counted"}
#: What makes figures that nobody has judged yet.
UNJUDGED = (
    "instroom.monitoring.indicators",
    "instroom.monitoring.facts",
    "instroom.core.observations",
    "instroom.region",
    "instroom.sources",
)


def _name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    _name(path): ast.parse(path.read_text("utf-8"))
    for path in sorted(SOURCE.rglob("*.py"))
    if "migrations" not in path.parts
}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield every module and name that is imported, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def known_as(tree: ast.AST) -> dict[str, str]:
    """Return local name -> full name of what is imported."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def calls(tree: ast.AST) -> Iterator[str]:
    """Yield the full name of every function that is called, as far as imports tell."""
    names = known_as(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, dot, rest = ast.unparse(node.func).partition(".")
            yield names.get(first, first) + dot + rest


def where(called: str) -> set[str]:
    return {module for module, tree in MODULES.items() if called in set(calls(tree))}


def test_only_the_gate_makes_what_is_published() -> None:
    assert where(f"{GATE}.Published") == set()
    inside = [name for name in calls(MODULES[GATE]) if name == "Published"]
    assert len(inside) == 3, "publish, stored and only, and nobody else"


def test_only_what_was_stored_comes_back_without_being_judged_again() -> None:
    """A stored package when it is loaded: its digest says that the gate let it out."""
    found = {
        (module, node.name)
        for module in where(f"{GATE}.stored")
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.FunctionDef)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("gate.stored", "stored")
    }
    assert found == {("instroom.reports.results", "load")}


def test_nobody_takes_the_mark_of_the_gate() -> None:
    private = {"_GATE", "_pass"}
    found = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in private)
        or (isinstance(node, ast.Name) and node.id in private)
        or (isinstance(node, ast.alias) and node.name in private)
    }
    assert found <= {GATE}


def test_whoever_computes_series_hands_them_to_the_gate() -> None:
    series = "instroom.monitoring.indicators.series"
    users = {module for module, tree in MODULES.items() if series in set(imported(tree))}
    assert users <= MAKERS | NAMERS, "a new maker of series needs a look at how it publishes"
    for module in users - NAMERS:
        assert f"{GATE}.publish" in set(calls(MODULES[module])), module


@pytest.mark.parametrize(
    "module", [m for m in MODULES if m.startswith("instroom.reports.documents")]
)
def test_pages_are_written_from_the_index_only(module: str) -> None:
    wrong = [name for name in imported(MODULES[module]) if name.startswith(UNJUDGED)]
    assert wrong == []


DRAWING = [m for m in MODULES if m.startswith("instroom.drawing.")]


@pytest.mark.parametrize("name", DRAWING)
def test_drawings_know_points_and_no_figures(name: str) -> None:
    wrong = [
        x
        for x in imported(MODULES[name])
        if x.startswith((*UNJUDGED, "instroom.core.series", "instroom.monitoring", GATE))
    ]
    assert wrong == []


def test_blocks_of_a_page_are_made_by_pages_only() -> None:
    made = where("instroom.reports.blocks.FigureBlock")
    assert made
    assert all(module.startswith("instroom.reports.documents.") for module in made)


def test_pictures_are_asked_for_by_pages_only() -> None:
    drawers = (
        charts.line_chart,
        charts.panel_chart,
        charts.change_chart,
        charts.bar_chart,
        maps.tile_map,
        flow.pipeline,
    )
    for drawer in drawers:
        assert where(f"{drawer.__module__}.{drawer.__name__}") <= {"instroom.reports.picture_queue"}
    asks = {
        module
        for module, tree in MODULES.items()
        if any(name.endswith("pictures.picture") for name in calls(tree))
    }
    assert all(module.startswith("instroom.reports.documents.") for module in asks)


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("instroom_web")])
def test_the_web_makes_no_figures(module: str) -> None:
    forbidden = (*UNJUDGED, *MAKERS, *NAMERS, "instroom.core.series", GATE)
    wrong = [name for name in imported(MODULES[module]) if name.startswith(forbidden)]
    assert wrong == []


def test_a_results_package_holds_what_passed() -> None:
    assert typing.get_type_hints(Results)["published"] is Published
    assert typing.get_type_hints(FigureIndex)["results"] is Results
    assert typing.get_type_hints(PageWriter)["index"] is FigureIndex
    assert "method" in typing.get_type_hints(FigureBlock)


@pytest.mark.parametrize("write", [files.figures_csv, files.figures_xlsx])
def test_files_are_written_from_stored_figures(write: object) -> None:
    hint = typing.get_type_hints(write)["rows"]
    assert "StoredFigureRow" in str(hint)
    name = f"{write.__module__}.{write.__name__}"  # type: ignore[attr-defined]
    inside = {m for m in where(name) if not m.startswith("instroom_web")}
    assert inside == set(), "only the web writes them, from stored rows"


def test_open_observations_are_the_only_export_without_the_gate() -> None:
    """They leave as their publisher published them; our own data is not among them."""
    readers = {
        module
        for module, tree in MODULES.items()
        if module.startswith("instroom.reports")
        and any(name.startswith("instroom.core.observations") for name in imported(tree))
    }
    assert readers == {"instroom.reports.files"}
