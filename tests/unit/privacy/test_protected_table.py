"""What a protected table says of itself: in a terminal, a notebook and a sentence."""

import pytest

from instroom.privacy.protected_table import ProtectedTable

ROWS = [
    {"dims": {"place": "a", "kind": "<b>"}, "n": 1480, "status": "ok"},
    {"dims": {"place": "b"}, "n": None, "status": "protected"},
    {"dims": {}, "n": 1542, "status": "ok"},
    {"dimension": "place", "code": "b", "within": "c"},
]


def test_every_figure_has_a_line_and_how_values_nest_has_none() -> None:
    assert [line.split("  ")[0] for line in ProtectedTable(ROWS).lines()] == [
        "place a, kind <b>",
        "place b",
        "totaal",
    ]
    said = [line[48:].strip() for line in ProtectedTable(ROWS).lines()]
    assert said == ["1.480", "afgeschermd", "1.542"]
    assert ProtectedTable(ROWS).lines("en")[1].endswith(" protected")


@pytest.mark.parametrize("rows", [[], ROWS[3:]])
def test_a_table_without_figures_says_so(rows) -> None:
    assert ProtectedTable(rows).lines() == ["geen cijfers om te beschermen"]
    assert ProtectedTable(rows).summary() == "0 van 0 cijfers afgeschermd"


def test_a_sentence_counts_what_is_hidden() -> None:
    table = ProtectedTable(ROWS)
    assert table.summary() == "1 van 3 cijfers afgeschermd"
    assert table.to_dict() == ROWS
    shown = table._repr_html_()
    assert "<th scope=row>place a, kind &lt;b&gt;</th><td>1.480</td>" in shown
    assert shown.count("<tr>") == 3
