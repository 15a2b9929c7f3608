"""Names of schools as people say them: only by rule, never a word more."""

import pytest

from instroom.core.places import normal
from instroom.definitions import registry
from instroom.region.school_names import short_name, town_name
from instroom.reports.results import load

PAIRS = """
Bonhoeffer College voor Gymnasium, Atheneum, Havo, VMBO, LWOO en PrO|Bonhoeffer College
Twents Carmel College voor Gymnasium, Atheneum, Havo, Vmbo met Lwoo, Pro|Twents Carmel College
Pius X College Scholengemeenschap voor Lyceum Havo Mavo Vbo Lwoo|Pius X College
Reggesteyn Christelijke Scholengemeenschap voor Pro-Vmbo-Havo-Atheneum-Gymnasium|Reggesteyn
Openbare Scholengemeenschap Erasmus Lyceum Havo Mavo Vbo Lwoo|Erasmus Lyceum
OSG Hengelo voor LYC HAVO MAVO VBO LWOO|OSG Hengelo
De Waerdenborch Scholengemeenschap voor Ath Havo Mavo Vbo (Disl)|De Waerdenborch
Scholengroep Carmel Hengelo voor GYM ATH HAVO MAVO VBO loc. Avila College|Avila College
Scholengroep Carmel voor GYM ATH HAVO MAVO VBO- Het Twickel Coll. Delden|Het Twickel College Delden
Rooms Katholieke Basisschool Flora|Basisschool Flora
Openbare basisschool Molenbeek|Basisschool Molenbeek
Chr Basissch De Gaarde|Basisschool De Gaarde
"""
SAID = dict(line.split("|") for line in PAIRS.strip().splitlines())


@pytest.mark.parametrize("name", SAID)
def test_a_school_is_called_as_people_say_it(name: str) -> None:
    assert short_name(name) == SAID[name]
    assert short_name(SAID[name]) == SAID[name], "a said name has nothing left to take away"


@pytest.mark.parametrize(
    "name",
    [
        "School voor Praktijkonderwijs",
        "School voor Praktijkonderwijs Assen",
        "Zone.college vmbo Enschede",
        "PrO Erasmus",
        "Openbare Scholengemeenschap Hengelo",
        "Rooms Katholieke Alexanderschool",
        "Openbare Basisschool",
        "Scholengemeenschap",
        "voor",
        "Havo",
        "Basisschool De Mavo",
        "College voor iedereen",
        "Het Loket",
        "-",
        "'",
        "",
    ],
)
def test_what_no_rule_knows_stays_as_it_is(name: str) -> None:
    assert short_name(name) == name


def test_no_real_name_gets_empty_or_a_word_that_was_not_there() -> None:
    written = registry.publishers()["duo"].school_names.written_out
    extra = {word for said in written.values() for word in normal(said).split()}
    schools = [p.name for p in load().places.values() if p.kind.startswith("school")]
    assert len(schools) > 300
    for name in schools:
        said = short_name(name)
        assert set(normal(said).split()) <= set(normal(name).split()) | extra, name
        assert normal(said) not in {"school", "basisschool", "college", ""}, name


@pytest.mark.parametrize(
    ("town", "written"),
    [
        ("ENSCHEDE", "Enschede"),
        ("HENGELO OV", "Hengelo"),
        ("HENGELO GLD", "Hengelo"),
        ("HAARLE GEM HELLENDOORN", "Haarle"),
        ("SPAARNDAM GEM. HAARLEM", "Spaarndam"),
        ("WEHE-DEN HOORN", "Wehe-den Hoorn"),
        ("'T HARDE", "'t Harde"),
        ("IJSSELMUIDEN", "IJsselmuiden"),
        ("OV", "Ov"),
        ("GEM", "Gem"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("", ""),
    ],
)
def test_a_town_is_written_as_people_write_it(town: str, written: str) -> None:
    assert town_name(town) == written
