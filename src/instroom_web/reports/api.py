"""The open interface: the JSON of the commands, from stored rows, without a key."""

# ruff: noqa: ARG001 - Django hands every view its request, also when it is not needed

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.decorators import decorate_view
from ninja.errors import ValidationError

from instroom import __version__
from instroom.core.errors import UserError
from instroom_web.reports import queries
from instroom_web.reports.freshness import fresh

router = Router(tags=["open data"])


class NotFoundError(UserError):
    """There is no stored answer to this question."""

    code = "not_found"


def _stored(kind: str, name: str) -> Any:
    row = queries.answer(kind, name).first()
    if row is None:
        known = queries.answers(kind).values_list("key", flat=True)[:20]
        raise NotFoundError(
            f"there is no {kind} for '{name}'",
            found=name,
            expected=", ".join(key.split("/", 2)[2] for key in known) or None,
            hint="/api/v1/indicators lists what there is",
        )
    return row.body


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@router.get("/indicators", summary="All indicators with their definitions")
@decorate_view(fresh)
def indicators(request: HttpRequest) -> dict[str, Any]:
    general = queries.answers("definition").exclude(key__contains=".")
    return {"indicators": list(general.values_list("body", flat=True))}


@router.get("/series/{indicator}", summary="Figures of one indicator in the order of time")
@decorate_view(fresh)
def series(
    request: HttpRequest,
    indicator: str,
    place: str = "",
    by: str = "",
    stage: str | None = None,
    classification: str | None = None,
    period: str = "",
    school_type: str = "",
) -> dict[str, Any]:
    first = queries.series(indicator, stage=stage, classification=classification).first()
    if first is None:
        _stored("definition", indicator)
        raise NotFoundError(f"'{indicator}' has no figures for this stage and classification")
    meaning = queries.definition(indicator, first.stage, first.classification).first()
    found = queries.cut(
        queries.series(indicator, stage=first.stage, classification=first.classification),
        places=[queries.place_code(name) for name in _listed(place)] or [first.place],
        by=_listed(by),
        period=period,
        school_types=_listed(school_type),
    )
    return {
        "indicator": indicator,
        "classification": first.classification or None,
        "stage": first.stage or None,
        "definition": meaning.body if meaning else None,
        "series": list(found.values_list("body", flat=True)),
    }


@router.get("/pipeline", summary="From primary school to the second year of further study")
@decorate_view(fresh)
def pipeline(request: HttpRequest, place: str = "") -> Any:
    return _stored("pipeline", queries.place_code(place) or queries.first_place("pipeline"))


@router.get("/kpi", summary="The seven goals of the programme")
@decorate_view(fresh)
def kpi(request: HttpRequest, place: str = "") -> Any:
    return _stored("kpi", queries.place_code(place) or queries.first_place("kpi"))


@router.get("/explain/{path:figure}", summary="Where one figure comes from")
@decorate_view(fresh)
def explain(request: HttpRequest, figure: str) -> Any:
    row = queries.answer("explain", figure).first()
    return row.body if row else _from_rows(figure)


def _from_rows(figure_id: str) -> dict[str, Any]:
    """Explain a figure that has no answer of its own: what is stored about it and its files."""
    figure = queries.figure(figure_id)
    if figure is None:
        raise NotFoundError(
            f"there is no figure '{figure_id}'",
            found=figure_id,
            hint="/api/v1/series/{indicator} gives the ids",
        )
    meaning = queries.definition(figure.indicator, figure.stage, figure.classification).first()
    bounds = {"low": figure.body["low"], "high": figure.body["high"]}
    return {
        "id": figure.figure_id,
        "definition": meaning.body if meaning else None,
        "value": bounds if figure.body["status"] == "bounded" else figure.body["value"],
        "status": figure.body["status"],
        "inputs": queries.inputs(figure.body["sources"]),
    }


def _refusal(request: HttpRequest, error: UserError, status: int) -> HttpResponse:
    return api.create_response(request, {"error": error.to_dict()}, status=status)


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    known = error if isinstance(error, UserError) else NotFoundError("there is nothing here")
    return _refusal(request, known, 404)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return _refusal(request, UserError("a parameter is wrong", found=str(error.errors)), 400)


def make_api() -> NinjaAPI:
    """Return the interface with its errors in the public shape."""
    made = NinjaAPI(title="Instroom", version=__version__, docs_url=None, urls_namespace="api")
    made.add_router("", router)
    made.add_exception_handler(NotFoundError, _not_found)
    made.add_exception_handler(Http404, _not_found)
    made.add_exception_handler(ValidationError, _invalid)
    return made


api = make_api()
