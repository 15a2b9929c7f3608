"""One place beside others: own first, never in the order of the figures, nothing outside."""

import re
from xml.etree import ElementTree

import pytest

from instroom.drawing.beside import BesideRow, beside_chart
from instroom.drawing.canvas import Width

LONG = "Christelijke Scholengemeenschap Het Voorbeeld, Burgemeester van der Lindenstraat 112a"
ROWS = (
    BesideRow("Hier", 0.44, 0.44, (0.38, 0.5), own=True),
    BesideRow("A", 0.3, 0.36, (0.25, 0.42)),
    BesideRow(LONG, 0.62, 0.62, (0.5, 0.71)),
    BesideRow("C", word="geen cijfer in deze jaren"),
)


def drawn(rows: tuple[BesideRow, ...] = ROWS, width: Width = "wide", **more: object) -> str:
    return beside_chart(
        rows, name="p", title="Titel", description="Uitleg", language="nl", width=width,
        **{"band": (0.4, 0.42), "band_label": "Twente 40–42 %", **more},
    )  # fmt: skip


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own drawing


def words(svg: str) -> list[str]:
    return [el.text or "" for el in parsed(svg).iter() if el.tag.endswith("text")]


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_rows_stay_in_the_order_they_were_given(width: Width) -> None:
    said = " ".join(words(drawn(width=width)))
    spots = [said.index(word) for word in ("Hier", "A ", "Christelijke", "C ")]
    assert spots == sorted(spots)


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_everything_is_inside_the_picture(width: Width) -> None:
    svg = drawn(width=width)
    _, _, wide, high = map(float, re.search(r'viewBox="([^"]+)"', svg)[1].split())
    root = parsed(svg)
    for el in root.iter():
        for name in ("x", "cx", "x1", "x2"):
            if el.get(name):
                assert 0 <= float(el.get(name)) <= wide, (el.tag, el.attrib)
        for name in ("y", "cy", "y1", "y2"):
            if el.get(name):
                assert 0 <= float(el.get(name)) <= high, (el.tag, el.attrib)


def test_what_is_unknown_is_a_word_and_no_dot() -> None:
    svg = drawn()
    assert "geen cijfer in deze jaren" in words(svg)
    assert svg.count("<circle") == 2, "two exact shares"
    assert svg.count('rx="5.5"') == 1, "bounds are drawn out, not a point"


def test_a_small_difference_looks_small() -> None:
    row = BesideRow("Hier", 0.41, 0.41, (0.405, 0.415), own=True)
    labels = [word for word in words(drawn((row,), band=None)) if "%" in word]
    low, high = (int(re.match(r"\d+", word)[0]) for word in (labels[0], labels[-1]))
    assert high - low >= 30


@pytest.mark.parametrize("edge", [(0.0, 0.0, (0.0, 0.1)), (1.0, 1.0, (0.9, 1.0))])
def test_nought_and_all_are_drawn(edge: tuple[float, float, tuple[float, float]]) -> None:
    low, high, reach = edge
    svg = drawn((BesideRow("Hier", low, high, reach, own=True),), band=None)
    assert svg.count("<circle") == 1
    assert not re.search(r'"-\d', svg.partition("<g ")[2])
