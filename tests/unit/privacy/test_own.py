"""Figures of our own at the gate: what is hidden may not follow from any of the others."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.quantities import Count
from instroom.core.series import Figure, Series
from instroom.privacy.attack import attack
from instroom.privacy.published import publish

Numbers = dict[tuple[str, ...], int]


def figure(n: int | None, place: str = "twente", did: int | None = None, **by: str) -> Figure:
    part = Count(did) if did is not None else None
    return Figure(
        "x", "2026-2027", place, "ok", by=tuple(sorted(by.items())), value=float(n or 0),
        numerator=part if part else Count(n or 0), denominator=Count(n or 0) if part else None,
    )  # fmt: skip


def released(*figures: Figure) -> dict[str, Figure]:
    series = Series("x", "pupils", figures, open_data=False, audience="public")
    return {f.id.removeprefix("x:").replace(":2026-2027", ""): f for f in publish([series]).figures}


def hidden(found: dict[str, Figure]) -> set[str]:
    return {name for name, f in found.items() if f.status == "protected"}


def test_of_many_parts_one_other_is_enough() -> None:
    found = released(
        figure(105), figure(5, p="a"), figure(40, p="b"), figure(30, p="c"), figure(30, p="d")
    )
    assert "twente:p=a" in hidden(found)
    assert len(hidden(found)) == 2
    assert found["twente"].status == "ok"


def test_all_hidden_figures_have_the_same_reason() -> None:
    found = released(figure(62), figure(5, g="f"), figure(57, g="m"))
    assert {f.reason for f in found.values() if f.status == "protected"} == {"too_few_people"}


def test_a_school_does_not_follow_from_its_municipality() -> None:
    """School B is hidden as a line of Twente, so its municipality may not give it away."""
    found = released(
        figure(46, "GM0153"),
        figure(40, "GM0153", school="00AA00"),
        figure(6, "GM0153", school="00BB00"),
    )
    assert len(hidden(found)) >= 2
    assert found["GM0153:school=00BB00"].status == "protected"


def test_a_school_that_is_a_place_of_its_own_is_the_line_of_its_municipality() -> None:
    lines = [figure(40, "GM0153", school="00AA00"), figure(6, "GM0153", school="00BB00")]
    places = [figure(40, "00AA00"), figure(6, "00BB00")]
    found = released(figure(46, "GM0153"), *lines, *places)
    gone = hidden(found)
    assert {"00BB00", "GM0153:school=00BB00"} <= gone
    assert ("GM0153:school=00AA00" in gone) == ("00AA00" in gone), "hidden here, hidden there"
    assert "GM0153" in gone or "00AA00" in gone


def test_those_who_did_do_not_follow_either() -> None:
    """25 pupils, 12 did; 20 girls, 10 did: of the five boys two did."""
    found = released(figure(25, did=12), figure(20, did=10, g="f"), figure(5, did=2, g="m"))
    assert {"twente:g=f", "twente:g=m"} <= hidden(found)


def test_one_line_alone_is_a_selection() -> None:
    found = released(figure(50), figure(5, g="f"))
    assert hidden(found) == {"twente:g=f"}


def test_where_figures_do_not_add_up_all_parts_go() -> None:
    """A gender is missing, so nobody can say what the other two give away."""
    found = released(figure(70), figure(5, g="f"), figure(57, g="m"))
    assert hidden(found) == {"twente:g=f", "twente:g=m"}


def test_other_years_and_indicators_are_not_touched() -> None:
    later = Figure(
        "y", "2026-2027", "twente", "ok", by=(("g", "f"),), value=30.0, numerator=Count(30)
    )
    found = released(figure(62), figure(5, g="f"), figure(57, g="m"), later)
    assert found["y:twente:g=f"].status == "ok"


@given(st.lists(st.integers(0, 40), min_size=6, max_size=6), st.booleans())
@settings(max_examples=20)
def test_nobody_finds_a_hidden_figure_of_two_breakdowns(numbers: list[int], both: bool) -> None:
    groups = list(product("abc", "mf"))
    counts = np.array(numbers).reshape(3, 2)
    figures = [figure(int(counts.sum()))]
    figures += [figure(int(counts[i].sum()), p=p) for i, p in enumerate("abc")]
    figures += [figure(int(counts[:, j].sum()), g=g) for j, g in enumerate("mf")]
    if both:
        figures += [figure(n, p=p, g=g) for (p, g), n in zip(groups, numbers, strict=True)]
    found = publish(
        [Series("x", "pupils", tuple(figures), open_data=False, audience="public")]
    ).figures
    told = [
        {"dims": dict(f.by), "n": None if f.numerator is None else f.numerator.low} for f in found
    ]
    assert [r for r in attack(told) if r.width < 10] == []


@pytest.mark.parametrize("n", [10, 57])
def test_nothing_small_nothing_hidden(n: int) -> None:
    assert hidden(released(figure(2 * n), figure(n, g="f"), figure(n, g="m"))) == set()
