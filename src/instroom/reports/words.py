"""Sentences about figures: what is counted, where, when, and how sure."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from math import ceil, floor

from instroom.core.series import Figure
from instroom.core.statuses import status_word
from instroom.core.texts import SOURCE_LANGUAGE, Texts, languages
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer

PLACE_OF = {
    "school": "geteld naar de plaats van de school",
    "study": "geteld naar de plaats van studie",
    "residence": "geteld naar de woonplaats",
    "none": "",
}
#: Where people are counted -> what a group of verdicts is called.
GROUPS = {
    "school": "Scholen in {region}",
    "study": "Opleidingen in {region}",
    "residence": "Jongeren uit {region}",
    "none": "{region}",
}


def reason(code: str | None, t: Texts) -> str:
    """Return a reason in words."""
    text = registry.reasons().get(code or "")
    return t(text) if text else t("hier is nog niets over bekend")


def place_name(code: str, t: Texts, names: dict[str, str] | None = None) -> str:
    """Return a place's name as people say it."""
    if names and code in names:
        return names[code]
    if code == "nl":
        return t("Nederland")
    if code in registry.regions():
        return registry.regions()[code].title
    provinces = {k: v for p in registry.places().values() for k, v in p.provinces.items()}
    if code in provinces:
        return provinces[code]
    return gazetteer().name(code) if code in gazetteer() else code


def part_name(dimension: str, code: str, t: Texts, indicator: str = "") -> str:
    """Return what a part of a breakdown is called: a code's title, or a place's name.

    ``indicator`` is whose part it is: those who study are grown up.
    """
    titles = code_titles(dimension)
    if not titles:
        return place_name(code, t)
    known = registry.indicators()
    study = indicator in known and known[indicator].place_of == "study"
    grown = _grown(dimension).get(code, "") if study else ""
    text = grown or titles.get(code, "")
    return t(text) or code


def _grown(dimension: str) -> dict[str, str]:
    lists = registry.codes()
    found = lists[dimension].codes if dimension in lists else {}
    return {key: code.grown for key, code in found.items()}


def code_titles(dimension: str) -> dict[str, str]:
    """Return the titles of the values of a dimension, by code.

    They stand in the list of its name and in lists that columns of sources name for it.
    """
    return _titles(dimension, str(registry.overlay() or ""))


@cache
def _titles(dimension: str, overlay: str) -> dict[str, str]:
    del overlay  # part of the key: another overlay has other lists
    columns = [c for source in registry.sources().values() for c in source.columns.values()]
    named = [dimension, *(c.codes for c in columns if c.role == dimension and c.codes)]
    lists = [registry.codes()[name] for name in dict.fromkeys(named) if name in registry.codes()]
    return {key: code.title for found in lists[::-1] for key, code in found.codes.items()}


def publisher(name: str) -> str:
    """Return what a publisher is called."""
    known = registry.publishers()
    return known[name].title if name in known else name.upper()


def period_words(period: str, kind: str, t: Texts) -> str:
    """Return a school year as an exam year or as its reference date."""
    start = period[:4]
    if kind == "exam":
        return t("schooljaar {period}", period=period)
    return t("1 oktober {year}", year=start) if "-" in period else period


def amount(figure: Figure, t: Texts) -> str:
    """Return a figure's number with its bounds, or the word for why there is none."""
    if not figure.numbered or figure.low is None or figure.high is None:
        return status_word(figure.status, t)
    if figure.denominator is None:
        return t.number(figure.low, figure.high)
    return t.percent(figure.low, figure.high)


def of_hundred(low: float, high: float) -> tuple[int, int]:
    """Return how many of a hundred: bounds are never made narrower, an exact share is rounded.

    Examples
    --------
    >>> of_hundred(0.404, 0.421), of_hundred(57 / 200, 57 / 200)
    ((40, 43), (29, 29))
    """
    if low == high:
        whole = floor(100 * low + 0.5 + 1e-9)
        return whole, whole
    return floor(100 * low + 1e-9), ceil(100 * high - 1e-9)


def hundred(low: float, high: float, t: Texts) -> str:
    """Return how many of a hundred in words; some are never told as none, nor most as all.

    Examples
    --------
    >>> [hundred(x, x, Texts("nl")) for x in (0.0, 0.003, 0.445, 0.997)]
    ['0', 'minder dan 1', '45', 'meer dan 99']
    """
    least, most = of_hundred(low, high)
    if least < most:
        return t("{low} tot {high}", low=least, high=most)
    if least == 0 and low > 0:
        return t("minder dan 1")
    return t("meer dan 99") if least == 100 and low < 1 else str(least)


def plain_amount(figure: Figure | None, t: Texts) -> str:
    """Return a figure's number without its unit, for "47,0 → 40,2–42,3 %"."""
    if figure is None:
        return t("geen cijfer")
    return amount(figure, t).removesuffix("%").rstrip()


def people(who: str, types: str, t: Texts) -> str:
    """Return who is counted with their school types: "eindexamenkandidaten in havo en vwo"."""
    return t("{who} in {types}", who=who, types=types) if types else who


def type_words(school_types: tuple[str, ...], t: Texts) -> str:
    """Return school types in words: "havo en vwo"."""
    codes = registry.codes()["school_type"].codes
    return listed([t(codes[s].title) if s in codes else s for s in school_types], t)


def listed(names: Sequence[str], t: Texts) -> str:
    """Return names in words: "havo en vwo", "mbo, hbo en wo"."""
    if len(names) < 2:
        return "".join(names)
    return t("{first} en {last}", first=", ".join(names[:-1]), last=names[-1])


def day(of: date, t: Texts) -> str:
    """Return a day as people write it.

    Examples
    --------
    >>> day(date(2026, 11, 23), Texts("nl"))
    '23 november 2026'
    """
    from babel.dates import format_date  # waits: most commands write no date

    return format_date(of, "long", t.language if t.language in languages() else SOURCE_LANGUAGE)
