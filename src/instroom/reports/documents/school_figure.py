"""The figure of one school type at one school: beside schools alike, the region as a band."""

from collections.abc import Iterator
from dataclasses import replace

from instroom.core.quantities import Share
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.drawing.beside import BesideRow
from instroom.monitoring.beside import YearsTogether
from instroom.reports import words
from instroom.reports.blocks import FigureBlock, Method, PageTable, Picture, TableCell
from instroom.reports.documents import parts
from instroom.reports.documents.history import taken_over_words
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.school_compared import (
    ComparedType,
    SchoolCompared,
    hundred,
    known_years,
    people,
    same_years,
    years_words,
)
from instroom.stats import intervals


def type_block(writer: PageWriter, school: SchoolCompared, one: ComparedType) -> FigureBlock:
    """Return the figure of one school type: own school, schools alike, and the region as a band."""
    t = writer.t
    span = years_words(one.years, t)
    name = words.type_words((one.name,), t)
    what = t(school.rule.dated, who=people(school.rule, one, t), when=span)
    sentence = t(school.rule.sentence, what=what)
    picture = _picture(writer, school, one, sentence)
    return FigureBlock(
        f"{school.topic.indicator}-{one.name}",
        t("{type}, {when}", type=name, when=span),
        sentence,
        " ".join(filter(None, _details(writer, school, one))),
        t(school.rule.beside.outcomes[one.outcome], region=writer.region_name),
        _colour(school, one),
        picture=picture,
        tables=(_table(writer, school, one, name),),
        method=_method(writer, school, one, span),
        downloads=parts.downloads(school.topic, school.info.code, picture),
        half=True,
    )


def _details(writer: PageWriter, school: SchoolCompared, one: ComparedType) -> Iterator[str]:
    t, reach = writer.t, one.own.reach(one.chance)
    yield t(
        "Dat zijn er {part} van de {whole}; door toeval kan het {amount} van de 100 zijn.",
        part=t.number(one.own.part.low, one.own.part.high),
        whole=t.number(one.own.whole.low, one.own.whole.high),
        amount=hundred(Share(reach.low, reach.high), t),
    )
    if one.rest:
        yield t(
            "Andere scholen in {region}: {amount}.",
            region=writer.region_name,
            amount=hundred(one.rest.share, t),
        )
    if one.country:
        yield t("Nederland: {share}.", share=hundred(one.country.share, t))
    yield from _other_counts(writer, school, one)
    yield taken_over_words(writer, school.topic, school.info.code, one.years, one.name)


def _other_counts(writer: PageWriter, school: SchoolCompared, one: ComparedType) -> Iterator[str]:
    """Yield what the same years are when something else counts as technical."""
    for topic in parts.topics(school.indicator):
        rules = registry.classifications().get(
            f"{school.indicator.classification}/{topic.classification}"
        )
        other = topic.stage == school.topic.stage and topic != school.topic
        if not other or rules is None or not rules.choice:
            continue
        found = same_years(writer, topic, school.info.code, one.name, one.years)
        if found and found != one.own:
            yield writer.t(
                "{choice}: {amount}.",
                choice=writer.t(rules.choice),
                amount=hundred(found.share, writer.t),
            )


def _colour(school: SchoolCompared, one: ComparedType) -> str:
    """Return the kind of the chip: only what is certain has a colour."""
    better = school.indicator.better
    if one.outcome == "not_comparable":
        return "none"
    if one.outcome not in ("more", "less") or better == "neither":
        return "same"
    return "ahead" if (one.outcome == "more") == (better == "higher") else "behind"


def _picture(
    writer: PageWriter, school: SchoolCompared, one: ComparedType, sentence: str
) -> Picture:
    t, code = writer.t, school.info.code
    rows = [_drawn(writer.short_name(code), one.own, one.chance, t, own=True)]
    rows += [_drawn(writer.name(info.code), found, one.chance, t) for info, found in one.beside]
    share = one.region.share if one.region else None
    return writer.pictures.picture(
        "beside",
        f"{school.topic.code}-{code}-{one.name}-beside",
        tuple(rows),
        sentence,
        t(
            "Deze school boven, de vergelijkbare scholen op volgorde van naam eronder. De stip is wat gemeten is, de lijn hoe ver toeval kan reiken, de gele band {region}. De tabel geeft elk getal.",
            region=writer.region_name,
        ),
        band=(share.low, share.high) if share else None,
        band_label=t(
            "{region} {share}", region=writer.region_name, share=t.percent(share.low, share.high)
        )
        if share
        else "",
    )


def _drawn(
    label: str,
    found: YearsTogether | None,
    chance: intervals.ChanceVariance,
    t: Texts,
    *,
    own: bool = False,
) -> BesideRow:
    if found is None:
        return BesideRow(label, own=own, word=t("geen cijfer in deze jaren"))
    reach = found.reach(chance)
    return BesideRow(label, found.share.low, found.share.high, (reach.low, reach.high), own)


def _table(writer: PageWriter, school: SchoolCompared, one: ComparedType, name: str) -> PageTable:
    t = writer.t
    named: list[tuple[str, YearsTogether | None, bool]] = [
        (writer.name(school.info.code), one.own, True)
    ]
    named += [(writer.name(info.code), found, True) for info, found in one.beside]
    named.append((writer.region_name, one.region, False))
    if one.country:
        named.append((words.place_name(writer.country, t), one.country, False))
    columns = (t("Waar"), t("Aandeel"), t("Zo ver kan toeval reiken"), t("Aantal"))
    rows = tuple(_table_row(label, found, one, t, small=small) for label, found, small in named)
    return PageTable(name, columns, rows)


def _table_row(
    label: str, found: YearsTogether | None, one: ComparedType, t: Texts, *, small: bool
) -> tuple[TableCell, ...]:
    if found is None:
        missing = TableCell(t("geen cijfer in deze jaren"), "missing")
        return (TableCell(label), missing, TableCell("–", "missing"), TableCell("–", "missing"))
    share, reach = found.share, found.reach(one.chance)
    return (
        TableCell(label),
        TableCell(
            t.percent(share.low, share.high), "ok" if share.exact else "bounded", numeric=True
        ),
        TableCell(t.percent(reach.low, reach.high), numeric=True)
        if small
        else TableCell("–", "missing"),
        TableCell(
            t(
                "{part} van {whole}",
                part=t.number(found.part.low, found.part.high),
                whole=t.number(found.whole.low, found.whole.high),
            ),
            numeric=True,
        ),
    )


def _method(writer: PageWriter, school: SchoolCompared, one: ComparedType, span: str) -> Method:
    """Return where the numbers come from: every year of every school that they rest on."""
    if len(one.years) == 1 and not one.beside:
        return parts.method(writer, school.topic, one.years[0])
    share = one.own.share
    whole = replace(
        one.years[-1], status="ok" if share.exact else "bounded", low=share.low, high=share.high,
        value=share.low if share.exact else None, numerator=one.own.part,
        denominator=one.own.whole,
    )  # fmt: skip
    places = [school.info.code, *(info.code for info, found in one.beside if found)]
    places += [writer.region] if one.region else []
    known = {
        (place, figure.period): figure
        for place in places
        for figure in known_years(writer, school.topic, place, one.name)
    }
    named = [
        (f"{writer.name(place)}, {year.period}", known[place, year.period])
        for place in places
        for year in one.years
    ]
    return parts.method_of_several(writer, school.topic, named, span, whole)
