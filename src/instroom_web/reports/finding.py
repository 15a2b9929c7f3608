"""Finding a page by what a reader types: schools with street and town, typing errors allowed.

All that can be found of one build in one language is one index in memory. What a word may mean:
the word itself, the start of a longer one, a part of one, or one with a letter wrong, in that
order. A page must hold all words that were typed; when none does, those that hold most of the
words that tell pages apart. What only just fits beside something that fits well is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from instroom.core.places import normal
from instroom.core.texts import Texts
from instroom.reports.words import listed
from instroom_web.reports import queries
from instroom_web.reports.models import Build

#: What a word of a page weighs: of its name or code, of where it is, of what kind of place it is.
NAME, WHERE, KIND = 3.0, 2.0, 1.0
EXACT, START, PART, MISTYPED = 1.0, 0.85, 0.6, 0.5
#: A page that is called exactly what was typed stands before those that hold the words.
CALLED = 2.0
#: Words of a query that are looked at; more do not narrow it down.
MOST_WORDS = 8
#: Earlier names of a school that are shown; it is found by all of them.
MOST_FORMER = 2
#: What fits less than this part of what fits best is left out.
FAINT = 0.25
#: A word tells pages apart when it has this many letters (with an error in it: more), and when no
#: more than this part of all that can be found has it.
TELLING, TELLING_MISTYPED, COMMON = 4, 6, 0.25
#: Of the letters that were typed this part must be in such words: else nothing was found.
LEAST_TOLD = 0.3
#: Among equals: the municipality, then schools, then pages.
_ORDER = {"municipality": 0, "school_vo": 1, "school_po": 2, "": 3, "board": 4}


@dataclass(frozen=True, slots=True)
class Hit:
    """What can be found: a page or a part of it, what it is called, what tells it from others."""

    key: str
    title: str
    note: str = ""
    kind: str = ""
    anchor: str = ""


@dataclass(slots=True)
class SearchIndex:
    """All that can be found in one language of one build."""

    hits: list[Hit] = field(default_factory=list)
    #: Names as they are compared, of which a page may have several.
    called: list[frozenset[str]] = field(default_factory=list)
    #: Word -> which hits have it, and how much it weighs there.
    words: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    #: Word -> its letters, as bits: words with other letters are no typing error of each other.
    letters: dict[str, int] = field(default_factory=dict)

    def add(self, hit: Hit, names: Sequence[str], where: str = "", kind: str = "") -> None:
        """Add what can be found by the words of its names, of where it is and of its kind."""
        number = len(self.hits)
        self.hits.append(hit)
        self.called.append(frozenset(normal(name) for name in names))
        for text, weight in ((kind, KIND), (where, WHERE), (" ".join(names), NAME)):
            for word in normal(text).split():
                self.words[word][number] = weight
                self.letters[word] = _letters(word)

    def find(self, typed: str) -> list[Hit]:
        """Return what fits best first; nothing for words that nothing has."""
        whole = normal(typed)
        wanted = list(dict.fromkeys(whole.split()))[:MOST_WORDS]
        meant = {word: list(self._meant(word)) for word in wanted}
        scores = self._scored(meant, len(wanted)) or self._scored(self._telling(meant))
        best = max(scores.values(), default=0.0)
        found = [number for number, score in scores.items() if score >= FAINT * best]

        def rank(number: int) -> tuple[float, int, str]:
            hit = self.hits[number]
            bonus = CALLED * len(wanted) if whole in self.called[number] else 0.0
            return (-scores[number] - bonus, _ORDER.get(hit.kind, 3), normal(hit.title))

        return [self.hits[number] for number in sorted(found, key=rank)]

    def _scored(
        self, meant: Mapping[str, Sequence[tuple[str, float]]], least: int = 1
    ) -> dict[int, float]:
        """Return how well what has most of these words fits; it has at least so many of them."""
        scores: dict[int, float] = defaultdict(float)
        held: dict[int, int] = defaultdict(int)
        for known_words in meant.values():
            best: dict[int, float] = {}
            for known, quality in known_words:
                for number, weight in self.words[known].items():
                    best[number] = max(best.get(number, 0.0), weight * quality)
            for number, score in best.items():
                scores[number] += score
                held[number] += 1
        most = max(held.values(), default=0)
        return {n: scores[n] for n, words in held.items() if words == most >= max(least, 1)}

    def _telling(
        self, meant: Mapping[str, Sequence[tuple[str, float]]]
    ) -> dict[str, list[tuple[str, float]]]:
        """Return the words that tell pages apart and what they surely mean; none when too few."""
        found = {}
        for word, known_words in meant.items():
            least = {EXACT: TELLING, START: TELLING, MISTYPED: TELLING_MISTYPED}
            sure = [(k, q) for k, q in known_words if len(word) >= least.get(q, len(word) + 1)]
            having = {number for known, _ in sure for number in self.words[known]}
            if 0 < len(having) <= COMMON * len(self.hits):
                found[word] = sure
        told, typed = sum(map(len, found)), sum(map(len, meant))
        return found if told >= LEAST_TOLD * typed else {}

    def _meant(self, word: str) -> Iterator[tuple[str, float]]:
        """Yield the known words that a typed word may mean, and how likely."""
        letters, errors, numeric = _letters(word), _errors(word), any(map(str.isdigit, word))
        for known, bits in self.letters.items():
            if known == word:
                yield known, EXACT
            elif len(word) > 1 and known.startswith(word):
                yield known, START
            elif len(word) > 2 and word in known:
                yield known, PART
            elif (
                not numeric
                and abs(len(known) - len(word)) <= errors
                and (letters ^ bits).bit_count() <= 2 * errors
                and (len(word) > 3 or len(known) > len(word))
                and distance(word, known) <= errors
            ):
                yield known, MISTYPED


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 61)
    return bits


def _errors(word: str) -> int:
    """Return how many typing errors a word of this length may have."""
    return 0 if len(word) < 3 else 1 if len(word) < 8 else 2


def distance(one: str, other: str) -> int:
    """Return how many letters were added, left out, changed or swapped with their neighbour.

    Examples
    --------
    >>> [distance("stork", word) for word in ("stork", "strok", "stor", "storrk", "sterk", "")]
    [0, 1, 1, 1, 1, 5]
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, there in enumerate(other, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != there))
            if i > 1 and j > 1 and (letter, one[i - 2]) == (other[j - 2], there):
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, last = last, row
    return last[-1]


