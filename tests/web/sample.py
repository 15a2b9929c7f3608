"""A small site with invented figures, marked as an example, to show every kind of page."""

from functools import cache
from typing import Any

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.reports.blocks import (
    Block,
    Chapter,
    ClaimBlock,
    ClaimRow,
    Document,
    Entry,
    EntryList,
    FigureBlock,
    Method,
    Opening,
    PageLink,
    PageTable,
    Picture,
    PlaceChoice,
    PlaceGroup,
    PlaceIndex,
    SourceNote,
    Switch,
    TableCell,
    TextBlock,
    VerdictMark,
)
from instroom.reports.documents import first_screen
from instroom.reports.documents.counting import counting_choice
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.results import PACKAGE, Results, load

LANGUAGES = ("nl", "en", "de")
SHA = "9f" * 32
YEARS = tuple(f"{year}-{year + 1}" for year in range(2014, 2024))
SHARES = (0.471, 0.466, 0.462, 0.455, 0.451, 0.449, 0.438, 0.431, 0.418, 0.411)
NATION = (0.489, 0.487, 0.481, 0.477, 0.470, 0.468, 0.461, 0.452, 0.447, 0.441)

NL = {
    "share": "Technisch profiel",
    "sentence": "In 2023-2024 deed 41,1\u00a0% van de havisten en vwo’ers in Twente examen met een"
    " technisch profiel (40,2–42,0\u00a0%). In 2014-2015 was dat 47,1\u00a0%.",
}


def percent(share: float) -> str:
    return f"{share * 100:.1f}".replace(".", ",") + "\u00a0%"


def line_svg(width: int, height: int) -> str:
    left, right, top, bottom = 48, width - (150 if width > 500 else 16), 16, height - 32
    xs = [left + (right - left) * n / (len(YEARS) - 1) for n in range(len(YEARS))]

    def y(share: float) -> float:
        return bottom - (share - 0.38) / 0.14 * (bottom - top)

    parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="100%" role="img"']
    parts.append(f' viewBox="0 0 {width} {height}" aria-labelledby="t d" font-size="13">')
    parts.append('<title id="t">Technisch profiel, Twente en Nederland</title>')
    parts.append('<desc id="d">Twente daalt van 47,1 naar 41,1 procent (voorbeeld).</desc>')
    parts.append('<defs><clipPath id="c"><rect width="100%" height="100%"/></clipPath></defs>')
    parts.append('<g aria-hidden="true" clip-path="url(#c)">')
    for share in (0.38, 0.42, 0.46, 0.50):
        parts.append(f'<path d="M{left} {y(share):.1f}H{right}" stroke="#DDE3E4"/>')
        parts.append(
            f'<text x="{left - 8}" y="{y(share) + 4:.1f}" text-anchor="end" fill="#55636B">'
            f"{share * 100:.0f} %</text>"
        )
    for shares, colour, name in ((NATION, "#7A6A55", "Nederland"), (SHARES, "#0A5A66", "Twente")):
        points = " ".join(f"{x:.1f},{y(s):.1f}" for x, s in zip(xs, shares, strict=True))
        parts.append(
            f'<polyline points="{points}" style="fill: none; stroke: {colour}; stroke-width: 2"/>'
        )
        for x, share in zip(xs, shares, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y(share):.1f}" r="4" fill="{colour}"/>')
        if width > 500:
            parts.append(
                f'<text x="{right + 12}" y="{y(shares[-1]) + 4:.1f}" font-weight="600"'
                f' fill="{colour}">{name} {percent(shares[-1])}</text>'
            )
    for x, year in list(zip(xs, YEARS, strict=True))[:: 1 if width > 500 else 3]:
        parts.append(
            f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" fill="#55636B">'
            f"{year[2:4]}/{year[7:]}</text>"
        )
    return "".join([*parts, "</g></svg>"])


