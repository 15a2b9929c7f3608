"""A school beside others: which years are taken, and how many verdicts stand together."""

import pytest

from instroom.monitoring import beside
from instroom.reports.documents.school_compared import FEW, SchoolCompared, school_compared
from unit.reports.test_school_pages import RULE, SCHOOLS, SHARES, figures, writer_of


def compared(shares: dict[str, int], size: int, types: tuple[str, ...]) -> SchoolCompared:
    found = school_compared(writer_of(figures(shares, size, types)), SCHOOLS[0])
    assert found is not None
    return found


@pytest.mark.parametrize(("size", "years"), [(FEW - 1, 3), (FEW, 1), (FEW + 1, 1)])
def test_years_are_taken_together_only_below_the_few(size: int, years: int) -> None:
    (one,) = compared(SHARES, size, ("havo",)).types
    assert [len(one.years), len(one.own.periods)] == [years, years]


def test_verdicts_of_one_page_each_err_less_often() -> None:
    """Bonferroni: what is certain of one school type alone need not be so beside another."""
    seen = set()
    for share in range(50, 80):
        shares = SHARES | {"00AA00": share}
        (alone,) = compared(shares, 200, ("havo",)).types
        page = compared(shares, 200, ("havo", "vwo"))
        havo = next(one for one in page.types if one.name == "havo")
        assert (havo.own, havo.rest, havo.chance) == (alone.own, alone.rest, alone.chance)
        for among, one in ((1, alone), (2, havo)):
            asked = beside.compared(one.own, one.rest, one.chance, RULE.beside, among)
            assert one.outcome == asked, (share, among)
        seen.add((alone.outcome, havo.outcome))
    assert ("more", "maybe_more") in seen, "no share here tells one verdict from two"
    assert not {("maybe_more", "more"), ("no_difference", "more")} & seen


def test_only_school_types_that_can_be_compared_count_as_verdicts() -> None:
    """One without a figure of the region is no verdict, so it makes no other less certain."""
    apart = 0
    for share in range(50, 80):
        shares = SHARES | {"00AA00": share}
        found = [
            figure
            for figure in figures(shares, 200, ("havo", "vwo"))
            if figure.place != "twente" or dict(figure.by).get("school_type") != "vwo"
        ]
        page = school_compared(writer_of(found), SCHOOLS[0])
        assert page is not None
        outcomes = {one.name: one.outcome for one in page.types}
        (alone,) = compared(shares, 200, ("havo",)).types
        assert outcomes == {"havo": alone.outcome, "vwo": "not_comparable"}
        two = beside.compared(alone.own, alone.rest, alone.chance, RULE.beside, 2)
        apart += two != alone.outcome
    assert apart, "no share here tells one verdict from two"
