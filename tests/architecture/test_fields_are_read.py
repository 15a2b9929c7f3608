"""What a definition file may say is read somewhere: a field that nobody reads is a promise broken.

A havo-only rule that was accepted and ignored counted vwo too: a wrong number without a word.
"""

import ast
from pathlib import Path

import pytest
from pydantic import BaseModel

import instroom
from instroom.definitions import models

SRC = Path(instroom.__file__).parent
MODELS = [
    model
    for model in vars(models).values()
    if isinstance(model, type)
    and issubclass(model, BaseModel)
    and model.__module__.startswith(f"{models.__name__}.")
]
FIELDS = [
    (model, name) for model in MODELS for name in model.__annotations__ if name != "model_config"
]


def read_names() -> set[str]:
    """Return every name that is read as an attribute, outside the models themselves."""
    found: set[str] = set()
    for path in [*SRC.rglob("*.py"), *(SRC.parent / "instroom_web").rglob("*.py")]:
        if path.parent == Path(models.__file__).parent:
            continue
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        found |= {n.attr for n in nodes if isinstance(n, ast.Attribute) and not _written(n)}
    return found


def _written(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


READ = read_names()


@pytest.mark.parametrize(("model", "name"), FIELDS, ids=lambda p: getattr(p, "__name__", p))
def test_a_field_of_a_definition_is_read(model: type, name: str) -> None:
    assert name in READ, f"{model.__name__}.{name} is accepted and read nowhere"


def test_the_test_sees_a_field_that_nobody_reads() -> None:
    assert "next_review" not in READ
    assert len(FIELDS) > 80
