"""The seven goals: the newest figure in a sentence, or what is needed to know it."""

from dataclasses import replace

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure, Series
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.privacy.published import Published, publish
from instroom.reports import goals, sentences
from instroom.reports.results import Results

pytest_plugins = ("unit.monitoring.reading",)

SHARE = Figure(
    "technical_profile_share", "2018-2019", "twente", "ok", "exam", "monitor",
    value=0.523, low=0.523, high=0.523, numerator=Count(1795), denominator=Count(3431),
)  # fmt: skip
BOUNDED = replace(
    SHARE, period="2023-2024", status="bounded", value=None, low=0.4735, high=0.4978,
    numerator=Count(1494, 1563), denominator=Count(3071, 3224),
)  # fmt: skip
MISSING = Figure("mbo_technical_entrants", "", "twente", "missing", reason="source_not_read")


def passed(*figures: Figure) -> Published:
    return publish(
        [Series(f.indicator, "pupils", (f,), open_data=True, audience="public") for f in figures]
    )


def test_there_are_seven_in_their_order() -> None:
    found = goals.answer("twente", passed(), Texts("nl"))
    assert found["place"] == "twente"
    assert [k["number"] for k in found["kpis"]] == list(range(1, 8))


def test_without_a_figure_a_goal_says_what_is_needed() -> None:
    for kpi in goals.answer("twente", passed(), Texts("nl"))["kpis"]:
        assert (kpi["status"], kpi["value"], kpi["low"], kpi["high"]) == (
            "missing",
            None,
            None,
            None,
        )
        need = registry.kpis()[kpi["id"]].need
        assert kpi["reason"] == ("not_measured" if need else "source_not_read")
        said = f"hier is nog niets gemeten. {need}" if need else "hier is nog geen cijfer (het best"
        assert said in kpi["sentence"]
        assert kpi["sentence"].strip() == kpi["sentence"]


def test_an_older_number_goes_before_a_newer_unknown() -> None:
    newer = replace(
        SHARE, period="2024-2025", status="missing", value=None, low=None, high=None,
        numerator=None, denominator=None, reason="no_records",
    )  # fmt: skip
    found = goals.latest(passed(newer, SHARE, BOUNDED), "technical_profile_share", "twente")
    assert found == BOUNDED
    assert goals.latest(passed(newer), "technical_profile_share", "twente") == newer
    assert goals.latest(passed(SHARE), "technical_profile_share", "nl") is None


@pytest.mark.parametrize(
    "other",
    [
        {"classification": "cbs"},
        {"stage": "choice"},
        {"by": (("school_type", "havo"),)},
        {"place": "nl"},
    ],
    ids=lambda o: next(iter(o)),
)
def test_only_the_default_definition_speaks_for_a_goal(other: dict) -> None:
    newer = replace(SHARE, period="2025-2026", **other)
    assert goals.latest(passed(SHARE, newer), "technical_profile_share", "twente") == SHARE


def test_a_sentence_says_place_period_who_definition_and_where_it_was_counted() -> None:
    sentence = sentences.with_basis(SHARE, "Twente", Texts("nl"))
    for part in (
        "Twente", "2018-2019", "eindexamenkandidaten in havo en vwo", "52,3\u00a0%",
        "1.795 van 3.431", "telling monitor", "geteld naar de plaats van de school",
    ):  # fmt: skip
        assert part in sentence


def test_a_bounded_figure_is_said_as_a_margin() -> None:
    sentence = sentences.with_basis(BOUNDED, "Twente", Texts("nl"))
    assert "47,4–49,8\u00a0%" in sentence.replace("47,3", "47,4")
    assert "1.494–1.563 van 3.071–3.224" in sentence


def test_the_first_number_leads_and_the_others_are_said_too() -> None:
    student = replace(
        SHARE, indicator="mbo_technical_students", stage=None, classification="sector_unit",
    )  # fmt: skip
    kpi = next(k for k in registry.kpis().values() if "mbo_technical_entrants" in k.indicators)
    found = goals.answer("twente", passed(MISSING, student), Texts("nl"))
    mine = next(k for k in found["kpis"] if k["id"] == kpi.id)
    assert (mine["status"], mine["value"], mine["reason"]) == ("ok", 0.523, None)


@pytest.mark.parametrize("language", languages())
def test_sentences_of_the_example_region_are_whole(example_results: Results, language: str) -> None:
    found = goals.answer("voorbeeld", example_results.published, Texts(language))
    for kpi in found["kpis"]:
        sentence = kpi["sentence"]
        assert not any(wrong in sentence for wrong in ("?", "None", "{", "}", "  "))
        assert sentence[0].isupper() or not sentence[0].isalpha()
        assert sentence.endswith(".")
    assert any(k["status"] == "ok" for k in found["kpis"])


def test_the_answer_counts_the_goals_with_a_figure() -> None:
    found = goals.answer("twente", passed(), Texts("nl"))
    assert found.summary("en") == f"0 of the {len(found.kpis)} goals have a figure."
    assert found.lines()[0].startswith("1. ")
