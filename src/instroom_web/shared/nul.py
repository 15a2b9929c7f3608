"""An address with a NUL is no address: databases do not all take one, and no reader types it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from instroom_web.shared.errors import error_page


class NoNul:
    """Say of an address with a NUL, before anything looks it up, that it is not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_page(request, 404)
        return self.get_response(request)