def index_of(build: Build, language: str) -> SearchIndex:
    """Return what can be found in one language of a build, made once."""
    return _index(build.pk, build.etag, build.created, language)


@lru_cache(maxsize=6)
def _index(number: int, etag: str, created: str, language: str) -> SearchIndex:
    del number, etag, created  # part of the key: another build has other pages
    index, t = SearchIndex(), Texts(language)
    listed = {f"place/{row['code']}": row for row in queries.listed_places()}
    pages = queries.documents(language).exclude(key__startswith="home/")
    rows = pages.order_by("key").values_list("key", "title", "body__lead")
    for hit in _told_apart(Hit(key, title, lead or "") for key, title, lead in rows):
        row = listed.get(hit.key)
        if row is None:
            index.add(hit, [hit.title])
        else:
            _add_place(index, row, hit.title, t)
    terms = pages.filter(key="glossary").first()
    for block in terms.body.get("blocks", ()) if terms else ():
        for entry in block.get("entries", ()):
            meaning = next(iter(entry.get("paragraphs", ())), "")
            hit = Hit("glossary", entry["heading"], meaning, anchor=entry["anchor"])
            index.add(hit, [entry["heading"]])
    return index


def _told_apart(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Leave out pages that a reader cannot tell from one before: its switches lead to them."""
    seen: set[tuple[str, str]] = set()
    for hit in hits:
        same = (hit.title, hit.note)
        if hit.key.startswith("place/") or same not in seen:
            seen.add(same)
            yield hit


def _add_place(index: SearchIndex, row: Mapping[str, Any], title: str, t: Texts) -> None:
    """Add a place, with a line that tells it from others that are called the same."""
    kind = kind_words(row["kind"], t)
    where = [row["street"], row["town"] or row["municipality"]]
    former = list(row.get("former", ()))  # builds of before did not say it
    if row["kind"] == "board":
        unsaid = [_schools_of(row, t)]
    else:
        unsaid = [part for part in where if part and part not in title]
        before = listed(_other_names(row["short"], former)[:MOST_FORMER], t)
        unsaid += [t("voorheen {names}", names=before)] if before else []
    note = ", ".join(filter(None, [kind, *unsaid]))
    hit = Hit(f"place/{row['code']}", title, note, row["kind"])
    names = [title, row["short"], row["name"], row["code"], *former]
    index.add(hit, names, " ".join([*where, row["municipality"]]), kind)


def _other_names(name: str, former: Sequence[str]) -> list[str]:
    """Return earlier names that say more: no longer way of writing another, no part of the name.

    Examples
    --------
    >>> _other_names("Het Innova", ["Het Innova voor Vmbo", "De Lier", "De Lier Mavo", "Innova"])
    ['De Lier']
    """
    known = [normal(one).split() for one in (name, *former)]
    said = [normal(one).split() for one in former]
    return [
        one
        for one, words in zip(former, said, strict=True)
        if f" {' '.join(words)} " not in f" {normal(name)} "
        and not any(len(k) < len(words) and words[: len(k)] == k for k in known)
    ]


def _schools_of(row: Mapping[str, Any], t: Texts) -> str:
    """Return how many schools a board has and where; one municipality would say too little."""
    schools, towns = row.get("schools"), row.get("municipalities")
    if not schools or not towns:
        return ""
    if schools == 1:
        return t("één school in {town}", town=row["municipality"]) if row["municipality"] else ""
    if towns == 1:
        return t("{n} scholen in één gemeente", n=t.number(schools))
    return t("{n} scholen in {towns} gemeenten", n=t.number(schools), towns=t.number(towns))


def kind_words(kind: str, t: Texts) -> str:
    """Return what a place is."""
    return {
        "municipality": t("gemeente"),
        "board": t("schoolbestuur"),
        "school_vo": t("school voor voortgezet onderwijs"),
        "school_po": t("basisschool of speciale school"),
    }.get(kind, "")


def address(hit: Hit, language: str) -> str:
    """Return where a hit stands on this site."""
    path = f"/{language}/{hit.key}/" if hit.key else f"/{language}/"
    return f"{path}#{hit.anchor}" if hit.anchor else path


def found(build: Build, language: str, typed: str) -> list[Hit]:
    """Return what fits what was typed, best first; then pages that have it in their text only."""
    hits = index_of(build, language).find(typed)
    known = {hit.key for hit in hits}
    texts = [
        Hit(key, title, lead or "") for key, title, lead in queries.texts_with(language, typed)
    ]
    return list(_told_apart([*hits, *(hit for hit in texts if hit.key not in known)]))
