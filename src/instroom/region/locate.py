"""A place by its code or by its name, never guessed."""

from instroom.core.errors import DataError, Where
from instroom.core.places import kind_of
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.region.organisations import Organisations


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
        f"no place '{text}'",
        code="unknown_place",
        where=Where(key="place"),
        found=text,
        expected="a region such as twente, nl, a municipality (GM0153 or Enschede), a province "
        "(PV23), a school location (00AH00) or a board (BG12345)",
        hint="use the code when a name exists twice",
    )


def _kind(code: str) -> str:
    try:
        return kind_of(code)
    except DataError:
        return ""


def _larger() -> set[str]:
    """Return the codes of provinces and COROP areas."""
    return {code for p in registry.places().values() for code in (*p.provinces, *p.corops)}
