"""One file to add, no list to edit: a file of each kind in an overlay folder is used as it is."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from instroom.core.errors import DefinitionError
from instroom.core.quantities import Count
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.reports import site, words
from instroom.reports.blocks import TextBlock
from instroom.reports.results import PACKAGE, load
from instroom.sources.read import read
from instroom.sources.store import Store

#: Kind -> where the file stands in the overlay, and what is in it.
SAMPLES: dict[str, tuple[str, str]] = {
    "source": (
        "monitoring/sources/sample_clubs.toml",
        """
title = "Leden van techniekclubs"
publisher = "instroom"
licence = "CC0-1.0"
[periods]
kind = "october"
[columns.club]
names = ["CLUB"]
role = "place"
required = true
[columns.town]
names = ["PLAATS"]
role = "municipality_name"
[columns.kind]
names = ["SOORT"]
role = "kind"
codes = "sample_clubs"
required = true
[[values]]
pattern = 'LEDEN (?P<period>\\d{4}) (?P<gender>MAN|VROUW)'
measure = "members"
[[checks]]
kind = "unique"
columns = ["place"]
""",
    ),
    "codes": (
        "monitoring/codes/sample_clubs.toml",
        """
title = "Soort club"
[codes.robots]
title = "robotica"
synonyms = ["Robot- en codeclub"]
""",
    ),
    "indicator": (
        "monitoring/indicators/sample_members.toml",
        """
title = "Leden van techniekclubs"
measure = "missing"
unit = "pupils"
reason = "not_measured"
definition = "Hoeveel kinderen lid zijn van een techniekclub."
""",
    ),
    "classification": (
        "monitoring/classifications/technical_profile/sample.toml",
        """
title = "Alleen Natuur en Techniek"
label = "N&T"
source = "Verzonnen om te proberen."
[[rules]]
school_types = ["havo", "vwo"]
column = "profile"
technical = ["nt"]
""",
    ),
    "pipeline": (
        "monitoring/pipelines/sample.toml",
        """
title = "Van club naar opleiding"
[groups.club]
title = "Club"
place_of = "school"
steps = [
  { id = "members", title = "leden", indicator = "sample_members" },
  { id = "leavers", title = "wie stopt", reason = "sample_nobody_asks" },
]
""",
    ),
    "reasons": (
        "monitoring/reasons/sample.toml",
        """
title = "Redenen van de proef"
[texts]
sample_nobody_asks = "niemand vraagt waarom kinderen stoppen"
""",
    ),
    "kpi": (
        "programme/kpis/8_sample.toml",
        """
title = "Meer kinderen op een techniekclub"
number = 8
seed = "Verzonnen om te proberen"
lines = [1]
indicators = ["sample_members"]
""",
    ),
    "claim": (
        "region/claims/99_sample.toml",
        """
title = "Techniekclubs groeien"
number = 99
quote = "De clubs groeien."
seed = "Verzonnen om te proberen"
verdict = "not_recomputable"
evidence = "none"
found = "Niets gevonden."
checked = 2026-11-23
""",
    ),
    "region": (
        "region/regions/sample.toml",
        """
title = "Proefland"
country = "sample"
province = "PV98"
example = true
[municipalities]
GM9801 = { name = "Proefdam", abbreviation = "PRO", column = 0, row = 0 }
""",
    ),
    "publisher": (
        "monitoring/publishers/sample.toml",
        """
title = "Proefuitgever"
shared = ["CLUB", "PLAATS"]
""",
    ),
    "places": (
        "region/places/sample.toml",
        """
title = "Verzonnen gemeenten"
source = "Verzonnen om te proberen."
[provinces]
PV98 = "Proefprovincie"
[municipalities]
GM9801 = { name = "Proefdam", province = "PV98" }
GM9802 = { name = "Oud-Proefdam", province = "PV98", merged_into = "GM9801" }
""",
    ),
    "glossary": (
        "glossary/sample.toml",
        """
title = "Woorden van de proef"
[[terms]]
identifier = "technology_club"
nl = "techniekclub"
en = "technology club"
de = "Technikklub"
meaning = "Een club waar kinderen na school iets maken."
""",
    ),
    "page": (
        "reports/pages/sample.toml",
        """
