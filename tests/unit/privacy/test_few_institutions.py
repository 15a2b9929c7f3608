"""Fewer than three institutions are too few; locations of one institution are one of them."""

from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.definitions import models
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.counted_from import counted_from_rows
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.privacy.published import publish
from instroom.sources.store import Store
from unit.monitoring.small import ENSCHEDE, HENGELO, Table, address, published, store
from unit.privacy.narrow import ALMELO, BORNE, NARROW, OLDENZAAL, tables

pytest_plugins = ("unit.monitoring.reading",)

TRANSITIONS = "duo_brin_transitions"
INSTITUTIONS = ("00AA", "00AB", "00AC", "00AD")


def counted(indicator: models.Indicator, schools: dict[str, str]) -> list[Table]:
    return tables({code: (town, 7, 900) for code, town in schools.items()}, [indicator])


def shown(facts: ClassifiedCounts, indicator: models.Indicator, place: str) -> Figure:
    found = publish([series(IndicatorQuery(indicator.id, (place, "nl")), facts)]).figures
    return next(f for f in found if f.place == place)


def hidden(figure: Figure, reason: str = "few_schools") -> bool:
    numbers = (figure.value, figure.low, figure.high, figure.numerator, figure.denominator)
    return (figure.status, figure.reason, *numbers) == ("protected", reason, *[None] * 5)


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
@pytest.mark.parametrize("locations", [1, 2, 5])
@pytest.mark.parametrize("institutions", [1, 2, 3, 4])
def test_it_is_institutions_that_are_counted_and_not_their_locations(
    indicator: models.Indicator, institutions: int, locations: int, tmp_path: Path
) -> None:
    codes = product(INSTITUTIONS[:institutions], range(locations))
    schools = {f"{code}{number:02}": ENSCHEDE for code, number in codes}
    found = shown(store(tmp_path, *counted(indicator, schools)), indicator, ENSCHEDE)
    if institutions < 3:
        assert hidden(found)
    else:
        assert (found.reason, found.numerator) == (None, Count(7 * institutions * locations))


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
@pytest.mark.parametrize("others", [0, 1, 2])
@pytest.mark.parametrize(
    ("old", "new"), [("00AA00", "00AB00"), ("00AA00", "00AB01"), ("00AA", "00AB")]
)
def test_two_institutions_that_became_one_are_one_now(
    indicator: models.Indicator, old: str, new: str, others: int, tmp_path: Path
) -> None:
    """Whoever knows the school knows that both were it, or are."""
    merged = {
        "from": old, "to": new, "complete": "J", "from_kind": "VOS", "to_kind": "VOS",
    }  # fmt: skip
    codes = [f"{code}00" for code in INSTITUTIONS[: 2 + others]]
    lists = [address(code, ENSCHEDE, "Enschede") for code in codes]
    facts = store(
        tmp_path,
        *counted(indicator, dict.fromkeys(codes, ENSCHEDE)),
        Table("duo_school_addresses", companion=lists),
        Table(TRANSITIONS, companion=[merged]),
    )
    assert hidden(shown(facts, indicator, ENSCHEDE)) == (1 + others < 3)


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
@pytest.mark.parametrize("others", [0, 1, 2])
def test_locations_that_went_apart_were_one_school_then(
    indicator: models.Indicator, others: int, tmp_path: Path
) -> None:
    apart = {"from": "00AA01", "to": "00AB00", "complete": "J", "from_kind": "VOS"}
    codes = ["00AA00", "00AA01", *(f"00A{letter}00" for letter in "CD"[:others])]
    facts = store(
        tmp_path,
        *counted(indicator, dict.fromkeys(codes, ENSCHEDE)),
        Table(TRANSITIONS, companion=[apart]),
    )
    assert hidden(shown(facts, indicator, ENSCHEDE)) == (1 + others < 3)


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_an_institution_in_two_municipalities_knows_both(
    indicator: models.Indicator, tmp_path: Path
) -> None:
    """The one hidden beside the other is no shield when the same school stands in both."""
    towns = {"00AA00": HENGELO, "00AA01": BORNE, "00AB00": OLDENZAAL}
    many = {f"00C{i:X}00": (ALMELO, ENSCHEDE)[i % 2] for i in range(8)}
    found = shown_of_region(tmp_path / "a", indicator, {**towns, **many})
    assert {found[town].reason for town in (HENGELO, BORNE, OLDENZAAL)} == {"few_schools"}
    assert found[ALMELO].reason == "would_reveal"
    assert found[ENSCHEDE].reason is None
    apart = {**towns, "00AA01": ENSCHEDE, "00AD00": BORNE, **many}
    found = shown_of_region(tmp_path / "b", indicator, apart)
    assert {found[town].reason for town in (HENGELO, BORNE, OLDENZAAL)} == {"few_schools"}
    assert {found[town].reason for town in (ALMELO, ENSCHEDE)} == {None}


def shown_of_region(
    folder: Path, indicator: models.Indicator, schools: dict[str, str]
) -> dict[str, Figure]:
    facts = store(folder, *counted(indicator, schools))
    places = (ALMELO, BORNE, ENSCHEDE, HENGELO, OLDENZAAL)
    asked = series(IndicatorQuery(indicator.id, ("twente", *places)), facts)
    return {f.place: f for f in publish([asked]).figures}


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_a_place_asked_alone_is_hidden_as_it_is_among_the_others(
    indicator: models.Indicator, tmp_path: Path
) -> None:
    schools = {"00AA00": HENGELO, "00AB00": HENGELO}
    schools |= {f"00B{i}00": ALMELO for i in range(3)} | {f"00C{i}00": ENSCHEDE for i in range(4)}
    together = shown_of_region(tmp_path, indicator, schools)
    facts = ClassifiedCounts(Store(tmp_path))
    reasons = {HENGELO: "few_schools", ALMELO: "would_reveal", ENSCHEDE: None, "twente": None}
    for place, reason in reasons.items():
        (alone,) = published(facts, indicator.id, place).figures
        assert alone == together[place]
        assert alone.reason == reason


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_no_municipality_in_the_real_files_rests_on_fewer_than_three_institutions(
    indicator: models.Indicator, real_facts: ClassifiedCounts
) -> None:
    gaz = gazetteer()
    towns = tuple(code for code in gaz if gaz.current(code) == code)
    asked = IndicatorQuery(indicator.id, towns)
    found = publish([series(asked, real_facts)]).figures
    if counted_from_rows(indicator):
        assert not [f for f in found if f.numbered], "no publisher has a file of these"
        return
    schools = series(
        IndicatorQuery(indicator.id, towns, ("school",), transitions=False), real_facts
    )
    behind = defaultdict[tuple[str, str], set[str]](set)
    for one in schools.figures:
        if one.numbered and one.by:
            behind[one.place, one.period].add(dict(one.by)["school"][:4])
    numbers = [f for f in found if f.numbered]
    assert all(len(behind[f.place, f.period]) > 2 for f in numbers)
    if indicator.id == "early_leavers":
        assert len(numbers) > 50
        gone = {gaz.name(f.place) for f in found if f.reason == "few_schools"}
        assert {"Haaksbergen", "Hellendoorn", "Twenterand", "Oldenzaal", "Hengelo"} <= gone
        assert {"Almelo", "Enschede"} <= {gaz.name(f.place) for f in numbers}
