"""One name, one thing: who reads a class name knows which class it is, without its module."""

import ast
from collections import defaultdict
from pathlib import Path

import instroom
import instroom_web

ROOTS = [Path(p.__file__).parent for p in (instroom, instroom_web)]


def homes(sources: dict[str, str]) -> dict[str, list[str]]:
    """Return the modules of every public class, by the name of the class."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, text in sources.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name)
    return found


def twice(sources: dict[str, str]) -> dict[str, list[str]]:
    return {name: where for name, where in homes(sources).items() if len(where) > 1}


def test_a_public_class_name_has_one_home() -> None:
    sources = {
        path.relative_to(root.parent).as_posix(): path.read_text("utf-8")
        for root in ROOTS
        for path in root.rglob("*.py")
        if "migrations" not in path.parts
    }
    assert len(homes(sources)) > 200
    assert twice(sources) == {}


def test_a_second_home_is_found() -> None:
    assert twice(
        {"a.py": "class Plan: ...", "b.py": "class Plan: ...", "c.py": "class P: ..."}
    ) == {"Plan": ["a.py", "b.py"]}
