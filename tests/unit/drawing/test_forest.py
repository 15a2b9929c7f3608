"""Forest and funnel plots: what is drawn where, and for whom."""

import re
from functools import cache
from xml.etree import ElementTree

import pytest

from instroom.drawing.charts.forest import EffectRow, axis_values, effect_axis, forest_chart
from instroom.drawing.charts.funnel import TrialPoint, funnel_chart

SVG = "{http://www.w3.org/2000/svg}"
ROWS = (
    EffectRow("Techniekdag Oost & West", 0.30, 0.10, 0.50, 0.6),
    EffectRow("Gastles", -0.10, -0.35, 0.15, 0.3),
    EffectRow("Bedrijfsbezoek", 0.80, -9.0, 10.6, 0.1),
    EffectRow("Nog niet gemeten", float("nan"), float("nan"), float("nan")),
)
SUMMARY = EffectRow("Samen", 0.20, 0.05, 0.35)
NEW = EffectRow("Nieuw project", 0.20, -0.15, 0.55)
WORDS = {"name": "f", "title": "Wat elders werkte", "description": "Vier proeven."}


@cache
def forest(width: str = "wide", language: str = "nl") -> str:
    return forest_chart(ROWS, SUMMARY, prediction=NEW, axis_label="Effect", language=language,
                        width=width, **WORDS)  # fmt: skip


@cache
def funnel(width: str = "wide") -> str:
    return funnel_chart(
        [TrialPoint(0.3, 0.1), TrialPoint(-0.1, 0.13), TrialPoint(0.8, 0.4)], 0.2,
        axis_label="Effect", error_label="Standaardfout", language="nl", width=width, **WORDS,
    )  # fmt: skip


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("draw", [forest, funnel])
def test_title_and_description_come_first_and_name_the_image(draw, width) -> None:
    root = ElementTree.fromstring(draw(width))  # noqa: S314
    title, description = list(root)[:2]
    assert (title.tag, title.text) == (f"{SVG}title", "Wat elders werkte")
    assert (description.tag, description.text) == (f"{SVG}desc", "Vier proeven.")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_every_trial_has_its_name_and_figures(width) -> None:
    found = texts(forest(width))
    for row in (*ROWS, SUMMARY, NEW):
        assert row.label in found
    assert "0,30 [0,10; 0,50]" in found
    assert "−0,10 [−0,35; 0,15]" in found
    assert "–" in found
    assert "0.30 [0.10; 0.50]" in texts(forest(width, "en"))


def test_a_trial_without_a_number_has_no_marks() -> None:
    with_it = forest().count("<path")
    less = forest_chart(ROWS[:3], SUMMARY, prediction=NEW, axis_label="Effect", language="nl",
                        width="wide", **WORDS)  # fmt: skip
    assert less.count("<path") == with_it
    assert "nan" not in forest().lower()


def test_an_interval_that_runs_off_the_axis_ends_in_an_arrow_on_both_sides() -> None:
    arrow = re.compile(r"l-?7 -4\.5v9z")
    assert len(arrow.findall(forest())) == 2
    calm = forest_chart(ROWS[:2], SUMMARY, language="nl", width="wide", **WORDS)
    assert not arrow.search(calm)


def test_heavier_trials_have_larger_squares_and_the_diamond_is_the_interval() -> None:
    svg = forest_chart(ROWS[:2], SUMMARY, language="nl", width="wide", **WORDS)
    diamond = re.search(r"M([\d.]+) [\d.]+L([\d.]+) [\d.]+L([\d.]+) [\d.]+L[\d.]+ [\d.]+z", svg)
    low, middle, high = (float(value) for value in diamond.groups())
    assert low < middle < high
    assert middle - low == pytest.approx(high - middle, abs=0.2)
    squares = re.findall(r'<path[^>]*fill="#6B979E"[^>]*>', svg)
    assert len(squares) == 2
    widths = [float(re.search(r'd="M-([\d.]+)', square)[1]) for square in squares]
    assert widths[0] / widths[1] == pytest.approx(2**0.5, rel=0.01)


def test_nothing_to_draw_is_still_a_picture() -> None:
    svg = forest_chart((), None, language="nl", width="wide", **WORDS)
    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"  # noqa: S314
    empty = funnel_chart([], 0.0, axis_label="x", error_label="y", language="nl",
                         width="narrow", **WORDS)  # fmt: skip
    assert ElementTree.fromstring(empty).tag == f"{SVG}svg"  # noqa: S314


def test_the_same_figures_give_the_same_bytes() -> None:
    forest.cache_clear()
    one = forest()
    forest.cache_clear()
    assert forest() == one


def test_the_axis_holds_nought_and_every_effect() -> None:
    domain, step = effect_axis(ROWS)
    assert domain[0] < -0.35
    assert domain[1] > 0.80
    assert 0.0 in axis_values(domain, step)
    # The widest interval does not push the others together.
    assert domain[1] - domain[0] < 6
    assert effect_axis([]) == ((-0.6, 0.6), 0.2)


def test_the_surest_trials_lie_on_top_of_the_funnel() -> None:
    """Points of 0.10, 0.13 and 0.40: as far down as their standard errors, in pixels."""
    dots = re.findall(
        r'<path transform="translate\([\d.]+,([\d.]+)\)"[^>]*fill="#16252B"', funnel()
    )
    first, second, last = (float(y) for y in dots)
    assert (second - first) / (last - first) == pytest.approx(0.03 / 0.30, abs=0.002)
    # Down the axis the errors are written without a sign.
    assert {"0,0", "0,2", "0,4"} <= set(texts(funnel()))
