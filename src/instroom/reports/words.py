"""Sentences about figures: what is counted, where, when, and how sure."""

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer

#: Reason code -> plain words. Every status that is no number has one of these.
REASONS = {
    "no_open_file": "er is geen open bestand dat dit bevat",
    "flow_files_withdrawn": "DUO heeft de stroombestanden uit de open data gehaald; "
    "volgen van school naar vervolgstudie kan alleen met eigen bestanden van scholen",
    "measure_not_in_file": "het bestand dat is ingelezen heeft hier geen kolom voor",
    "source_not_read": "het bestand dat hiervoor nodig is, is nog niet ingelezen",
    "not_classified": "deze definitie van techniek zegt niets over deze schoolsoort",
    "no_records": "in dit bestand staan geen scholen voor deze plaats",
    "no_file_for_date": "voor deze datum is geen open bestand ingelezen",
    "nobody_counted": "er was niemand om te tellen",
    "would_reveal": "afgeschermd: anders is een klein aantal te herleiden",
    "too_few_people": "afgeschermd: te weinig mensen",
}

PLACE_OF = {
    "school": "geteld naar de plaats van de school",
    "study": "geteld naar de plaats van studie",
    "residence": "geteld naar de woonplaats",
    "none": "",
}


def reason(code: str | None, t: Texts) -> str:
    """Return a reason in words."""
    return t(REASONS.get(code or "", "hier is nog niets over bekend"))


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


def period_words(period: str, kind: str, t: Texts) -> str:
    """Return a school year as an exam year or as its reference date."""
    start = period[:4]
    if kind == "exam":
        return t("schooljaar {period}", period=period)
    return t("1 oktober {year}", year=start) if "-" in period else period


def amount(figure: Figure, t: Texts) -> str:
    """Return a figure's number with its bounds, or the word for why there is none."""
    if figure.status not in ("ok", "bounded") or figure.low is None or figure.high is None:
        return status_word(figure, t)
    if figure.denominator is None:
        return t.number(figure.low, figure.high)
    return t.percent(figure.low, figure.high)


def status_word(figure: Figure, t: Texts) -> str:
    """Return the one word for a figure without a number."""
    words = {
        "protected": "afgeschermd",
        "missing": "geen open cijfer",
        "not_applicable": "niemand geteld",
        "too_few": "te weinig",
        "not_supported": "niet te berekenen",
    }
    return t(words.get(figure.status, "onbekend"))


def of_hundred(figure: Figure, t: Texts) -> str:
    """Return a share as "47 van de 100", or "47 tot 50 van de 100" when it is bounded."""
    low, high = round((figure.low or 0) * 100), round((figure.high or 0) * 100)
    if figure.status == "ok" or low == high:
        if figure.status == "ok":
            return t("{n} van de 100", n=low)
        return t("ongeveer {n} van de 100", n=low)
    return t("{low} tot {high} van de 100", low=low, high=high)


def people(who: str, types: str, t: Texts) -> str:
    """Return who is counted with their school types: "eindexamenkandidaten in havo en vwo"."""
    return t("{who} in {types}", who=who, types=types) if types else who


def who(indicator: models.Indicator, stage: str | None, types: str, t: Texts) -> str:
    """Return who is counted: "eindexamenkandidaten havo en vwo"."""
    chosen = indicator.stages.get(stage or "") or next(iter(indicator.stages.values()), None)
    base = t(chosen.who) if chosen else ""
    return people(base, types, t)


def type_words(school_types: tuple[str, ...], t: Texts) -> str:
    """Return school types in words: "havo en vwo"."""
    codes = registry.codes()["school_type"].codes
    names = [t(codes[s].title) if s in codes else s for s in school_types]
    if len(names) < 2:
        return "".join(names)
    return t("{first} en {last}", first=", ".join(names[:-1]), last=names[-1])
