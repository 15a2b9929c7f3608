"""Who may see a page. Every view says so: ``@public``, or ``@requires`` of a rule."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
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


def requires(rule: Rule) -> Callable[[View], View]:
    """Let in who signed in and passes the rule; others sign in first, or are refused."""

    def guarded(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if not rule(person):
                raise PermissionDenied
            return view(request, *args, **names)

        setattr(asked, _NAME, rule.__name__)
        return asked

    return guarded
