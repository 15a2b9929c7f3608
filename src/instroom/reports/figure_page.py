"""How one number came about, in sentences: what it says, what it is made of, and what changed.

Everything here comes from what was stored of the figure when it was published; nothing is
computed, so a page of an older release says what that release said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from instroom.core.quantities import Count
from instroom.core.series import Figure, unplaced_of
from instroom.core.texts import Texts, capital
from instroom.definitions import registry
from instroom.monitoring.explanation import formula_of, formula_words
from instroom.reports import sentences, words
from instroom.reports.blocks import PageLink
from instroom.reports.days import file_words
from instroom.reports.documents import parts
from instroom.reports.figure_index import Topic
from instroom.reports.stored_rows import InputRow, StoredFigureRow


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file behind a number; ``page`` is where the publisher has it, empty when unknown."""

    title: str
    publisher: str
    page: str
    file: str
    rows: str
    vintage: str
    licence: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FigurePage:
    """The page of one number; every text is finished, in the reader's language."""

    figure: str
    title: str
    sentence: str
    beside: str
    made_of: tuple[str, ...]
    sum: str
    rules: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    small: tuple[str, ...]
    files: tuple[FileLine, ...]
    links: tuple[PageLink, ...]


def figure_of(row: StoredFigureRow) -> Figure:
    """Return a figure from what was stored of it; it passed the gate before it was stored."""
    return Figure(
        row["indicator"],
        row["period"],
        row["place"],
        row["status"],
        row.get("stage"),
        row.get("classification"),
        tuple(row["by"].items()),
        row["value"],
        row["low"],
        row["high"],
        _count(row["numerator"]),
        _count(row["denominator"]),
        reason=row["reason"],
        sources=tuple(row["sources"]),
        unplaced=unplaced_of(row.get("unplaced")),  # older releases did not tell it
    )


def _count(stored: Any) -> Count | None:
    if stored is None:
        return None
    return Count(stored["low"], stored["high"]) if isinstance(stored, dict) else Count(stored)


def figure_page(
    row: StoredFigureRow,
    meant: Mapping[str, Any],
    inputs: Sequence[Mapping[str, Any]],
    t: Texts,
    *,
    names: Mapping[str, str],
    national: StoredFigureRow | None = None,
) -> FigurePage:
    """Return how a number came about.

    Parameters
    ----------
    row, national
        The figure as it was stored, and the same of the country, if there is one.
    meant
        What its indicator meant then, as the open interface tells it (``IndicatorMeaning``).
    inputs
        What is known of the files it was computed from.
    t
        The reader's language.
    names
        Codes of places, schools and boards that have a page, with their names.
    """
    figure = figure_of(row)
    where = ", ".join([_place(row["place"], names, t), *_groups(figure, names, t)])
    topic = Topic(figure.indicator, figure.stage, figure.classification)
    whole = figure.denominator
    return FigurePage(
        row["id"],
        t(meant["title"]),
        _sentence(figure, where, t),
        _beside(national, t),
        tuple(_made_of(figure, t)),
        formula_words(formula_of(figure), t) if whole else "",
        tuple(_rules(meant, figure, t)),
        tuple(t(n) for n in meant["notes"]),
        tuple(_small(figure, t)),
        tuple(_file(one, t) for one in inputs),
        tuple(_links(row, topic, names, t)),
    )


def _place(code: str, names: Mapping[str, str], t: Texts) -> str:
    return names.get(code) or words.place_name(code, t)


def _groups(figure: Figure, names: Mapping[str, str], t: Texts) -> list[str]:
    """Return the parts that a figure is of, besides those that the sentence of a number names."""
    return [
        names.get(code) or words.part_name(name, code, t, figure.indicator)
        for name, code in figure.by
        if not words.code_titles(name) or not figure.numbered
    ]


def _sentence(figure: Figure, where: str, t: Texts) -> str:
    if figure.numbered:
        return sentences.sentence(figure, where, t)
    return t(
        "{place}, {moment}: hier is geen cijfer van.",
        place=where,
        moment=sentences.moment(figure, t),
    )


def _beside(national: StoredFigureRow | None, t: Texts) -> str:
    if national is None or national["low"] is None:
        return ""
    return t("Nederland: {share}.", share=words.amount(figure_of(national), t))


