"""Pages of words: goals, indicators, sources, glossary, and those of definition files."""

from collections.abc import Iterator, Sequence

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.definitions.models import Chapter, PageDefinition, PageSection
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import Block, Document, Entry, EntryList, PageLink, TextBlock
from instroom.reports.days import file_words
from instroom.reports.documents import parts
from instroom.reports.documents.home import goal_entries
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.pipeline_blocks import unknown_ways, ways_block


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
    listed = EntryList("doelen", goals.heading(t), goal_entries(writer))
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
            else _no_figure(writer, indicator)
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
            facts=tuple(_elsewhere(term, t)),
        )
        for term in terms
    )
    return _page(
        writer,
        "glossary",
        t("Woordenlijst"),
        "over",
        t("Wat woorden hier betekenen."),
        (_letters(entries), EntryList("woorden", t("Woorden"), entries, "", "terms")),
    )


def _elsewhere(term: models.Term, t: Texts) -> Iterator[tuple[str, str]]:
    """Yield what a word is called in the other languages."""
    names = {"nl": (t("Nederlands"), term.nl), "en": (t("Engels"), term.en)}
    names["de"] = (t("Duits"), term.de)
    yield from (named for code, named in names.items() if code != t.language)


def _letters(entries: Sequence[Entry]) -> TextBlock:
    """Return the first letters of these words, each a link to the first that has it."""
    first: dict[str, str] = {}
    for entry in entries:
        first.setdefault(entry.heading[:1].upper(), f"#{entry.anchor}")
    links = tuple(PageLink(letter, url) for letter, url in first.items())
    return TextBlock("letters", "", (), links, "letters")


def sources_page(writer: PageWriter) -> Document:
    """Return every input file with publisher, licence, rows and sha256."""
    t = writer.t
    inputs = sorted(writer.index.inputs.values(), key=lambda i: (str(i["title"]), i["sha256"]))
    entries = tuple(
        Entry(
            i["sha256"][:12],
            t(i["title"]),
            (),
            facts=(
                (t("Uitgever"), words.publisher(i["publisher"])),
                (t("Licentie"), i["licence"]),
                *([] if i.get("kind") == "rows" else [(t("Laatste periode"), i["vintage"])]),
                (t("Rijen"), t.number(i["rows"] or 0)),
                (t("Stand") if i.get("kind") == "rows" else t("Bestand"), file_words(i, t)),
                ("sha256", i["sha256"]),
            ),
            links=_publishers_page(i["source"], t),
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


def _publishers_page(source: str, t: Texts) -> tuple[PageLink, ...]:
    """Return the link to where the publisher has a table; none for a table read with --as."""
    page = registry.sources()[source].page if source in registry.sources() else ""
    return (PageLink(t("De pagina van de uitgever"), page),) if page else ()


def whose_figures(writer: PageWriter) -> tuple[Block, ...]:
    """Return that the figures are those that come along; nothing when they were counted here."""
    results, t = writer.index.results, writer.t
    if not results.came_along:
        return ()
    said = goals.along(t, uncounted=results.uncounted)
    return (TextBlock("meegekomen", t("Welke cijfers dit zijn"), (said,)),)


def text_page(writer: PageWriter, page: PageDefinition) -> Document:
    """Return one page of words."""
    t = writer.t
    blocks: list[Block] = []
    for section in page.sections:
        drawn = (
            ways_block(writer, section.ways, f"{section.anchor}-wegen") if section.ways else None
        )
        unknown = unknown_ways(writer, section.ways) if section.ways and not drawn else ()
        paragraphs = (*unknown, *(t(paragraph) for paragraph in section.paragraphs))
        links = tuple(PageLink(t(link.text), link.page) for link in section.links)
        blocks.append(TextBlock(section.anchor, t(section.heading), paragraphs, links))
        blocks += [drawn] if drawn else []
        blocks += _figures_of(writer, section)
    return _page(writer, page.id, t(page.title), page.chapter, t(page.lead), tuple(blocks))


def _figures_of(writer: PageWriter, section: PageSection) -> Iterator[Block]:
    """Yield the indicators of a section with a figure, and per reason once those without."""
    told: list[Entry] = []
    silent: dict[str, list[PageLink]] = {}
    for name in section.figures:
        indicator = registry.indicators()[name]
        figure = writer.index.latest(parts.topics(indicator)[0], writer.region)
        if figure:
            told.append(_told(writer, indicator, figure))
        else:
            link = PageLink(writer.t(indicator.title), f"indicator/{name}")
            silent.setdefault(_no_figure(writer, indicator), []).append(link)
    if told:
        yield EntryList(f"{section.anchor}-cijfers", "", tuple(told))
    for number, (why, links) in enumerate(silent.items(), 1):
        yield TextBlock(f"{section.anchor}-zonder-{number}", "", (why,), tuple(links))


def _told(writer: PageWriter, indicator: models.Indicator, figure: Figure) -> Entry:
    """Return the newest figure of the region in a sentence, that of the country, and the link."""
    topic = parts.topics(indicator)[0]
    said = sentences.sentence(figure, writer.region_name, writer.t)
    beside = parts.beside_sentence(writer, topic, writer.region, figure)
    link = PageLink(writer.t("Bekijk dit cijfer"), f"indicator/{indicator.id}")
    shown = tuple(text for text in (said, beside) if text)
    return Entry(indicator.id, writer.t(indicator.title), shown, links=(link,))


def _no_figure(writer: PageWriter, indicator: models.Indicator) -> str:
    """Return why the region has no figure: as the newest one says, or else the definition."""
    series = writer.index.get(parts.topics(indicator)[0], writer.region)
    said = next((one.reason for one in reversed(series) if one.reason), indicator.reason)
    return writer.t(
        "Nog geen cijfer: {reason}.", reason=words.reason(said or "source_not_read", writer.t)
    )
