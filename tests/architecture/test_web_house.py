"""The web keeps its promises: one writer per app, keys that protect, figures through the gate."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

import instroom_web

WEB = Path(instroom_web.__file__).parent
OURS = [m for m in apps.get_models() if m.__module__.startswith("instroom_web.")]
NAMES = {model.__name__ for model in OURS}
#: What writes rows when it is called on a model, its manager or a queryset.
WRITES = {
    *("save", "asave", "create", "bulk_create", "get_or_create", "update_or_create"),
    *("bulk_update", "acreate"),
}
#: Also names of methods of sets, dicts and files: a write only on a manager or a queryset.
OFTEN_OTHERS = {"update", "delete"}
MODULES = {
    path.relative_to(WEB).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in sorted(WEB.rglob("*.py"))
    if "migrations" not in path.parts
}
#: The queue of ``later()`` keeps its own rows, which no page or action writes.
QUEUE = {"shared/later.py", "shared/worker.py", "shared/tasks.py"}
READERS = {
    name: tree
    for name, tree in MODULES.items()
    if Path(name).name != "actions.py" and name not in QUEUE
}


def writes(tree: ast.AST) -> list[str]:
    """Return the calls that write rows, as written."""
    return [
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in WRITES
            or (node.func.attr in OFTEN_OTHERS and "objects" in ast.unparse(node.func.value))
        )
    ]


def imported(tree: ast.AST) -> set[str]:
    """Return every imported name in full."""
    return {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@pytest.mark.parametrize("name", READERS)
def test_only_actions_write_rows(name: str) -> None:
    assert writes(READERS[name]) == []


@pytest.mark.parametrize(
    "code",
    [
        "person.save()",
        "Person.objects.create(a=1)",
        "Person.objects.filter(a=1).update(b=2)",
        "Person.objects.all().delete()",
        "Person.objects.bulk_create([])",
    ],
)
def test_the_search_for_writes_finds_them(code: str) -> None:
    assert writes(ast.parse(code))


@pytest.mark.parametrize("code", ["words.update(a=1)", "kept.delete('k')", "Person.objects.get()"])
def test_the_search_for_writes_leaves_others_alone(code: str) -> None:
    assert writes(ast.parse(code)) == []


@pytest.mark.parametrize("name", [n for n in MODULES if Path(n).name == "actions.py"])
def test_an_action_writes(name: str) -> None:
    assert writes(MODULES[name])


VIEWS = [name for name in MODULES if Path(name).name in {"views.py", "personal.py"}]


@pytest.mark.parametrize("name", VIEWS)
def test_views_are_short_and_make_no_rows(name: str) -> None:
    tree = MODULES[name]
    lengths = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    assert {n: length for n, length in lengths.items() if length > 15} == {}
    made = {
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in NAMES
    }
    assert made == set()


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_keys_between_rows_protect_what_they_point_at(model: type[models.Model]) -> None:
    keys = [f for f in model._meta.get_fields() if isinstance(f, models.ForeignKey)]
    assert [f.name for f in keys if f.remote_field.on_delete is not models.PROTECT] == []


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_keys_run_downwards_only(model: type[models.Model]) -> None:
    order = ["shared", "history", "mails", "accounts", "region", "programme", "inflow", "reports"]
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            pointed = field.related_model._meta.app_label
            assert order.index(pointed) <= order.index(model._meta.app_label)


def test_a_published_figure_is_made_of_stored_pages_only() -> None:
    makers = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("PublishedFigure")
    }
    assert makers == {"reports/figures.py"}
    named = imported(MODULES["reports/figures.py"])
    assert {n for n in named if n.startswith("instroom.")} == set()


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("accounts/")])
def test_people_are_handed_out_by_getters_that_ask_the_policy(name: str) -> None:
    """A view gets a person from ``queries``, never from the model."""
    if Path(name).name in {"views.py", "personal.py", "urls.py"}:
        assert "instroom_web.accounts.models.Person" not in imported(MODULES[name])


def test_the_getter_of_the_reader_asks_the_policy() -> None:
    tree = MODULES["accounts/queries.py"]
    getter = next(
        n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "person_of"
    )
    assert "signed_in" in {ast.unparse(n.func) for n in ast.walk(getter) if isinstance(n, ast.Call)}
