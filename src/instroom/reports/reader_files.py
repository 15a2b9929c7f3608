"""Figures as files for people: a CSV that a spreadsheet opens as it is meant, and what it says.

The CSV for machines is in :mod:`instroom.reports.files`. This one says everything in words of the
reader's language, with the separator and decimal sign of a spreadsheet in that language. Where it
comes from stands in columns of its own at the end of every row: a line above or below a table would
be sorted, filtered and added up with it, and a second file gets lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import get_decimal_symbol

from instroom.core.printing import inert
from instroom.core.statuses import NUMBERED, status_word
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.reports import sentences, words
from instroom.reports.figure_page import figure_of
from instroom.reports.stored_rows import InputRow, StoredFigureRow

#: Decimals of a percentage: enough to find the counts behind it again.
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Where figures in a file come from: a page, the day they were computed, publishers' files.

    ``address`` is the whole address of the page, with its release; ``computed`` an ISO date;
    ``names`` what places are called, by code.
    """

    address: str
    computed: str
    release: int | None
    inputs: Mapping[str, InputRow]
    names: Mapping[str, str]


def separators(language: str) -> tuple[str, str]:
    """Return what stands between cells, and the decimal sign, of a spreadsheet in a language.

    Examples
    --------
    >>> separators("nl"), separators("en")
    ((';', ','), (',', '.'))
    """
    decimal = get_decimal_symbol(language)
    return (";" if decimal == "," else ","), decimal


def told(
    rows: Sequence[StoredFigureRow], t: Texts, origin: FileOrigin, decimal: str
) -> list[list[str]]:
    """Return figures in words of the reader's language: a line of names, and one per figure.

    A share is a percentage; an unknown number is an empty cell and its row says why. No text in it
    is worked out by a spreadsheet.
    """
    lines = [list(_told(row, t, origin, decimal).values()) for row in rows]
    return [list(_told(None, t, origin, decimal)), *lines]


def _told(
    row: StoredFigureRow | None, t: Texts, origin: FileOrigin, decimal: str
) -> dict[str, str]:
    """Return the cells of a row under their names; of no row, the names with empty cells."""
    texts = _words(row, t, origin) if row else {}
    numbers = _numbers(row, decimal) if row else {}
    cells = {
        t("Onderwerp"): texts.get("title"),
        t("Moment"): texts.get("stage"),
        t("Telling"): texts.get("counting"),
        t("Plaats"): texts.get("place"),
        t("Code van de plaats"): texts.get("code"),
        t("Periode"): texts.get("period"),
        t("Uitsplitsing"): texts.get("parts"),
        t("Eenheid"): texts.get("unit"),
        t("Waarde"): numbers.get("value"),
        t("Laagst mogelijk"): numbers.get("low"),
        t("Hoogst mogelijk"): numbers.get("high"),
        t("Aantal, laagst"): numbers.get("part_low"),
        t("Aantal, hoogst"): numbers.get("part_high"),
        t("Van hoeveel, laagst"): numbers.get("whole_low"),
        t("Van hoeveel, hoogst"): numbers.get("whole_high"),
        t("Toelichting"): texts.get("why"),
        t("Bron"): texts.get("sources"),
        t("Licentie"): texts.get("licences"),
        t("Pagina"): texts.get("address"),
        t("Uitgerekend op"): texts.get("computed"),
        t("Uitgave"): texts.get("release"),
    }
    return {name: cell or "" for name, cell in cells.items()}


def _words(row: StoredFigureRow, t: Texts, origin: FileOrigin) -> dict[str, str]:
    """Return what a row says in words, none of which a spreadsheet works out."""
    found = {
        "title": _title(row, t),
        "stage": _stage_words(row, t),
        "counting": _counting(row, t),
        "place": place_words(row["place"], t, origin),
        "code": row["place"],
        "period": row["period"],
        "parts": ", ".join(
            words.part_name(k, v, t, row["indicator"]) for k, v in row["by"].items()
        ),
        "unit": t("procent") if _is_share(row) else t("aantal"),
        "why": _why(row, t),
        "sources": "; ".join(source_lines(row["sources"], origin.inputs, t)),
        "licences": ", ".join(licences(row["sources"], origin.inputs)),
        "address": origin.address,
        "computed": origin.computed,
        "release": str(origin.release) if origin.release else "",
    }
    return {name: inert(text) for name, text in found.items()}


