"""What one added file does, by kind: page, menu, sentence in three languages, docs, interface.

A region adds one small file of every kind (``added_files``) and walks the whole way with them:
read, compute, serve (``added_site``, a process of its own). What stands where is in ``PROVEN``:
that a file does nothing somewhere is a claim too, and is looked at.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from added_files import SAMPLES

from instroom.core.texts import languages
from instroom.definitions import registry
from instroom.definitions.kinds import KindName

HERE = Path(__file__).parent
HOW_TO = HERE.parents[1] / "docs/how-to/indicator-toevoegen.md"


@dataclass(frozen=True)
class On:
    """These words stand on the page with this key, per language."""

    page: str
    nl: str
    en: str
    de: str

    def holds(self, site: dict[str, Any]) -> Iterator[bool]:
        for language in languages():
            yield getattr(self, language) in plain(site["pages"][language][self.page])


@dataclass(frozen=True)
class Said:
    """This command says these words, per language."""

    command: str
    nl: str
    en: str
    de: str

    def holds(self, site: dict[str, Any]) -> Iterator[bool]:
        for language in languages():
            yield getattr(self, language) in plain(site["cli"][language][self.command])


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


@dataclass(frozen=True)
class Nowhere:
    """Pages have these words, and the place of the subclass has them nowhere, in no language."""

    nl: str
    en: str
    de: str

    def holds(self, site: dict[str, Any]) -> Iterator[bool]:
        for language in languages():
            words = getattr(self, language)
            yield any(words in plain(page) for page in site["pages"][language].values())
            yield not any(words in plain(text) for text in self.place(site))

    def place(self, site: dict[str, Any]) -> Iterator[str]:
        raise NotImplementedError


class NotInMenu(Nowhere):
    """A kind whose files stand in no menu: they are found on a page of another."""

    def place(self, site: dict[str, Any]) -> Iterator[str]:
        yield from site["menu"].values()


class NotInDocs(Nowhere):
    """A kind that the reference does not list."""

    def place(self, site: dict[str, Any]) -> Iterator[str]:
        yield from site["docs"].values()


class NotInApi(Nowhere):
    """A kind that the interface does not answer with."""

    def place(self, site: dict[str, Any]) -> Iterator[str]:
        yield json.dumps(site["api"], ensure_ascii=False)


@dataclass(frozen=True)
class Proven:
    """What a file of one kind does in each of the five."""

    page: On
    menu: On | NotInMenu
    sentence: On | Said
    docs: Written | NotInDocs
    api: Answered | NotInApi


def plain(text: str) -> str:
    return " ".join(text.split())


def _parts(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict):
        yield body
    for inner in (
        body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    ):
        yield from _parts(inner)


MEMBERS = (
    "Proefland, 1 oktober 2018: 40,0 % van de clubleden bouwt een robot.",
    "Proefland, 1 October 2018: 40.0% of club members build a robot.",
    "Proefland, 1. Oktober 2018: 40,0 % der Klubmitglieder bauen einen Roboter.",
)
TITLES: dict[KindName, tuple[str, str, str]] = {
    "source": (
        "Leden van techniekclubs",
        "Members of technology clubs",
        "Mitglieder der Technikklubs",
    ),
    "publisher": ("Proefuitgever", "Proefuitgever", "Proefuitgever"),
    "codes": ("robotica", "robotics", "Robotik"),
    "indicator": (
        "Leden die een robot bouwen",
        "Members who build a robot",
        "Mitglieder, die einen Roboter bauen",
    ),
    "pipeline": ("Van club naar opleiding", "From club to training", "Vom Klub zur Ausbildung"),
    "reasons": (
        "niemand vraagt waarom kinderen stoppen",
        "nobody asks why children stop",
        "niemand fragt, warum Kinder aufhören",
    ),
    "verdict": ("Dat jaar ontbreekt", "That year is missing", "Dieses Jahr fehlt"),
    "claim": ("Techniekclubs groeien", "Technology clubs grow", "Technikklubs wachsen"),
    "region": ("Proefland", "Proefland", "Proefland"),
    "places": ("Proefdam", "Proefdam", "Proefdam"),
    "alike": ("iets met techniek.", "something with technology.", "etwas mit Technik."),
    "page": ("Voor ouders", "For parents", "Für Eltern"),
    "glossary": ("Een club na school.", "A club after school.", "Ein Klub nach der Schule."),
    "organisation_kind": (
        "techniekclub van de proef",
        "technology club on trial",
        "Technikklub der Probe",
    ),
    "role": ("Clubleider", "Club leader", "Klubleitung"),
    "ladder": ("robotvriend", "robot friend", "Roboterfreund"),
    "factor": (
        "Samen een robot bouwen",
        "Building a robot together",
        "Zusammen einen Roboter bauen",
    ),
    "initiative": ("Robotweek", "Robot week", "Roboterwoche"),
    "choices": ("Welke robot?", "Which robot?", "Welcher Roboter?"),
}
BY_SAMPLE = "series/technical_profile_share?stage=exam&classification=sample"
SAMPLE_PAGE = "indicator/technical_profile_share/exam/sample"

PROVEN: dict[KindName, Proven] = {
    "source": Proven(
        page=On("indicator/sample_members", *TITLES["source"]),
        menu=On("sources", *TITLES["source"]),
        sentence=On(
            "sources",
            "Leden van techniekclubs Uitgever",
            "Members of technology clubs Publisher",
            "Mitglieder der Technikklubs Herausgeber",
        ),
        docs=Written("bronnen.md", "| `sample_clubs` | sample | CC0-1.0 |"),
        api=Answered("explain/sample_members:sample:2018-2019", {"source": "sample_clubs"}),
    ),
    "publisher": Proven(
        page=On("sources", *TITLES["publisher"]),
        menu=NotInMenu(*TITLES["publisher"]),
        sentence=On(
            "sources",
            "Uitgever Proefuitgever",
            "Publisher Proefuitgever",
            "Herausgeber Proefuitgever",
        ),
        docs=Written("bronnen.md", "| sample |"),
        api=NotInApi(*TITLES["publisher"]),
    ),
    "codes": Proven(
        page=On("indicator/sample_members", "robotica 40", "robotics 40", "Robotik 40"),
        menu=NotInMenu(*TITLES["codes"]),
        sentence=On(
            "indicator/sample_members",
            "2018-2019: robotica 40,0 %.",
            "2018-2019: robotics 40.0%.",
            "2018-2019: Robotik 40,0 %.",
        ),
        docs=NotInDocs(*TITLES["codes"]),
        api=Answered("series/sample_members?by=kind", {"kind": "robots"}),
    ),
    "indicator": Proven(
        page=On("indicator/sample_members", *TITLES["indicator"]),
        menu=On("indicators", *TITLES["indicator"]),
        sentence=On("indicator/sample_members", *MEMBERS),
        docs=Written("indicatoren.md", "## Leden die een robot bouwen"),
        api=Answered("series/sample_members", {"place": "sample", "value": 0.4, "n": 100}),
    ),
    "classification": Proven(
        page=On(SAMPLE_PAGE, "alleen N&T", "N&T only", "nur N&T"),
        menu=On(
            "indicator/technical_profile_share",
            "alleen N&T alleen N&T",  # its name on a screen, and on a phone
            "N&T only N&T only",
            "nur N&T nur N&T",
        ),
        sentence=On(SAMPLE_PAGE, "telling alleen N&T", "N&T only definition", "Zählweise nur N&T"),
        docs=Written("indicatoren.md", "`sample`: Science and technology only"),
        api=Answered(BY_SAMPLE, {"classification": "sample"}),
    ),
    "pipeline": Proven(
        page=On("", *TITLES["pipeline"]),
        menu=NotInMenu(*TITLES["pipeline"]),
        sentence=On(
            "",
            "Proefland, 1 oktober 2018, onder clubleden: 40,0 % in op de club. Een dag op de club.",
            "Proefland, 1 October 2018, among club members: 40.0% in at the club. One day there.",
            "Proefland, 1. Oktober 2018, bei Klubmitgliedern: 40,0 % in im Klub. Ein Tag dort.",
        ),
        docs=NotInDocs(*TITLES["pipeline"]),
        api=Answered("pipeline?name=sample", {"id": "members", "count": 100, "share": 0.4}),
    ),
    "reasons": Proven(
        page=On("", *TITLES["reasons"]),
        menu=NotInMenu(*TITLES["reasons"]),
        sentence=Said("pipeline", *TITLES["reasons"]),
        docs=NotInDocs(*TITLES["reasons"]),
        api=Answered("pipeline?name=sample", {"reason": "sample_nobody_asks"}),
    ),
    "verdict": Proven(
        page=On("", *TITLES["verdict"]),
        menu=NotInMenu(*TITLES["verdict"]),
        sentence=On(
            "",
            "clubs Dat jaar ontbreekt een van de twee jaren ontbreekt",
            "clubs That year is missing one of the two years is missing",
            "Klubs Dieses Jahr fehlt eines der beiden Jahre fehlt",
        ),
        docs=NotInDocs(*TITLES["verdict"]),
        api=NotInApi(*TITLES["verdict"]),
    ),
    "kpi": Proven(
        page=On(
            "programme",
            "8. Meer kinderen op een techniekclub",
            "8. More children at a technology club",
            "8. Mehr Kinder in einem Technikklub",
        ),
        menu=On(
            "",
            "8 Meer kinderen op een techniekclub clubs dat jaar ontbreekt",
            "8 More children at a technology club clubs that year is missing",
            "8 Mehr Kinder in einem Technikklub Klubs dieses Jahr fehlt",
        ),
        sentence=Said("kpi", *(f"8. {said}" for said in MEMBERS)),
        docs=Written("doelen.md", "## 8. Meer kinderen op een techniekclub"),
        api=Answered("kpi", {"id": "8_sample", "number": 8, "value": 0.4}),
    ),
    "claim": Proven(
        page=On("claims", *["“De clubs groeien.”"] * 3),
        menu=NotInMenu(*TITLES["claim"]),
        sentence=On(
            "claims",
            "Niet na te rekenen: niemand telde ze. Niets gevonden.",
            "Cannot be recalculated: nobody counted them. Nothing found.",
            "Nicht nachzurechnen: niemand hat sie gezählt. Nichts gefunden.",
        ),
        docs=NotInDocs(*TITLES["claim"]),
        api=NotInApi(*TITLES["claim"]),
    ),
    "region": Proven(
        page=On(
            "",
            "Kiezen meer jongeren in Proefland voor techniek?",
            "Do more young people in Proefland choose technology?",
            "Wählen mehr Jugendliche in Proefland Technik?",
        ),
        menu=On("", "Naar de inhoud Proefland", "Skip to content Proefland", "Inhalt Proefland"),
        sentence=On("indicator/sample_members", *MEMBERS),
        docs=NotInDocs(*TITLES["region"]),
        api=Answered("series/sample_members", {"place": "sample"}),
    ),
    "places": Proven(
        page=On(
            "place/GM9801",
            "Proefdam Gemeente in Proefland",
            "Proefdam Municipality in Proefland",
            "Proefdam Gemeinde in Proefland",
        ),
        menu=On("places", *["/place/GM9801/"] * 3),
        sentence=Said(
            "place",
            "Proefdam 2018-2019 40,0 % 40 van 100",
            "Proefdam 2018-2019 40.0% 40 of 100",
            "Proefdam 2018-2019 40,0 % 40 von 100",
        ),
        docs=NotInDocs(*TITLES["places"]),
        api=Answered("series/sample_members?place=Proefdam", {"place": "GM9801"}),
    ),
    "alike": Proven(
        page=On("place/90AA00", *TITLES["alike"]),
        menu=NotInMenu(*TITLES["alike"]),
        sentence=On("place/90AA00", "Hier kozen", "Here", "Hier wählten"),
        docs=NotInDocs(*TITLES["alike"]),
        api=NotInApi(*TITLES["alike"]),
    ),
    "page": Proven(
        page=On("sample", *TITLES["page"]),
        menu=On("", "Werkwijze Ouders Bronnen", "Method Parents Sources", "Eltern Quellen"),
        sentence=On(
            "sample",
            "Wat dit voor uw kind betekent. Wat er gebeurt Een klas bouwt een brug. Daarna",
            "What this means for your child. What happens A class builds a bridge. Then they",
            "Was das für Ihr Kind bedeutet. Was geschieht Eine Klasse baut eine Brücke. Danach",
        ),
        docs=NotInDocs(*TITLES["page"]),
        api=NotInApi(*TITLES["page"]),
    ),
    "glossary": Proven(
        page=On("glossary", "techniekclub", "technology club", "Technikklub"),
        menu=NotInMenu(*TITLES["glossary"]),
        sentence=On("glossary", *TITLES["glossary"]),
        docs=Written("GLOSSARY.md", "| techniekclub | `technology_club` | technology club |"),
        api=NotInApi(*TITLES["glossary"]),
    ),
    "organisation_kind": Proven(
        page=On("roles", *TITLES["organisation_kind"]),
        menu=NotInMenu(*TITLES["organisation_kind"]),
        sentence=On(
            "roles",
            "Bereik techniekclub van de proef Mag",
            "Reach technology club on trial May",
            "Reichweite Technikklub der Probe Darf",
        ),
        docs=Written("rollen.md", "- reach: technology club on trial"),
        api=NotInApi(*TITLES["organisation_kind"]),
    ),
    "role": Proven(
        page=On("roles", *TITLES["role"]),
        menu=NotInMenu(*TITLES["role"]),
        sentence=On(
            "roles",
            "Ziet alleen de eigen club.",
            "Sees their own club only.",
            "Sieht nur den eigenen Klub.",
        ),
        docs=Written("rollen.md", "## Clubleider"),
        api=NotInApi(*TITLES["role"]),
    ),
    "ladder": Proven(
        page=On("roles", *TITLES["ladder"]),
        menu=NotInMenu(*TITLES["ladder"]),
        sentence=On(
            "roles",
            "robotvriend Zij bouwen een robot. Voorwaarden Er hangt een tekening aan de muur.",
            "robot friend They build a robot. Conditions A drawing hangs on the wall.",
            "Roboterfreund Sie bauen einen Roboter. Bedingungen Eine Zeichnung hängt an der Wand.",
        ),
        docs=NotInDocs(*TITLES["ladder"]),
        api=NotInApi(*TITLES["ladder"]),
    ),
    "factor": Proven(
        page=On("factors", *TITLES["factor"]),
        menu=NotInMenu(*TITLES["factor"]),
        sentence=On(
            "factors",
            "Wie samen bouwt, durft meer. Programma Proef, 10",
            "Who builds together dares more. Programme Trial, 10",
            "Wer zusammen baut, traut sich mehr. Programm Probe, 10",
        ),
        docs=NotInDocs(*TITLES["factor"]),
        api=NotInApi(*TITLES["factor"]),
    ),
    "initiative": Proven(
        page=On("factors", *TITLES["initiative"]),
        menu=NotInMenu(*TITLES["initiative"]),
        sentence=On(
            "factors",
            "Een week met robots. Onderwijs po",
            "A week with robots. Education po",
            "Eine Woche mit Robotern. Bildung po",
        ),
        docs=NotInDocs(*TITLES["initiative"]),
        api=NotInApi(*TITLES["initiative"]),
    ),
    "choices": Proven(
        page=On("factors", *TITLES["choices"]),
        menu=NotInMenu(*TITLES["choices"]),
        sentence=On(
            "factors",
            "Antwoorden een ronde robot",
            "Answers a round robot",
            "Antworten ein runder Roboter",
        ),
        docs=NotInDocs(*TITLES["choices"]),
        api=NotInApi(*TITLES["choices"]),
    ),
}
#: Every claim, by kind and facet.
CLAIMS = {
    f"{kind}-{facet.name}": getattr(proven, facet.name)
    for kind, proven in PROVEN.items()
    for facet in fields(Proven)
}


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
    for facet, kinds in get_type_hints(Proven).items():
        allowed = get_args(kinds) or (kinds,)
        assert {type(getattr(one, facet)) for one in PROVEN.values()} <= set(allowed), facet


@pytest.mark.parametrize("kind", PROVEN)
def test_the_sentence_of_every_kind_is_another_one_in_every_language(kind: KindName) -> None:
    said = PROVEN[kind].sentence
    assert len({getattr(said, language) for language in languages()}) == len(languages())


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_one_file_is_enough(
    site: dict[str, Any], claim: On | Said | Written | Answered | Nowhere
) -> None:
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


def test_what_nobody_translated_says_that_it_is_dutch(site: dict[str, Any]) -> None:
    for language in ("en", "de"):
        marked = site["dutch"][language]["claims"]
        assert "De clubs groeien." in marked, "a quotation"
        assert "Verzonnen om te proberen" in marked, "a text of the file without a translation"
        assert "Verzonnen om te proberen." in site["dutch"][language][SAMPLE_PAGE]
        assert not site["dutch"][language]["sample"], "this file is translated whole"
    assert not any(site["dutch"]["nl"].values())


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
