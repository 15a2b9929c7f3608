"""What one added file does, by kind: page, menu, sentence in three languages, docs, interface.

A region adds one small file of every kind (``added_files``) and walks the whole way with them:
read, compute, serve (``added_site``, a process of its own). What stands where is in ``PROVEN``.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from added_files import SAMPLES

from instroom.core.texts import languages
from instroom.definitions import registry

HERE = Path(__file__).parent
HOW_TO = HERE.parents[1] / "docs/how-to/indicator-toevoegen.md"
FACETS = ("page", "menu", "sentence", "docs", "api")


@dataclass(frozen=True)
class On:
    """These words stand on the page with this key (or are said by this command), per language."""

    page: str
    nl: str
    en: str = ""
    de: str = ""
    command: bool = False

    def holds(self, site: dict[str, Any]) -> Iterator[bool]:
        for language in languages():
            words = getattr(self, language) or self.nl
            said = site["cli" if self.command else "pages"][language][self.page]
            yield words in " ".join(said.split()).replace("\N{NO-BREAK SPACE}", " ")


@dataclass(frozen=True)
class Written:
    """These words stand in a page of the reference that ``make docs`` writes."""

    page: str
    words: str

    def holds(self, site: dict[str, Any]) -> Iterator[bool]:
        yield self.words in site["docs"][self.page]


@dataclass(frozen=True)
class Answered:
    """The interface answers a question with 200, and with this somewhere in it."""

    question: str
    part: dict[str, Any] = field(default_factory=dict)

    def holds(self, site: dict[str, Any]) -> Iterator[bool]:
        status, body = site["api"][self.question]
        yield status == 200 and any(self.part.items() <= found.items() for found in _parts(body))


def _parts(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict):
        yield body
    for inner in (
        body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    ):
        yield from _parts(inner)


MEMBERS = On(
    "indicator/sample_members",
    "Proefland, 1 oktober 2018: 40,0 % van de clubleden bouwt een robot.",
    "Proefland, 1 October 2018: 40.0% of club members build a robot.",
    "Proefland, 1. Oktober 2018: 40,0 % der Klubmitglieder bauen einen Roboter.",
)
MEMBERS_TITLE = ("Leden die een robot bouwen", "Members who build a robot")
MEMBERS_TITLE_DE = "Mitglieder, die einen Roboter bauen"
STOPPING = (
    "niemand vraagt waarom kinderen stoppen",
    "nobody asks why children stop",
    "niemand fragt, warum Kinder aufhören",
)
BY_SAMPLE = "series/technical_profile_share?stage=exam&classification=sample"
SAMPLE_PAGE = "indicator/technical_profile_share/exam/sample"

#: Kind -> what a file of it does in each of the five; words alone say why it does nothing there.
PROVEN: dict[str, dict[str, str | On | Written | Answered]] = {
    "source": {
        "page": On("sources", "clubs.csv"),
        "menu": "the page Sources lists it, as every file",
        "sentence": On(
            "sources",
            "Leden van techniekclubs",
            "Members of technology clubs",
            "Mitglieder der Technikklubs",
        ),
        "docs": Written("bronnen.md", "| `sample_clubs` | sample | CC0-1.0 |"),
        "api": Answered("explain/sample_members:sample:2018-2019", {"source": "sample_clubs"}),
    },
    "publisher": {
        "page": On("sources", "Proefuitgever"),
        "menu": "it stands with its files",
        "sentence": On("indicator/sample_members", "Leden van", "Members of", "Mitglieder der"),
        "docs": Written("bronnen.md", "| sample |"),
        "api": "an answer names the source, and the source its publisher",
    },
    "codes": {
        "page": On("indicator/sample_members", "robotica 40", "robotics 40", "Robotik 40"),
        "menu": "a list has no page of its own",
        "sentence": On("indicator/sample_members", "robotica", "robotics", "Robotik"),
        "docs": "the reference lists no codes",
        "api": Answered("series/sample_members?by=kind", {"kind": "robots"}),
    },
    "indicator": {
        "page": On("indicator/sample_members", *MEMBERS_TITLE, MEMBERS_TITLE_DE),
        "menu": On("indicators", *MEMBERS_TITLE, MEMBERS_TITLE_DE),
        "sentence": MEMBERS,
        "docs": Written("indicatoren.md", "## Leden die een robot bouwen"),
        "api": Answered("series/sample_members", {"place": "sample", "value": 0.4, "n": 100}),
    },
    "classification": {
        "page": On(SAMPLE_PAGE, "alleen N&T", "N&T only", "nur N&T"),
        "menu": On(
            "indicator/technical_profile_share",
            "monitor CBS alleen N&T",
            "monitor CBS N&T only",
            "Monitor CBS nur N&T",
        ),
        "sentence": On(
            SAMPLE_PAGE, "telling alleen N&T", "N&T only definition", "Zählweise nur N&T"
        ),
        "docs": Written("indicatoren.md", "`sample`: Science and technology only"),
        "api": Answered(BY_SAMPLE, {"classification": "sample"}),
    },
    "pipeline": {
        "page": On("", "Van club naar opleiding", "From club to training", "Vom Klub zur"),
        "menu": "the first page shows every pipeline",
        "sentence": On(
            "pipeline",
            "op de club 100 bouwt een robot 40,0 %",
            "at the club 100 build a robot 40.0%",
            "im Klub 100 bauen einen Roboter 40,0 %",
            command=True,
        ),
        "docs": "the reference lists no pipelines",
        "api": Answered("pipeline?name=sample", {"id": "members", "count": 100, "share": 0.4}),
    },
    "reasons": {
        "page": On("", *STOPPING),
        "menu": "a reason has no page of its own",
        "sentence": On("pipeline", *STOPPING, command=True),
        "docs": "the reference lists no reasons",
        "api": Answered("pipeline?name=sample", {"reason": "sample_nobody_asks"}),
    },
    "kpi": {
        "page": On(
            "programme",
            "8. Meer kinderen op een techniekclub",
            "8. More children at a technology club",
            "8. Mehr Kinder in einem Technikklub",
        ),
        "menu": On("", "De doelen Wat", "The goals What", "Die Ziele Was"),
        "sentence": On("kpi", f"8. {MEMBERS.nl}", f"8. {MEMBERS.en}", f"8. {MEMBERS.de}", True),
        "docs": Written("doelen.md", "## 8. Meer kinderen op een techniekclub"),
        "api": Answered("kpi", {"id": "8_sample", "number": 8, "value": 0.4}),
    },
    "claim": {
        "page": On("claims", "“De clubs groeien.”"),
        "menu": "the page of claims is the list of claims",
        "sentence": On(
            "claims",
            "99. Techniekclubs groeien niet na te rekenen “De clubs groeien.” Niets gevonden.",
            "99. Technology clubs grow",
            "99. Technikklubs wachsen",
        ),
        "docs": "the reference lists no claims",
        "api": "the interface has no claims",
    },
    "region": {
        "page": On("", "Proefland nu", "Proefland now", "Proefland heute"),
        "menu": On("places", "Proefdam"),
        "sentence": On("series", "Proefland 2018-2019", command=True),
        "docs": "the reference lists no regions",
        "api": Answered("series/sample_members", {"place": "sample"}),
    },
    "places": {
        "page": On("place/GM9801", "Proefdam"),
        "menu": On("places", "/place/GM9801/"),
        "sentence": On("place", "Proefdam 2018-2019", command=True),
        "docs": "the reference lists no places",
        "api": Answered("series/sample_members?place=Proefdam", {"place": "GM9801"}),
    },
    "page": {
        "page": On("sample", "Voor ouders", "For parents", "Für Eltern"),
        "menu": On("", "Werkwijze Ouders Bronnen", "Method Parents Sources", "Eltern Quellen"),
        "sentence": On(
            "sample",
            "Wat dit voor uw kind betekent. Wat er gebeurt Een klas bouwt een brug. Daarna",
            "What this means for your child. What happens A class builds a bridge. Then they",
            "Was das für Ihr Kind bedeutet. Was geschieht Eine Klasse baut eine Brücke. Danach",
        ),
        "docs": "the reference lists no pages",
        "api": "the interface has no pages",
    },
    "glossary": {
        "page": On("glossary", "techniekclub", "technology club", "Technikklub"),
        "menu": "the glossary is its own list",
        "sentence": On(
            "glossary",
            "Een club na school.",
            "A club after school.",
            "Ein Klub nach der Schule.",
        ),
        "docs": Written("GLOSSARY.md", "| techniekclub | `technology_club` | technology club |"),
        "api": "the interface has no words",
    },
}
CLAIMS = [
    pytest.param(claim, id=f"{kind}-{facet}")
    for kind, facets in PROVEN.items()
    for facet, claim in facets.items()
    if not isinstance(claim, str)
]


def documented() -> list[tuple[str, str]]:
    """Return the files of the how-to: each block of TOML, with the path in its first line."""
    text = HOW_TO.read_text("utf-8")
    return re.findall(r"```toml\n# ([\w/]+\.toml)[^\n]*\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give all that a site of the added region says."""
    folder = tmp_path_factory.mktemp("added")
    overlay = folder / "overlay"
    for path, text in [*SAMPLES.values(), *documented()]:
        (overlay / path).parent.mkdir(parents=True, exist_ok=True)
        with (overlay / path).open("a", encoding="utf-8") as file:
            file.write(text)
    hidden = ("INSTROOM_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    known = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, HERE / "added_site.py", folder / "data"],
        env={**known, "INSTROOM_DEFINITIONS": str(overlay), "INSTROOM_HOSTS": "testserver"},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_kind_says_of_each_of_the_five_what_it_does() -> None:
    assert set(PROVEN) == set(registry.KINDS) == set(SAMPLES)
    assert all(tuple(facets) == FACETS for facets in PROVEN.values())
    assert all(isinstance(facets["page"], On) for facets in PROVEN.values())
    assert all(isinstance(facets["sentence"], On) for facets in PROVEN.values())


@pytest.mark.parametrize("claim", CLAIMS)
def test_one_file_is_enough(site: dict[str, Any], claim: On | Written | Answered) -> None:
    assert all(claim.holds(site)), claim


def test_its_files_are_recognised(site: dict[str, Any]) -> None:
    assert site["read"] == [
        ["clubs.csv", "read", "sample_clubs"],
        ["exams.csv", "read", "duo_exam_candidates"],
    ]
    assert site["check"]


def test_what_is_not_technical_is_not_called_so(site: dict[str, Any]) -> None:
    for language, word in (("nl", "technisch"), ("en", "technical"), ("de", "technisch")):
        page = site["pages"][language]["indicator/sample_members"]
        assert word not in page
        assert word not in site["cli"][language]["pipeline"]


def test_nothing_dutch_of_the_file_is_left_in_another_language(site: dict[str, Any]) -> None:
    for language in ("en", "de"):
        for key, words in (("indicator/sample_members", "robot bouwen"), ("sample", "ouders")):
            assert words not in site["pages"][language][key]
            assert words in site["pages"]["nl"][key]


def test_what_the_how_to_shows_does_what_it_says(site: dict[str, Any]) -> None:
    assert len(documented()) == 3
    pages = {language: site["pages"][language]["indicators"] for language in languages()}
    assert "Eindexamenkandidaten Proefland, schooljaar 2018-2019" in pages["nl"]
    assert "Exam candidates" in pages["en"]
    assert "Abschlussprüflinge" in pages["de"]
    assert "Leerlingen met een positief beeld" in pages["nl"]
    assert "dit is nog nergens gemeten" in pages["nl"]


def test_a_pipeline_that_is_not_there_is_refused(site: dict[str, Any]) -> None:
    status, body = site["api"]["pipeline?name=samples"]
    assert (status, body["error"]["code"]) == (404, "unknown_id")


def test_a_page_that_was_not_computed_yet_says_so(site: dict[str, Any]) -> None:
    """Its link stands in the foot as soon as the server knows the file."""
    words = ("Hier is nog niets berekend", "Nothing has been calculated here", "noch nichts")
    for language, heading in zip(languages(), words, strict=True):
        status, page = site["not_computed"][language]
        assert (status, heading in page) == (503, True), page
        assert "instroom compute" in page
