"""The page of one secondary school: the answer, each school type beside others, and why those."""

from collections.abc import Iterator

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports import words
from instroom.reports.blocks import Block, PageLink, PlaceHead, TextBlock
from instroom.reports.documents import alike
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.school_compared import SchoolCompared, people, years_words
from instroom.reports.documents.school_figure import type_block
from instroom.reports.documents.since import since_words
from instroom.reports.withheld import withheld_at


def school_head(writer: PageWriter, school: SchoolCompared) -> PlaceHead:
    """Return what the school is and the answer, with what it is compared with and what counts."""
    t = writer.t
    return PlaceHead(
        tuple(_facts(writer, school)),
        f"{_answer(writer, school)} {_verdict(writer, school)}",
        tuple(
            filter(
                None,
                (
                    since_words(
                        writer, school.topic, school.info, [one.name for one in school.types]
                    ),
                    _pooled_words(school, t),
                    *(without_number(one, t) for one in school.found.own.unknown),
                    _counts(school, t),
                ),
            )
        ),
    )


def _facts(writer: PageWriter, school: SchoolCompared) -> Iterator[str]:
    t, info, size = writer.t, school.info, school.found.own
    named = writer.index.names[info.code]
    yield t(
        "{types}: {n} examenkandidaten in {period}",
        types=words.type_words(size.types, t),
        n=t.number(size.counted.low, size.counted.high),
        period=size.period,
    )
    town = named.town or (writer.name(info.municipality) if info.municipality else "")
    if address := ", ".join(filter(None, (named.street, town))):
        yield address
    yield t("code {code}", code=info.code)


def _answer(writer: PageWriter, school: SchoolCompared) -> str:
    """Return the answer, with its years: quoted without them it would be said of now."""
    t, rule = writer.t, school.rule
    said = [people(rule, one, t) for one in school.types]
    spans = [years_words(one.years, t) for one in school.types]
    if len(set(spans)) == 1:
        said, spans = [words.listed(said, t)], spans[:1]
    dated = [t(rule.dated, who=who, when=when) for who, when in zip(said, spans, strict=True)]
    return t(rule.answer, list=words.listed(dated, t))


def _verdict(writer: PageWriter, school: SchoolCompared) -> str:
    """Return whether the school differs from the others: of every school type what its figure says."""
    t, rule = writer.t, school.rule.beside
    if {one.outcome for one in school.types} == {"no_difference"}:
        return t(rule.same, region=writer.region_name)
    said: dict[str, list[str]] = {}
    for one in school.types:
        said.setdefault(t(rule.short[one.outcome]), []).append(one.name)
    listed = "; ".join(
        t("{types} {verdict}", types=words.type_words(tuple(names), t), verdict=verdict)
        for verdict, names in said.items()
    )
    return t(rule.apart, region=writer.region_name, list=listed)


def _pooled_words(school: SchoolCompared, t: Texts) -> str:
    if all(len(one.years) == 1 for one in school.types):
        return ""
    return t("Jaren zijn samengenomen waar de aantallen klein zijn.")


def without_number(figure: Figure, t: Texts) -> str:
    """Return why there is no number of a school type in a year in which it was counted."""
    return t(
        "Van {types} is er geen cijfer over {period} ({reason}).",
        types=words.type_words((alike.type_of(figure),), t),
        period=figure.period,
        reason=words.reason(figure.reason, t),
    )


def _counts(school: SchoolCompared, t: Texts) -> str:
    rules = registry.classifications()[
        f"{school.indicator.classification}/{school.topic.classification}"
    ]
    return f"{t(rules.choice)}." if rules.choice and _choice_matters(school) else ""


def _choice_matters(school: SchoolCompared) -> bool:
    """Return whether what counts as technical is a choice for any school type of this school."""
    folder = f"{school.indicator.classification}/"
    kinds = [one for name, one in registry.classifications().items() if name.startswith(folder)]
    judged = (
        {
            tuple((r.column, *r.technical) for r in kind.rules if one.name in r.school_types)
            for kind in kinds
        }
        for one in school.types
    )
    return any(len(ways) > 1 for ways in judged)


def school_blocks(writer: PageWriter, school: SchoolCompared) -> list[Block]:
    """Return the figures, why these schools, what is not shown, and what to talk about."""
    t = writer.t
    key = t(
        "Stip: gemeten. Lijn: zo ver kan toeval reiken. Gele band: {region}. De scholen staan op volgorde van naam; wij maken geen ranglijst.",
        region=writer.region_name,
    )
    found: list[Block] = [type_block(writer, school, one) for one in school.types]
    found.append(TextBlock("uitleg", "", (key,), style="key"))
    found.append(alike.why_these(writer, school.found))
    found.append(
        TextBlock(
            "meenemen",
            t("Meenemen naar de vergadering"),
            (
                t(
                    "Print deze pagina: er komt één A4 uit, met dezelfde cijfers, de bron en drie vragen om te bespreken. Ook zonder kleur te lezen."
                ),
            ),
            style="screen",
        )
    )
    if not_here := not_shown(writer):
        found.append(not_here)
    if school.rule.questions:
        asked = tuple(t(question) for question in school.rule.questions)
        found.append(TextBlock("bespreken", t("Om samen te bespreken"), asked, style="paper"))
    return found


def not_shown(writer: PageWriter) -> TextBlock | None:
    """Return which figures are withheld of one school, and where they are."""
    t, hidden = writer.t, withheld_at("school")
    if not hidden:
        return None
    return TextBlock(
        "niet",
        t("Wat hier niet staat"),
        (
            t(
                "Deze cijfers tonen wij niet per school, ook niet als de bron dat doet: het gaat over tegenslag van enkele leerlingen. U vindt ze per gemeente, waar daar drie scholen of meer zijn."
            ),
        ),
        tuple(PageLink(t(one.title), f"indicator/{one.id}") for one in hidden),
        style="screen",
    )
