"""What a school board is called: no open file names one, so its schools do."""

from collections import Counter
from collections.abc import Iterable, Sequence

from instroom.core.places import normal
from instroom.core.texts import Texts

#: Words that schools of any board share.
_ANY = frozenset(
    (
        "de",
        "het",
        "een",
        "en",
        "van",
        "voor",
        "school",
        "scholen",
        "college",
        "lyceum",
        "basisschool",
        "obs",
        "cbs",
        "kbs",
        "rkbs",
        "pcb",
        "scholengemeenschap",
        "sg",
        "locatie",
    )
)


def common_name(names: Iterable[str]) -> str:
    """Return the words that begin, end or stand in all of these names; empty without any.

    Words that any school could have are no name by themselves.

    Examples
    --------
    >>> common_name(["Het Stedelijk Lyceum, Tiemeister", "Het Stedelijk Lyceum, Kottenpark"])
    'Het Stedelijk Lyceum'
    >>> common_name(["OBS De Bron", "OBS De Wending"]), common_name(["Erasmus", "PrO Erasmus"])
    ('', 'Erasmus')
    """
    found = [name.split() for name in names if name.strip()]
    if not found:
        return ""
    first = min(found, key=len)
    plain = [[normal(word) for word in words] for words in found]
    for size in range(len(first), 0, -1):
        for start in range(len(first) - size + 1):
            run = first[start : start + size]
            wanted = [normal(word) for word in run]
            if _says_enough(wanted) and all(_holds(words, wanted) for words in plain):
                return " ".join(run).strip(",;.- ")
    return ""


def _says_enough(words: Sequence[str]) -> bool:
    return any(word and word not in _ANY for word in words)


def _holds(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(
        list(words[start : start + len(run)]) == list(run)
        for start in range(len(words) - len(run) + 1)
    )


def board_name(code: str, schools: Sequence[str], t: Texts) -> str:
    """Return what a board is called after the names of its schools, as we call it.

    Parameters
    ----------
    code
        Its code, which tells boards apart that are called the same.
    schools
        Short names of its schools, in any order.

    Examples
    --------
    >>> board_name("BG1", ["Erasmus", "PrO Erasmus"], Texts("nl"))
    'Bestuur van Erasmus (BG1)'
    >>> board_name("BG2", ["Bonhoeffer College", "Pius X College"], Texts("nl"))
    'Bestuur van Bonhoeffer College en andere scholen (BG2)'
    """
    counts = Counter(schools)
    names = sorted(counts, key=lambda name: (-counts[name], normal(name)))
    if not names:
        return t("Bestuur {code}", code=code)
    if shared := common_name(names):
        return t("Bestuur van {name} ({code})", name=shared, code=code)
    if len(names) == 1:
        return t("Bestuur van {name} ({code})", name=names[0], code=code)
    return t("Bestuur van {name} en andere scholen ({code})", name=names[0], code=code)