def _numbers(row: StoredFigureRow, decimal: str) -> dict[str, str]:
    scale = 100 if _is_share(row) else 1
    part, whole = bounds_of(row["numerator"]), bounds_of(row["denominator"])
    return {
        "value": _number(row["value"], decimal, scale),
        "low": _number(row["low"], decimal, scale),
        "high": _number(row["high"], decimal, scale),
        "part_low": _number(part[0], decimal),
        "part_high": _number(part[1], decimal),
        "whole_low": _number(whole[0], decimal),
        "whole_high": _number(whole[1], decimal),
    }


def _number(value: float | None, decimal: str, scale: int = 1) -> str:
    """Write a number without thousands and without zeros at its end; unknown is empty."""
    if value is None:
        return ""
    text = f"{value * scale:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace(".", decimal)


def bounds_of(count: object) -> tuple[float | None, float | None]:
    """Return the lowest and highest that a stored count can be; the same when it is exact."""
    if isinstance(count, Mapping):
        return count["low"], count["high"]
    return (float(count), float(count)) if isinstance(count, int | float) else (None, None)


def indicator_of(row: StoredFigureRow) -> models.Indicator | None:
    """Return the definition of a figure; None when this version has none any more."""
    if row["indicator"] not in registry.indicators():
        return None
    return registry.indicators()[row["indicator"]]


def _is_share(row: StoredFigureRow) -> bool:
    indicator = indicator_of(row)
    return row["denominator"] is not None if indicator is None else indicator.measure == "share"


def _title(row: StoredFigureRow, t: Texts) -> str:
    indicator = indicator_of(row)
    return t(indicator.title) if indicator else row["indicator"]


def stage_definition(row: StoredFigureRow) -> models.Stage | None:
    """Return the moment that a figure was counted at."""
    indicator = indicator_of(row)
    stages = indicator.stages if indicator else {}
    return stages.get(row["stage"] or "") or next(iter(stages.values()), None)


def _stage_words(row: StoredFigureRow, t: Texts) -> str:
    stage = stage_definition(row)
    return t(stage.title) if stage and row["stage"] else ""


def _counting(row: StoredFigureRow, t: Texts) -> str:
    indicator = indicator_of(row)
    if indicator is None or not row["classification"]:
        return row["classification"] or ""
    known, name = registry.classifications(), f"{indicator.classification}/{row['classification']}"
    return t(known[name].title) if name in known else row["classification"]


def place_words(place: str, t: Texts, origin: FileOrigin) -> str:
    """Return what a place is called."""
    return words.place_name(place, t, dict(origin.names))


def _why(row: StoredFigureRow, t: Texts) -> str:
    """Return what to know of a number, or why there is none."""
    said = [t("verzonnen voorbeeld")] if row.get("example") else []
    if row["status"] == "bounded":
        said.append(t("ligt tussen het laagste en het hoogste"))
    elif row["status"] not in NUMBERED:
        said.append(status_word(row["status"], t))
        said += [words.reason(row["reason"], t)] if row["reason"] else []
    known = ": ".join(dict.fromkeys(said))
    return ". ".join(filter(None, (known, sentences.unplaced(figure_of(row), t))))


