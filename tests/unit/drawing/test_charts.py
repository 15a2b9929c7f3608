"""Line charts, panels, bars and changes: what is drawn, and what never is."""

import re
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import altair as alt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.drawing import canvas as drawing
from instroom.drawing.charts import (
    Bar,
    ChangeRow,
    Line,
    Panel,
    Point,
    bar_chart,
    change_chart,
    line_chart,
    panel_chart,
)
from instroom.drawing.lettering import spread
from instroom.drawing.vega import to_svg

SVG = "{http://www.w3.org/2000/svg}"
YEARS = [f"{year}-{year + 1}" for year in range(2014, 2024)]
WORDS = {
    "name": "p",
    "title": "Techniek & keuze",
    "description": "Wat te zien is.",
    "unit": "share",
}
TWENTE = Line(
    "Twente",
    (
        *(
            Point(year, value, status="ok")
            for year, value in zip(YEARS, (0.512, 0.503, 0.521, 0.53, 0.518), strict=False)
        ),
        *(Point(year, None, 0.474, 0.498, "bounded") for year in YEARS[5:]),
    ),
    emphasis=True,
)
OVERIJSSEL = Line(
    "Overijssel",
    (Point(YEARS[0], 0.49), Point(YEARS[1], status="protected"), Point(YEARS[2], 0.5)),
    colour_index=2,
)
BARS = (
    Bar("Jongens", 0.41, reference=0.39, emphasis=True),
    Bar("Meisjes", None, 0.182, 0.204, 0.17, "bounded"),
    Bar("Praktijkonderwijs", status="protected"),
)
PANELS = (Panel("havo", (TWENTE,)), Panel("vwo", (OVERIJSSEL,)))
CHANGES = (
    ChangeRow("havo", (-0.068, -0.047), 0.039, "minder", "down", "behind", (-0.04, -0.022)),
    ChangeRow("vwo", (0.04, 0.072), 0.051, "misschien meer", "up_open"),
    ChangeRow("vmbo", None, mark="niet te vergelijken", shape="open"),
)


def draw_line(*lines, **more):
    return line_chart(lines, **(WORDS | {"language": "nl", "width": "wide"} | more))


def draw_bars(*bars, **more):
    return bar_chart(bars, **(WORDS | {"language": "nl", "width": "wide"} | more))


def draw_panels(*panels, **more):
    return panel_chart(panels, **(WORDS | {"language": "nl", "width": "wide"} | more))


def draw_changes(*rows, **more):
    return change_chart(rows, **(WORDS | {"language": "nl", "width": "wide"} | more))


@cache
def pictures(width, example_word=""):
    more = {"width": width, "example_word": example_word}
    return {
        "line": draw_line(TWENTE, OVERIJSSEL, **more),
        "bar": draw_bars(*BARS, reference_label="Nederland", **more),
        "panels": draw_panels(*PANELS, **more),
        "change": draw_changes(*CHANGES, beside_label="Nederland", **more),
    }


def tree(svg):
    return ElementTree.fromstring(svg)  # noqa: S314  our own drawing


def texts(svg):
    return [element.text for element in tree(svg).iter(f"{SVG}text")]


def segments(svg):
    lines = re.findall(r'<path d="([^"]+)" stroke="[^"]+" stroke-width="2"', svg)
    return sum(line.count("L") for line in lines)


def dots(svg):
    return len(re.findall(r'd="M[\d.]+,0A', svg))


