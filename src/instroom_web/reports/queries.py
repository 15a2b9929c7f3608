"""Reading stored results: every page is one or two of these.

What may not be shown does not come out: figures and pages are judged by their field
(``reports.screened``), drawings here.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from instroom.core.places import normal
from instroom.reports import withheld
from instroom_web.reports.models import (
    Build,
    InputFile,
    StoredDocument,
    StoredFigure,
    StoredPicture,
)
from instroom_web.reports.screened import is_judged

#: With fewer letters a word is in the text of any page.
LONG_ENOUGH = 3


def latest_build() -> Build | None:
    """Return the run that made the rows; None when nothing was computed yet."""
    return Build.objects.order_by("-id").first()


def documents(language: str) -> QuerySet[StoredDocument]:
    """Return the pages in one language."""
    return StoredDocument.objects.filter(language=language)


def answer(kind: str, name: str) -> QuerySet[StoredDocument]:
    """Return the stored answer of the open interface: at most one row."""
    return StoredDocument.objects.filter(language="", key=f"api/{kind}/{name}")


def definition(*parts: str) -> QuerySet[StoredDocument]:
    """Return what an indicator means: of this stage and classification first, else in general."""
    exact = f"api/definition/{'.'.join(part for part in parts if part)}"
    keys = [exact, f"api/definition/{parts[0]}"]
    return StoredDocument.objects.filter(language="", key__in=keys).order_by(Length("key").desc())


def place_codes(names: list[str]) -> dict[str, str]:
    """Return the codes of places that have a page, by the names they were asked with.

    A school may be asked for by the name its publisher has for it, when no other has that name.
    """
    if not names:
        return {}
    asked = Q()
    for name in names:
        asked |= Q(title__iexact=name) | Q(key__iexact=f"place/{name}")
    pages = StoredDocument.objects.filter(asked, key__startswith="place/")
    found: dict[str, str] = {}
    for title, key in pages.values_list("title", "key").distinct():
        code = key.partition("/")[2]
        found |= {n: code for n in names if n.casefold() in (title.casefold(), code.casefold())}
    unknown = set(names) - set(found)
    rows = listed_places() if unknown else []
    for name in unknown:
        asked_for = normal(name)
        same = {r["code"] for r in rows if asked_for in (normal(r["name"]), normal(r["short"]))}
        if len(same) == 1:
            found[name] = same.pop()
    return found


def answers(kind: str) -> QuerySet[StoredDocument]:
    """Return all stored answers of one kind, by key."""
    return StoredDocument.objects.filter(language="", key__startswith=f"api/{kind}/").order_by(
        "key"
    )


def picture_names(body: Any) -> Iterator[str]:
    """Yield the names of all drawings a page shows."""
    for block in body.get("blocks", ()):
        picture = block.get("picture") or {}
        yield from filter(None, (picture.get("wide"), picture.get("narrow")))


def drawings(body: Any) -> dict[str, str]:
    """Return the drawings of a page, by name."""
    return drawings_named(set(picture_names(body)))


def drawings_named(names: Set[str]) -> dict[str, str]:
    """Return drawings by name, as far as they may be shown."""
    found: dict[str, str] = {}
    rows = StoredPicture.objects.filter(name__in=names) if names else StoredPicture.objects.none()
    for name, svg, drawn in rows.values_list("name", "svg", "drawn"):
        found |= withheld.shown_drawings({name: svg}, judged=is_judged(drawn))
    return found


def texts_with(language: str, words: str) -> list[tuple[str, str, str]]:
    """Return key, title and lead of the pages that hold every word; places by name only.

    A word or two letters long stands on every page: one of the words must be longer.
    """
    wanted = words.casefold().split()
    if max(map(len, wanted), default=0) < LONG_ENOUGH:
        return []
    pages = documents(language).exclude(key__startswith="home/").exclude(key__startswith="place/")
    for word in wanted:
        pages = pages.filter(text__contains=word)
    return list(pages.order_by("key").values_list("key", "title", "body__lead"))


def listed_places() -> list[Mapping[str, Any]]:
    """Return what is known of all places with a page."""
    return [row for body in answers("places").values_list("body", flat=True) for row in body]


def matching_entries(body: Any, words: str) -> list[Mapping[str, Any]]:
    """Return the parts of a page whose heading holds one of the words, at most three."""
    wanted = words.casefold().split()
    parts = [
        part
        for block in body.get("blocks", ())
        for part in (block, *block.get("entries", ()))
        if part.get("anchor") and part.get("heading")
    ]
    return [p for p in parts if any(w in p["heading"].casefold() for w in wanted)][:3]


def series(
    indicator: str, *, stage: str | None = None, classification: str | None = None
) -> QuerySet[StoredFigure]:
    """Return the figures of one indicator in their order."""
    wanted = {"indicator": indicator, "stage": stage, "classification": classification}
    given = {key: value for key, value in wanted.items() if value is not None}
    return StoredFigure.objects.filter(**given).order_by("position")


def named_series(name: str, place: str) -> QuerySet[StoredFigure]:
    """Return the figures of ``indicator[.stage][.classification]`` for one place."""
    exact, wider = Q(figure_id__startswith=f"{name}:"), Q(figure_id__startswith=f"{name}.")
    found = StoredFigure.objects.filter(indicator=name.split(".")[0], place=place)
    return found.filter(exact | wider).order_by("position")


def figure_body(figure_id: str) -> Any:
    """Return one figure by its id; None when there is none."""
    found = StoredFigure.objects.filter(figure_id=figure_id).first()
    return found.body if found else None


def judged_now(figure_ids: Set[str]) -> withheld.Now:
    """Return what today's results say of those figures that may rest on one institution."""
    asked = withheld.to_judge(figure_ids)
    if not asked:
        return withheld.NOTHING_KNOWN
    found = StoredFigure.objects.filter(figure_id__in=asked).values_list("figure_id", "body")
    return {name: withheld.why_hidden(body) for name, body in found}


