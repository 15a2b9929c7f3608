"""Pages of words: goals, indicators, claims, sources, glossary, and those of definition files."""

from instroom.definitions import registry
from instroom.definitions.models import Chapter, PageDefinition
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import Block, Document, Entry, EntryList, PageLink, TextBlock
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
    listed = EntryList("doelen", goals.heading(t), goal_entries(writer, t))
    outline = (
        t(
            "Zeven doelen (KPI's) uit de programmacontouren. Bij elk doel staat wat er nu over te zeggen is, of wat "
            "nodig is om het te kunnen meten."
        )
        if len(registry.kpis()) == goals.SEVEN
        else t(
            "De doelen (KPI's) van het programma. Bij elk doel staat wat er nu over te zeggen is, of wat nodig is om "
            "het te kunnen meten."
        )
    )
    return _page(
        writer,
        "programme",
        t("Programma"),
        "programma",
        outline,
        (listed,),
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
                (t("Uitgever"), words.publisher(i["publisher"])),
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


def whose_figures(writer: PageWriter) -> tuple[Block, ...]:
    """Return that the figures are those that come along; nothing when they were counted here."""
    results, t = writer.index.results, writer.t
    if not results.came_along:
        return ()
    said = goals.along(t, uncounted=results.uncounted)
    return (TextBlock("meegekomen", t("Welke cijfers dit zijn"), (said,)),)


def text_pages(writer: PageWriter) -> list[Document]:
    """Return the pages of which every word stands in a definition file."""
    return [_text_page(writer, page) for page in registry.pages().values()]


def _text_page(writer: PageWriter, page: PageDefinition) -> Document:
    t = writer.t
    blocks = tuple(
        TextBlock(
            section.anchor,
            t(section.heading),
            tuple(t(paragraph) for paragraph in section.paragraphs),
            tuple(PageLink(t(link.text), link.page) for link in section.links),
        )
        for section in page.sections
    )
    return _page(writer, page.id, t(page.title), page.chapter, t(page.lead), blocks)
