"""Pages of words: goals, indicators, claims, method, glossary, and chapters still to fill."""

from instroom.definitions import registry
from instroom.reports import sentences, words
from instroom.reports.blocks import Block, Chapter, Document, Entry, EntryList, PageLink, TextBlock
from instroom.reports.documents import parts
from instroom.reports.documents.home import goal_entries
from instroom.reports.documents.parts import PageWriter

VERDICTS = {
    "recomputed": "nagerekend",
    "other_definition": "andere definitie",
    "not_recomputable": "niet na te rekenen",
}
EVIDENCE = {"strong": "sterk", "moderate": "redelijk", "weak": "zwak", "none": "geen"}


def _page(
    writer: PageWriter, key: str, title: str, chapter: Chapter, lead: str, blocks: tuple[Block, ...]
) -> Document:
    return Document(
        key,
        writer.t.language,
        title,
        chapter,
        lead,
        blocks,
        writer.region_name,
        writer.index.results.example,
    )


def programme_page(writer: PageWriter) -> Document:
    """Return the seven goals."""
    t = writer.t
    goals = EntryList("doelen", t("De zeven doelen"), goal_entries(writer, t))
    return _page(
        writer,
        "programme",
        t("Programma"),
        "programma",
        t(
            "Zeven doelen (KPI's) uit de programmacontouren. Bij elk doel staat wat er nu over te zeggen is, of wat "
            "nodig is om het te kunnen meten."
        ),
        (goals,),
    )


def indicators_page(writer: PageWriter) -> Document:
    """Return all indicators with their newest figure."""
    t, entries = writer.t, []
    for indicator in sorted(registry.indicators().values(), key=lambda i: i.order):
        topic = parts.topics(indicator)[0]
        figure = writer.index.latest(topic, writer.region)
        now = (
            t(
                "{region}, {moment}: {number}.",
                region=writer.region_name,
                moment=sentences.moment(figure, t),
                number=words.amount(figure, t),
            )
            if figure
            else t(
                "Nog geen cijfer: {reason}.",
                reason=words.reason(indicator.reason or "source_not_read", t),
            )
        )
        entries.append(
            Entry(
                indicator.id,
                t(indicator.title),
                (now, t(indicator.definition)),
                links=(PageLink(t("Bekijk dit cijfer"), f"indicator/{indicator.id}"),),
            )
        )
    return _page(
        writer,
        "indicators",
        t("Monitoring"),
        "monitoring",
        t("Elk cijfer met zijn jaren, zijn marge en waar het vandaan komt."),
        (EntryList("indicatoren", t("Indicatoren"), tuple(entries)),),
    )


def claims_page(writer: PageWriter) -> Document:
    """Return every figure of the programme outline with what was found."""
    t, entries = writer.t, []
    for claim in sorted(registry.claims().values(), key=lambda c: c.number):
        chip, kind = t("in onderzoek"), "open"
        quoted = () if t.language == "nl" else (t("Aangehaald in het Nederlands."),)
        paragraphs: tuple[str, ...] = (
            t("Het programmabureau heeft de bevinding nog niet vastgesteld."),
        )
        facts = [
            (t("Nagekeken op"), claim.checked.isoformat()),
            (t("Waar in het programma"), t(claim.seed)),
        ]
        if claim.approved:
            chip, kind = t(VERDICTS[claim.verdict]), "approved"
            paragraphs = (t(claim.found),)
            facts.append((t("Kracht van het bewijs"), t(EVIDENCE[claim.evidence])))
            facts += [(t("Bron"), source) for source in claim.sources]
        links = tuple(
            PageLink(t(registry.indicators()[i].title), f"indicator/{i}") for i in claim.indicators
        )
        entries.append(
            Entry(
                claim.id,
                f"{claim.number}. {t(claim.title)}",
                (f"“{claim.quote}”", *quoted, *paragraphs),
                chip,
                kind,
                tuple(facts),
                links,
            )
        )
    return _page(
        writer,
        "claims",
        t("De opgave"),
        "opgave",
        t(
            "De cijfers en uitspraken in de programmacontouren, een voor een nagezocht. Een oordeel staat hier pas als "
            "het programmabureau het heeft vastgesteld."
        ),
        (EntryList("uitspraken", t("Uitspraken in het programma"), tuple(entries)),),
    )