KINDS = ("line", "bar", "panels", "change")
WIDTHS = ("wide", "narrow")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
class TestEveryChart:
    def test_title_and_description_come_first_and_name_the_image(self, kind, width):
        root = tree(pictures(width)[kind])
        title, description = list(root)[:2]
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert title.text == "Techniek & keuze"
        assert description.text.startswith("Wat te zien is.")
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"

    def test_has_a_view_box_and_no_fixed_size(self, kind, width):
        root = tree(pictures(width)[kind])
        assert root.get("viewBox").split()[2] == str(drawing.WIDTHS[width])
        assert root.get("width") == "100%"
        assert root.get("height") is None

    def test_holds_no_outside_address_script_or_style(self, kind, width):
        svg = pictures(width)[kind].replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?:|<script|<style| style=|<image|href", svg)

    def test_only_the_outer_element_has_a_role(self, kind, width):
        svg = pictures(width)[kind]
        assert svg.count("role=") == 1
        assert "aria-label=" not in svg
        assert "aria-roledescription" not in svg

    def test_ids_start_with_the_name_and_are_unique(self, kind, width):
        ids = re.findall(r'\bid="([^"]+)"', pictures(width)[kind])
        assert len(ids) == len(set(ids))
        assert all(found.startswith(f"p-{width}-") for found in ids)

    def test_letters_are_at_least_eleven_pixels(self, kind, width):
        sizes = re.findall(r'font-size="([\d.]+)', pictures(width)[kind])
        assert sizes
        assert min(map(float, sizes)) >= 11

    def test_no_text_leaves_the_picture(self, kind, width):
        for element in tree(pictures(width)[kind]).iter(f"{SVG}text"):
            if element.get("transform"):
                continue  # axis labels, placed by Vega
            bold = element.get("font-weight") is not None
            long = drawing.text_width(element.text, float(element.get("font-size")), bold=bold)
            before = {"middle": 0.5, "end": 1}.get(element.get("text-anchor"), 0) * long
            start = float(element.get("x")) - before
            assert start >= -1
            assert start + long <= drawing.WIDTHS[width] + 1

    def test_example_word_stands_inside(self, kind, width):
        assert "voorbeeld" in texts(pictures(width, "voorbeeld")[kind])
        assert "voorbeeld" not in texts(pictures(width)[kind])

    def test_hidden_figures_are_hatched_with_their_word(self, kind, width):
        svg = pictures(width)[kind]
        word = "niet te vergelijken" if kind == "change" else "afgeschermd"
        assert any(word in text for text in texts(svg))
        if kind != "change":  # what does not compare has no bar, so nothing to hatch
            assert f'fill="url(#p-{width}-hatch)"' in svg
            assert f'id="p-{width}-hatch"' in svg

    def test_same_input_gives_the_same_bytes(self, kind, width):
        again = pictures.__wrapped__(width)
        assert again[kind] == pictures(width)[kind]


