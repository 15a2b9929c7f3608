"""Places: municipalities and their mergers, and the codes of schools, boards and regions.

Publishers write one place in many ways: ``HENGELO``, ``Hengelo (O.)``, ``164``, ``0164``,
``164.0``. Here they become one code. Nothing is guessed: what cannot be read is ``None``.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from instroom.core.errors import DataError
from instroom.core.messages import Message

Kind = Literal[
    "municipality",
    "province",
    "corop",
    "labour_market_region",
    "country",
    "location",
    "institution",
    "board",
    "region",
]
#: How narrow a place is, from wide to narrow: one more than another is about fewer people.
Level = Literal["region", "municipality", "board", "school"]
LEVELS: tuple[Level, ...] = ("region", "municipality", "board", "school")
#: name, province code, COROP code, other names, code it merged into (empty: still exists).
Entry: TypeAlias = tuple[str, str, str, Sequence[str], str]

_MUNICIPALITY = re.compile(r"(?:GM)?([0-9]{1,4})(?:[.,]0+)?")
_BOARD = re.compile(r"(?:BG)?([0-9]{5})(?:[.,]0+)?")
_INSTITUTION = re.compile(r"[0-9]{2}[A-Z]{2}")
_LOCATION = re.compile(r"[0-9]{2}[A-Z]{2}[0-9]{2}")
_LOCATION_NUMBER = re.compile(r"([0-9]{1,2})(?:[.,]0+)?")
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("municipality", re.compile(r"GM[0-9]{4}")),
    ("province", re.compile(r"PV[0-9]{2}")),
    ("corop", re.compile(r"CR[0-9]{2}")),
    ("labour_market_region", re.compile(r"AM[0-9]{2}")),
    ("board", re.compile(r"BG[0-9]{5}")),
    ("location", _LOCATION),
    ("institution", _INSTITUTION),
    ("country", re.compile(r"[A-Za-z]{2}|E[AU][0-9]{2}(?:_[0-9]{4})?")),
    ("region", re.compile(r"[a-z][a-z0-9_-]{2,}")),
)


def normal(name: str) -> str:
    """Return a name as it is compared: no case, accents, punctuation or extra blanks.

    Dots vanish (``c.a.`` is ``ca``); every other mark, apostrophes too, parts two words.

    Parameters
    ----------
    name
        A name as somebody wrote it.

    Returns
    -------
    str
        Lower-case words with one blank between them; empty when there is no letter or digit.

    Examples
    --------
    >>> normal("Súdwest-Fryslân"), normal("SUDWEST FRYSLAN ")
    ('sudwest fryslan', 'sudwest fryslan')
    >>> normal("'s-Gravenhage"), normal("S GRAVENHAGE"), normal("s’Gravenhage")
    ('s gravenhage', 's gravenhage', 's gravenhage')
    >>> normal("Hengelo (O.)"), normal("Nuenen c.a."), normal("'t Bildt")
    ('hengelo o', 'nuenen ca', 't bildt')
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(c for c in plain if c != "." and not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


def municipality_code(text: str) -> str | None:
    """Repair a municipality code.

    Parameters
    ----------
    text
        A code with or without ``GM``, leading zeros, blanks or the ``.0`` of a spreadsheet.

    Returns
    -------
    str or None
        ``GM`` and four digits; None when the text is no code. Whether the municipality exists
        is not looked at.

    Examples
    --------
    >>> [municipality_code(t) for t in ("153", " 637", "0153", "GM0153", "1680.0")]
    ['GM0153', 'GM0637', 'GM0153', 'GM0153', 'GM1680']
    >>> [municipality_code(t) for t in ("", "0", "Enschede", "15300", "PV23")]
    [None, None, None, None, None]
    """
    match = _MUNICIPALITY.fullmatch(text.strip().upper())
    return f"GM{int(match[1]):04d}" if match and int(match[1]) else None


@lru_cache(maxsize=50_000)
def location_code(brin: str, location: str) -> str | None:
    """Repair the code of a school location: four characters of the institution, two digits.

    Parameters
    ----------
    brin
        The institution, ``00AH``; may be empty when ``location`` holds all six characters.
    location
        The location within it (``0``, ``00``, ``7``) or the whole code (``00AH07``).

    Returns
    -------
    str or None
        Six characters; None when either part cannot be read or when the two contradict.

    Examples
    --------
    >>> [location_code("00AH", t) for t in ("0", "00", "00AH00", "7", " 07")]
    ['00AH00', '00AH00', '00AH00', '00AH07', '00AH07']
    >>> location_code("00ah", "7.0"), location_code("", "00AH07")
    ('00AH07', '00AH07')
    >>> [location_code(*t) for t in (("00AH", ""), ("00AH", "00AV00"), ("AH", "0"))]
    [None, None, None]
    """
    school, place = brin.strip().upper(), location.strip().upper()
    if _LOCATION.fullmatch(place):
        return place if school in {"", place, place[:4]} else None
    number = _LOCATION_NUMBER.fullmatch(place)
    if number and _INSTITUTION.fullmatch(school):
        return f"{school}{int(number[1]):02d}"
    return None


def board_code(text: str) -> str | None:
    """Repair the code of a school board (*bevoegd gezag*).

    Parameters
    ----------
    text
        Five digits with or without ``BG``, blanks or the ``.0`` of a spreadsheet.

    Returns
    -------
    str or None
        ``BG`` and five digits; None when the text is no such code.

    Examples
    --------
    >>> board_code("40631"), board_code("BG40631"), board_code("40631.0"), board_code("4063")
    ('BG40631', 'BG40631', 'BG40631', None)
    """
    match = _BOARD.fullmatch(text.strip().upper())
    return f"BG{match[1]}" if match else None


def kind_of(code: str) -> Kind:
    """Say what kind of place a code stands for, by its form alone.

    Parameters
    ----------
    code
        A public code; see Examples. Two letters are a country, ``EU27_2020`` and ``EA19``
        groups of countries; a lower-case word is a region.

    Returns
    -------
    str
        One of ``municipality``, ``province``, ``corop``, ``labour_market_region``, ``country``,
        ``location``, ``institution``, ``board``, ``region``.

    Raises
    ------
    DataError
        With code ``unknown_place`` when the text has none of these forms.

    Examples
    --------
    >>> [kind_of(c) for c in ("GM0153", "PV23", "CR12", "AM05", "nl")]
    ['municipality', 'province', 'corop', 'labour_market_region', 'country']
    >>> [kind_of(c) for c in ("00AH00", "00AH", "BG40631", "twente")]
    ['location', 'institution', 'board', 'region']
    """
    for kind, form in _KINDS:
        if form.fullmatch(code):
            return kind
    raise DataError(
        "'{mark}' is not the code of a place",
        code="unknown_place",
        found=code,
        expected=Message("such as twente, nl, GM0153, PV23, CR12, 00AH00, 00AH or BG40631"),
        mark=code,
    )


_LEVEL_OF: dict[Kind, Level] = {
    "municipality": "municipality",
    "board": "board",
    "location": "school",
    "institution": "school",
}


def level_of(place: str, by: Iterable[str] = ()) -> Level:
    """Say how narrow a figure is: of its place, or of the places it is broken down into.

    Parameters
    ----------
    place
        A public code.
    by
        Names of breakdowns; ``municipality``, ``board`` and ``school`` are places.

    Raises
    ------
    DataError
        As :func:`kind_of`.

    Examples
    --------
    >>> level_of("twente"), level_of("nl", ["school"]), level_of("GM0153", ["gender"])
    ('region', 'school', 'municipality')
    """
    names = set(by)
    found = [_LEVEL_OF.get(kind_of(place), "region"), *(name for name in LEVELS if name in names)]
    return max(found, key=LEVELS.index)


class Gazetteer:
    """Municipalities by code and by name, and what they merged into.

    Parameters
    ----------
    municipalities
        Code -> (name, province, COROP, other names, code it merged into or empty).

    Raises
    ------
    DataError
        With code ``broken_mergers`` when a merger leads to an unknown municipality or in a
        circle.

    Examples
    --------
    >>> places = Gazetteer(
    ...     {
    ...         "GM0373": ("Bergen (NH.)", "PV27", "CR19", ["Bergen"], ""),
    ...         "GM0893": ("Bergen (L.)", "PV31", "CR37", ["Bergen"], ""),
    ...         "GM0010": ("Delfzijl", "PV20", "CR02", [], "GM1979"),
    ...         "GM1979": ("Eemsdelta", "PV20", "CR02", [], ""),
    ...     }
    ... )
    >>> places.code_of("DELFZIJL"), places.code_of("Bergen"), places.code_of("BERGEN NH")
    ('GM0010', None, 'GM0373')
    >>> places.current("GM0010"), places.name("GM1979"), places.province("GM0010")
    ('GM1979', 'Eemsdelta', 'PV20')
    """

    def __init__(self, municipalities: Mapping[str, Entry]) -> None:
        self._entries = dict(municipalities)
        self._names: dict[str, tuple[str, ...]] = {}
        for code, (name, _, _, others, _) in self._entries.items():
            for key in {normal(text) for text in (name, *others)}:
                self._names[key] = (*self._names.get(key, ()), code)
        self._current = {code: self._follow(code) for code in self._entries}

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def codes_of(self, name: str) -> tuple[str, ...]:
        """Return all municipalities that have, or had, this name.

        Parameters
        ----------
        name
            A name in any spelling; compared by :func:`normal`.

        Returns
        -------
        tuple of str
            Codes; empty when the name is unknown, two or more when it does not decide.
        """
        return self._names.get(normal(name), ())

    def code_of(self, name: str) -> str | None:
        """Return the municipality with this name.

        Parameters
        ----------
        name
            A name in any spelling; compared by :func:`normal`.

        Returns
        -------
        str or None
            The code under which the municipality had that name, so that an abolished one keeps
            its own (see :meth:`current`); None when the name is unknown or belongs to two.
        """
        codes = self.codes_of(name)
        return codes[0] if len(codes) == 1 else None

    def current(self, code: str) -> str:
        """Follow mergers to the municipality of today; an unknown code stays as it is."""
        return self._current.get(code, code)

    def name(self, code: str) -> str:
        """Return the name of a municipality; :class:`DataError` when the code is unknown."""
        return self._entry(code)[0]

    def province(self, code: str) -> str:
        """Return the province code; :class:`DataError` when the municipality is unknown."""
        return self._entry(code)[1]

    def corop(self, code: str) -> str:
        """Return the COROP code; :class:`DataError` when the municipality is unknown."""
        return self._entry(code)[2]

    def _entry(self, code: str) -> Entry:
        if code in self._entries:
            return self._entries[code]
        raise DataError(
            "no municipality '{mark}'",
            code="unknown_place",
            found=code,
            expected=Message("a municipality code such as GM0153"),
            mark=code,
        )

    def _follow(self, code: str) -> str:
        seen = [code]
        while following := self._entries[seen[-1]][4]:
            if following in seen or following not in self._entries:
                raise DataError(
                    "the mergers of '{mark}' lead nowhere",
                    code="broken_mergers",
                    found=" > ".join([*seen, following]),
                    expected=Message("a chain that ends at a municipality of today"),
                    mark=code,
                )
            seen.append(following)
        return seen[-1]
