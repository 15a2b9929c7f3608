"""Who may see a page. Every view says so: ``@public``, or ``@requires`` of a rule."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from instroom_web.accounts.models import Person

View = Callable[..., HttpResponse]
Rule = Callable[[Person], bool]
_NAME = "access"
PUBLIC = "public"


def signed_in(person: Person) -> bool:
    """Everybody who signed in and was not deactivated."""
    return person.is_active


def access_of(view: object) -> str | None:
    """Return what a view asks of its reader: ``public``, the name of a rule, or None."""
    return getattr(view, _NAME, None)


def public(view: View) -> View:
    """Let everybody in, also who did not sign in."""
    setattr(view, _NAME, PUBLIC)
    return view


def waits_for_second_factor(person: Person) -> bool:
    """Whether somebody has a role that does not count until they have a second way to sign in.

    Apps that know of roles say so, by a method of this name of their configuration.
    """
    asked = (getattr(one, "waits_for_second_factor", None) for one in apps.get_app_configs())
    return any(ask(person) for ask in asked if ask)


def requires(rule: Rule) -> Callable[[View], View]:
    """Let in who signed in and passes the rule; others sign in first, or are refused."""

    def guarded(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if not rule(person):
                if waits_for_second_factor(person):
                    return HttpResponseRedirect(reverse("account_second_factor"))
                raise PermissionDenied
            return view(request, *args, **names)

        setattr(asked, _NAME, rule.__name__)
        return asked

    return guarded
