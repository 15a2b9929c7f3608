"""HEAD is GET without a body, on every address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class HeadAsGet:
    """Answer HEAD as GET would be answered, and leave the body out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        request.method = "HEAD"
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response