def _made_of(figure: Figure, t: Texts) -> list[str]:
    """Return the numbers a figure is made of, and why there are two of one."""
    part, whole = figure.numerator, figure.denominator
    if part is None or not figure.numbered:
        why = words.reason(figure.reason, t)
        return [f"{capital(why)}."]
    if whole is None:
        said = [t("Er zijn {n} {who} geteld.", n=_number(part, t), who=sentences.who(figure, t))]
    else:
        who = sentences.who(figure, t)
        said = [
            t("Er zijn {n} {who} geteld.", n=_number(whole, t), who=who),
            t("Daarvan tellen er {n} mee.", n=_number(part, t)),
            t("Dat is {share}.", share=words.amount(figure, t)),
        ]
    if not part.exact or (whole and not whole.exact):
        said.append(
            t(
                "Er staan twee getallen, omdat de bron kleine aantallen niet precies noemt. Het "
                "echte getal ligt daartussen; welk het is, weet niemand buiten de uitgever."
            )
        )
    return [" ".join(said), *filter(None, [sentences.unplaced(figure, t)])]


def _number(count: Count, t: Texts) -> str:
    return t.number(count.low, count.high)


def _rules(meant: Mapping[str, Any], figure: Figure, t: Texts) -> list[tuple[str, str]]:
    """Return what counts and by which rule, as pairs of a name and words."""
    found = [(t("Wat dit is"), t(meant["definition"]))]
    if meant["who"]:
        found.append((t("Wie er geteld zijn"), capital(sentences.who(figure, t)) + "."))
    text = meant["stage"] or ""
    at = f", {t(text)}" if text and figure.stage else ""
    found.append((t("Wanneer"), f"{capital(sentences.moment(figure, t))}{at}."))
    if where := t(words.PLACE_OF[meant["place_of"]]):
        found.append((t("Waar"), capital(where) + "."))
    if meant["classification"]:
        rule = ". ".join(
            t(text).rstrip(".")
            for text in (meant["classification"], meant["classification_source"])
            if text
        )
        found.append((t("Wat meetelt"), rule + "."))
    return found


def _small(figure: Figure, t: Texts) -> list[str]:
    """Return what was hidden behind a figure, and how."""
    if figure.status == "protected":
        return [
            t("Dit cijfer zelf is afgeschermd, zodat niemand er een leerling uit kan herleiden."),
        ]
    if not figure.numbered:
        return []
    counts = [one for one in (figure.numerator, figure.denominator) if one is not None]
    if all(one.exact for one in counts):
        return [t("De aantallen achter dit cijfer zijn precies bekend.")]
    said = [
        t(
            "De uitgever noemt kleine aantallen niet. Wij rekenen elk daarvan met het laagste en "
            "met het hoogste dat het kan zijn, en laten beide uitkomsten zien."
        )
    ]
    if not counts[0].exact:
        apart = t.number(counts[0].high - counts[0].low)
        said.append(
            t("Het laagste en het hoogste aantal dat meetelt liggen {n} uit elkaar.", n=apart)
        )
    return said


def _file(one: Mapping[str, Any], t: Texts) -> FileLine:
    """Return a file as it is told; an older release may know less of it than this one."""
    known, source = registry.sources(), one.get("source") or ""
    rows = one.get("rows")
    return FileLine(
        t(one["title"]) if one.get("title") else one["file"] or "",
        words.publisher(one["publisher"]) if one.get("publisher") else "",
        known[source].page if source in known else "",
        file_words(cast(InputRow, one), t),
        "" if rows is None else t.number(rows),
        "" if one.get("kind") == "rows" else one.get("vintage") or "",
        one["licence"],
        one["sha256"],
    )


def _links(
    row: StoredFigureRow, topic: Topic, names: Mapping[str, str], t: Texts
) -> list[PageLink]:
    indicator = registry.indicators()[topic.indicator]
    links = [PageLink(t("Alle jaren: {title}", title=t(indicator.title)), parts.key_of(topic))]
    if row["place"] in names:
        links.append(PageLink(names[row["place"]], f"place/{row['place']}"))
    return links
