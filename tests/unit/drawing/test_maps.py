"""The tile map: every tile says what is known, and can be read."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.drawing import canvas as drawing
from instroom.drawing.maps import RAMP, MapTile, nice_breaks, tile_map

SVG = "{http://www.w3.org/2000/svg}"
TILES = (
    MapTile("1", "Twr", "Twenterand", 0, 0, 0.47),
    MapTile("2", "Tub", "Tubbergen", 1, 0, status="not_applicable"),
    MapTile("3", "Los", "Losser", 4, 1, status="protected"),
    MapTile("4", "Hof", "Hof van Twente", 1, 2, status="missing"),
    MapTile("5", "Hel", "Hellendoorn", 0, 1, None, 0.41, 0.46, "bounded"),
    MapTile("6", "Rij", "Rijssen-Holten", 0, 2, 0.583),
)
BREAKS = (0.42, 0.46, 0.50, 0.54)


def draw(*tiles, **more):
    options = {"name": "m", "title": "Kaart", "description": "Per gemeente.", "language": "nl"}
    return tile_map(tiles or TILES, **(options | {"width": "wide", "breaks": BREAKS} | more))


def tree(svg):
    return ElementTree.fromstring(svg)  # noqa: S314  our own drawing


def texts(svg):
    return [element.text for element in tree(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("width", ["wide", "narrow"])
class TestBothWidths:
    def test_title_and_description_come_first(self, width):
        root = tree(draw(width=width))
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert (root.get("role"), root[0].text) == ("img", "Kaart")

    def test_every_tile_has_its_abbreviation(self, width):
        assert {tile.abbreviation for tile in TILES} <= set(texts(draw(width=width)))

    def test_letters_are_at_least_eleven_pixels(self, width):
        sizes = re.findall(r'font-size="([\d.]+)', draw(width=width))
        assert min(map(float, sizes)) >= 11

    def test_breaks_are_printed(self, width):
        found = texts(draw(width=width, breaks_label="Aandeel"))
        assert {"42\u00a0%", "46\u00a0%", "50\u00a0%", "54\u00a0%", "Aandeel"} <= set(found)

    def test_protected_and_missing_are_hatched_apart_and_named(self, width):
        svg = draw(width=width)
        assert f"url(#m-{width}-hatch)" in svg
        assert f"url(#m-{width}-back)" in svg
        assert {"afgeschermd", "geen cijfer"} <= set(texts(svg))
        assert "geen cijfer in dit bestand" in " ".join(filter(None, texts(svg)))

    def test_a_tile_in_which_nobody_was_counted_is_bare(self, width):
        svg = draw(MapTile("2", "Tub", "Tubbergen", 0, 0, status="not_applicable"), width=width)
        assert "hatch" not in svg
        assert "back" not in svg
        assert "0,0" not in svg
        assert "niemand geteld" in texts(svg)

    @pytest.mark.parametrize("language", ["nl", "en", "de"])
    def test_no_tile_says_that_a_municipality_has_no_school(self, width, language):
        said = " ".join(filter(None, texts(draw(width=width, language=language)))).lower()
        assert not re.search("school|schule", said)

    def test_texts_stay_inside_the_picture(self, width):
        for element in tree(draw(width=width)).iter(f"{SVG}text"):
            long = drawing.text_width(element.text, float(element.get("font-size")))
            before = long / 2 if element.get("text-anchor") == "middle" else 0
            assert float(element.get("x")) - before >= -1
            assert float(element.get("x")) - before + long <= drawing.WIDTHS[width] + 1

    def test_example_word_stands_inside(self, width):
        assert "voorbeeld" in texts(draw(width=width, example_word="voorbeeld"))

    def test_no_outside_address_and_same_bytes(self, width):
        svg = draw(width=width)
        assert svg == draw(width=width)
        assert svg.count("http") == 1  # the namespace


@pytest.mark.parametrize("step", range(5))
def test_numbers_can_be_read_on_every_step(step):
    assert drawing.contrast(drawing.ink_on(RAMP[step]), RAMP[step]) >= 4.5


def test_the_ramp_darkens_with_every_step():
    against_white = [drawing.contrast(colour, "#FFFFFF") for colour in RAMP]
    assert against_white == sorted(against_white)


def test_a_bounded_tile_on_a_break_shows_both_classes():
    svg = draw(MapTile("5", "Hel", "Hellendoorn", 0, 1, None, 0.41, 0.45, "bounded"))
    assert "twee kleuren: ligt in een van beide" in texts(svg)
    inside = draw(MapTile("5", "Hel", "Hellendoorn", 0, 1, None, 0.43, 0.45, "bounded"))
    assert "twee kleuren: ligt in een van beide" not in texts(inside)


def test_a_value_behind_a_protected_status_is_not_drawn():
    svg = draw(MapTile("3", "Los", "Losser", 0, 0, 0.77, 0.77, 0.77, "protected"))
    assert "77" not in "".join(texts(svg))


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=14),
    st.sampled_from(["share", "count"]),
)
def test_nice_breaks_are_four_rising_numbers(values, unit):
    scale = 1 if unit == "share" else 1000
    tiles = [MapTile(str(i), "A", "A", i, 0, value * scale) for i, value in enumerate(values)]
    breaks = nice_breaks(tiles, unit)
    assert len(set(breaks)) == 4
    assert list(breaks) == sorted(breaks)
    assert breaks[0] > 0


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_tile_with_a_page_is_a_link_that_says_name_and_figure(width):
    linked = [replace(TILES[0], url="/nl/place/GM1/"), replace(TILES[3], url="/nl/place/GM2/")]
    root = tree(draw(*linked, TILES[4], width=width))
    links = list(root.iter(f"{SVG}a"))
    # A title, so that what is seen and what is read aloud are not two names.
    assert [(link.get("href"), link.findtext(f"{SVG}title")) for link in links] == [
        ("/nl/place/GM1/", "Twenterand: 47,0\u00a0%"),
        ("/nl/place/GM2/", "Hof van Twente: geen cijfer"),
    ]
    # Who uses a keyboard or listens reaches them: no part around them is an image or hidden.
    assert root.get("role") == "group"
    around = {child: parent for parent in root.iter() for child in parent}
    for link in links:
        above = around[link]
        while above is not root:
            assert above.get("aria-hidden") is None
            above = around[above]
    unlinked = tree(draw(width=width))
    assert (unlinked.get("role"), list(unlinked.iter(f"{SVG}a"))) == ("img", [])


def test_no_tiles_still_gives_a_picture():
    options = {"name": "m", "title": "t", "description": "d", "language": "en", "width": "wide"}
    tree(tile_map((), **options))
