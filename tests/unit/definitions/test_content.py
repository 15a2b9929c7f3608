"""What the definition files of region, programme and glossary say."""

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from instroom.core.places import kind_of
from instroom.core.texts import languages
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.counted_from import counted_from_rows

TWENTE = {
    "GM0141": "Almelo",
    "GM0147": "Borne",
    "GM0153": "Enschede",
    "GM0158": "Haaksbergen",
    "GM0163": "Hellendoorn",
    "GM0164": "Hengelo",
    "GM0168": "Losser",
    "GM0173": "Oldenzaal",
    "GM0183": "Tubbergen",
    "GM0189": "Wierden",
    "GM1700": "Twenterand",
    "GM1735": "Hof van Twente",
    "GM1742": "Rijssen-Holten",
    "GM1774": "Dinkelland",
}
#: In the copy of Eurostat's table, and no member of the EU of today.
NO_MEMBERS = ("European Union", "United Kingdom")
PLACES = registry.places()
REGIONS = registry.regions()


def one_line(text: str) -> str:
    return " ".join(text.split())


# --- places and regions ------------------------------------------------------------------


def test_twente_has_fourteen_municipalities_with_their_codes() -> None:
    assert {c: tile.name for c, tile in REGIONS["twente"].municipalities.items()} == TWENTE


@pytest.mark.parametrize("region", REGIONS.values(), ids=list(REGIONS))
def test_regions_know_their_municipalities(region: models.Region) -> None:
    places = gazetteer()
    for code, tile in region.municipalities.items():
        assert places.name(code) == tile.name
        assert places.current(code) == code
        assert places.province(code) == region.province
        assert places.corop(code) == region.corop


@pytest.mark.parametrize("region", REGIONS.values(), ids=list(REGIONS))
def test_tiles_do_not_cover_each_other(region: models.Region) -> None:
    tiles = region.municipalities.values()
    assert max(Counter((t.column, t.row) for t in tiles).values()) == 1
    assert max(Counter(t.abbreviation for t in tiles).values()) == 1
    assert all(2 <= len(t.abbreviation) <= 3 for t in tiles)
    assert min(t.column for t in tiles) == min(t.row for t in tiles) == 0


@pytest.mark.parametrize("places", PLACES.values(), ids=list(PLACES))
def test_municipalities_have_a_known_province_and_area(places: models.Places) -> None:
    for code, municipality in places.municipalities.items():
        assert kind_of(code) == "municipality"
        assert municipality.province in places.provinces, code
        assert municipality.corop in {"", *places.corops}, code


@pytest.mark.parametrize("places", PLACES.values(), ids=list(PLACES))
def test_municipalities_exist_or_merged_into_one_that_does(places: models.Places) -> None:
    for code in places.municipalities:
        today = places.municipalities[gazetteer().current(code)]
        assert not today.merged_into, code


def test_the_netherlands_has_342_municipalities_in_2026() -> None:
    municipalities = PLACES["nl"].municipalities
    assert sum(not m.merged_into for m in municipalities.values()) == 342
    assert len(PLACES["nl"].provinces) == 12
    assert len(PLACES["nl"].corops) == 40


def test_a_name_belongs_to_one_municipality_except_bergen() -> None:
    places = gazetteer()
    names = {
        n for p in PLACES.values() for m in p.municipalities.values() for n in (m.name, *m.names)
    }
    assert {name for name in names if len(places.codes_of(name)) > 1} == {"Bergen"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("HENGELO", "GM0164"),
        ("Hengelo (O.)", "GM0164"),
        ("Hengelo (Gld.)", "GM0248"),
        ("BERGEN NH", "GM0373"),
        ("BERGEN LB", "GM0893"),
        ("S GRAVENHAGE", "GM0518"),
        ("Den Haag", "GM0518"),
        ("SUDWEST-FRYSLAN", "GM1900"),
        ("NUENEN CA", "GM0820"),
        ("Utrecht (gemeente)", "GM0344"),
    ],
)
def test_spellings_of_publishers_are_known(name: str, code: str) -> None:
    assert gazetteer().code_of(name) == code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GM0010", "GM1979"),  # Delfzijl, Eemsdelta
        ("GM0457", "GM0363"),  # Weesp, Amsterdam
        ("GM0571", "GM1978"),  # Nieuw-Lekkerland, by way of Molenwaard to Molenlanden
        ("GM0051", "GM1940"),  # Skarsterlân, by way of De Friese Meren
        ("GM0083", "GM1949"),  # Menaldumadeel, by way of Menameradiel to Waadhoeke
        ("GM1684", "GM1982"),  # Cuijk, Land van Cuijk
    ],
)
def test_mergers_lead_to_the_municipality_of_today(old: str, new: str) -> None:
    assert gazetteer().current(old) == new


def test_the_example_region_is_marked_and_invented() -> None:
    example = REGIONS["voorbeeld"]
    assert example.example
    assert not REGIONS["twente"].example
    assert set(example.municipalities) == set(PLACES["voorbeeld"].municipalities)
    assert not set(example.municipalities) & set(PLACES["nl"].municipalities)


# --- goals and claims --------------------------------------------------------------------


def test_the_seven_goals_are_numbered_in_order() -> None:
    goals = list(registry.kpis().values())
    assert [goal.number for goal in goals] == [1, 2, 3, 4, 5, 6, 7]
    assert all(goal.id.startswith(f"{goal.number}_") for goal in goals)
    assert {line for goal in goals for line in goal.lines} == {1, 2, 3}


