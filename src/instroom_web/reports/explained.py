"""The page of one number: what was stored of it, today or in an older release, and its history."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest

from instroom.core.answers import plain
from instroom.core.errors import DataError, DefinitionError
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports import words
from instroom.reports.asked import explain_command, meaning_of
from instroom.reports.days import date_words
from instroom.reports.figure_page import figure_of, figure_page
from instroom.reports.release_changes import FIRST
from instroom.reports.stored_rows import StoredFigureRow
from instroom_web.reports import archive, queries
from instroom_web.reports.change_log import reason_words
from instroom_web.reports.freshness import build_of
from instroom_web.reports.models import Release
from instroom_web.shared.frame import language_of

#: How many releases are looked through for the last change of a figure.
LOOKED_THROUGH = 50


def explained(request: HttpRequest, figure_id: str) -> dict[str, object] | None:
    """Return what the page of a figure shows; None when there is no such figure, or release."""
    release = None
    if "release" in request.GET:
        release = archive.release_of(archive.release_number(request))
        if release is None:
            return None
    row = _row(figure_id, release)
    meant = _meant(figure_id, row, release)
    if row is None or meant is None:
        return None
    t = Texts(language_of(request))
    known = release.made_of["inputs"] if release else {}
    inputs = [known[s] for s in row["sources"] if s in known] or queries.inputs(row["sources"])
    page = figure_page(
        row,
        meant,
        inputs,
        t,
        names=_names(row, t.language),
        national=_national(row, release),
    )
    series = figure_id.partition(":")[0]
    return {
        "page": page,
        "changes": _history(figure_id, release, t),
        "command": explain_command(figure_id, release.number if release else None),
        "json": f"api/v1/explain/{quote(figure_id, safe='/:=,')}",
        "csv": f"download/{series}/{row['place']}.csv",
        "release": release,
        "document": {
            "key": f"figure/{quote(figure_id, safe='/:=,')}",
            "chapter": "monitoring",
            "example": row.get("example", False),  # releases from before it was stored
        },
        "build": build_of(request),
    }


def _row(figure_id: str, release: Release | None) -> StoredFigureRow | None:
    found: StoredFigureRow | None = (
        archive.figure_of(release, figure_id) if release else queries.figure_body(figure_id)
    )
    return found


def _meant(
    figure_id: str, row: StoredFigureRow | None, release: Release | None
) -> Mapping[str, Any] | None:
    """Return what the indicator means, for an older release as it was stored then."""
    try:
        now: Mapping[str, Any] = plain(meaning_of(figure_id).definition)
    except (DataError, DefinitionError):
        return None
    if release is None or row is None:
        return now
    code = ".".join(filter(None, (row["indicator"], row["stage"], row["classification"])))
    then: Mapping[str, Any] | None = archive.document_of(release, "", f"api/definition/{code}")
    return {**now, **(then or {})}  # an older release may have stored less of it


def _names(row: StoredFigureRow, language: str) -> dict[str, str]:
    """Return the names of the place and of the parts that have a page of their own."""
    keys = [f"place/{code}" for code in (row["place"], *row["by"].values())]
    found = queries.documents(language).filter(key__in=keys).values_list("key", "title")
    return {key.partition("/")[2]: title for key, title in found}


def _national(row: StoredFigureRow, release: Release | None) -> StoredFigureRow | None:
    regions = registry.regions()
    countries = {region.country for region in regions.values() if not region.example}
    if row["place"] in countries or row.get("example"):
        return None
    head, _, *rest = row["id"].split(":")
    for country in sorted(countries):
        if found := _row(":".join([head, country, *rest]), release):
            return found
    return None


def _history(figure_id: str, release: Release | None, t: Texts) -> list[str]:
    """Return in which release a figure came or last changed, and that it stayed since."""
    until = release.number if release else None
    every = [one for one in archive.releases()[::-1] if until is None or one.number <= until]
    for one in every[:LOOKED_THROUGH]:
        change = archive.change_of(one, figure_id)
        if change is None:
            continue
        said = [_said(change, one, figure_id, t)]
        if one.number != every[0].number:
            said.append(t("Sindsdien veranderde het niet."))
        return said
    return [t("In de laatste uitgaven veranderde dit cijfer niet.")] if every else []


def _said(change: Mapping[str, str], release: Release, figure_id: str, t: Texts) -> str:
    values = {
        "number": release.number,
        "day": date_words(release.created, t),
        "reason": reason_words(t)[change["reason"]],
    }
    if release.number == FIRST:
        return t("Dit cijfer staat er sinds de eerste uitgave, van {day}.", day=values["day"])
    if change["change"] != "changed":
        return t("Dit cijfer kwam erbij in uitgave {number}, van {day} ({reason}).", **values)
    said = t("Dit cijfer veranderde in uitgave {number}, van {day} ({reason}).", **values)
    before = archive.release_of(release.number - 1)
    old = archive.figure_of(before, figure_id) if before else None
    if old is None:
        return said
    return f"{said} " + t("Daarvoor was het {share}.", share=words.amount(figure_of(old), t))
