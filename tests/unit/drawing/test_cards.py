"""Fact cards: nothing is cut, nothing leaves the frame, and the strokes say what the words say."""

import struct
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.drawing.canvas import text_width
from instroom.drawing.cards import (
    TALL,
    WIDE,
    CardLine,
    CardRow,
    FactCard,
    fact_card,
    hundredths,
)
from instroom.drawing.png import packed_png, png_of
from instroom.reports.paper.typst_pdf import FONTS

SVG = "{http://www.w3.org/2000/svg}"
ROWS = (
    CardRow("Schooljaar 2014-2015", "47,0 %", 0.47, 0.47),
    CardRow("Schooljaar 2023-2024", "▼ 40,2–42,3 %", 0.402, 0.423, "behind"),
)
LINE = CardLine(
    "havo", "▼ Minder", "47,0 → 40,2–42,3 %", (0.47, 0.47), (0.40, 0.42), "39,6 → 35,6 %", "behind"
)
CARD = FactCard(
    "Kiezen leerlingen techniek?", "Op havo’s minder: van 47 naar 40 tot 42 van de 100.", ROWS, (),
    ("Nederland: van 39,6 % naar 35,6–37,5 %.", "Geteld naar de plaats van de school."),
    "Bron: DUO. Bijgewerkt op 29 november 2026.",
    "voorbeeld.nl/nl/indicator/technical_profile_share/?release=3", "Twente", "Nederland",
)  # fmt: skip


def letters(svg: str) -> list[tuple[str, float, float, float, float]]:
    """Return every text with its left, right, baseline and size."""
    found = []
    for one in ElementTree.fromstring(svg).iter(f"{SVG}text"):  # noqa: S314  our own
        size, text = float(one.attrib["font-size"]), one.text or ""
        wide = text_width(text, size, bold="font-weight" in one.attrib)
        x = float(one.attrib["x"])
        anchor = one.attrib.get("text-anchor", "start")
        left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        found.append((text, left, left + wide, float(one.attrib["y"]), size))
    return found


def said(svg: str) -> str:
    return " ".join(text for text, *_ in letters(svg))


def inside(svg: str) -> None:
    for text, left, right, y, size in letters(svg):
        assert left >= 0 and right <= WIDE, text
        assert y - size > 0 and y < TALL - 8, text


def apart(svg: str) -> None:
    """No text lies over another: a baseline apart is a line apart."""
    texts = letters(svg)
    for place, (text, left, right, y, size) in enumerate(texts):
        for other, start, end, below, tall in texts[place + 1 :]:
            beside = right <= start + 1 or end <= left + 1
            under = abs(y - below) >= 0.85 * min(size, tall)
            assert beside or under, (text, other)


WORDS = st.text(alphabet="aeinorst-k ", min_size=1, max_size=170).filter(lambda t: t.strip())


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.integers(0, 2), st.integers(0, 6))
def test_whatever_is_said_stays_inside_and_whole(
    sentence: str, above: str, rows: int, lines: int
) -> None:
    card = replace(
        CARD,
        sentence=" ".join(sentence.split()),
        above=" ".join(above.split())[:90],
        rows=ROWS[:rows],
        lines=() if rows else (LINE,) * lines,
    )
    svg = fact_card(card)
    inside(svg)
    for word in " ".join(sentence.split()).split():
        assert word.replace("-", "") in said(svg).replace("-", "").replace(" ", "") or word in said(
            svg
        )


@pytest.mark.parametrize("card", [CARD, replace(CARD, rows=(), lines=(LINE,) * 6)])
def test_nothing_lies_over_another(card: FactCard) -> None:
    svg = fact_card(card)
    apart(svg)
    inside(svg)


def test_the_sentence_is_as_large_as_three_lines_allow() -> None:
    sizes = {text: size for text, *_, size in letters(fact_card(CARD))}
    assert max(sizes.values()) == 48
    long = replace(CARD, sentence="In de gemeente " * 12)
    assert 32 <= max(size for *_, size in letters(fact_card(long))) < 48


STROKES = [
    (0.47, 0.47, 47, 0),
    (0.402, 0.423, 40, 2),
    (0.0, 0.0, 0, 0),
    (0.003, 0.003, 0, 1),
    (1.0, 1.0, 100, 0),
]


@pytest.mark.parametrize(("low", "high", "filled", "pale"), STROKES)
def test_a_hundred_strokes_say_what_the_words_say(
    low: float, high: float, filled: int, pale: int
) -> None:
    svg = fact_card(replace(CARD, rows=(CardRow("x", "y", low, high),)))
    rects = [r.attrib for r in ElementTree.fromstring(svg).iter(f"{SVG}rect") if "rx" in r.attrib]  # noqa: S314  our own
    assert len(rects) == 100
    assert sum("opacity" in r for r in rects) == pale
    assert sum(r["fill"] != "#C3CDD0" and "opacity" not in r for r in rects) == filled
    assert hundredths(low, high) == (filled, filled + pale)


def test_where_it_comes_from_is_never_left_out() -> None:
    for address in (
        "voorbeeld.nl/nl/",
        "voorbeeld.nl/nl/" + "een-lange-naam/" * 14 + "?release=12",
    ):
        card = replace(CARD, address=address, aside=("Zin. " * 40,))
        svg = fact_card(card)
        assert address in said(svg).replace(" ", "")
        assert "Bijgewerkt op 29 november 2026." in said(svg)
        inside(svg)


def test_a_sentence_beside_it_is_whole_or_away() -> None:
    aside = tuple(f"Zin nummer {n} is zo lang dat er maar een paar passen." for n in range(20))
    shown = said(fact_card(replace(CARD, aside=aside)))
    kept = [sentence for sentence in aside if sentence in shown]
    assert 0 < len(kept) < 20
    assert aside[: len(kept)] == tuple(kept)


def test_what_is_invented_says_so() -> None:
    assert "verzonnen" in said(fact_card(replace(CARD, example_word="verzonnen voorbeeld")))
    assert "verzonnen" not in said(fact_card(CARD))


def test_a_name_is_a_name_whatever_it_looks_like() -> None:
    svg = fact_card(replace(CARD, sentence='<script>"&</script>'))
    assert "<script" not in svg
    ElementTree.fromstring(svg)  # noqa: S314  our own


def test_signs_that_the_letters_lack_are_drawn() -> None:
    svg = fact_card(replace(CARD, rows=(), lines=(LINE,)))
    assert not set("▲▼△▽●○→") & set(said(svg))
    assert "Minder" in said(svg)


def test_the_picture_has_the_size_that_is_told_and_no_colour_is_lost_in_packing() -> None:
    png = png_of(fact_card(CARD), FONTS)
    assert struct.unpack(">II", png[16:24]) == (WIDE, TALL)
    assert len(png) < 150_000
    assert packed_png(png) == png
