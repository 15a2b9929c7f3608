"""How allauth behaves here: nobody makes an account for themselves, and where one arrives."""

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from instroom.core.texts import SOURCE_LANGUAGE, Texts
from instroom_web.accounts.models import Person
from instroom_web.accounts.policy import waits_for_second_factor
from instroom_web.shared.errors import words


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People are added by an administrator; a sign-in leads to one's own page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's shape
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whose tries are counted: the address next to us when a header names none.

        Otherwise a proxy that says ``unknown``, or adds nothing, would keep everybody out.
        """
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return str(request.META.get("REMOTE_ADDR", ""))

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Say in a form what a page without one says: that it went too often, and how long to wait.

        allauth calls asking for a code too often a failed try to sign in.
        """
        error: ValidationError = super().validation_error(code, *args)
        if code == "too_many_login_attempts":
            heading, todo = words(Texts(get_language() or SOURCE_LANGUAGE))["too_many"]
            error = ValidationError(f"{heading}. {todo}", code=code)
        return error

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        person = request.user
        waits = isinstance(person, Person) and waits_for_second_factor(person)
        return reverse("account_second_factor" if waits else "my")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("home")
