"""The open interface: the JSON of the commands, from stored rows, without a key.

A question means here what it means on the command line: the same defaults and the same refusals.
What this release does not hold is said (``not_stored``, with the command that computes it).
"""

import shlex
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.decorators import decorate_view
from ninja.errors import ValidationError

from instroom import __version__
from instroom.core import periods
from instroom.core.answers import plain
from instroom.core.errors import DataError, DefinitionError, UserError, Where
from instroom.core.messages import Message
from instroom.reports.asked import (
    OPEN_DATA,
    IndicatorQuery,
    explain_command,
    meaning,
    meaning_of,
    pipeline_named,
    place_of,
    refuse_period,
    stored_name,
    sum_behind,
)
from instroom.reports.stored_rows import StoredFigureRow
from instroom_web.reports import archive, queries
from instroom_web.reports.freshness import fresh
from instroom_web.reports.models import Release
from instroom_web.reports.schemas import (
    ExplainShape,
    FigureShape,
    IndicatorsShape,
    KpiShape,
    PipelineShape,
    RefusalShape,
    SeriesShape,
)

router = Router(tags=["open data"])
#: Names in one list of a question.
MOST_NAMES = 50
_REFUSALS: dict[int, Any] = {400: RefusalShape, 404: RefusalShape, 503: RefusalShape}
#: Codes of refusals that are about something that is not there.
_ABSENT = {"not_found", "not_stored", "unknown_id", "unknown_place", "unknown_figure"}
_INPUT = ("file", "sha256", "rows", "licence", "vintage", "source")


class NotFoundError(UserError):
    """There is no stored answer to this question."""

    code = "not_found"


def _not_stored(what: str, command: str, found: str = "") -> UserError:
    return UserError(
        "this release does not hold {what}",
        code="not_stored",
        found=found[:120] or Message("nothing of it"),
        expected=Message("what the pages of this release show"),
        hint=Message("with the publishers' files: {command}", command=command),
        what=what,
    )


def _release(number: int | None) -> Release | None:
    """Return the release that is asked for; None for the newest."""
    if number is None:
        return None
    found = archive.release_of(number) if 0 < number < 10**9 else None
    if found is None:
        raise _not_stored(f"release {str(number)[:12]}", "instroom releases")
    return found


def _stored(kind: str, place: str, release: int | None = None, pipeline: str = OPEN_DATA) -> Any:
    """Return a stored answer about a place, the region's own unless one is said."""
    name = place.strip()
    found = queries.place_codes([name]) if name else {}
    code = (found.get(name) or place_of(name)) if name else queries.first_place(kind)
    older, stored = _release(release), stored_name(code, pipeline)
    row = None if older else queries.answer(kind, stored).first()
    body = row.body if row else None
    if older:
        body = archive.document_of(older, "", f"api/{kind}/{stored}")
    if body is None:
        raise _not_stored(f"'{kind}' of '{code[:40]}'", f"instroom {kind} --place {code[:40]}")
    return body


