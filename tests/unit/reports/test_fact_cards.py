"""What a card says is what its page says: the same words, the right years, no stronger verdict."""

from typing import Any

import pytest

from instroom.reports import fact_cards
from instroom.reports.card_text import copied_text
from instroom.reports.fact_cards import CardOrigin, card_of, finding

ORIGIN = CardOrigin("https://voorbeeld.nl/nl/indicator/x/?release=3", "2026-11-29")
NAME = "technical_profile_share.exam.monitor"


def figure(period: str, low: float | None, place: str = "twente", **by: str) -> Any:
    tail = "".join(f":{k}={v}" for k, v in by.items())
    return {
        "id": f"{NAME}:{place}:{period}{tail}", "indicator": "technical_profile_share",
        "stage": "exam", "classification": "monitor", "place": place, "period": period, "by": by,
        "status": "ok" if low is not None else "missing", "reason": None, "value": low, "low": low,
        "high": low, "n": 1, "numerator": round(1e5 * (low or 0)), "denominator": 100_000,
        "sources": [],
    }  # fmt: skip


def page(now: str, *, chip: str = "", kind: str = "", **more: Any) -> dict[str, Any]:
    method = {"figure": now, "parts": (), "sources": ({"publisher": "DUO"},)}
    block = {
        "kind": "figure", "heading": "Technisch profiel", "sentence": "De zin van de pagina.",
        "detail": "Het ene. Het andere.", "chip": chip, "chip_kind": kind, "method": method,
    }  # fmt: skip
    return {"region": "Twente", "example": False, "opening": None, "blocks": [block], **more}


def card(body: dict[str, Any], figures: list[Any], key: str = "indicator/x") -> Any:
    return card_of(key, body, figures, ORIGIN, "nl")


SERIES = [figure(f"{y}-{y + 1}", 0.5 - y / 1e5) for y in range(2014, 2024)]


def test_the_sentence_is_that_of_the_page() -> None:
    body = page(SERIES[-1]["id"])
    assert card(body, SERIES).sentence == body["blocks"][0]["sentence"]
    assert finding("indicator/x", body) == body["blocks"][0]["sentence"]
    opening = {"question": "Meer?", "verdict": "", "answer": ["Havo: minder.", "Vwo: niet zeker."],
               "years": (), "programme": ""}  # fmt: skip
    found = card(body | {"opening": opening}, SERIES)
    assert (found.above, found.sentence) == ("Meer?", "Havo: minder.")
    assert "Vwo: niet zeker." in found.aside


def test_then_is_of_the_same_series_and_place() -> None:
    others = [
        figure("2010-2011", 0.9, gender="female"),
        figure("2009-2010", 0.9, "nl"),
        figure("2008-2009", None),
    ]
    then, now = card(page(SERIES[-1]["id"]), [*others, *SERIES]).rows
    assert (then.label, now.label) == ("Schooljaar 2014-2015", "Schooljaar 2023-2024")
    assert (then.low, now.low) == (SERIES[0]["low"], SERIES[-1]["low"])


def test_one_year_is_one_row_and_a_later_year_is_never_then() -> None:
    (only,) = card(page(SERIES[0]["id"]), SERIES).rows
    assert only.label == "Schooljaar 2014-2015"


def test_years_before_a_break_do_not_stand_beside_those_after_it() -> None:
    series = [figure(f"{y}-{y + 1}", 0.2, school_type="vmbo") for y in range(2014, 2024)]
    then, now = card(page(series[-1]["id"]), series).rows
    assert then.label == "Schooljaar 2018-2019", "vmbo counts in another way since then"
    assert now.label == "Schooljaar 2023-2024"


@pytest.mark.parametrize("kind", ["behind", "same", "none", ""])
def test_a_colour_is_earned_on_the_goals_own_year(kind: str) -> None:
    series = [figure(f"{y}-{y + 1}", 0.47, school_type="havo") for y in range(2014, 2024)]
    body = page(series[-1]["id"], chip="minder dan in 2014-2015", kind=kind)
    assert card(body, series).rows[-1].colour == ("behind" if kind == "behind" else "")
    # without the goal's year another one stands beside it, which nobody judged
    assert card(body, series[1:]).rows[-1].colour == ""


def test_the_country_is_of_the_same_years_and_not_of_invented_regions() -> None:
    national = [figure("2014-2015", 0.4, "nl"), figure("2023-2024", 0.38, "nl")]
    body = page(SERIES[-1]["id"])
    assert "Nederland: van 40,0\xa0% naar 38,0\xa0%." in card(body, [*SERIES, *national]).aside
    assert "Nederland: 38,0\xa0%." in card(body, [*SERIES, national[1]]).aside
    assert not any("Nederland" in s for s in card(body, [*SERIES, national[0]]).aside)
    invented = body | {"region": "Verzonnen streek"}
    assert not any("Nederland" in s for s in card(invented, [*SERIES, *national]).aside)


