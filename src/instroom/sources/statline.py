"""Tables of CBS as StatLine's pages give them: with labels, or with codes and all their periods.

``2013/'14`` is a school year, ``2019*`` a provisional year, ``2019KW01`` and ``2019 januari`` no
year. ``Groningen (PV)`` is a province, ``Groningen (gemeente)`` a municipality.
"""

import re
from functools import cache

from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.sources.evidence import column_index

#: A year, calendar or school, with the marks of a provisional figure.
YEAR = r"(\d{4}(?:(?:JJ|SJ)00|/'?\d{2}|/\d{4})?)\*{0,2}"
#: A period that is none: a quarter, a month, half a year, several years.
NO_YEAR = rf"(?!{YEAR}$)(?:19|20)\d\d\S{{0,2}}(?:[A-Z]{{2}}\d\d|\s.+)"
#: Units that tell that a table has labels: ``Leerlingen/studenten (aantal)``.
LABELLED = re.compile(r".+\((?:aantal|%|euro|km.?|.*\bx 1.?000\b.*|.*per .*)\)")
#: Any measure of a table with labels: whatever its unit, it is no key.
MEASURE = re.compile(r".+\([^()]+\)")
_KIND = re.compile(r"(.+?) \((gemeente|PV|CR|LD)\)")
_COUNTRY = {"nederland": "NL01"}


def with_labels(header: list[str]) -> bool:
    """Return whether a table has the labels of StatLine where others have codes.

    Examples
    --------
    >>> with_labels(["Geslacht", "Perioden", "Regio's", "Leerlingen/studenten (aantal)"])
    True
    >>> with_labels(["ID", "RegioS", "Perioden", "LeerlingenStudenten_1"])
    False
    """
    return column_index(header, ["Perioden"]) is not None and any(
        LABELLED.fullmatch(name.strip()) for name in header
    )


def region(label: str) -> str | None:
    """Return the code of a region by its label; a label that is not known stays as it is.

    Examples
    --------
    >>> [region(t) for t in ("Enschede", "Nederland", "Overijssel (PV)", "GM0153", "Twente (CR)")]
    ['GM0153', 'NL01', 'PV23', 'GM0153', 'CR12']
    """
    if not label or re.fullmatch(r"(?:GM|PV|CR|LD|NL)\d+", label):
        return label or None
    found = _KIND.fullmatch(label)
    name, kind = (found[1], found[2]) if found else (label, "")
    if code := _larger(kind).get(name.casefold()):
        return code
    codes = gazetteer().codes_of(name) if kind in ("", "gemeente") else ()
    return codes[0] if len(codes) == 1 else label


def _larger(kind: str) -> dict[str, str]:
    return _larger_of(kind, str(registry.overlay() or ""))


@cache
def _larger_of(kind: str, overlay: str) -> dict[str, str]:
    """Return codes by name of what is larger than a municipality; a bare name is a country."""
    del overlay  # part of the key: another overlay has other places
    known = registry.places().values()
    named = {
        "": [{code: name for name, code in _COUNTRY.items()}],
        "PV": [places.provinces for places in known],
        "CR": [places.corops for places in known],
    }
    return {n.casefold(): code for one in named.get(kind, []) for code, n in one.items()}