def pipeline_svg(width: int) -> str:
    steps = (("Groep 8", 100), ("Profiel", 44), ("Technische studie", 27), ("Tweede jaar", 21))
    rows = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="100%" role="img"',
        f' viewBox="0 0 {width} 212" aria-labelledby="t d" font-size="14">',
        '<title id="t">Van honderd kinderen</title><desc id="d">100, 44, 27, 21.</desc>',
        '<defs><pattern id="h" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect width="7" height="7" fill="#EEF1F2"/>'
        '<path d="M1 0V7" stroke="#8A969C" stroke-width="1.6"/></pattern></defs>',
        '<g aria-hidden="true">',
    ]
    for place, (name, share) in enumerate(steps):
        top = 8 + place * 52
        span = (width - 170) * share / 100
        rows.append(f'<text x="0" y="{top + 25}" fill="#16252B">{name}</text>')
        rows.append(
            f'<rect x="130" y="{top}" width="{span:.0f}" height="40" rx="4" fill="#0A5A66"/>'
        )
        if place:
            rows.append(
                f'<rect x="{130 + span:.0f}" y="{top}" width="24" height="40" fill="url(#h)"/>'
            )
        rows.append(f'<text x="142" y="{top + 25}" fill="#FFFFFF" font-weight="600">{share}</text>')
    return "".join([*rows, "</g></svg>"])


PICTURES = {
    "share-wide": line_svg(1040, 380),
    "share-narrow": line_svg(328, 260),
    "pipeline-wide": pipeline_svg(1040),
    "pipeline-narrow": pipeline_svg(328),
}

METHOD = Method(
    definition="Examenkandidaten havo en vwo met profiel N&T, N&G of beide, gedeeld door alle"
    " examenkandidaten havo en vwo (indeling van de Monitor Techniekpact).",
    period="Schooljaar 2023-2024, peildatum 1 oktober 2023",
    n="3.431 leerlingen op 14 scholen",
    formula="technisch profiel ÷ alle examenkandidaten",
    notes=("Aantallen onder de vijf zijn afgeschermd; daarom een ondergrens en een bovengrens.",),
    sources=(
        SourceNote(
            title="Examenkandidaten en geslaagden 2019-2024 (voorbeeld)",
            publisher="DUO",
            file="examenkandidaten-en-geslaagden-2019-2024.csv",
            rows=41234,
            sha256=SHA,
            licence="CC0",
            vintage="2025-01-15",
        ),
    ),
    figure="technical_profile_share.exam.monitor:twente:2023-2024",
)


def number(text: str, status: str = "ok") -> TableCell:
    return TableCell(text, status=status, numeric=True)


def years_table() -> PageTable:
    rows = [
        (
            TableCell(year),
            number(percent(share)),
            number(percent(nation)),
            number("3.431"),
            number("47,4–49,8\u00a0%", "bounded"),
        )
        for year, share, nation in zip(YEARS, SHARES, NATION, strict=True)
    ]
    columns = ("Schooljaar", "Twente", "Nederland", "Leerlingen", "Interval")
    return PageTable("Technisch profiel", columns, tuple(rows))


def schools_table() -> PageTable:
    columns = ("School", "Gemeente", "Leerlingen", "Technisch", "Aandeel")
    rows = (
        ("Het Voorbeeld", "Enschede", number("212"), number("91"), number("42,9\u00a0%")),
        (
            "Lyceum Ergens",
            "Hengelo",
            number("38"),
            number("afgeschermd", "protected"),
            number("afgeschermd", "protected"),
        ),
        (
            "College Verzonnen aan de Regge",
            "Hellendoorn",
            number("geen open cijfers", "missing"),
            number("geen open cijfers", "missing"),
            number("geen open cijfers", "missing"),
        ),
        ("De Bedachte Brug", "Almelo", number("96"), number("31–34", "bounded"), number("32–35 %")),
    )
    cells = tuple(
        (TableCell(name, url="place/GM0153"), TableCell(town), *rest) for name, town, *rest in rows
    )
    return PageTable("Scholen in Twente, examen 2023-2024", columns, cells)


