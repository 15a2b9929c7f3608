"""Error pages in the house style, and as JSON under ``/api/``. They read no rows."""

# ruff: noqa: ARG001 - Django hands every view its request, also when it is not needed

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom_web.shared.frame import language_of

_CODES = {
    400: "usage",
    403: "forbidden",
    404: "not_found",
    410: "release_gone",
    429: "too_many",
    500: "server",
    503: "empty",
}


def words(t: Texts) -> dict[str, tuple[str, str]]:
    """Return per code: heading, what to do."""
    return {
        "usage": (
            t("Dit adres klopt niet"),
            t("Controleer het adres of ga terug naar de eerste pagina."),
        ),
        "forbidden": (
            t("Deze pagina is niet voor u"),
            t("Ga terug en probeer het opnieuw, of vraag het programmabureau om toegang."),
        ),
        "not_found": (
            t("Deze pagina bestaat niet"),
            t(
                "Misschien is het adres veranderd of is er een letter weggevallen. "
                "Zoek bovenaan, of ga naar de eerste pagina."
            ),
        ),
        "release_gone": (
            t("Deze uitgave wordt niet meer bewaard"),
            t(
                "Onder Veranderingen staat wanneer zij verscheen. Haal release= uit het adres "
                "weg voor de cijfers van nu."
            ),
        ),
        "too_many": (
            t("Dit ging te vaak achter elkaar"),
            t("Wacht een paar minuten, en probeer het dan opnieuw."),
        ),
        "server": (
            t("Er ging iets mis bij ons"),
            t("Het ligt niet aan u. Probeer het over een paar minuten opnieuw."),
        ),
        "empty": (
            t("Hier is nog niets berekend"),
            t(
                "Op deze plek staan straks de cijfers van de regio. "
                "Lees eerst de open bestanden in en reken ze door met: instroom compute."
            ),
        ),
        "too_slow": (
            t("Dit duurt te lang"),
            t("Het is druk, of de vraag is te groot. Probeer het over een halve minuut opnieuw."),
        ),
    }


def error_page(request: HttpRequest, status: int, code: str | None = None) -> HttpResponse:
    """Return the page, or the public error shape for programs."""
    program = request.path.startswith("/api/")
    code = code or _CODES[status]
    heading, todo = words(Texts("en" if program else language_of(request)))[code]
    if program:
        body = UserError(heading, code=code, found=request.path, hint=todo).to_dict()
        return JsonResponse({"error": body}, status=status)
    context = {"status": status, "heading": heading, "todo": todo}
    return render(request, "shared/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    return error_page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)