title = "Voor ouders"
chapter = "over"
lead = "Wat dit voor uw kind betekent."
menu = "Ouders"
order = 15
[[sections]]
anchor = "wat"
heading = "Wat er gebeurt"
paragraphs = ["Een klas bouwt een brug.", "Daarna vertellen ze erover."]
links = [{ text = "De opgave", page = "claims" }]
""",
    ),
}
FILE = (
    "CLUB;PLAATS;SOORT;LEDEN 2018 MAN;LEDEN 2018 VROUW\r\nA1;PROEFDAM;Robot- en codeclub;<5;7\r\n"
)


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an overlay folder with one file of every kind."""
    folder = tmp_path / "overlay"
    for path, text in SAMPLES.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(folder))
    registry._registry.cache_clear()
    yield folder
    registry._registry.cache_clear()


def use_source(data: Path) -> None:
    path = data.parent / "clubs.csv"
    path.write_bytes(FILE.encode())
    entry = read(path, data=data)["files"][0]
    assert (entry["status"], entry["source"]) == ("read", "sample_clubs")
    assert (entry["periods"], entry["rows"], entry["observations"]) == (["2018-2019"], 1, 2)
    stored = Store(data).get(entry["sha256"])
    assert stored is not None
    rows = pq.read_table(stored.observations).to_pylist()
    boys = next(row for row in rows if row["gender"] == "male")
    assert Count(int(boys["low"]), int(boys["high"])) == Count(1, 4)
    assert (boys["place"], boys["kind"]) == ("A1", "robots")
    assert (boys["municipality"], boys["period"]) == ("GM9801", "2018-2019")


def use_codes(data: Path) -> None:
    assert registry.codes()["sample_clubs"].codes["robots"].title == "robotica"
    use_source(data)


def use_indicator(_: Path) -> None:
    assert registry.indicators()["sample_members"].measure == "missing"


def use_classification(_: Path) -> None:
    found = registry.classifications()["technical_profile/sample"]
    assert found.rules[0].technical == ["nt"]


def use_pipeline(_: Path) -> None:
    found = registry.pipelines()["sample"].groups["club"]
    assert [(step.indicator, step.reason) for step in found.steps] == [
        ("sample_members", ""),
        ("", "sample_nobody_asks"),
    ]


def use_reasons(_: Path) -> None:
    said = words.reason("sample_nobody_asks", Texts("nl"))
    assert said == "niemand vraagt waarom kinderen stoppen"


def use_kpi(_: Path) -> None:
    numbers = [kpi.number for kpi in registry.kpis().values()]
    assert sorted(numbers) == list(range(1, 9))
    assert registry.kpis()["8_sample"].indicators == ["sample_members"]


def use_claim(_: Path) -> None:
    assert registry.claims()["99_sample"].evidence == "none"


def use_region(_: Path) -> None:
    region = registry.regions()["sample"]
    assert [tile.name for tile in region.municipalities.values()] == ["Proefdam"]
    assert all(code in gazetteer() for code in region.municipalities)


def use_places(_: Path) -> None:
    places = gazetteer()
    assert places.code_of("PROEFDAM") == "GM9801"
    assert places.current("GM9802") == "GM9801"
    assert places.code_of("Enschede") == "GM0153"


def use_publisher(_: Path) -> None:
    assert "CLUB" in registry.publishers()["sample"].shared


def use_glossary(_: Path) -> None:
    terms = {term.identifier: term for term in registry.glossary().terms}
    assert terms["technology_club"].de == "Technikklub"


def use_page(_: Path) -> None:
    results = load(PACKAGE)
    for language in languages():
        found = {page.key: page for page in site.documents(results, language)[0]}["sample"]
        section = found.blocks[0]
        assert (found.title, found.chapter) == ("Voor ouders", "over")
        assert isinstance(section, TextBlock)
        assert section.paragraphs[1] == "Daarna vertellen ze erover."
        assert section.links[0].url == "claims"
    told = _said_by_the_web(
        "from instroom.core.texts import Texts\n"
        "from instroom_web.shared import navigation\n"
        "print([(entry['name'], entry['url']) for entry in navigation.bar('about', Texts('nl'))])\n"
    )
    menu = ast.literal_eval(told)
    assert [name for name, _ in menu][:3] == ["Werkwijze", "Ouders", "Bronnen"]
    assert dict(menu)["Ouders"].endswith("/sample/")