def share_block(anchor: str = "share", heading: str = "Technisch profiel") -> FigureBlock:
    return FigureBlock(
        anchor=anchor,
        heading=heading,
        sentence=NL["sentence"],
        detail="Landelijk was het 44,1 %. Het verschil met Nederland is groter dan toeval.",
        chip="meer dan toeval omlaag",
        chip_kind="behind",
        switches=(
            Switch(
                "Definitie",
                (
                    PageLink(
                        "Monitor Techniekpact",
                        "indicator/technical_profile_share",
                        current=True,
                        note="N&T, N&G of beide: zo telt de Monitor Techniekpact.",
                    ),
                    PageLink(
                        "CBS", "indicator/technical_profile_share/exam/cbs", note="Alleen N&T."
                    ),
                ),
            ),
        ),
        picture=Picture("share-wide", "share-narrow", "Technisch profiel", "Voorbeeld."),
        tables=(years_table(), years_table()),
        method=METHOD,
        downloads=(
            PageLink("CSV", "download/technical_profile_share.exam.monitor/twente.csv"),
            PageLink("Excel", "download/technical_profile_share.exam.monitor/twente.xlsx"),
        ),
        more=(PageLink("Alle scholen", "indicator/technical_profile_share"),),
    )


def home_blocks() -> tuple[Block, ...]:
    pipeline = FigureBlock(
        anchor="pipeline",
        heading="Van basisschool tot tweede studiejaar",
        sentence="Van de 100 kinderen in groep 8 volgen er later 21 een technische studie tot in"
        " het tweede jaar.",
        chip="nog niets gemeten",
        chip_kind="none",
        picture=Picture("pipeline-wide", "pipeline-narrow", "Pijplijn", "Voorbeeld."),
        tables=(schools_table(),),
        method=METHOD,
    )
    fewer = FigureBlock(
        anchor="pupils",
        heading="Minder kinderen",
        sentence="In 2023 zaten 52.310 kinderen op een basisschool in Twente, 8,4 % minder dan in"
        " 2014.",
        chip="binnen de ruis",
        chip_kind="same",
        tables=(schools_table(),),
        method=METHOD,
    )
    goals = EntryList(
        anchor="goals",
        heading="De zeven doelen",
        lead="Per doel: waar staan we, en is dat meer dan toeval?",
        entries=tuple(
            Entry(
                anchor=f"goal-{n}",
                heading=f"{n}. {name}",
                paragraphs=("Hier is nog niets gemeten. Plan een nulmeting.",),
                chip=chip,
                chip_kind=kind,
                facts=(("Indicator", "technisch profiel"), ("Bron", "DUO")),
                links=(PageLink("Bekijk het doel", "programme"),),
            )
            for n, name, chip, kind in (
                (1, "Samenwerking school en bedrijf", "meer dan toeval omhoog", "ahead"),
                (2, "Instroom in technische opleidingen", "meer dan toeval omlaag", "behind"),
                (3, "Technisch profiel", "binnen de ruis", "same"),
                (4, "Behoud in het eerste jaar", "nog niets gemeten", "none"),
            )
        ),
    )
    return (share_block(), pipeline, fewer, goals)


def glossary_blocks() -> tuple[Block, ...]:
    terms = (
        ("doel", "Doel (KPI)", "Een afgesproken verandering die we meten."),
        ("profiel", "Profielkeuze", "De keuze van een havist of vwo’er voor een vakkenpakket."),
        ("afgeschermd", "Afgeschermd", "Een aantal zo klein dat het naar personen kan wijzen."),
    )
    entries = tuple(
        Entry(anchor, heading, (meaning,), links=(PageLink("Werkwijze", "method"),))
        for anchor, heading, meaning in terms
    )
    return (EntryList("terms", "", entries, style="terms"),)


