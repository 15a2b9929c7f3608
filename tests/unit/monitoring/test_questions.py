"""Questions and their answers: ids that mean one thing, formulas, public shapes."""

from dataclasses import replace
from pathlib import Path

import pytest

from instroom.core.errors import DataError, DefinitionError
from instroom.core.quantities import Count, Share, significant
from instroom.core.series import Figure
from instroom.monitoring.explanation import explain, formula_of
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.pipeline import pipeline
from instroom.monitoring.questions import ask, figure_dict, parse_id, series
from instroom.reports.results import Results
from unit.monitoring.small import HIDDEN, Table, exam, primary, published, store

pytest_plugins = ("unit.monitoring.reading",)

KEYS = {
    "id", "period", "place", "by", "value", "low", "high", "n", "numerator", "denominator",
    "status", "reason", "sources", "unplaced",
}  # fmt: skip


def test_series_has_the_public_shape(example_data: Path) -> None:
    found = series("technical_profile_share", place="voorbeeld", data=example_data)
    assert list(found) == ["indicator", "classification", "stage", "definition", "series"]
    assert (found["classification"], found["stage"]) == ("monitor", "exam")
    assert found["definition"]["id"] == "technical_profile_share"
    assert [f["period"] for f in found["series"]] == [f"{y}-{y + 1}" for y in range(2014, 2024)]
    for figure in found["series"]:
        assert set(figure) == KEYS
        assert figure["sources"]
        assert all(len(sha) == 64 for sha in figure["sources"])
        whole = figure["denominator"]
        assert figure["n"] == (whole["low"] if isinstance(whole, dict) else whole)


def test_places_and_breakdowns_come_in_the_order_asked(example_data: Path) -> None:
    places = ["GM9903", "voorbeeld", "GM9901"]
    found = series("technical_profile_share", place=places, by=["school_type"], data=example_data)[
        "series"
    ]
    assert list(dict.fromkeys(f["place"] for f in found)) == places
    for place in places:
        mine = [(tuple(f["by"].items()), f["period"]) for f in found if f["place"] == place]
        assert mine == sorted(mine)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1 / 3, 0.333333333333), (12345.678901234567, 12345.6789012), (None, None)],
)
def test_numbers_have_twelve_digits(value: float | None, expected: float | None) -> None:
    assert significant(value) == expected


def test_the_public_shape_rounds_and_keeps_bounds() -> None:
    part, rest = Count(1, 4), Count(6)
    bounds = Share.of(part, rest)
    figure = Figure(
        "x", "2020-2021", "twente", "bounded", low=bounds.low, high=bounds.high,
        numerator=part, denominator=part + rest,
    )  # fmt: skip
    found = figure_dict(figure)
    assert (found["value"], found["low"], found["high"]) == (None, 0.142857142857, 0.4)
    assert (found["numerator"], found["denominator"]) == (
        {"low": 1, "high": 4},
        {"low": 7, "high": 10},
    )
    assert found["n"] == 7


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("nt", 8), ("em", 12)], "8 / 20"),
        ([("nt", HIDDEN), ("em", 6)], "low = 1 / (1 + 6); high = 4 / (4 + 6)"),
        ([("nt", 6), ("em", HIDDEN)], "low = 6 / (6 + 4); high = 6 / (6 + 1)"),
    ],
)
def test_the_formula_gives_the_figure(
    tmp_path: Path, rows: list[tuple[str, int | str]], expected: str
) -> None:
    facts = store(
        tmp_path, Table("duo_exam_candidates", [exam("2020-2021", n, p) for p, n in rows])
    )
    (figure,) = published(facts, "technical_profile_share").figures
    assert formula_of(figure) == expected
    values = [eval(part.split("=")[-1]) for part in expected.split(";")]  # noqa: S307  our sum
    assert (figure.low, figure.high) == pytest.approx((values[0], values[-1]))


@pytest.mark.parametrize(
    ("n", "expected"), [(8, "count = 8"), (HIDDEN, "count = 1..4"), (None, "")]
)
def test_the_formula_of_a_count(tmp_path: Path, n: int | None, expected: str) -> None:
    rows = [primary("2020-2021", n)] if n else []
    (figure,) = published(store(tmp_path, Table("duo_po_pupils", rows)), "po_pupils").figures
    assert formula_of(figure) == expected