def glossary_page(writer: PageWriter) -> Document:
    """Return the words of the house."""
    t = writer.t
    terms = sorted(
        registry.glossary().terms, key=lambda term: getattr(term, t.language, term.nl).lower()
    )
    entries = tuple(
        Entry(
            term.identifier,
            getattr(term, t.language, term.nl),
            (t(term.meaning),),
            facts=((t("Nederlands"), term.nl), (t("Engels"), term.en), (t("Duits"), term.de)),
        )
        for term in terms
    )
    return _page(
        writer,
        "glossary",
        t("Woordenlijst"),
        "over",
        t("Wat woorden hier betekenen."),
        (EntryList("woorden", t("Woorden"), entries, "", "terms"),),
    )


def method_page(writer: PageWriter) -> Document:
    """Return how figures are made, in plain words."""
    t = writer.t
    texts = (
        (
            "bronnen",
            t("Waar de cijfers vandaan komen"),
            (
                t(
                    "Uit open bestanden van DUO, CBS en Eurostat. Elk bestand blijft bewaard zoals het kwam, met een "
                    "controlegetal (sha256). Bij elk cijfer staat uit welk bestand het komt."
                ),
                t(
                    "Een bestand wordt herkend aan zijn inhoud. Klopt een totaal niet, of staat er iets waar een getal "
                    "hoort, dan wordt het hele bestand geweigerd."
                ),
            ),
        ),
        (
            "onbekend",
            t("Onbekend is nooit nul"),
            (
                t(
                    "DUO publiceert aantallen onder de vijf als <5. Dat kan 1, 2, 3 of 4 zijn. Wij tellen op met het "
                    "laagste en het hoogste, en laten de marge zien."
                ),
                t(
                    "Wat niemand weet, staat er als woord, met de reden. Een leeg vak of een nul zou iets anders zeggen."
                ),
            ),
        ),
        (
            "profiel",
            t("Wat een technisch profiel is"),
            (
                t(
                    "Er zijn twee tellingen. De landelijke monitor telt N&T en N&G. Het CBS telt alleen N&T en N&T met N&G. "
                    "Op elke pagina kunt u wisselen."
                ),
                t(
                    "Er zijn ook twee momenten: de keuze in leerjaar 4 (vmbo: 3) en het eindexamen, twee tot drie jaar "
                    "later."
                ),
                t(
                    "Voor de theoretische leerweg van het vmbo telt de monitor wie examen doet met NaSk. Daarvan is geen "
                    "open bestand."
                ),
            ),
        ),
        (
            "plaats",
            t("Waar geteld wordt"),
            (
                t(
                    "Leerlingen tellen bij de plaats van hun school, studenten bij de plaats van hun studie. Een leerling "
                    "uit Losser op een school in Enschede telt in Enschede."
                ),
            ),
        ),
        (
            "toeval",
            t("Meer dan toeval"),
            (
                t(
                    "Een verandering heet meer dan toeval als de kleinst mogelijke verandering groter is dan 1,96 keer de "
                    "standaardfout. De vergelijking begint altijd bij het eerste jaar van de reeks."
                ),
                t(
                    "Zo'n verandering is geen bewijs dat het programma werkt. Daarvoor is een vergelijking nodig."
                ),
            ),
        ),
        (
            "privacy",
            t("Kinderen blijven veilig"),
            (
                t(
                    "Alles wat naar buiten gaat, komt door een poort. Wat een uitgever heeft afgeschermd, laten wij nooit "
                    "nauwkeuriger zien. Als een totaal een klein aantal zou verraden, schermen wij de delen af."
                ),
            ),
        ),
    )
    blocks = tuple(TextBlock(anchor, heading, paragraphs) for anchor, heading, paragraphs in texts)
    return _page(
        writer,
        "method",
        t("Zo rekenen wij"),
        "over",
        t("Van bestand tot bladzijde: wat er met de cijfers gebeurt."),
        blocks,
    )