def inputs(sha256s: list[str]) -> list[Any]:
    """Return what is known of these input files."""
    found = InputFile.objects.filter(sha256__in=sha256s).order_by("sha256")
    return list(found.values_list("body", flat=True))


def series_at(name: str, places: list[str]) -> QuerySet[StoredFigure]:
    """Return all figures of the series ``indicator[.stage][.classification]`` at places."""
    found = StoredFigure.objects.filter(indicator=name.partition(".")[0], place__in=places)
    return found.filter(figure_id__startswith=f"{name}:").order_by("position")


def page_of(language: str, figure: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the page that shows a figure, and the name of its place when that has a page."""
    own = documents(language).filter(key=f"place/{figure['place']}").first()
    if own:
        return own.key, {figure["place"]: own.title}
    parts = (figure["indicator"], figure.get("stage"), figure.get("classification"))
    exact = "/".join(part for part in parts if part)
    keys = [f"indicator/{exact}", f"indicator/{figure['indicator']}"]
    there = set(documents(language).filter(key__in=keys).values_list("key", flat=True))
    return next((key for key in keys if key in there), keys[1]), {}


def cut(
    figures: QuerySet[StoredFigure],
    *,
    places: list[str],
    by: list[str],
    school_types: list[str],
) -> QuerySet[StoredFigure]:
    """Narrow a series to places and break-downs."""
    dimensions = sorted({*by, "school_type"} if school_types else set(by))
    found = figures.filter(place__in=places, dimensions=",".join(dimensions))
    return found.filter(by__school_type__in=school_types) if school_types else found


def first_place(kind: str) -> str:
    """Return the region's own place: that of the first figure with a stored answer."""
    known = {key.rpartition("/")[2] for key in answers(kind).values_list("key", flat=True)}
    first = StoredFigure.objects.filter(place__in=known).order_by("position").first()
    return first.place if first else min(known, default="")