class TestLineChart:
    def test_an_exact_year_is_a_dot(self):
        exact = Line("Twente", TWENTE.points[:5])
        assert dots(draw_line(exact)) == 5

    def test_a_bounded_year_is_never_a_dot(self):
        bounded = Line("Twente", TWENTE.points[5:])
        svg = draw_line(bounded)
        assert dots(svg) == 0
        assert "ligt tussen deze grenzen" in texts(svg)

    @pytest.mark.parametrize("status", ["missing", "protected", "too_few", "not_supported"])
    def test_a_year_without_a_number_gets_no_dot_and_no_line(self, status):
        whole = [Point(year, 0.4) for year in YEARS[:5]]
        hole = [*whole[:2], Point(YEARS[2], status=status), *whole[3:]]
        full, broken = draw_line(Line("T", tuple(whole))), draw_line(Line("T", tuple(hole)))
        assert (dots(full), dots(broken)) == (5, 4)
        assert (segments(full), segments(broken)) == (4, 2)

    def test_a_hidden_value_that_slips_in_is_still_not_drawn(self):
        svg = draw_line(Line("T", (Point(YEARS[0], 0.4), Point(YEARS[1], 0.1, status="protected"))))
        assert dots(svg) == 1
        assert "10,0" not in svg

    def test_a_provisional_year_is_an_open_dot_and_explained(self):
        svg = draw_line(
            Line("T", (Point(YEARS[0], 0.4), Point(YEARS[1], 0.41, None, None, "provisional")))
        )
        assert f'fill="{drawing.PAPER}"' in svg
        assert "voorlopig" in texts(svg)

    def test_a_zoomed_axis_is_said_in_picture_and_description(self):
        svg = draw_line(TWENTE)
        description = next(tree(svg).iter(f"{SVG}desc")).text
        assert "De as begint bij" in description
        assert any("De as begint bij" in text for text in texts(svg))

    def test_counts_start_at_zero(self):
        points = tuple(Point(year, 3000 + place) for place, year in enumerate(YEARS))
        svg = draw_line(Line("Leerlingen", points), unit="count")
        assert "0" in texts(svg)
        assert "De as begint bij" not in svg

    def test_a_narrow_picture_names_first_middle_and_last_year(self):
        years = [text for text in texts(draw_line(TWENTE, width="narrow")) if text.startswith("’")]
        assert years == ["’14/’15", "’18/’19", "’23/’24"]

    def test_a_period_that_is_no_school_year_is_written_as_it_is(self):
        periods = ["'t begin", r"2014\2015", "<&>"]
        line = Line("Twente", tuple(Point(period, 0.5, status="ok") for period in periods))
        assert {*periods} <= {*texts(draw_line(line))}

    def test_the_label_at_the_end_has_the_last_interval(self):
        found = texts(draw_line(TWENTE))
        assert {"Twente", "47,4–49,8\u00a0%"} <= set(found)

    @pytest.mark.parametrize(
        ("language", "number"), [("nl", "3.000"), ("de", "3.000"), ("en", "3,000")]
    )
    def test_axis_numbers_follow_the_language(self, language, number):
        points = (Point("2022-2023", 3400.0), Point("2023-2024", 3600.0))
        assert number in texts(draw_line(Line("T", points), unit="count", language=language))

    def test_lines_differ_without_colour(self):
        lines = [
            Line(name, tuple(Point(y, 0.4 + i / 50) for y in YEARS[:3]), colour_index=i)
            for i, name in enumerate("ABC")
        ]
        svg = draw_line(*lines)
        assert dots(svg) == 3  # the other two lines have other forms

    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize(
        "lines",
        [
            (),
            (Line("Leeg", ()),),
            (Line("Een jaar", (Point("2020-2021", 0.5),)),),
            (Line("Niets", tuple(Point(year, status="missing") for year in YEARS)),),
            (Line("<script>alert('x')</script>", (Point("'};x\\", 0.5), Point("2020", 0.0))),),
            (Line("Alles", (Point("2020", 1.0), Point("2021", 1.0))),),
        ],
    )
    def test_odd_input_still_gives_a_whole_picture(self, lines, width):
        svg = draw_line(*lines, width=width)
        tree(svg)
        assert "<script" not in svg

    @settings(max_examples=20, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.floats(0, 1).map(lambda value: Point("", value)),
                st.tuples(st.floats(0, 1), st.floats(0, 1)).map(
                    lambda pair: Point("", None, min(pair), max(pair), "bounded")
                ),
                st.just(Point("", status="protected")),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_as_many_dots_as_exact_numbers(self, points):
        dated = tuple(
            Point(year, p.value, p.low, p.high, p.status)
            for year, p in zip(YEARS, points, strict=False)
        )
        svg = draw_line(Line("T", dated), width="narrow")
        assert dots(svg) == sum(point.value is not None for point in dated)
        assert "NaN" not in svg


class TestBars:
    def test_the_reference_is_named_once(self):
        svg = draw_bars(*BARS, reference_label="Nederland")
        assert texts(svg).count("Nederland") == 1
        assert "Nederland" not in texts(draw_bars(Bar("A", 0.2), reference_label="Nederland"))

    def test_a_bounded_bar_is_pale_beyond_its_lower_bound(self):
        svg = draw_bars(Bar("A", None, 0.2, 0.3, status="bounded"))
        assert "0.35" in svg
        assert "20,0–30,0\u00a0%" in texts(svg)

    def test_a_protected_bar_has_no_length(self):
        svg = draw_bars(Bar("A", 0.9, status="protected"))
        assert drawing.PETROL not in svg

    def test_no_bars_still_gives_a_picture(self):
        tree(draw_bars())


class TestPanels:
    def test_all_panels_have_one_scale_and_the_same_years(self):
        low = Panel("laag", (Line("T", (Point(YEARS[0], 0.1), Point(YEARS[1], 0.12))),))
        high = Panel("hoog", (Line("T", (Point(YEARS[1], 0.8), Point(YEARS[2], 0.9))),))
        found = texts(draw_panels(low, high))
        ticks = [text for text in found if text.endswith("%") and "," not in text]
        assert len(ticks) == 2 * len(set(ticks))
        assert len([text for text in found if text == "’16/’17"]) == 2

    def test_years_before_a_break_are_joined_to_none_after_it(self):
        before = Line("", tuple(Point(y, 0.2) for y in YEARS[:4]))
        after = Line("Twente", tuple(Point(y, 0.22) for y in YEARS[4:8]))
        whole = Line("Twente", before.points + after.points)
        assert segments(draw_panels(Panel("vmbo", (whole,)))) == 7
        broken = draw_panels(Panel("vmbo", (after, before)))
        assert segments(broken) == 6
        assert texts(broken).count("Twente") == 1
        # The first number is not written beside the last: they do not compare.
        assert "20,0\u00a0%" not in texts(broken)

    def test_the_first_number_stands_where_no_line_runs(self):
        up = Line("T", (Point(YEARS[0], 0.5), *(Point(y, 0.6) for y in YEARS[1:])))
        down = Line("T", (Point(YEARS[0], 0.6), *(Point(y, 0.5) for y in YEARS[1:])))
        under = Line("N", tuple(Point(y, 0.45) for y in YEARS), colour_index=1)
        assert "60,0\u00a0%" in texts(draw_panels(Panel("x", (down, under))))
        both = Panel("x", (up, Line("N", tuple(Point(y, 0.49) for y in YEARS), colour_index=1)))
        assert "50,0\u00a0%" not in texts(draw_panels(both))

    @pytest.mark.parametrize("count", range(8))
    @pytest.mark.parametrize("width", WIDTHS)
    def test_any_number_of_panels_is_a_whole_picture(self, count, width):
        tree(draw_panels(*(PANELS[:1] * count), width=width))


def bars_of(svg):
    """Return start and end of the bars of changes, from top to bottom."""
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16"', svg)
    return [(float(x), float(x) + float(wide)) for x, wide in found]


def zero_of(svg):
    found = re.search(rf'<line x1="([\d.]+)"[^>]*stroke="{drawing.BORDER}"', svg)
    return float(found[1])


class TestChanges:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_a_bar_is_its_bounds_on_its_side_of_zero(self, width):
        svg = draw_changes(*CHANGES, width=width)
        havo, vwo = bars_of(svg)
        assert havo[1] < zero_of(svg) < vwo[0]
        assert (havo[1] - havo[0]) / (vwo[1] - vwo[0]) == pytest.approx(0.021 / 0.032, rel=0.01)

    def test_the_axis_is_no_wider_than_the_changes_need(self):
        tall = draw_changes(ChangeRow("a", (0.30, 0.42)))
        small = draw_changes(ChangeRow("a", (0.003, 0.0042)))
        for svg in (tall, small):
            ((_, end),) = bars_of(svg)
            right = max(float(x) for x in re.findall(r'<line x1="([\d.]+)"', svg))
            assert end <= right
            if svg is tall:
                assert (end - zero_of(svg)) / (right - zero_of(svg)) > 0.6

    def test_dots_lead_to_zero_only_where_chance_does_not_reach_it(self):
        certain, uncertain = draw_changes(CHANGES[0]), draw_changes(CHANGES[1])
        assert 'stroke-dasharray="2 3"' in certain
        assert 'stroke-dasharray="2 3"' not in uncertain

    def test_a_change_is_written_in_points_with_its_sign(self):
        found = texts(draw_changes(*CHANGES, beside_label="Nederland"))
        assert "−6,8 tot −4,7 procentpunt" in found
        assert "Nederland −4,0 tot −2,2" in found
        assert "+95" in texts(draw_changes(ChangeRow("a", (95, 95)), unit="count"))

    def test_what_does_not_compare_has_no_bar(self):
        svg = draw_changes(CHANGES[2])
        assert bars_of(svg) == []
        assert "–" in texts(svg)

    @settings(max_examples=40, deadline=None)
    @given(
        st.floats(1e-5, 1e6), st.floats(0, 1), st.sampled_from(["share", "count"]),
        st.sampled_from(WIDTHS),
    )  # fmt: skip
    def test_the_axis_repeats_no_number(self, size, part, unit, width):
        size = min(size, 1.0) if unit == "share" else size
        svg = draw_changes(ChangeRow("a", (-size * part, size)), unit=unit, width=width)
        ticks = re.findall(r'font-size="12" text-anchor="middle"[^>]*>([^<]+)<', svg)
        assert "0" in {text.rstrip("0").rstrip(",") or "0" for text in ticks}
        assert len(ticks) == len(set(ticks)) >= 3


class TestDrawing:
    @given(st.lists(st.floats(0, 300), min_size=1, max_size=5))
    def test_labels_keep_apart_inside_and_in_order(self, wanted):
        spots = spread(wanted, 40, 0, 300)
        ordered = sorted(spots)
        assert all(b - a >= 40 - 1e-6 for a, b in pairwise(ordered))
        assert ordered[0] >= -1e-6
        assert ordered[-1] <= 300 + 1e-6
        pairs = sorted(zip(wanted, spots, strict=True))
        assert [spot for _, spot in pairs] == ordered

    def test_any_altair_chart_becomes_accessible(self):
        data = alt.Data(values=[{"a": "x", "b": 1234.5}])
        chart = alt.Chart(data).mark_bar().encode(x="a:N", y="b:Q").properties(width=90, height=80)
        svg = to_svg(chart, name="own", title="T", description="D")
        root = tree(svg)
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert svg.count("role=") == 1

    @pytest.mark.parametrize("colour", drawing.CATEGORIES)
    def test_series_colours_stand_out_from_paper(self, colour):
        assert drawing.contrast(colour, drawing.PAPER) >= 3
