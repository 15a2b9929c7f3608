"""The pipeline: bands only between the same pupils, unknown parts hatched."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.drawing import canvas as drawing
from instroom.drawing.flow import FlowPart, FlowStep, pipeline

SVG = "{http://www.w3.org/2000/svg}"
GAP = "Andere groep: geen koppeling in open data."
STEPS = (
    FlowStep(
        "po",
        "Groep 8",
        (FlowPart("havo of vwo", "1.412", 0.42), FlowPart("vmbo", "1.951", 0.58)),
        place_note="woont in Twente",
        note="Peildatum 1 oktober.",
    ),
    FlowStep("vo", "Leerjaar 3", (), status="missing", place_note="school in Twente"),
    FlowStep(
        "profile",
        "Profiel",
        (
            FlowPart("technisch profiel", "1.215", None, True, "bounded", 0.474, 0.498),
            FlowPart("ander profiel", "", None, False, "bounded", 0.502, 0.526),
        ),
    ),
    FlowStep(
        "study",
        "Vervolgstudie",
        (
            FlowPart("technische studie", "99", 0.25, True, "protected"),
            FlowPart("andere studie", "1.020", 0.45),
        ),
        gap_note=GAP,
    ),
)


def draw(*steps, **more):
    options = {"name": "f", "title": "Stroom", "description": "Van po tot studie."}
    return pipeline(steps or STEPS, **(options | {"language": "nl", "width": "wide"} | more))


def tree(svg):
    return ElementTree.fromstring(svg)  # noqa: S314  our own drawing


def texts(svg):
    return [element.text for element in tree(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("width", ["wide", "narrow"])
class TestBothWidths:
    def test_title_and_description_come_first(self, width):
        root = tree(draw(width=width))
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert root.get("role") == "img"

    def test_headings_parts_and_places_are_written(self, width):
        found = " ".join(texts(draw(width=width)))
        for word in ("Groep 8", "woont in Twente", "technisch profiel", "Peildatum 1 oktober."):
            assert word in found
        assert "47,4–49,8\u00a0%" in found

    def test_a_band_only_where_the_same_pupils_are_followed(self, width):
        followed = FlowStep("b", "B", (FlowPart("x", "1", low=1.0, high=1.0),), whole="1 mens")
        apart = FlowStep("b", "B", (FlowPart("x", "1", 1.0),))
        gap = FlowStep("b", "B", (FlowPart("x", "1", 1.0),), gap_note=GAP)
        first = FlowStep("a", "A", (FlowPart("x", "1", 1.0),))
        bands = [
            "C"
            in "".join(
                path.get("d") for path in tree(draw(first, second, width=width)).iter(f"{SVG}path")
            )
            for second in (followed, apart, gap)
        ]
        assert bands == [True, False, False]

    def test_a_gap_gives_its_reason(self, width):
        assert GAP in " ".join(texts(draw(width=width)))

    def test_unknown_parts_are_hatched_with_the_word(self, width):
        svg = draw(width=width)
        assert f"url(#f-{width}-hatch)" in svg
        assert {"afgeschermd", "geen cijfer"} <= set(texts(svg))

    def test_a_figure_behind_a_protected_status_is_not_written(self, width):
        found = " ".join(texts(draw(width=width)))
        assert "99" not in found
        assert "25,0" not in found

    def test_letters_are_at_least_eleven_pixels(self, width):
        sizes = re.findall(r'font-size="([\d.]+)', draw(width=width))
        assert min(map(float, sizes)) >= 11

    def test_texts_stay_inside_the_picture(self, width):
        for element in tree(draw(width=width)).iter(f"{SVG}text"):
            long = drawing.text_width(element.text, float(element.get("font-size")))
            anchor = element.get("text-anchor")
            before = {"middle": 0.5, "end": 1}.get(anchor, 0) * long
            assert float(element.get("x")) - before >= -1
            assert float(element.get("x")) - before + long <= drawing.WIDTHS[width] + 1

    def test_example_word_stands_inside(self, width):
        assert "voorbeeld" in texts(draw(width=width, example_word="voorbeeld"))

    def test_no_outside_address_and_same_bytes(self, width):
        svg = draw(width=width)
        assert svg == draw(width=width)
        assert svg.count("http") == 1  # the namespace

    def test_texts_are_escaped(self, width):
        svg = draw(FlowStep("a", "A & <b>", (FlowPart("<script>", "1", 1.0),)), width=width)
        tree(svg)
        assert "<script" not in svg


@given(
    st.lists(
        st.one_of(
            st.floats(0, 1).map(lambda share: FlowPart("deel", "1", share)),
            st.just(FlowPart("deel", "1", None, status="protected")),
        ),
        max_size=7,
    ),
    st.sampled_from(["wide", "narrow"]),
)
def test_bars_have_sizes_whatever_the_parts(parts, width):
    svg = draw(FlowStep("a", "A", tuple(parts)), width=width)
    sizes = re.findall(r'<rect [^>]*?width="([^"]+)" height="([^"]+)"', svg)
    assert all(float(number) > 0 for pair in sizes for number in pair)
    assert tree(svg).get("viewBox")


WAYS = FlowStep(
    "ways",
    "Na het diploma",
    (
        FlowPart("mbo", "40–60", low=0.4, high=0.6, share_text="40–60 %"),
        FlowPart("techniek", "20", low=0.2, high=0.2, emphasis=True, share_text="20 %"),
        FlowPart("niet bekend", low=0.0, high=0.4, share_text="onbekend"),
    ),
    whole="100 gediplomeerden",
)


@pytest.mark.parametrize("width", ["wide", "narrow"])
class TestWays:
    def test_a_band_ends_as_high_as_its_people_are_many(self, width):
        """Solid to the lower bound, pale to the upper one, both around one middle."""
        found = tree(draw(WAYS, width=width))
        height = {"wide": 300, "narrow": 240}[width]
        bands = {}
        for path in found.iter(f"{SVG}path"):
            ends = re.match(r"M[\d.]+ [\d.]+C.* ([\d.]+)V([\d.]+)C", path.get("d"))
            if ends:
                top, bottom = map(float, ends.groups())
                bands.setdefault(path.get("fill"), []).append(bottom - top)
        lengths = sorted(round(size / height, 2) for sizes in bands.values() for size in sizes)
        assert lengths == [0.0, 0.2, 0.4, 0.4, 0.6], "solid 0.4 0.2 0; pale 0.6 0.4"

    def test_who_is_followed_is_written(self, width):
        found = " ".join(texts(draw(WAYS, width=width)))
        for word in ("100 gediplomeerden", "mbo", "40–60", "techniek", "onbekend"):
            assert word in found