def sources_page(writer: PageWriter) -> Document:
    """Return every input file with publisher, licence, rows and sha256."""
    t = writer.t
    inputs = sorted(
        writer.index.results.inputs.values(), key=lambda i: (str(i["title"]), i["sha256"])
    )
    entries = tuple(
        Entry(
            i["sha256"][:12],
            t(i["title"]),
            (),
            facts=(
                (t("Bestand"), i["file"]),
                (t("Uitgever"), i["publisher"].upper()),
                (t("Rijen"), t.number(i["rows"] or 0)),
                (t("Licentie"), i["licence"]),
                (t("Laatste periode"), i["vintage"]),
                ("sha256", i["sha256"]),
            ),
        )
        for i in inputs
    )
    return _page(
        writer,
        "sources",
        t("Bronnen"),
        "over",
        t(
            "De bestanden van uitgevers waaruit deze cijfers zijn gerekend. Elk bestand blijft bewaard zoals het kwam."
        ),
        (EntryList("bestanden", t("Gebruikte bestanden"), entries),),
    )


def plain_pages(writer: PageWriter) -> list[Document]:
    """Return accessibility, and the chapters that wait for later steps."""
    t = writer.t
    return [
        _page(
            writer,
            "inflow",
            t("Instroom en behoud"),
            "instroom",
            t("Hier komen de initiatieven: wie doet wat, op welke school, met welk bedrijf."),
            (
                TextBlock(
                    "leeg",
                    t("Hier is nog niets ingevuld"),
                    (
                        t(
                            "Deze pagina laat straks zien welke scholen en bedrijven samenwerken en waar nog witte vlekken zijn."
                        ),
                        t(
                            "Nodig: het programmabureau vult de initiatieven in. Tot die tijd staan de doelen bij Programma."
                        ),
                    ),
                    (PageLink(t("De zeven doelen"), "programme"),),
                ),
            ),
        ),
        _page(
            writer,
            "learning",
            t("Leren van anderen"),
            "leren",
            t(
                "Hier komt wat elders werkt: in Duitsland, in andere landen en in andere delen van Nederland."
            ),
            (
                TextBlock(
                    "leeg",
                    t("Hier is nog niets ingevuld"),
                    (
                        t(
                            "Deze pagina vergelijkt straks met andere landen, en zegt erbij of zij hetzelfde tellen."
                        ),
                        t("Wat de programmacontouren over Duitsland zeggen, staat bij De opgave."),
                    ),
                    (PageLink(t("De opgave"), "claims"),),
                ),
            ),
        ),
        _page(
            writer,
            "accessibility",
            t("Toegankelijkheid"),
            "over",
            t(
                "Iedereen moet dit kunnen lezen: met een schermlezer, met alleen een toetsenbord, op een telefoon."
            ),
            (
                TextBlock(
                    "hoe",
                    t("Wat wij doen"),
                    (
                        t(
                            "De pagina's zijn gemaakt naar WCAG 2.2, niveau AA. Elke tekening heeft een tabel ernaast."
                        ),
                        t("Kleur staat nooit alleen: er is altijd een woord of een vorm bij."),
                    ),
                ),
                TextBlock(
                    "melden",
                    t("Werkt er iets niet?"),
                    (
                        t(
                            "Meld het bij het programmabureau. Zeg welke pagina het is en wat u gebruikt."
                        ),
                    ),
                ),
            ),
        ),
    ]