def test_every_id_gives_back_its_own_question(
    example_results: Results, example_facts: ClassifiedCounts
) -> None:
    figures = [f for f in example_results.published.figures if f.place == "voorbeeld" and f.period]
    assert len({f.id for f in figures}) > 300
    for figure in figures[::37]:
        question, by = parse_id(figure.id)
        assert by == figure.by
        (again,) = (f for f in ask(question, example_facts).figures if f.id == figure.id)
        if "would_reveal" not in (figure.reason, again.reason):
            assert figure_dict(again) == figure_dict(figure)


@pytest.mark.parametrize(
    "more",
    [{"school_types": ("vwo",)}, {"school_types": ("vmbo",)}, {"transitions": False}],
    ids=["one school type", "another school type", "without mergers"],
)
def test_another_question_with_another_answer_has_another_id(tmp_path: Path, more: dict) -> None:
    rows = [exam("2018-2019", n, "nt", school_type=s) for n, s in ((5, "havo"), (7, "vwo"))]
    rows += [exam("2018-2019", 9, "none", school_type="vmbo", level="B", sector="techniek")]
    rows += [exam("2018-2019", 11, "nt", place="00AB00")]
    merger = {"from": "00AB", "to": "00AA", "complete": "J", "from_kind": "VOS"}
    facts = store(
        tmp_path,
        Table("duo_exam_candidates", rows),
        Table("duo_brin_transitions", companion=[merger]),
    )
    (one,) = published(facts, "technical_profile_share", "00AA00").figures
    (other,) = published(facts, "technical_profile_share", "00AA00", **more).figures
    assert one.denominator != other.denominator
    assert one.id != other.id, "explain would answer with the other figure"


@pytest.mark.parametrize("text", ["", "x", "technical_profile_share:twente", "a:b:c:d:e"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_id(text)
    assert (caught.value.code, caught.value.exit_code) == ("unknown_figure", 12)


def test_the_id_of_an_unknown_indicator_is_refused_with_the_nearest() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_id("po_pupil:twente:2018-2019")
    assert caught.value.hint == "did you mean 'po_pupils'?"


def test_the_same_files_give_the_same_answer_in_any_order(tmp_path: Path) -> None:
    tables = [
        Table("duo_po_pupils", [primary("2018-2019", n, place=f"00P{c}00") for n, c in rows])
        for rows in ([(10, "A"), (20, "B"), (HIDDEN, "C")], [(HIDDEN, "C"), (20, "B"), (10, "A")])
    ]
    answers = []
    for number, table in enumerate(tables):
        facts = store(tmp_path / str(number), table)
        found = ask(IndicatorQuery("po_pupils", ("twente", "nl"), ("school",)), facts).figures
        answers.append([{k: v for k, v in figure_dict(f).items() if k != "sources"} for f in found])
    assert answers[0] == answers[1]


def test_answers_about_the_region_say_themselves(example_data: Path) -> None:
    found = series("po_pupils", place="voorbeeld", data=example_data)
    newest = max(figure.period for figure in found.series if figure.low is not None)
    assert newest in found.summary()
    assert found.series[0].id == found["series"][0]["id"]
    nothing = series("po_pupils", place="GM0153", data=example_data)
    assert nothing.summary("en").endswith("there is no figure yet.")
    steps = pipeline(place="voorbeeld", data=example_data)
    known = sum(step.count is not None for step in steps.steps)
    assert steps.summary("de").startswith(f"{known} von {len(steps.steps)} Schritten")
    assert repr(steps) == f"<PipelineAnswer: {steps.summary()}>"


def test_an_explanation_says_whether_it_came_out_the_same(example_data: Path) -> None:
    figure = series("po_pupils", place="voorbeeld", data=example_data).series[-1]
    found = explain(figure.id, data=example_data)
    assert found.equal is True
    assert found.value == found.recomputed == found["value"]
    assert found.summary("en").endswith("; calculated again and equal")
    gone = replace(found, recomputed=None, equal=None)
    assert gone.summary().endswith("; niet na te rekenen")
    other = replace(found, recomputed=1.0, equal=False)
    assert other.summary("de").endswith("; neu berechnet und NICHT gleich")
    assert "release" not in found
