"""Every word of a figure: amount, place, period, who, and the sentence made of them."""

from dataclasses import replace

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports import sentences, words

NL, EN = Texts("nl"), Texts("en")
SHARE = Figure(
    "technical_profile_share", "2023-2024", "twente", "bounded", "exam", "monitor",
    low=0.25, high=0.5, numerator=Count(10, 20), denominator=Count(40),
)  # fmt: skip
COUNT = Figure("vo_pupils", "2023-2024", "twente", "ok", value=1480, low=1480, high=1480)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("protected", "afgeschermd"),
        ("missing", "geen cijfer"),
        ("not_applicable", "niemand geteld"),
        ("too_few", "te weinig"),
        ("not_supported", "niet te berekenen"),
    ],
)
def test_a_figure_without_a_number_has_the_word_of_its_status(status, word) -> None:
    empty = replace(SHARE, status=status, low=None, high=None, numerator=None, denominator=None)
    assert words.amount(empty, NL) == words.status_word(status, NL) == word
    # Whatever numbers it holds: a status that gives none is said, and not they.
    assert words.amount(replace(SHARE, status=status), NL) == word


def test_what_nobody_knows_is_said_to_be_unknown_and_never_zero() -> None:
    assert words.status_word("something new", NL) == "geen cijfer"
    for gone in ({"low": None}, {"high": None}):
        assert words.amount(replace(COUNT, **gone), NL) == "geen cijfer"
    assert words.reason(None, NL) == words.reason("no such code", NL)
    assert words.reason(None, NL) == "hier is nog niets over bekend"
    assert words.reason("nobody_counted", NL) == "er was niemand om te tellen"


def test_an_amount_is_a_share_or_a_count_with_its_bounds() -> None:
    assert words.amount(SHARE, NL) == "25,0–50,0\u00a0%"
    assert words.amount(COUNT, NL) == "1.480"
    assert words.amount(replace(COUNT, status="bounded", value=None, high=1500), NL) == (
        "1.480–1.500"
    )


def test_a_place_is_called_as_people_call_it() -> None:
    assert words.place_name("nl", EN) == "Netherlands"
    assert words.place_name("twente", NL) == registry.regions()["twente"].title == "Twente"
    assert words.place_name("PV23", NL) == "Overijssel"
    assert words.place_name("GM0153", NL) == "Enschede"
    assert words.place_name("nowhere", NL) == "nowhere"
    own = {"nl": "ons land"}
    assert words.place_name("nl", NL, own) == "ons land"
    assert words.place_name("twente", NL, own) == "Twente"


def test_a_part_is_called_by_the_list_of_its_dimension_or_else_it_is_a_place() -> None:
    assert words.part_name("gender", "female", NL) == "meisjes"
    assert words.part_name("gender", "female", NL, "technical_profile_share") == "meisjes"
    assert words.part_name("gender", "female", NL, "ho_technical_entrants") == "vrouwen"
    assert words.part_name("school_type", "hbo", NL, "ho_technical_entrants") == "hbo"
    assert words.part_name("gender", "female", EN) == "girls"
    assert words.part_name("gender", "X1", NL) == "X1"
    assert words.part_name("municipality", "GM0153", NL) == "Enschede"
    assert words.code_titles("municipality") == {}
    assert set(words.code_titles("gender")) == {"male", "female", "unknown", "total"}


def test_a_publisher_has_a_title_or_capitals() -> None:
    assert words.publisher("eurostat") == "Eurostat"
    assert words.publisher("abc") == "ABC"


@pytest.mark.parametrize(
    ("period", "kind", "said"),
    [
        ("2023-2024", "exam", "schooljaar 2023-2024"),
        ("2023-2024", "october", "1 oktober 2023"),
        ("2023", "october", "2023"),
    ],
)
def test_a_period_is_a_school_year_or_its_day(period, kind, said) -> None:
    assert words.period_words(period, kind, NL) == said


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ((), ""),
        (("havo",), "havo"),
        (("havo", "vwo"), "havo en vwo"),
        (("pro", "havo", "xx"), "praktijkonderwijs, havo en xx"),
    ],
)
def test_school_types_are_listed_as_people_list_things(types, said) -> None:
    assert words.type_words(types, NL) == said
    assert words.people("leerlingen", said, NL) == (
        f"leerlingen in {said}" if said else "leerlingen"
    )


def test_a_share_is_said_of_those_it_is_a_part_of() -> None:
    assert sentences.sentence(SHARE, "Twente", NL) == (
        "Twente, schooljaar 2023-2024: 25,0–50,0\u00a0% van de eindexamenkandidaten in havo en "
        "vwo heeft een technisch profiel."
    )
    one = replace(SHARE, stage="choice", by=(("school_type", "vwo"),))
    assert sentences.sentence(one, "Twente", NL) == (
        "Twente, 1 oktober 2023: 25,0–50,0\u00a0% van de leerlingen die net een profiel kozen in "
        "vwo heeft een technisch profiel."
    )
    assert sentences.sentence(SHARE, "Twente", NL, "drie jaar samen").startswith(
        "Twente, drie jaar samen: "
    )


def test_a_count_is_said_of_those_who_are_counted() -> None:
    assert sentences.sentence(COUNT, "Twente", NL) == (
        "Twente, 1 oktober 2023: 1.480 leerlingen in het voortgezet onderwijs."
    )
    said = sentences.sentence(COUNT, "Twente", NL, "drie jaar samen")
    assert said == "Twente, drie jaar samen: 1.480 leerlingen in het voortgezet onderwijs."


def test_a_figure_without_its_stage_is_of_the_first_one() -> None:
    stages = registry.indicators()["technical_profile_share"].stages
    assert sentences.stage_of(SHARE) == stages["exam"]
    assert sentences.stage_of(replace(SHARE, stage=None)) == next(iter(stages.values()))
    none = replace(COUNT, indicator="mbo_technical_entrants")
    assert sentences.stage_of(none) is None
    assert sentences.who(none, NL) == ""
    assert sentences.moment(none, NL) == "1 oktober 2023"


def test_a_basis_names_counts_definition_and_where_it_was_counted() -> None:
    assert sentences.basis(SHARE, NL) == (
        "10–20 van 40, telling monitor, geteld naar de plaats van de school"
    )
    assert sentences.basis(COUNT, NL) == "geteld naar de plaats van de school"
    for gone in ({"numerator": None}, {"denominator": None}):
        assert sentences.basis(replace(SHARE, **gone), NL).startswith("telling monitor, ")
    assert sentences.with_basis(COUNT, "Twente", NL).endswith(
        "onderwijs. Geteld naar de plaats van de school."
    )
