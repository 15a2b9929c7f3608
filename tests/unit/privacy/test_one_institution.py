"""Locations of one institution are one school: their figure together is that school's."""

from collections import defaultdict
from pathlib import Path

import pytest

from instroom.core.places import LEVELS
from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.privacy.published import publish
from unit.monitoring.small import ENSCHEDE, HENGELO, Table, address, row, store

pytest_plugins = ("unit.monitoring.reading",)

NARROW = [i for i in registry.indicators().values() if i.lowest_place != LEVELS[-1]]
TRANSITIONS = "duo_brin_transitions"


def counted(indicator: models.Indicator, schools: dict[str, str]) -> Table:
    stage = indicator.stages["default"]
    rows = []
    for code, town in schools.items():
        where = {"place": code, "municipality": town, "school_type": "havo", **stage.totals}
        rows.append(row("2020-2021", 900, measure=stage.measure, **where))
        rows.append(row("2020-2021", 7, measure=stage.part, **where))
    return Table(stage.sources[0][0], rows)


def shown(facts: ClassifiedCounts, indicator: models.Indicator, place: str) -> Figure:
    found = publish([series(IndicatorQuery(indicator.id, (place, "nl")), facts)]).figures
    return next(f for f in found if f.place == place)


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_two_locations_of_one_institution_are_one_school(
    indicator: models.Indicator, tmp_path: Path
) -> None:
    schools = {"00AA00": ENSCHEDE, "00AA07": ENSCHEDE, "00AB00": HENGELO, "00AC00": HENGELO}
    facts = store(tmp_path, counted(indicator, schools))
    one, two = shown(facts, indicator, ENSCHEDE), shown(facts, indicator, HENGELO)
    assert (one.reason, one.numerator, one.denominator) == ("one_school", None, None)
    assert (two.reason, two.numerator) == (None, Count(14))


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
@pytest.mark.parametrize(
    ("old", "new"), [("00AA00", "00AB00"), ("00AA00", "00AB01"), ("00AA", "00AB")]
)
def test_two_institutions_that_became_one_are_one_now(
    indicator: models.Indicator, old: str, new: str, tmp_path: Path
) -> None:
    """Whoever knows the school knows that both were it, or are."""
    merged = {
        "from": old, "to": new, "complete": "J", "from_kind": "VOS", "to_kind": "VOS",
    }  # fmt: skip
    lists = [address(code, ENSCHEDE, "Enschede") for code in ("00AA00", "00AB00")]
    facts = store(
        tmp_path,
        counted(indicator, {"00AA00": ENSCHEDE, "00AB00": ENSCHEDE}),
        Table("duo_school_addresses", companion=lists),
        Table(TRANSITIONS, companion=[merged]),
    )
    assert shown(facts, indicator, ENSCHEDE).reason == "one_school"


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_locations_that_went_apart_were_one_school_then(
    indicator: models.Indicator, tmp_path: Path
) -> None:
    apart = {"from": "00AA01", "to": "00AB00", "complete": "J", "from_kind": "VOS"}
    facts = store(
        tmp_path,
        counted(indicator, {"00AA00": ENSCHEDE, "00AA01": ENSCHEDE}),
        Table(TRANSITIONS, companion=[apart]),
    )
    assert shown(facts, indicator, ENSCHEDE).reason == "one_school"


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_no_municipality_in_the_real_files_rests_on_one_institution(
    indicator: models.Indicator, real_facts: ClassifiedCounts
) -> None:
    gaz = gazetteer()
    towns = tuple(code for code in gaz if gaz.current(code) == code)
    asked = IndicatorQuery(indicator.id, towns)
    found = publish([series(asked, real_facts)]).figures
    schools = series(
        IndicatorQuery(indicator.id, towns, ("school",), transitions=False), real_facts
    )
    behind = defaultdict[tuple[str, str], set[str]](set)
    for one in schools.figures:
        if one.numbered and one.by:
            behind[one.place, one.period].add(dict(one.by)["school"][:4])
    numbers = [f for f in found if f.numbered]
    assert all(len(behind[f.place, f.period]) > 1 for f in numbers)
    if indicator.id == "early_leavers":
        assert len(numbers) > 50
        gone = {gaz.name(f.place) for f in found if f.reason == "one_school"}
        assert {"Haaksbergen", "Hellendoorn", "Twenterand", "Oldenzaal"} <= gone
        assert not {"Almelo", "Enschede", "Hengelo"} & gone
