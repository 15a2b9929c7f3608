"""An address with a NUL is no address: databases do not all take one, and no reader types it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from instroom_web.shared.errors import error_page


class NoNul:
    """Refuse an address with a NUL in its path or its options, before anything looks it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_page(request, 400)
        return self.get_response(request)
