"""What people change about themselves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from instroom.core.texts import Texts, languages
from instroom_web.accounts.actions import choose_language, end_other_sign_ins
from instroom_web.accounts.queries import open_sessions, person_of, roles_that_wait, ways_of
from instroom_web.accounts.session_marks import mark_of
from instroom_web.shared.frame import language_of


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show how somebody signs in, where they are signed in, and their language."""
    reader, t = person_of(request), Texts(language_of(request))
    context = {
        "reader": reader,
        "ways": ways_of(reader),
        "waiting": [t(role.title) for role in roles_that_wait(reader)],
        "sessions": open_sessions(reader, mark_of(request)),
    }
    return render(request, "accounts/account.html", context)


@require_safe
def second(request: HttpRequest) -> HttpResponse:
    """Say which role waits for a second step, and why; let its bearer choose one."""
    t = Texts(language_of(request))
    waiting = [t(role.title) for role in roles_that_wait(person_of(request))]
    if not waiting:
        return HttpResponseRedirect(reverse("account"))
    asked = request.GET.get("next", "")
    later = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else reverse("my")
    return render(request, "accounts/second.html", {"waiting": waiting, "later": later})


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