def source_lines(
    shas: Sequence[str], inputs: Mapping[str, InputRow], t: Texts, *, pages: bool = False
) -> list[str]:
    """Return publishers' tables by the names of files: "DUO, Examenkandidaten", each once."""
    found = []
    for given in (inputs[sha] for sha in shas if sha in inputs):
        definition = source_of(given.get("source", ""))
        title = t(given["title"]) if given.get("title") else given["file"]
        line = ", ".join(filter(None, (words.publisher(given.get("publisher", "")), title)))
        page = definition.page if definition and pages else ""
        found.append(" ".join(filter(None, (line, page))))
    return list(dict.fromkeys(found))


def source_of(name: str) -> models.SourceDefinition | None:
    """Return a publisher's table; None when this version knows it no more."""
    if name not in registry.sources():
        return None
    return registry.sources()[name]


def licences(shas: Sequence[str], inputs: Mapping[str, InputRow]) -> list[str]:
    """Return the licences of files by sha256, each once."""
    return list(dict.fromkeys(inputs[sha]["licence"] for sha in shas if sha in inputs))


def explained(
    rows: Sequence[StoredFigureRow], t: Texts, origin: FileOrigin
) -> list[tuple[str, str]]:
    """Return what a file of figures is, as labels with their texts: the sheet beside the numbers.

    ``rows`` are of one indicator, at least one.
    """
    first, indicator, stage = rows[0], indicator_of(rows[0]), stage_definition(rows[0])
    shas = list(dict.fromkeys(sha for row in rows for sha in row["sources"]))
    periods = sorted({row["period"] for row in rows})
    unsure = sum(row["status"] == "bounded" for row in rows)
    hidden = sum(row["status"] not in NUMBERED for row in rows)
    places = list(dict.fromkeys(place_words(row["place"], t, origin) for row in rows))
    pairs = [
        (t("Onderwerp"), _title(first, t)),
        (t("Wat telt dit?"), t(indicator.definition) if indicator else ""),
        (t("Telling"), _counting(first, t)),
        (t("Moment"), _stage_words(first, t)),
        (t("Wie zijn geteld?"), t(stage.who) if stage else ""),
        (t("Waar geteld?"), t(words.PLACE_OF[indicator.place_of]) if indicator else ""),
        (t("Plaats"), ", ".join(places[:20])),
        (t("Periode"), " – ".join(dict.fromkeys((periods[0], periods[-1])))),
        (t("Cijfers in dit bestand"), t.number(len(rows))),
        (t("Daarvan met een laagste en een hoogste"), t.number(unsure)),
        (t("Daarvan afgeschermd of onbekend"), t.number(hidden)),
        (t("Eenheid"), _unit_words(first, t)),
        *((t("Bron"), line) for line in source_lines(shas, origin.inputs, t, pages=True)),
        (t("Licentie"), ", ".join(licences(shas, origin.inputs))),
        (t("Pagina"), origin.address),
        (t("Uitgerekend op"), origin.computed),
        (t("Uitgave"), str(origin.release) if origin.release else ""),
        (t("Let op"), t("Deze cijfers zijn verzonnen.") if first.get("example") else ""),
        *((t("Let op"), t(text)) for text in (indicator.notes if indicator else ())),
    ]
    return [(label, inert(text)) for label, text in pairs if text]


def _unit_words(row: StoredFigureRow, t: Texts) -> str:
    if _is_share(row):
        return t("deel van 1: 0,25 is 25 procent")
    return t("aantal")


def columns_explained(t: Texts) -> list[tuple[str, str]]:
    """Return what the columns of the machine form hold, by their names."""
    return [
        ("id", t("naam van dit cijfer, om het na te rekenen")),
        ("place", t("code van de plaats")),
        ("by", t("uitsplitsing, leeg voor iedereen samen")),
        ("status", t("ok: een getal; bounded: tussen low en high; anders geen getal")),
        ("reason", t("waarom er geen getal is")),
        ("value, low, high", t("het cijfer, het laagste en het hoogste dat het kan zijn")),
        ("numerator, denominator", t("hoeveel er van hoeveel zijn")),
        ("sources", t("sha256 van de bestanden van de uitgever")),
        ("example", t("voorbeeld: dit cijfer is verzonnen")),
    ]
