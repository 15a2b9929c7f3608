"""The language of an address is the language of all that is said there, by whichever package."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from instroom_web.shared.frame import language_of


class LanguageOfAddress:
    """Speak the language in the first part of the address; neither cookies nor browsers decide."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            return self.get_response(request)