def _listed(text: str, name: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST_NAMES:
        raise UserError(
            "'{name}' has too many names",
            code="too_many_names",
            where=Where(key=name),
            found=Message("{n} names", n=len(parts)),
            expected=Message("at most {most_names}", most_names=MOST_NAMES),
            hint=Message("ask in parts"),
            name=name,
        )
    return parts


def _places(text: str) -> list[str]:
    """Return the codes of places asked by name or code; one that nobody knows is refused."""
    names = _listed(text, "place")
    known = queries.place_codes(names)
    return [known.get(name) or place_of(name) for name in names]


@router.get(
    "/indicators",
    summary="All indicators with their definitions",
    response={200: IndicatorsShape, **_REFUSALS},
)
@decorate_view(fresh)
def indicators(request: HttpRequest) -> HttpResponse:
    general = queries.answers("definition").exclude(key__contains=".")
    return _answer(request, {"indicators": list(general.values_list("body", flat=True))})


@router.get(
    "/series/{indicator}",
    summary="Figures of one indicator in the order of time",
    response={200: SeriesShape, **_REFUSALS},
)
@decorate_view(fresh)
def series(
    request: HttpRequest,
    indicator: str,
    place: str = "",
    by: str = "",
    stage: str | None = None,
    classification: str | None = None,
    period: str | None = None,
    school_type: str = "",
    release: int | None = None,
) -> HttpResponse:
    question = IndicatorQuery(
        indicator,
        tuple(_places(place)),
        tuple(_listed(by, "by")),
        stage or None,
        classification or None,
        period or None,
        tuple(_listed(school_type, "school_type")),
    )
    meant = meaning(question)
    name = (indicator, meant.stage or "", meant.classification or "")
    older = _release(release)
    places, rows = _figures(question, name, older)
    together = len(question.school_types) > 1 and "school_type" not in question.by
    if together:  # the command adds these types up; a release holds each of them alone
        raise _not_stored("several school types added up", _command(question))
    lacking = [code for code in places if code not in {row["place"] for row in rows}]
    rows = _of_period(rows, question)
    if lacking or not rows:
        raise _not_stored("these figures", _command(question), ", ".join(lacking))
    return _answer(
        request,
        {
            "indicator": indicator,
            "classification": meant.classification,
            "stage": meant.stage,
            "definition": _meant_then(older, name) or plain(meant.definition),
            "series": [_shape(row) for row in rows],
        },
    )


def _meant_then(older: Release | None, name: tuple[str, str, str]) -> object:
    """Return what a figure of an older release meant then, as far as that was stored."""
    code = ".".join(filter(None, name))
    return archive.document_of(older, "", f"api/definition/{code}") if older else None


def _shape(row: Mapping[str, Any]) -> dict[str, object]:
    """Return the public fields of a figure; one that is not there is an error, not left out.

    Only a field with a default came later: a figure of an older version does not have it.
    """
    return {
        name: row[name] if field.is_required() else row.get(name, field.default)
        for name, field in FigureShape.model_fields.items()
    }


def _figures(
    question: IndicatorQuery, name: tuple[str, str, str], older: Release | None
) -> tuple[list[str], list[StoredFigureRow]]:
    """Return the places asked, or the region's own, and their figures of today, or as they were."""
    whole = queries.series(name[0], stage=name[1], classification=name[2])
    places, by = list(question.places) or _own(whole), list(question.by)
    types = list(question.school_types)
    if older is None:
        found = queries.cut(whole, places=places, by=by, school_types=types)
        return places, list(found.values_list("body", flat=True))
    dimensions = {*by, "school_type"} if types else set(by)
    return places, [
        row
        for row in archive.series_of(older, ".".join(part for part in name if part), places)
        if ((row["stage"] or ""), (row["classification"] or "")) == name[1:]
        and row["by"].keys() == dimensions
        and (not types or row["by"]["school_type"] in types)
    ]


def _own(whole: Any) -> list[str]:
    first = whole.first()
    return [first.place] if first else []


def _of_period(rows: list[StoredFigureRow], question: IndicatorQuery) -> list[StoredFigureRow]:
    """Keep the figures of the period asked; refuse one without figures, as the command does."""
    asked = question.period
    if not asked:
        return rows
    edges = periods.span(asked)
    found = [row for row in rows if row["period"] and periods.inside(row["period"], edges)]
    if not any(row["status"] != "missing" for row in found):
        known = {r["period"] for r in rows if r["period"] and r["status"] != "missing"}
        refuse_period(asked, sorted(known))
    return found


def _command(question: IndicatorQuery) -> str:
    """Write the question as a command."""
    parts = ["instroom", "series", question.indicator]
    parts += [part for place in question.places for part in ("--place", place)]
    for name, value in (
        ("--by", ",".join(question.by)),
        ("--stage", question.stage),
        ("--classification", question.classification),
        ("--period", question.period),
        ("--school-type", ",".join(question.school_types)),
    ):
        parts += [name, value] if value else []
    return shlex.join(parts)


@router.get(
    "/pipeline",
    summary="From primary school to the second year of further study",
    response={200: PipelineShape, **_REFUSALS},
)
@decorate_view(fresh)
def pipeline(
    request: HttpRequest, place: str = "", release: int | None = None, name: str = OPEN_DATA
) -> HttpResponse:
    return _answer(request, _stored("pipeline", place, release, pipeline_named(name)))


@router.get(
    "/kpi", summary="The seven goals of the programme", response={200: KpiShape, **_REFUSALS}
)
@decorate_view(fresh)
def kpi(request: HttpRequest, place: str = "", release: int | None = None) -> HttpResponse:
    return _answer(request, _stored("kpi", place, release))


@router.get(
    "/explain/{path:figure}",
    summary="Where one figure comes from",
    response={200: ExplainShape, **_REFUSALS},
)
@decorate_view(fresh)
def explain(request: HttpRequest, figure: str, release: int | None = None) -> HttpResponse:
    meant = meaning_of(figure)
    older = _release(release)
    command = explain_command(figure, older.number if older else None)
    body: Any = archive.figure_of(older, figure) if older else queries.figure_body(figure)
    if body is None:
        raise _not_stored("this figure", command)
    known = older.made_of["inputs"] if older else {}
    inputs = [known[sha] for sha in body["sources"] if sha in known] or queries.inputs(
        body["sources"]
    )
    bounds = {"low": body["low"], "high": body["high"]}
    return _answer(
        request,
        {
            "id": figure,
            "definition": plain(meant.definition),
            "formula": sum_behind(body["indicator"], body["numerator"], body["denominator"]),
            "value": bounds if body["status"] == "bounded" else body["value"],
            "recomputed": None,
            "equal": None,
            "status": body["status"],
            "reason": body["reason"],
            "inputs": [
                {"kind": given.get("kind", "file"), **{name: given.get(name) for name in _INPUT}}
                for given in inputs
            ],
            "command": command,
        },
    )


def _answer(request: HttpRequest, body: Any) -> HttpResponse:
    return api.create_response(request, body, status=200)


def _refusal(request: HttpRequest, error: UserError | type[UserError]) -> HttpResponse:
    assert isinstance(error, UserError)
    status = 404 if error.code in _ABSENT else 400
    return api.create_response(request, {"error": error.to_dict()}, status=status)


def _not_found(request: HttpRequest, _: Any) -> HttpResponse:
    error = NotFoundError(
        "there is nothing here",
        found=request.path[:120],
        expected=Message("one of the addresses of /api/v1/openapi.json"),
        hint=Message("/api/v1/indicators lists what there is"),
    )
    return _refusal(request, error)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0] if error.errors else {}
    name = str(first.get("loc", ["?"])[-1])
    said = UserError(
        "a parameter is wrong",
        code="bad_parameter",
        where=Where(key=name),
        found=str(first.get("msg", "")),
        expected=Message("parameters as in /api/v1/openapi.json"),
        hint=Message("mend '{name}'", name=name),
    )
    return _refusal(request, said)


def make_api() -> NinjaAPI:
    """Return the interface with its errors in the public shape."""
    made = NinjaAPI(title="Instroom", version=__version__, docs_url=None, urls_namespace="api")
    made.add_router("", router)
    for kind in (DefinitionError, DataError, UserError):
        made.add_exception_handler(kind, _refusal)
    made.add_exception_handler(Http404, _not_found)
    made.add_exception_handler(ValidationError, _invalid)
    return made


api = make_api()