@pytest.mark.parametrize("goal", registry.kpis().values(), ids=list(registry.kpis()))
def test_a_goal_has_indicators_or_says_what_is_needed(goal: models.Kpi) -> None:
    used = [registry.indicators()[name] for name in goal.indicators]
    recorded = any(map(counted_from_rows, used))  # by people: as long as nobody did, it is needed
    assert bool(goal.need) == (recorded or not used)
    assert goal.seed.endswith(str(goal.number))


def test_the_fourteen_claims_are_numbered_in_order() -> None:
    claims = list(registry.claims().values())
    assert [claim.number for claim in claims] == list(range(1, 15))
    assert all(claim.id.startswith(f"{claim.number:02d}_") for claim in claims)


@pytest.mark.parametrize("claim", registry.claims().values(), ids=list(registry.claims()))
def test_a_claim_says_in_a_few_sentences_what_was_found(claim: models.Claim) -> None:
    assert 1 <= len(re.findall(r"[.](?:\s|$)", claim.found)) <= 5
    assert claim.verdict == "not_recomputable" or claim.evidence != "none"
    assert claim.title.endswith("?")
    assert not claim.because.endswith(".")


@pytest.mark.parametrize("claim", registry.claims().values(), ids=list(registry.claims()))
def test_what_was_recomputed_has_no_number_typed_in_its_words(claim: models.Claim) -> None:
    if claim.verdict == "recomputed":
        numbers = re.findall(r"\d[\d.,]*", claim.found)
        assert [n for n in numbers if not re.fullmatch(r"20\d\d,?", n)] == []


@pytest.mark.parametrize("claim", registry.claims().values(), ids=list(registry.claims()))
def test_facts_of_others_say_whose_and_from_when_they_are(claim: models.Claim) -> None:
    if claim.facts:
        assert claim.facts.page.startswith("https://")
        assert claim.facts.publisher in registry.publishers()
        assert claim.checked is not None
        assert claim.facts.checked <= claim.checked
        assert any(share.says is not None for share in claim.facts.shares)


def test_the_counts_of_eurostat_are_those_of_its_file() -> None:
    """Recount the packaged facts from the copy of the table, where that is at hand."""
    path = Path(__file__).parents[3].parent / "shared/data/eurostat/D2_undergraduate_enrollment.csv"
    if not path.is_file():
        pytest.skip("the copy of educ_uoe_ent02 is not here")
    technical = ("Natural", "Information", "Engineering")
    counts: dict[tuple[str, str], dict[str, float]] = {}
    totals: dict[tuple[str, str], float] = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            at = (row["Country"], row["Year"])
            if row["Field (ISCED-F 2013)"].startswith(technical) and row["Enrollment Count"]:
                field = row["Field (ISCED-F 2013)"]
                counts.setdefault(at, {})[field] = float(row["Enrollment Count"])
                totals[at] = float(row["Total"])
    whole = {
        at: (sum(found.values()), totals[at]) for at, found in counts.items() if len(found) == 3
    }
    union = {
        year: [v for (c, y), v in whole.items() if y == year and c not in NO_MEMBERS]
        for year in ("2015", "2022")
    }
    then = {c for c, year in whole if year == "2015"}
    union["2022, as in 2015"] = [
        v for (c, y), v in whole.items() if y == "2022" and c in then - {*NO_MEMBERS}
    ]
    assert [len(found) for found in union.values()] == [26, 27, 26]
    known = {*whole.values()} | {
        (sum(part for part, _ in found), sum(all_ for _, all_ in found)) for found in union.values()
    }
    facts = [claim.facts for claim in registry.claims().values() if claim.facts]
    said = [(float(s.part), float(s.whole)) for one in facts for s in one.shares]
    assert len(said) == 7
    assert [pair for pair in said if pair not in known] == []


def test_claims_quote_the_programme_outline_literally() -> None:
    beside = Path(__file__).parents[3].parent / "shared" / "seed"
    folder = Path(os.environ.get("INSTROOM_SEED") or beside)
    if not folder.is_dir():
        pytest.skip("set INSTROOM_SEED to the folder with the programme outline (*.txt)")
    text = one_line(" ".join(f.read_text("utf-8") for f in sorted(folder.glob("*.txt"))))
    assert [c.id for c in registry.claims().values() if one_line(c.quote) not in text] == []


# --- glossary ----------------------------------------------------------------------------


def test_the_glossary_has_one_identifier_per_dutch_term() -> None:
    terms = [t for g in registry._get("glossary").values() for t in g.terms]
    assert len(terms) >= 60
    assert max(Counter(t.identifier for t in terms).values()) == 1
    assert max(Counter(t.nl.casefold() for t in terms).values()) == 1


@pytest.mark.parametrize("term", registry.glossary().terms, ids=lambda term: term.identifier)
def test_a_term_names_languages_that_there_are(term: models.Term) -> None:
    assert {*term.also, *term.everyday} <= set(languages())


@pytest.mark.parametrize("term", registry.glossary().terms, ids=lambda term: term.identifier)
def test_a_term_is_complete(term: models.Term) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", term.identifier)
    assert all((term.nl, term.en, term.de))
    assert term.meaning.endswith(".")
    assert "!" not in term.meaning