def claims_blocks() -> tuple[Block, ...]:
    entries = (
        Entry(
            "claim-youth",
            "“Afname van ruim 6,2 % in het aantal jongeren”",
            ("De prognose achter dit cijfer is in 2023 ingetrokken.",),
            chip="niet na te rekenen",
            chip_kind="open",
            facts=(("Bron", "Regionale prognose"), ("Gevonden", "geen open cijfers")),
            links=(PageLink("Hoe wij rekenen", "method"),),
        ),
        Entry(
            "claim-profile",
            "“Het aandeel instroom neemt al jaren af”",
            ("Nagerekend: van 47,1 % naar 41,1 %.",),
            chip="klopt",
            chip_kind="approved",
            facts=(("Bron", "DUO"), ("Gevonden", "40,2–42,0 %")),
        ),
    )
    held = ClaimBlock(
        "falling",
        6,
        "Kiezen steeds minder leerlingen techniek?",
        "Parallel aan deze krimp kiest ook een dalend aantal leerlingen voor techniek.",
        "Programmalijn 1: Instroom & Behoud, Aanleiding",
        "",
        "Het aandeel daalde op havo.",
        ("Aantal en aandeel zijn hier twee verhalen.",),
        (
            ClaimRow(
                "havo",
                "aandeel",
                "47,1",
                "41,1\u00a0%",
                "2014-2015 → 2023-2024",
                VerdictMark("Minder", "down", "behind", "niet alleen toeval"),
                "48,9 → 44,1\u00a0%",
                METHOD.figure,
            ),
        ),
        Picture("share-wide", "share-narrow", "Technisch profiel", "Voorbeeld."),
        "Twente: eindexamenkandidaten. Bron: DUO.",
        (PageLink("Alle jaren", "indicator/technical_profile_share"),),
        (("Kracht van het bewijs", "redelijk"),),
        "voorlopig",
        "open",
        "Nog niet bevestigd.",
    )
    return (EntryList("claims", "Wat de opgave zegt, en wat wij vonden", entries), held)


def text_blocks(word: str) -> tuple[Block, ...]:
    paragraphs = (
        f"Dit is de voorbeeldtekst over {word}. Elk getal op deze site is na te rekenen.",
        "Onbekend is nooit nul: een afgeschermd getal telt mee met een onder- en bovengrens.",
    )
    return (
        Switch(
            "Toon",
            (PageLink("Alles", "places", current=True), PageLink("Enschede", "place/GM0153")),
        ),
        TextBlock("about", f"Over {word}", paragraphs, (PageLink("Begrippen", "glossary"),)),
        schools_table(),
    )


def place_index() -> PlaceIndex:
    town = PageLink("Enschede", "place/GM0153", note="Een zeer lange straatnaam hier 12-A, Goor")
    groups = (PlaceGroup("Voortgezet onderwijs", (town, town)), PlaceGroup("", (town,)))
    choice = PlaceChoice("GM0153", "Enschede", "3 scholen", PageLink("Cijfers", town.url), groups)
    empty = PlaceChoice("GM0141", "Almelo", "geen scholen", None, ())
    return PlaceIndex("gemeenten", "Kies een gemeente", (choice, empty))


PAGES: dict[str, tuple[str, Chapter, tuple[Block, ...]]] = {
    "": ("Kiest Twente techniek?", "over", home_blocks()),
    "claims": ("De opgave", "opgave", claims_blocks()),
    "programme": ("Het programma", "programma", text_blocks("het programma")),
    "inflow": ("Instroom & behoud", "instroom", text_blocks("instroom")),
    "indicators": ("Monitoring", "monitoring", (share_block(),)),
    "learning": ("Leren van anderen", "leren", text_blocks("leren")),
    "indicator/technical_profile_share": (
        "Technisch profiel",
        "monitoring",
        (share_block(), share_block("choice", "Profielkeuze")),
    ),
    "indicator/technical_profile_share/exam/cbs": (
        "Technisch profiel (CBS)",
        "monitoring",
        (share_block(),),
    ),
    **{
        key: (title, "monitoring", (share_block(),))
        for key, title in (
            ("indicator/mbo_technical_students", "Studenten in een technische mbo-opleiding"),
            ("indicator/ho_technical_entrants", "Eerstejaars techniek in hbo en wo"),
        )
    },
    "home/cbs": ("Kiest Twente techniek? Alleen N&T", "over", home_blocks()),
    "place/GM0153": ("Enschede", "over", (share_block(), *text_blocks("Enschede"))),
    "glossary": ("Begrippen", "over", glossary_blocks()),
    "roles": ("Wie ziet wat", "over", text_blocks("rollen")),
    "factors": ("De factoren", "over", text_blocks("de factoren")),
    "method": ("Werkwijze", "over", text_blocks("de werkwijze")),
    "sources": ("Bronnen", "over", text_blocks("de bronnen")),
    "places": ("Gemeenten en scholen", "over", (*text_blocks("de gemeenten"), place_index())),
    "accessibility": ("Toegankelijkheid", "over", text_blocks("toegankelijkheid")),
    "destinations": ("Waar leerlingen heen gaan", "monitoring", text_blocks("na het diploma")),
}


