"""What people change about themselves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from instroom.core.texts import Texts, languages
from instroom_web.accounts.actions import choose_language, end_other_sign_ins
from instroom_web.accounts.queries import open_sessions, person_of, ways_of
from instroom_web.accounts.session_marks import mark_of
from instroom_web.shared.frame import language_of


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show how somebody signs in, where they are signed in, and their language."""
    reader = person_of(request)
    context = {
        "reader": reader,
        "ways": ways_of(reader),
        "sessions": open_sessions(reader, mark_of(request)),
    }
    return render(request, "accounts/account.html", context)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign somebody out everywhere but here."""
    person, mark = person_of(request), mark_of(request)
    end_other_sign_ins(person, kept=UUID(mark) if mark else None, by=person.uuid)
    t = Texts(language_of(request))
    messages.success(request, t("U bent overal uitgelogd, behalve hier."))
    return HttpResponseRedirect(reverse("account"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and go on in it."""
    asked = request.POST.get("language", "")
    chosen = asked if asked in languages() else translation.get_language()
    person = person_of(request)
    choose_language(person, chosen, by=person.uuid)
    with translation.override(chosen):
        return HttpResponseRedirect(reverse("account"))
