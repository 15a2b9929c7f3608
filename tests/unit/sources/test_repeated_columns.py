"""A column that stands in a file twice is never added up."""

from pathlib import Path

import pytest

from instroom.core.errors import SourceError
from instroom.definitions import registry
from instroom.definitions.models import SourceDefinition
from instroom.sources import parse
from instroom.sources.tables import refuse_repeated
from unit.sources.made_tables import table

TABLES = [s for s in registry.sources().values() if s.reader == "table" and s.kind == "file"]


def spelled(name: str) -> list[str]:
    return [name, name.lower(), name.upper(), f" {name} ", name.replace(" ", "_"), f"{name}  "]


@pytest.mark.parametrize("source", TABLES, ids=[s.id for s in TABLES])
def test_every_column_of_every_layout_may_stand_there_once(source: SourceDefinition) -> None:
    made = table(source)
    refuse_repeated(made.header)
    for index, name in enumerate(made.header):
        for again in spelled(name):
            with pytest.raises(SourceError) as caught:
                refuse_repeated([*made.header, again])
            error = caught.value
            assert error.code == "repeated_column"
            assert error.found == f"column {index + 1} and column {len(made.header) + 1}"


def test_a_file_with_a_doubled_column_is_refused_whole(tmp_path: Path) -> None:
    """The share of pupils that moved up was twice as high, and called ok."""
    names = "INSTELLINGSCODE;VESTIGINGSCODE;AANTAL_LEERLINGEN;AANTAL_ZITTENBLIJVERS"
    names += ";AANTAL_AFSTROMERS;AANTAL_OPSTROMERS"
    file = tmp_path / "moves.csv"
    file.write_text(f"{names};aantal opstromers\r\n00AA;00AA00;100;5;4;3;3\r\n", "utf-8")
    with pytest.raises(SourceError) as caught:
        parse.parse_file(str(file), str(tmp_path), file.name, "0" * 64, None, "2019-2020")
    assert caught.value.code == "repeated_column"
    assert caught.value.where.column == "aantal opstromers"