#: The first page, counted in each way.
FIRST = ("", "home/cbs")


@cache
def packaged() -> Results:
    return load(PACKAGE)


def first_lines(language: str) -> tuple[Opening, tuple[Block, ...]]:
    """Give the first screen as it is: the longest real words in this language."""
    t = Texts(language)
    writer = PageWriter(FigureIndex(packaged()), t, PictureQueue(t, example=True))
    rows = first_screen.judged(writer)
    blocks = (counting_choice(writer), first_screen.verdict_table(writer, rows))
    goals = first_screen.goal_lines(writer, rows)
    return first_screen.opening(writer, rows), (*filter(None, blocks), goals)


def document(language: str, key: str) -> dict[str, Any]:
    title, chapter, blocks = PAGES[key]
    opening = None
    if key in FIRST:
        opening, first = first_lines(language)
        blocks = (*first, *blocks)
    trail = (PageLink("Monitoring", "indicators"),) if key.startswith("indicator/") else ()
    return Document(
        key=key,
        language=language,
        title=title,
        chapter=chapter,
        lead="In Twente kiezen minder leerlingen een technisch profiel dan tien jaar geleden, en er"
        " zijn ook minder leerlingen. Deze pagina’s laten zien hoeveel, en hoe zeker dat is.",
        blocks=blocks,
        region="Twente",
        example=True,
        trail=trail,
        description="Voorbeeld van een pagina.",
        opening=opening,
    ).to_dict()


def figures() -> list[dict[str, Any]]:
    extra = {"unit": "pupils", "indicator": "technical_profile_share", "stage": "exam"}
    found = []
    for classification in ("monitor", "cbs"):
        for place, shares in (("twente", SHARES), ("nl", NATION)):
            for year, share in zip(YEARS, shares, strict=True):
                for by in ((), (("school_type", "havo"),), (("school_type", "vwo"),)):
                    figure = Figure(
                        "technical_profile_share",
                        year,
                        place,
                        "ok",
                        stage="exam",
                        classification=classification,
                        by=by,
                        value=share,
                        low=share,
                        high=share,
                        numerator=Count(round(share * 1000), round(share * 1000)),
                        denominator=Count(1000, 1000),
                        sources=(SHA,),
                    )
                    found.append(figure.to_dict() | extra | {"classification": classification})
    return found


def answers() -> list[dict[str, Any]]:
    first = figures()[0]["id"]
    bodies: dict[str, dict[str, Any]] = {
        "api/definition/technical_profile_share": {"id": "technical_profile_share"},
        "api/pipeline/twente": {"place": "twente", "date": "2023-10-01", "steps": []},
        "api/kpi/twente": {"kpis": [{"id": "technical_profile", "number": 3, "status": "ok"}]},
        f"api/explain/{first}": {"id": first, "equal": True, "inputs": []},
    }
    return [{"language": "", "key": key, "data": body} for key, body in bodies.items()]


def site() -> dict[str, Any]:
    """Return what ``store_site`` takes."""
    pages = [document(language, key) for language in LANGUAGES for key in PAGES]
    return {
        "documents": [*pages, *answers()],
        "pictures": PICTURES,
        "figures": figures(),
        "inputs": [{"sha256": SHA, "file": "voorbeeld.csv", "licence": "CC0"}],
        "build": {
            "version": "0.1.0",
            "created": "2026-11-23T12:00:00+00:00",
            "example": True,
            "region": "Twente",
            "etag": "sample-1",
        },
    }
