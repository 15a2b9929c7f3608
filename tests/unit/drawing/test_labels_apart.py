"""Letters stay inside the frame of every picture, and no text lies over another."""

import pytest

from instroom.drawing.canvas import MUTED, WIDTHS
from instroom.drawing.charts import (
    Bar,
    ChangeRow,
    Curve,
    EffectRow,
    Line,
    Mark,
    Panel,
    Point,
    TrialPoint,
    bar_chart,
    change_chart,
    curve_chart,
    forest_chart,
    funnel_chart,
    line_chart,
    panel_chart,
)
from instroom.drawing.flow import FlowPart, FlowStep, pipeline
from instroom.drawing.maps import MapTile, tile_map
from picture_letters import faults

LONG = "Openbare scholengemeenschap voor praktijkonderwijs en voortgezet speciaal onderwijs Twente"
NAMES = ("Twente", "Overijssel", "Nederland", LONG, "Arbeidsmarktregio Achterhoek-Twenteland")
YEARS = [f"{year}-{year + 1}" for year in range(2010, 2025)]
LEVELS = (3, 80, 950, 12_345, 80_000, 123_456, 1_000_000)


def options(width: str, language: str, **more: object) -> dict[str, object]:
    return {"name": "p", "title": "T", "description": "D", "language": language, "width": width,
            "example_word": "voorbeeld", **more}  # fmt: skip


def line_points(level: float, turn: int) -> tuple[Point, ...]:
    found = []
    for order, year in enumerate(YEARS):
        value = level * (0.7 + 0.02 * order + 0.03 * turn)
        if order % 5 == 4:
            found.append(Point(year, status="protected" if turn % 2 else "missing"))
        elif order > 9:
            found.append(Point(year, None, value * 0.9, value, "bounded"))
        else:
            found.append(Point(year, value, status="provisional" if order == 9 else "ok"))
    return tuple(found)


def lines_of(level: float, count: int) -> list[Line]:
    return [
        Line(NAMES[turn], line_points(level, turn), turn == 0, turn, dashed=turn == 2)
        for turn in range(count)
    ]


def changes(level: float) -> list[ChangeRow]:
    mark = "misschien minder dan in 2014-2015, kan toeval zijn"
    return [
        ChangeRow("havo", (-level, -0.9 * level), 0.2 * level, mark, "down", "behind", (0, level)),
        ChangeRow(LONG, (0.0, 0.0), 0.01 * level, mark, "up_open"),
        ChangeRow(NAMES[4], None, mark="niet te vergelijken", shape="open"),
        ChangeRow("havo en vwo samen", (-0.1 * level, 0.3 * level), None, beside=(0.1, 0.2)),
    ]


