"""A place by its code or by its name, never guessed."""

from difflib import get_close_matches

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.places import kind_of, normal
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.region.organisations import Organisations
from instroom.sources.store import Store

#: The region that is meant when none is named.
DEFAULT_REGION = "twente"


def home_region(store: Store) -> str:
    """Return the region that is meant when none is named: the invented one where only that is.

    A folder with nothing but invented counts has nothing to say of another region.
    """
    counted = [stored for stored in store if stored.receipt["observations"]]
    if counted and all(stored.receipt.get("example") for stored in counted):
        return next(code for code, region in registry.regions().items() if region.example)
    return DEFAULT_REGION


def find_place(text: str, schools: Organisations | None = None) -> str:
    """Return the code of a place by its code or name.

    Raises
    ------
    DataError
        When no place, or more than one, has that name.
    """
    clean = text.strip()
    lower = clean.lower()
    if lower == "nl" or lower in registry.regions():
        return lower
    gaz = gazetteer()
    upper = clean.upper()
    kind = _kind(upper)
    if kind in ("municipality", "province", "corop"):
        code = gaz.current(upper) if kind == "municipality" else upper
        if code in gaz or code in _larger():
            return code
    elif kind in ("location", "board", "institution"):
        return upper
    if named := gaz.code_of(clean):
        return gaz.current(named)
    provinces = {v.lower(): k for p in registry.places().values() for k, v in p.provinces.items()}
    if lower in provinces:
        return provinces[lower]
    if schools and len(clean) > 3:
        found = [c for c, known in schools.locations.items() if known.name.lower() == lower]
        if len(found) == 1:
            return found[0]
    raise DataError(
        "no place '{clean}'",
        code="unknown_place",
        where=Where(key="place"),
        found=clean[:60],
        expected=Message(
            "a region such as twente, nl, a municipality (GM0153 or Enschede), a province "
            "(PV23), a school location (00AH00) or a board (BG12345)"
        ),
        hint=_nearest(clean, schools),
        clean=clean[:60],
    )


def _nearest(text: str, schools: Organisations | None) -> str:
    """Return the names that look most like what was asked, or who shares the name."""
    gaz = gazetteer()
    if twins := gaz.codes_of(text):
        return Message(
            "more than one place has this name; say which: {value}", value=", ".join(twins)
        )
    names = {normal(name): name for name in (*registry.regions(), "nl")}
    names |= {normal(gaz.name(code)): gaz.name(code) for code in gaz}
    for places in registry.places().values():
        names |= {normal(name): name for name in places.provinces.values()}
    if schools and len(text) > 3:
        names |= {normal(s.name): code for code, s in schools.locations.items() if s.name}
    near = get_close_matches(normal(text[:60]), names, 3)
    if not near:
        return Message("use the code of the place, or its name as the municipality writes it")
    shown = ", ".join(f"'{names[name]}'" for name in near)
    return Message("did you mean {names}? A code works too.", names=shown)


def _kind(code: str) -> str:
    try:
        return kind_of(code)
    except DataError:
        return ""


def _larger() -> set[str]:
    """Return the codes of provinces and COROP areas."""
    return {code for p in registry.places().values() for code in (*p.provinces, *p.corops)}
