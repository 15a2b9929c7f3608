"""Names of schools and towns as people say them, by the rules of the publisher's file.

A register knows ``Bonhoeffer College voor Gymnasium, Atheneum, Havo, VMBO, LWOO en PrO``; people
say Bonhoeffer College. Only words that a definition file names are taken away. What the rules do
not know stays as it is written.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from instroom.core.places import normal
from instroom.core.texts import capital
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer


def short_name(name: str) -> str:
    """Return the name of a school as people say it.

    Parameters
    ----------
    name
        The name as a register has it.

    Returns
    -------
    str
        The name without what the school offers, its belief or its legal form, as far as the
        files of publishers say so; never empty when the name is not.

    Examples
    --------
    >>> short_name("Bonhoeffer College voor Gymnasium, Atheneum, Havo, VMBO, LWOO en PrO")
    'Bonhoeffer College'
    >>> short_name("Openbare Scholengemeenschap Het Stedelijk Lyceum Havo Mavo Vbo Lwoo")
    'Het Stedelijk Lyceum'
    >>> short_name("Zone.college vmbo Enschede"), short_name("School voor Praktijkonderwijs")
    ('Zone.college vmbo Enschede', 'School voor Praktijkonderwijs')
    """
    return _said(name, str(registry.overlay() or ""))


@lru_cache(maxsize=20_000)
def _said(name: str, overlay: str) -> str:
    """Return the short name by the rules of an overlay, which are read once in a process too."""
    del overlay
    for publisher in registry.publishers().values():
        name = _short(name, publisher.school_names)
    return name


def town_name(town: str) -> str:
    """Return a town as people write it.

    Parameters
    ----------
    town
        The town as a register has it, such as ``HENGELO OV``.

    Returns
    -------
    str
        With capitals at the start of words only and without a mark that tells namesakes apart;
        a town that is not all capitals stays as it is.

    Examples
    --------
    >>> [town_name(t) for t in ("HENGELO OV", "ALTEVEER GEM NOORDENVELD", "DE LUTTE")]
    ['Hengelo', 'Alteveer', 'De Lutte']
    >>> [town_name(t) for t in ("'S-HEERENBERG", "IJMUIDEN", "EGMOND AAN DEN HOEF", "Goor")]
    ["'s-Heerenberg", 'IJmuiden', 'Egmond aan den Hoef', 'Goor']
    """
    words = town.split()
    if not town.isupper():
        return " ".join(words)
    rules = [publisher.towns for publisher in registry.publishers().values()]
    marks = {mark for rule in rules for mark in rule.marks}
    mark_words = {word for rule in rules for word in rule.mark_words}
    small = {word for rule in rules for word in rule.small_words}
    until = next((i for i, word in enumerate(words) if i and word.strip(".") in mark_words), None)
    words = words[:until]
    if len(words) > 1 and words[-1] in marks:
        words.pop()
    return re.sub(r"[^\s-]+", lambda part: _capital(part, small), " ".join(words).lower())


def _capital(part: re.Match[str], small: set[str]) -> str:
    word = part[0]
    if re.fullmatch(r"['’]\w", word) or (part.start() and word in small):
        return word
    return "IJ" + word[2:] if word.startswith("ij") else word.capitalize()


@lru_cache(maxsize=20_000)
def _plain(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are compared; a lone mark such as a hyphen is a word."""
    return tuple(normal(text).split()) or ((text.strip(),) if text.strip() else ())


def _short(name: str, rules: models.SchoolNames) -> str:
    written = {normal(word): said for word, said in rules.written_out.items()}
    words = [written.get(normal(word), word) for word in name.split()]
    found = _without_kinds(words, rules)
    found = _without_ends(found, rules)
    for belief in rules.beliefs:
        rest = _behind(found, belief)
        if rest is not None and any(_behind(rest, word) for word in rules.school_words):
            found = [capital(rest[0]), *rest[1:]]
            break
    return " ".join(found if _says_enough(found, rules) else words)


def _says_enough(words: Sequence[str], rules: models.SchoolNames) -> bool:
    """Whether a name is left: not nothing, half a name, a word for any school, or only a town."""
    text = " ".join(words)
    alone, last = ({normal(w) for w in known} for known in (rules.never_alone, rules.never_last))
    if not words or normal(text) in alone or normal(words[-1]) in last:
        return False
    return not gazetteer().codes_of(text)


def _without_ends(words: list[str], rules: models.SchoolNames) -> list[str]:
    for end in rules.behind:
        size = len(_plain(end))
        if len(words) > size and _plain(" ".join(words[-size:])) == _plain(end):
            words = words[:-size]
    for start in rules.in_front:
        words = _behind(words, start) or words
    return words


def _behind(words: list[str], start: str) -> list[str] | None:
    """Return what stands behind a start; None when the words do not start so."""
    size = len(start.split())
    return words[size:] if _plain(" ".join(words[:size])) == _plain(start) else None


def _without_kinds(words: list[str], rules: models.SchoolNames) -> list[str]:
    """Take away what a school offers, when nothing but the name of a location follows it."""
    locations = {part for word in rules.location_words for part in _plain(word)}
    if len(words) > 1 and set(_plain(words[0])) <= locations:
        return words[1:]
    for i, word in enumerate(words):
        told = _plain(word)
        if not (_all_of(told, rules.before_kinds) or (i and _all_of(told, rules.bare_kinds))):
            continue
        start = i + 1 if _all_of(told, rules.before_kinds) else i
        end = start
        while end < len(words) and _all_of(_plain(words[end]), rules.kinds, rules.joints):
            end += 1
        if end == start:
            continue
        rest = words[end:]
        if not rest:
            return words[:i]
        if words[end - 1].endswith("-"):
            return rest
        if set(_plain(rest[0])) <= locations:
            return rest[1:] or words[:i]
        return words
    return words


def _all_of(words: Sequence[str], *known: Iterable[str]) -> bool:
    every = {word for names in known for word in names}
    return bool(words) and all(word in every for word in words)
