"""A session ends after half an hour without a request, and when it is ended from elsewhere.

A session names its row in ``SignIn``: without that row it ends. Pages for everybody are the same
for everybody, so they never ask; reading them is no request of a person here.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from instroom.core.texts import Texts
from instroom_web.accounts.actions import (
    begin_sign_in,
    end_other_sign_ins,
    end_sign_in,
    note_request,
)
from instroom_web.accounts.lasting import lasted, was_away
from instroom_web.accounts.models import Person, SignIn
from instroom_web.accounts.policy import PUBLIC, access_of
from instroom_web.accounts.queries import sign_in_of
from instroom_web.accounts.session_marks import MARK, mark_of
from instroom_web.shared.clock import now
from instroom_web.shared.frame import language_of
from instroom_web.shared.page_kinds import PageKind, kind_of

_SAFE = ("GET", "HEAD", "OPTIONS")


def _began(request: HttpRequest, user: Person, **_: object) -> None:
    _ended(request)  # whoever signs in again in the same browser
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[MARK] = str(begin_sign_in(user, agent))


def _ended(request: HttpRequest, **_: object) -> None:
    if mark := mark_of(request):
        end_sign_in(UUID(mark))


def _more_secure(request: HttpRequest, user: Person, **_: object) -> None:
    """End the sessions that were opened without what is asked from now on."""
    mark = mark_of(request)
    end_other_sign_ins(user, kept=UUID(mark) if mark else None, by=user.uuid)


def connect() -> None:
    """Keep sign-ins as Django tells of them, by whichever door."""
    user_logged_in.connect(_began, dispatch_uid="sign-in began")
    user_logged_out.connect(_ended, dispatch_uid="sign-in ended")
    authenticator_added.connect(_more_secure, dispatch_uid="second step added")


class EndOfSession:
    """Let a session that is over end before its page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: object
    ) -> HttpResponse | None:
        """Return the way to sign in again; None while the session lasts."""
        if kind_of(view) is not PageKind.PERSONAL:
            return None
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        person = request.user
        if not isinstance(person, Person):
            return None
        if mark_of(request) is None:  # made by a program of ours, not at a door
            _began(request, person)
        kept = sign_in_of(person, mark_of(request))
        if kept and not _is_over(kept):
            note_request(kept)
            return None
        away = kept is not None and was_away(kept.seen_at, now())
        logout(request)
        return None if access_of(view) == PUBLIC else _to_sign_in(request, away=away)


def _is_over(kept: SignIn) -> bool:
    moment = now()
    return was_away(kept.seen_at, moment) or lasted(kept.began_at, moment)


def _to_sign_in(request: HttpRequest, *, away: bool) -> HttpResponse:
    """Lead to the door, and from there back to the page; say what was not kept."""
    t, said = Texts(language_of(request)), []
    if away:
        said += [t("U was een half uur weg. Log opnieuw in; u gaat verder waar u was.")]
    if request.method not in _SAFE:
        said += [t("Wat u net verstuurde, is niet bewaard.")]
    if said:
        messages.warning(request, " ".join(said))
    back = urlencode({"next": _page_of(request)})
    return HttpResponseRedirect(f"{reverse('account_login')}?{back}")


def _page_of(request: HttpRequest) -> str:
    """Return the page somebody was on: a form that is sent comes from one."""
    if request.method in _SAFE:
        return request.get_full_path()
    before = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}):
        parts = urlsplit(before)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return reverse("my")
