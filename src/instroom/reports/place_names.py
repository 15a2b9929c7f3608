"""What places are called on pages: names that people say, of which no two are the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from instroom.core.places import normal
from instroom.definitions.gazetteer import gazetteer
from instroom.inflow.ledger import RegisteredSchool
from instroom.region.school_names import short_name, town_name
from instroom.reports.place_facts import PlaceFacts
from instroom.reports.results import PlaceInfo


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What a place is called: ``said`` is of this place alone, ``short`` may be of several.

    ``street`` (with its number) and ``town`` are empty when the register does not say.
    """

    said: str
    short: str
    street: str = ""
    town: str = ""


def place_names(places: Mapping[str, PlaceInfo]) -> dict[str, PlaceName]:
    """Return what each place is called, by its code.

    A school whose short name others have too has its street beside it, where that is not enough
    also its town (its municipality when the town is not known), and where nothing else is left
    its code. Boards keep their code: the register does not name them.

    Examples
    --------
    >>> a = PlaceInfo("00AA01", "Het College voor Havo", "school_vo", street="Laan 1")
    >>> b = PlaceInfo("00AA02", "Het College voor Havo", "school_vo", street="Laan 2")
    >>> [name.said for name in place_names({"00AA01": a, "00AA02": b}).values()]
    ['Het College, Laan 1', 'Het College, Laan 2']
    """
    found: dict[str, PlaceName] = {}
    alike: dict[str, list[PlaceInfo]] = defaultdict(list)
    for info in places.values():
        school = info.kind.startswith("school")
        short = short_name(info.name) if school else info.name
        found[info.code] = PlaceName(short, short, info.street, town_name(info.town))
        alike[normal(short) or short].append(info)
    for group in alike.values():
        if len(group) > 1:
            found |= _told_apart([(info, found[info.code]) for info in group])
    return found | _with_code(places, found)


def told_apart(schools: Iterable[RegisteredSchool]) -> list[RegisteredSchool]:
    """Return schools of the registers called as on the public pages: no two the same.

    Examples
    --------
    >>> a = RegisteredSchool("00AA01", "De Bron", "po", "GM0153", street="Laan 1")
    >>> b = RegisteredSchool("00AA02", "De Bron", "po", "GM0153", street="Laan 2")
    >>> [school.name for school in told_apart([a, b])]
    ['De Bron, Laan 1', 'De Bron, Laan 2']
    """
    given = list(schools)
    names = place_names({one.code: _place(one) for one in given})
    return [replace(one, name=names[one.code].said) for one in given]


def _place(one: RegisteredSchool) -> PlaceInfo:
    return PlaceInfo(
        one.code,
        one.name,
        f"school_{one.sector}",
        one.municipality,
        one.board,
        one.street,
        one.town,
    )


class PlaceRow(TypedDict):
    """A place with a page: what it is called, by its publisher and by people, and where it is.

    ``municipality`` is the name of its municipality; a municipality has none. ``former`` is what
    a school was called before. ``schools`` and ``municipalities`` are of a board: how many schools
    it has, and in how many municipalities they stand; None when no register says so.
    """

    code: str
    kind: str
    name: str
    said: str
    short: str
    street: str
    town: str
    municipality: str
    former: list[str]
    schools: int | None
    municipalities: int | None


def places_listed(
    places: Mapping[str, PlaceInfo], facts: Mapping[str, PlaceFacts]
) -> list[PlaceRow]:
    """Return all places with a page as rows, by code: what a search looks through."""
    names, gaz = place_names(places), gazetteer()
    boards = {
        code: facts.get(code, PlaceFacts()) for code, info in places.items() if info.kind == "board"
    }
    return [
        {
            "code": code,
            "kind": info.kind,
            "name": info.name,
            "said": names[code].said,
            "short": names[code].short,
            "street": names[code].street,
            "town": names[code].town,
            "municipality": gaz.name(info.municipality) if info.municipality in gaz else "",
            "former": list(info.former),
            "schools": boards[code].schools or None if code in boards else None,
            "municipalities": boards[code].municipalities if code in boards else None,
        }
        for code, info in sorted(places.items())
    ]


def _with_code(
    places: Mapping[str, PlaceInfo], names: Mapping[str, PlaceName]
) -> dict[str, PlaceName]:
    """Return, with their code, the names that are still of several.

    What told one apart may make it the same as a name of another group: "De Bron" at Laan 1, and
    a school that is called "De Bron, Laan 1". A school gives way to what is no school.
    """
    said: dict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        said[normal(name.said) or name.said].append(code)
    result: dict[str, PlaceName] = {}
    for same in said.values():
        no_school = [code for code in same if not places[code].kind.startswith("school")]
        keeps = no_school if len(no_school) == 1 else []
        for code in same if len(same) > 1 else []:
            if code not in keeps:
                result[code] = replace(names[code], said=f"{names[code].said}, {code}")
    return result


def _told_apart(group: Iterable[tuple[PlaceInfo, PlaceName]]) -> dict[str, PlaceName]:
    """Return names of places that are called the same, with what tells them apart."""
    open_ones = [(info, name) for info, name in group if info.kind.startswith("school")]
    result: dict[str, PlaceName] = {}
    gaz = gazetteer()
    for parts in (("street",), ("street", "town"), ("street", "town", "code")):
        said: dict[str, list[tuple[PlaceInfo, PlaceName]]] = defaultdict(list)
        for info, name in open_ones:
            town = name.town or (gaz.name(info.municipality) if info.municipality in gaz else "")
            known = {"street": name.street, "town": town, "code": info.code}
            words = ", ".join(filter(None, (name.short, *(known[part] for part in parts))))
            said[normal(words)].append((info, replace(name, said=words)))
        open_ones = []
        for same in said.values():
            (info, name), *others = same
            if others or name.said == name.short:
                open_ones += same
            else:
                result[info.code] = name
    return result