def pictures(width: str, language: str) -> dict[str, str]:
    """Return pictures of every kind, with short and long names and small and large numbers."""
    told = options(width, language)
    found: dict[str, str] = {}
    for level in (*LEVELS, 0.55, 1.0):
        share = level <= 1
        more = told | {"unit": "share" if share else "count"}
        for count in (1, 2, 5):
            scale = level / 1.15 if share else level
            found[f"line {level} {count}"] = line_chart(lines_of(scale, count), **more)
        bars = [
            Bar(NAMES[0], level, reference=level * 0.9, emphasis=True),
            Bar(NAMES[3], None, level * 0.8, level, level * 0.3, "bounded"),
            Bar(NAMES[2], status="protected"),
            Bar(NAMES[1], level * 0.01),
        ]
        found[f"bar {level}"] = bar_chart(bars, reference_label="Nederland", **more)
        for count in (1, 2, 3, 4, 7):
            lines = tuple(lines_of(level / 1.15 if share else level, 2))
            named = [Panel(NAMES[turn % 5], lines) for turn in range(count)]
            found[f"panels {level} {count}"] = panel_chart(named, **more)
        found[f"change {level}"] = change_chart(changes(level), beside_label="Nederland", **more)
        tiles = [
            MapTile("1", "Twr", "Twenterand", 0, 0, level),
            MapTile("2", "Tub", "Tubbergen", 1, 0, status="not_applicable"),
            MapTile("3", "Los", "Losser", 4, 1, status="protected"),
            MapTile("4", "Hof", "Hof van Twente", 1, 1, status="missing"),
            MapTile("5", "Hel", "Hellendoorn", 3, 1, None, level * 0.31, level * 0.96, "bounded"),
            MapTile("6", "Rij", "Rijssen-Holten", 2, 2, level * 0.3),
        ]
        found[f"map {level}"] = tile_map(tiles, breaks_label=LONG, **more)
        found[f"curve {level}"] = curve_chart(
            [
                Curve(
                    name, (0, 10, level * 20), (0.0, level / 2, level * (1 - turn / 9)),
                    colour_index=turn,
                )
                for turn, name in enumerate(NAMES[:3])
            ],
            x_title="scholen", y_title="kans", marks=[Mark(0.8 * level, "genoeg")],
            share=share, **told,
        )  # fmt: skip
        effects = [EffectRow(name, level * 0.2, -level * 0.4, level, 0.3) for name in NAMES]
        found[f"forest {level}"] = forest_chart(
            effects, EffectRow("Samen", level * 0.2, level * 0.1, level * 0.3),
            axis_label="Verschil in standaarddeviaties", **told,
        )  # fmt: skip
        found[f"funnel {level}"] = funnel_chart(
            [TrialPoint(level * 0.2, level * 0.1), TrialPoint(-level * 0.1, level * 0.4)],
            level * 0.1,
            axis_label="Verschil", error_label="Standaardfout", **told,
        )  # fmt: skip
    parts = (
        FlowPart(
            "met een technisch profiel", "1.234.567–1.345.678",
            emphasis=True, low=0.31, high=0.36, status="bounded",
        ),
        FlowPart(NAMES[4], "1.000.000", 0.3),
        FlowPart("onbekend", status="protected"),
    )  # fmt: skip
    found["pipeline"] = pipeline(
        [
            FlowStep("po", "Basisschool", parts, "Een noot.", place_note="naar de school"),
            FlowStep("vo", "Voortgezet onderwijs", parts),
            FlowStep(
                "ho", "Vervolgstudie", parts,
                gap_note="deze bestanden zijn ingetrokken", place_note="naar de plaats van studie",
            ),
            FlowStep("x", "Tweede jaar", status="missing"),
        ],
        **told,
    )  # fmt: skip
    return found


@pytest.mark.parametrize("language", ["nl", "de"])
@pytest.mark.parametrize("width", list(WIDTHS))
def test_no_letter_is_outside_the_frame_or_over_another(width: str, language: str) -> None:
    wrong = {name: faults(svg) for name, svg in pictures(width, language).items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_text_outside_and_one_over_another_are_seen() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40">'
        '<g transform="translate(38,0)">'
        '<text x="-8" y="20" font-size="11" text-anchor="end">80.000</text>'
        '<text x="-12" y="24" font-size="11">1</text></g></svg>'
    )
    assert [fault.split(":")[0] for fault in faults(svg)] == ["outside", "over"]


def test_an_axis_that_repeats_a_number_is_seen() -> None:
    def flat(*words: str) -> str:
        letters = "".join(
            f'<text x="{60 * place + 30}" y="20" font-size="11" text-anchor="middle"'
            f' fill="{MUTED}">{word}</text>'
            for place, word in enumerate(words)
        )
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 40">{letters}</svg>'

    def upright(*words: str) -> str:
        letters = "".join(
            f'<text transform="translate(50,{20 * place + 20})" font-size="11px" fill="{MUTED}"'
            f' text-anchor="end">{word}</text>'
            for place, word in enumerate(words)
        )
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><g>{letters}</g></svg>'

    for draw in (flat, upright):
        assert faults(draw("0 %", "1 %", "2 %")) == []
        assert [fault.split(":")[0] for fault in faults(draw("0 %", "1 %", "1 %"))] == ["twice"]