def test_years_taken_together_have_no_strokes() -> None:
    body = page("")
    parts = [
        {"text": f"{p}: 40 %", "figure": f"{NAME}:twente:{p}"} for p in ("2021-2022", "2023-2024")
    ]
    body["blocks"][0]["method"]["parts"] = parts
    found = card(body, SERIES)
    assert (found.rows, found.lines) == ((), ())
    assert found.aside == ("Het ene.", "Het andere.")


def test_school_types_that_are_judged_apart_stand_under_each_other() -> None:
    kinds = ("havo", "vwo")
    series = [
        figure(p, 0.4, place, school_type=kind)
        for kind in kinds
        for p in ("2014-2015", "2023-2024")
        for place in ("twente", "nl")
    ]
    body = page("")
    body["blocks"][0]["method"]["parts"] = [
        {"text": f"{kind}: 40 %", "figure": f"{NAME}:twente:2023-2024:school_type={kind}"}
        for kind in kinds
    ]
    lines = card(body, series).lines
    assert [line.label for line in lines] == list(kinds)
    assert {line.mark for line in lines} == {"2014-2015 → 2023-2024"}
    assert all(line.national and not line.colour for line in lines)


@pytest.mark.parametrize("key", ["claims", "programme", "method", "sources", "glossary"])
def test_pages_of_words_have_no_card(key: str) -> None:
    assert fact_cards.headline_block(key, page(SERIES[-1]["id"])) is None
    assert finding(key, page("x")) == ""


def test_a_page_without_a_figure_has_no_card() -> None:
    assert card(page(""), SERIES) is None


def test_text_to_copy_says_source_date_and_address() -> None:
    found = card(page(SERIES[-1]["id"], example=True), SERIES)
    text = copied_text(found, ORIGIN.address)
    for part in (
        "De zin van de pagina.",
        "Bron: DUO.",
        "29 november 2026",
        ORIGIN.address,
        "verzonnen",
    ):
        assert part in text, part
    assert "https://" not in found.address and found.address.endswith("?release=3")


def test_a_school_says_its_name_its_own_answer_and_its_own_numbers() -> None:
    own = {"00AB00": 0.5, "00CD00": 0.2, "nl": 0.4}
    series = [
        figure("2023-2024", low, place, school_type=kind)
        for place, low in own.items()
        for kind in ("havo", "vwo")
    ]
    body = page("", title="Het Lyceum", head={"answer": "Op deze school: 50.", "details": ["Kan."]})
    body["blocks"] = [
        body["blocks"][0]
        | {
            "heading": f"{kind}, 2023-2024",
            "method": {
                "figure": "",
                "sources": (),
                "parts": [
                    {"text": place, "figure": f"{NAME}:{place}:2023-2024:school_type={kind}"}
                    for place in ("00AB00", "00CD00")
                ],
            },
        }
        for kind in ("havo", "vwo")
    ]
    found = card(body, series, "place/00AB00")
    assert (found.above, found.sentence) == ("Het Lyceum", "Op deze school: 50.")
    assert finding("place/00AB00", body) == "Het Lyceum: Op deze school: 50."
    assert [row.low for row in found.rows] == [0.5, 0.5]
    assert [row.label for row in found.rows] == [
        "havo, 2023-2024 · Nederland 40,0\xa0%",
        "vwo, 2023-2024 · Nederland 40,0\xa0%",
    ]
    assert not any(row.colour for row in found.rows)


@pytest.mark.parametrize("gap", [False, True])
def test_a_school_with_years_together_says_the_number_of_all_of_them(gap: bool) -> None:
    years = ("2021-2022", "2022-2023", "2023-2024")
    lows = {"00AB00": (0.6, 0.4, 0.2), "00CD00": (0.1, 0.1, 0.1), "nl": (0.5, 0.3, 0.1)}
    series = [
        figure(year, low, place, school_type="havo")
        for place, mine in lows.items()
        for year, low in zip(years, mine, strict=True)
        if not (gap and place == "nl" and year == years[1])
    ]
    body = page("", title="Het Lyceum", head={"answer": "Op deze school: 40.", "details": []})
    body["blocks"][0] |= {"heading": "havo, drie jaar samen"}
    body["blocks"][0]["method"]["parts"] = [
        {"text": place, "figure": f"{NAME}:{place}:{year}:school_type=havo"}
        for place in ("00AB00", "00CD00")
        for year in years
    ]
    (row,) = card(body, series, "place/00AB00").rows
    assert (row.amount, row.low) == ("40,0\xa0%", pytest.approx(0.4))
    # of the country only when every one of these years is known there
    beside = "" if gap else " · Nederland 30,0\xa0%"
    assert row.label == f"havo, drie jaar samen{beside}"


def test_a_school_with_a_figure_of_one_year_alone_says_that_year() -> None:
    series = [figure(y, 0.4, "00AB00", school_type="havo") for y in ("2014-2015", "2023-2024")]
    body = page(series[-1]["id"], title="School", head={"answer": "Hier: 40.", "details": []})
    (row,) = card(body, series, "place/00AB00").rows
    assert (row.label, row.amount) == ("Technisch profiel", "40,0\xa0%")
