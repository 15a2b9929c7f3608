"""How allauth behaves here: nobody makes an account for themselves, and where one arrives."""

import logging
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from instroom.core.texts import SOURCE_LANGUAGE, Texts
from instroom_web.accounts.actions import set_password
from instroom_web.accounts.models import Person
from instroom_web.accounts.queries import roles_that_wait
from instroom_web.accounts.session_marks import mark_of
from instroom_web.shared.errors import words

log = logging.getLogger("django.request")


def _sent(message: EmailMessage) -> None:
    """Send a mail; a fault is for who runs the site, and its reader asks for a new code."""
    try:
        message.send()
    except Exception:
        log.exception("a code could not be mailed")


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
        t = Texts(get_language() or SOURCE_LANGUAGE)
        if code == "too_many_login_attempts":
            heading, todo = words(t)["too_many"]
            error = ValidationError(f"{heading}. {todo}", code=code)
        if code == "email_password_mismatch":
            said = t("Dit e-mailadres en dit wachtwoord horen niet bij elkaar.")
            error = ValidationError(said, code=code)
        if code == "enter_current_password":
            error = ValidationError(t("Dit is niet uw huidige wachtwoord."), code=code)
        return error

    def post_login(self, request: HttpRequest, user: Person, **how: Any) -> HttpResponse:
        """Go on to the page asked for; first to the choice of a second step, if a role waits."""
        answer: HttpResponse = super().post_login(request, user, **how)
        if not (isinstance(answer, HttpResponseRedirect) and roles_that_wait(user)):
            return answer
        asked = urlencode({"next": answer.url})
        return HttpResponseRedirect(f"{reverse('account_second')}?{asked}")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send a code; through a server apart, so that waiting for it, or its fault, tells nothing.

        An address that is not known gets no mail: it would be told at once, and never of a fault.
        """
        if not settings.MAIL_APART:
            super().send_mail(template_prefix, email, context)
            return
        whole = {"email": email, **context}
        Thread(target=_sent, args=(self.render_mail(template_prefix, email, whole),)).start()

    def set_password(self, user: Person, password: str) -> None:
        """Keep a password, with its change in the history; only this browser stays signed in."""
        request = context.request
        mark = mark_of(request) if request.user == user else None
        set_password(user, password, kept=UUID(mark) if mark else None)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("account")

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("my")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("home")
