"""What a partial build takes over: rows of the present one, checked against its release."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from instroom.reports.kept_build import NotTheSameBuildError, TakenOver
from instroom_web.reports import archive, screened
from instroom_web.reports.models import StoredDocument, StoredFigure, StoredPicture


@dataclass(frozen=True, slots=True)
class Stays:
    """Digests of contents that stay, by name, and the keys of the rows that hold them."""

    documents: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    #: All series in the order of the build, also those that are made anew.
    order: tuple[str, ...] = ()
    document_rows: frozenset[int] = frozenset()
    picture_rows: frozenset[int] = frozenset()
    figure_rows: frozenset[int] = frozenset()


def stays_of(taken: TakenOver | None, etag: str) -> Stays:
    """Return what stays of the build that is stored, with every row as its release holds it.

    Raises
    ------
    NotTheSameBuildError
        When another build is stored, its release is not held any more, or a row is not what the
        release says.
    """
    if taken is None:
        return Stays()
    release = archive.newest()
    if release is None or release.thinned or {taken.etag, etag} != {release.etag}:
        raise NotTheSameBuildError
    held = archive.contents_of(release)
    documents = _part(held["documents"], taken.documents)
    pictures = _part(held["pictures"], taken.pictures)
    figures = _part(held["figures"], taken.series)
    return Stays(
        documents,
        pictures,
        figures,
        taken.order,
        _document_rows(documents),
        _picture_rows(pictures),
        _figure_rows(figures),
    )


def _part(held: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    found = {name: held.get(name, "") for name in names}
    if not all(found.values()):
        raise NotTheSameBuildError
    return found


def _document_rows(documents: Mapping[str, str]) -> frozenset[int]:
    rows = StoredDocument.objects.values_list("pk", "language", "key", "digest")
    there = {f"{language}/{key}": (pk, digest) for pk, language, key, digest in rows}
    return _rows({n: screened.judged_name(one) for n, one in documents.items()}, there)


def _picture_rows(pictures: Mapping[str, str]) -> frozenset[int]:
    rows = StoredPicture.objects.values_list("pk", "name", "drawn", "digest")
    judged = {name: (pk, digest) for pk, name, drawn, digest in rows if screened.is_judged(drawn)}
    return _rows(pictures, judged)


def _figure_rows(figures: Mapping[str, str]) -> frozenset[int]:
    """Return the rows of series, each equal to its line in the release and in the same order."""
    there: dict[str, list[tuple[int, str]]] = {}
    rows = StoredFigure.objects.order_by("position").values_list(
        "pk", "indicator", "stage", "classification", "digest"
    )
    for pk, indicator, stage, classification, digest in rows:
        series = f"{indicator}.{stage}.{classification}"
        there.setdefault(series, []).append((pk, digest))
    found: list[int] = []
    for series, digest in figures.items():
        lines = archive.content(digest).split(b"\n")
        said = [screened.judged_name(archive.digest_of(line)) for line in lines]
        mine = there.get(series, [])
        if [one for _, one in mine] != said:
            raise NotTheSameBuildError
        found += [pk for pk, _ in mine]
    return frozenset(found)


def _rows(wanted: Mapping[str, str], there: Mapping[str, tuple[int, str]]) -> frozenset[int]:
    rows = [there.get(name, (0, "")) for name in wanted]
    if [digest for _, digest in rows] != list(wanted.values()):
        raise NotTheSameBuildError
    return frozenset(pk for pk, _ in rows)
