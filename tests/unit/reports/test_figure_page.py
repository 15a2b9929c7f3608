"""How one number came about, in words that fit what is known of it."""

import pytest

from instroom.core.answers import plain
from instroom.core.observations import DIMENSIONS
from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.core.statuses import Status
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.reports import words
from instroom.reports.asked import explain_command, meaning_of
from instroom.reports.figure_page import FigurePage, figure_of, figure_page
from instroom.reports.stored_rows import StoredFigureRow

WIDE = Figure(
    "technical_profile_share", "2023-2024", "twente", "bounded", "exam", "monitor",
    (("school_type", "havo"),), None, 0.4, 0.5, Count(40, 50), Count(98, 104),
)  # fmt: skip


def row_of(figure: Figure) -> StoredFigureRow:
    return {
        **figure.to_dict(),
        "indicator": figure.indicator,
        "stage": figure.stage,
        "classification": figure.classification,
        "unit": "pupils",
        "example": False,
    }


def told(figure: Figure, language: str = "nl", **names: str) -> FigurePage:
    meant = plain(meaning_of(figure.id).definition)
    return figure_page(row_of(figure), meant, [], Texts(language), names=names)


def test_a_figure_comes_back_as_it_was_stored() -> None:
    assert figure_of(row_of(WIDE)) == WIDE


def test_a_range_is_explained_with_its_counts() -> None:
    page = told(WIDE)
    assert page.sentence.startswith("Twente, schooljaar 2023-2024: 40,0–50,0")
    (said,) = page.made_of
    assert said.startswith(
        "Er zijn 98–104 eindexamenkandidaten in havo geteld. Daarvan tellen er 40–50 mee."
    )
    assert "Er staan twee getallen" in said
    assert page.sum.startswith("laagste = 40 / ")
    assert len(page.small) == 2
    assert "liggen 10 uit elkaar" in page.small[1]


def test_an_exact_number_gets_no_word_about_a_range() -> None:
    exact = Figure(
        "technical_profile_share", "2023-2024", "twente", "ok", "exam", "monitor",
        (), 0.4, 0.4, 0.4, Count(40), Count(100),
    )  # fmt: skip
    page = told(exact)
    assert "twee getallen" not in page.made_of[0]
    assert page.small == ("De aantallen achter dit cijfer zijn precies bekend.",)
    assert page.sum == "40 / 100"


def test_a_count_has_no_share() -> None:
    count = Figure(
        "po_pupils", "2025-2026", "twente", "ok", value=5, low=5, high=5, numerator=Count(5)
    )
    assert told(count).made_of == ("Er zijn 5 leerlingen op de basisschool geteld.",)


@pytest.mark.parametrize(
    ("status", "reason"), [("missing", "no_open_file"), ("protected", "would_reveal")]
)
def test_no_number_says_why_and_no_zero(status: str, reason: str) -> None:
    none = Figure(
        "technical_profile_share", "2023-2024", "twente", status, "exam", "monitor", reason=reason,  # type: ignore[arg-type]
    )  # fmt: skip
    page = told(none)
    assert page.sentence.endswith("hier is geen cijfer van.")
    assert page.sum == ""
    assert "0" not in page.made_of[0]
    assert bool(page.small) == (status == "protected")


def test_what_part_it_is_of_is_never_left_out() -> None:
    """The sentence of a part must not read as that of the whole."""
    girls = Figure(
        "technical_profile_share", "2023-2024", "twente", "ok", "exam", "monitor",
        (("gender", "female"), ("school_type", "havo")), 0.4, 0.4, 0.4, Count(40), Count(100),
    )  # fmt: skip
    whole = Figure(
        "technical_profile_share", "2023-2024", "twente", "ok", "exam", "monitor",
        (("school_type", "havo"),), 0.4, 0.4, 0.4, Count(40), Count(100),
    )  # fmt: skip
    assert told(girls).sentence != told(whole).sentence
    assert "Enschede" in told(
        Figure(
            "po_pupils", "2025-2026", "twente", "ok", by=(("municipality", "GM0153"),),
            value=5, low=5, high=5, numerator=Count(5),
        )
    ).sentence  # fmt: skip
    school = Figure(
        "po_pupils", "2025-2026", "00AA00", "ok", value=5, low=5, high=5, numerator=Count(5)
    )
    assert told(school, **{"00AA00": "De Bedachte Brug"}).sentence.startswith("De Bedachte Brug,")


#: Every indicator with a breakdown by who is counted, and a value of it.
PARTS = [
    (indicator.id, name, next(iter(registry.codes()[name].codes)))
    for indicator in registry.indicators().values()
    for name in indicator.breakdowns
    if name in DIMENSIONS and name in registry.codes()
]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("status", ["ok", "missing"])
@pytest.mark.parametrize(("indicator", "name", "code"), PARTS)
def test_people_of_one_part_are_never_told_as_all(
    indicator: str, name: str, code: str, status: Status, language: str
) -> None:
    """44,101 women were "44,101 graduates": whoever is counted is said in each sentence."""
    definition = registry.indicators()[indicator]
    stage = definition.default_stage if len(definition.stages) > 1 else None
    kind = definition.default_classification
    known = status == "ok"
    figure = Figure(
        indicator, "2019-2020", "twente", status, stage, kind, ((name, code),),
        *((0.4, 0.4, 0.4, Count(40), Count(100)) if known else ()),
        reason=None if known else "no_records",
    )  # fmt: skip
    part = words.part_name(name, code, Texts(language), indicator)
    page = told(figure, language)
    assert part in page.sentence
    if known:
        assert part in page.made_of[0]


@pytest.mark.parametrize("language", languages())
def test_it_is_whole_in_every_language(language: str) -> None:
    page = told(WIDE, language)
    assert page.rules and all(name and rule for name, rule in page.rules)
    dutch = told(WIDE)
    assert (page.made_of == dutch.made_of) == (language == "nl")


def test_the_command_says_its_release() -> None:
    assert explain_command("a:b:c") == "instroom explain a:b:c"
    assert explain_command("a:b:c", 2) == "instroom explain a:b:c --release 2"
    assert explain_command("a;rm -rf x") == "instroom explain 'a;rm -rf x'"
