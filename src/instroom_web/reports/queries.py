"""Reading stored results: every page is one or two of these."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from instroom_web.reports.models import (
    Build,
    InputFile,
    StoredDocument,
    StoredFigure,
    StoredPicture,
)


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
    """Return the codes of places that have a page, by the names they were asked with."""
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
    names = set(picture_names(body))
    found = StoredPicture.objects.filter(name__in=names) if names else StoredPicture.objects.none()
    return dict(found.values_list("name", "svg"))


def search(language: str, words: str) -> QuerySet[StoredDocument]:
    """Return the pages that hold every word; those with the word in their title first."""
    wanted = words.casefold().split()
    found = documents(language) if wanted else StoredDocument.objects.none()
    found = found.exclude(key__startswith="home/")  # the first page, counted in another way
    for word in wanted:
        found = found.filter(text__contains=word)
    in_title = (
        When(title__icontains=wanted[0], then=Value(0)) if wanted else When(pk=0, then=Value(0))
    )
    rank = Case(in_title, default=Value(1), output_field=IntegerField())
    return found.order_by(rank, "key")


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


def inputs(sha256s: list[str]) -> list[Any]:
    """Return what is known of these input files."""
    found = InputFile.objects.filter(sha256__in=sha256s).order_by("sha256")
    return list(found.values_list("body", flat=True))


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