def _said_by_the_web(code: str) -> str:
    """Return what code prints in a web process that starts with the overlay of this test."""
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "instroom_web.settings"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_page_takes_no_address_of_another_by_its_name(overlay: Path) -> None:
    path, text = SAMPLES["page"]
    for key in ("home", "place", "api", "account"):
        (overlay / path).with_name(f"{key}.toml").write_text(text, "utf-8")
    told = _said_by_the_web(
        "from django.urls import reverse\n"
        "print(reverse('home'), reverse('page-home'), reverse('place', args=['x']))\n"
    )
    home, page, place = told.split()
    assert page == f"{home}home/"
    assert place == f"{home}place/x/"


def test_a_page_may_not_take_the_key_of_another(overlay: Path) -> None:
    path, text = SAMPLES["page"]
    (overlay / path).with_name("claims.toml").write_text(text, "utf-8")
    registry._registry.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        site.documents(load(PACKAGE), "nl")
    assert caught.value.where.file == "reports/pages/claims.toml"
    assert caught.value.expected == "a key that no other page has"


@pytest.mark.parametrize("page", ["clams", "indicator/clams", "place/GM9999"])
def test_a_page_may_not_lead_to_one_that_is_not_there(overlay: Path, page: str) -> None:
    path, text = SAMPLES["page"]
    (overlay / path).write_text(text.replace('page = "claims"', f'page = "{page}"'), "utf-8")
    registry._registry.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        site.documents(load(PACKAGE), "nl")
    assert caught.value.where.file == "reports/pages/sample.toml"
    assert caught.value.found == page
    assert "the key of a stored page" in str(caught.value.expected)
    assert page in str(caught.value.hint)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('title = "Voor ouders"', 'title = ""', "title"),
        ('lead = "Wat dit voor uw kind betekent."', 'lead = ""', "lead"),
        ('heading = "Wat er gebeurt"', 'heading = ""', "sections.0.heading"),
        ('["Een klas bouwt een brug.", "Daarna vertellen ze erover."]', "[]", "paragraphs"),
        ('chapter = "over"', 'chapter = "overr"', "chapter"),
        (
            "[[sections]]",
            '[[sections]]\nanchor = "wat"\nheading = "a"\nparagraphs = ["b"]\n[[sections]]',
            "the anchor 'wat' stands here twice",
        ),
    ],
)
def test_a_page_says_something_everywhere(overlay: Path, old: str, new: str, key: str) -> None:
    path, text = SAMPLES["page"]
    assert old in text
    (overlay / path).write_text(text.replace(old, new), "utf-8")
    registry._registry.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        registry.check_all()
    assert (caught.value.code, caught.value.where.file) == ("definition_invalid", path)
    assert key in caught.value.message


USES: dict[str, Callable[[Path], None]] = {kind: globals()[f"use_{kind}"] for kind in SAMPLES}


def test_every_kind_has_a_sample_here() -> None:
    assert set(SAMPLES) == set(registry.KINDS)


@pytest.mark.parametrize("kind", SAMPLES)
def test_one_file_is_enough(overlay: Path, kind: str, tmp_path: Path) -> None:
    before = {k: len(registry._registry(k, "")) for k in registry.KINDS}
    assert registry.check_all()[kind] == before[kind] + 1
    assert (overlay / SAMPLES[kind][0]).exists()
    USES[kind](tmp_path / "data")


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_misspelt_key_is_refused_with_file_and_key(overlay: Path, kind: str) -> None:
    path, text = SAMPLES[kind]
    wrong = text.replace("title =", "titel =", 1).strip()
    (overlay / path).write_text("nonsense = 1\n" + wrong, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        registry._get(kind)
    error = caught.value
    assert (error.code, error.exit_code) == ("definition_invalid", 10)
    assert error.where.file == path
    assert error.where.key in ("nonsense", "titel")
    assert "key 'titel': unknown key; did you mean 'title'?" in error.message
    assert "key 'nonsense': unknown key" in error.message
    assert "key 'title'" in error.message, "what is missing is named beside what is misspelt"


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_unknown_id_answers_did_you_mean(overlay: Path, kind: str) -> None:
    known = Path(SAMPLES[kind][0]).relative_to(registry.KINDS[kind][0]).with_suffix("").as_posix()
    assert (overlay / SAMPLES[kind][0]).exists()
    assert registry._get(kind)[known].title
    with pytest.raises(DefinitionError) as caught:
        registry._get(kind)[known + "x"]
    assert caught.value.code == "unknown_id"
    assert caught.value.hint == f"did you mean '{known}'?"


def test_without_the_overlay_nothing_of_it_is_known() -> None:
    assert "sample_clubs" not in registry.sources()
    assert gazetteer().code_of("PROEFDAM") is None
