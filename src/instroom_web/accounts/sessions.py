"""How long somebody stays signed in, and where: every sign-in is a row that can be ended."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from instroom.core.texts import Texts
from instroom_web.accounts import actions
from instroom_web.accounts.models import Person
from instroom_web.accounts.queries import IDLE, LONGEST, sign_in_with
from instroom_web.shared.clock import now
from instroom_web.shared.frame import language_of
from instroom_web.shared.page_kinds import PageKind, kind_of

#: Where a session names its sign-in.
KEY = "sign_in"
#: Seconds after which it is written down again that somebody is there: not at every request.
STEP = 30
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Cr[O]S", "ChromeOS"),
            ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def browser_words(agent: str) -> str:
    """Return which program on which system a browser says it is; empty when it says neither.

    Examples
    --------
    >>> browser_words("Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0")
    'Firefox, Windows'
    """
    found = (
        next((name for mark, name in names if re.search(mark, agent)), "")
        for names in (_PROGRAMS, _SYSTEMS)
    )
    return ", ".join(one for one in found if one)


def begun(request: HttpRequest, user: Person, **_: object) -> None:
    """Keep a new sign-in, by whatever way (a receiver of ``user_logged_in``)."""
    row = actions.begin_sign_in(user, browser_words(request.META.get("HTTP_USER_AGENT", "")))
    request.session[KEY] = str(row.uuid)


def ended(request: HttpRequest, **_: object) -> None:
    """Forget a sign-in that its person ended (a receiver of ``user_logged_out``)."""
    actions.end_sign_in(str(request.session.get(KEY, "")))


def password_changed(request: HttpRequest, user: Person, **_: object) -> None:
    """End what was signed in with the old password (a receiver of allauth's signals)."""
    mine = str(request.session.get(KEY, "")) if request.user.is_authenticated else ""
    actions.sign_out_elsewhere(user, keep=mine, kind="person.password_changed")


class SignedInWhile:
    """Ends a session of which the sign-in is over; asks on personal pages only.

    A public page is the same for everybody and never looks who reads it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *_: Any) -> None:
        if kind_of(view) is not PageKind.PERSONAL or not isinstance(request.user, Person):
            return
        said = _over(request, request.user)
        if said is not None:
            logout(request)
        if said:
            messages.info(request, said)


def _over(request: HttpRequest, person: Person) -> str | None:
    """Return what to say when the sign-in is over, which may be nothing; None while it lasts."""
    row, t = sign_in_with(person, str(request.session.get(KEY, ""))), Texts(language_of(request))
    if row is None:
        return t("U bent uitgelogd. Log opnieuw in om verder te gaan.")
    if now() - row.seen > IDLE:
        return t("U was 30 minuten weg. Log opnieuw in, dan gaat u verder waar u was.")
    if now() - row.since > LONGEST:
        return t("U was 8 uur ingelogd. Log opnieuw in, dan gaat u verder waar u was.")
    if (now() - row.seen).total_seconds() > STEP:
        actions.see_sign_in(row)
    return None
