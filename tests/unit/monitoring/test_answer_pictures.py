"""Pictures of statistical answers: titles are sentences, nothing without an estimate is drawn."""

import re
from typing import Any

import pytest

from instroom.core.errors import DataError
from instroom.drawing.charts.curves import Curve, Mark, curve_chart, ticks
from instroom.monitoring import answer_pictures as answers

EFFECT: dict[str, Any] = {
    "estimate": 0.12,
    "ci": [0.02, 0.22],
    "wording": {"nl": "Leerlingen scoorden hoger.", "en": "Pupils scored higher."},
    "by": [{"group": "meisje=1", "estimate": 0.2, "ci": [0.05, 0.35]}],
    "links": {"weighted": {"estimate": 0.1, "ci": [0.0, 0.2]}, "school_means": {"estimate": None}},
}
META: dict[str, Any] = {
    "estimate": 0.2,
    "ci": [0.1, 0.3],
    "k": 2,
    "prediction": [-0.1, 0.5],
    "studies": [
        {"study": "Een", "effect": 0.1, "se": 0.05, "ci": [0.0, 0.2], "weight": 0.7},
        {"study": "Twee", "effect": 0.4, "se": 0.1, "ci": [0.2, 0.6], "weight": 0.3},
        {"study": "Weg", "effect": None, "se": None, "ci": [None, None], "weight": None},
    ],
}
POWER: dict[str, Any] = {
    "mdes": 0.28,
    "effect": 0.2,
    "schools": 30,
    "curve": {"schools": [4, 8, 16], "mdes": [None, 0.6, 0.4]},
}
RELIABILITY: dict[str, Any] = {
    "alpha": 0.8,
    "alpha_ci": [0.75, 0.85],
    "n": 300,
    "items": [{"item": "v1", "r_rest": 0.5}, {"item": "v2", "r_rest": None}],
}
PLOTS = [
    (answers.effect_plot, EFFECT),
    (answers.meta_plot, META),
    (answers.bias_plot, META),
    (answers.power_plot, POWER),
    (answers.reliability_plot, RELIABILITY),
]


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize(("plot", "found"), PLOTS)
def test_a_picture_has_a_title_a_description_and_no_nan(plot, found, width) -> None:
    svg = plot(found, width=width)
    assert "<title" in svg
    assert "<desc" in svg
    assert "NaN" not in svg
    assert "undefined" not in svg
    assert svg == plot(found, width=width), "the same answer, the same bytes"


def test_the_title_of_an_effect_is_its_sentence_in_the_readers_language() -> None:
    assert "Pupils scored higher." in answers.effect_plot(EFFECT, language="en")


def test_subgroups_and_links_have_rows_and_what_has_no_estimate_has_none() -> None:
    svg = answers.effect_plot(EFFECT)
    assert "meisje=1" in svg
    assert "ook met onzekere koppelingen" in svg
    assert "zonder koppelen" not in svg


def test_a_study_left_out_is_not_drawn() -> None:
    svg = answers.meta_plot(META)
    assert "Twee" in svg
    assert "Weg" not in svg
    assert "een nieuwe studie" in svg


@pytest.mark.parametrize(("plot", "found"), PLOTS)
def test_without_an_estimate_nothing_is_drawn(plot, found) -> None:
    empty = dict.fromkeys(found) | {"status": "too_few", "reason": "too few schools"}
    with pytest.raises(DataError) as caught:
        plot(empty)
    assert caught.value.found == "too few schools"


def test_curves_have_their_names_and_heights_that_matter() -> None:
    curves = [
        Curve("met voormeting", (6.0, 20.0), (0.3, 0.9), low=(0.2, 0.8), high=(0.4, 1.0)),
        Curve("zonder", (6.0, 20.0), (0.2, 0.6), colour_index=1, dashed=True),
    ]
    svg = curve_chart(
        curves, name="c", title="t", description="d", language="nl", width="wide",
        x_title="scholen", y_title="kans", marks=[Mark(0.8, "gewone grens")], share=True,
    )  # fmt: skip
    for text in ("met voormeting", "zonder", "gewone grens", "scholen", "kans", "100\u00a0%"):
        assert text in svg


def test_the_words_of_a_height_stand_where_no_curve_runs() -> None:
    in_the_way = Curve("vlak", (4.0, 8.0, 9.0, 30.0), (0.52, 0.52, 0.1, 0.1))
    svg = curve_chart(
        [in_the_way], name="c", title="t", description="d", language="nl", width="wide",
        x_title="scholen", y_title="effect", marks=[Mark(0.5, "het effect dat u verwacht")],
    )  # fmt: skip
    (left,) = re.findall(r'<text x="([\d.]+)"[^>]*>het effect dat u verwacht', svg)
    assert float(left) > 100, "a curve runs just above the left of the line"
    assert "<rect" not in svg, "nothing covers a curve"


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (6, 60, [0, 10, 20, 30, 40, 50, 60]), (3, 3, [3, 3])],
)
def test_ticks_are_round_and_hold_all(low, high, found) -> None:
    marks = ticks(low, high, 5)
    if low == high:
        assert len(marks) >= 2
        assert marks[0] <= low <= marks[-1]
    else:
        assert marks == found
