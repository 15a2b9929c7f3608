"""What people change about themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from instroom.core.texts import Texts, languages
from instroom_web.accounts import actions
from instroom_web.accounts.actions import choose_language
from instroom_web.accounts.queries import person_of, sign_ins_of, ways_in
from instroom_web.accounts.sessions import KEY
from instroom_web.shared.frame import language_of


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and go on in it."""
    asked = request.POST.get("language", "")
    chosen = asked if asked in languages() else translation.get_language()
    person = person_of(request)
    choose_language(person, chosen, by=person.uuid)
    with translation.override(chosen):
        return HttpResponseRedirect(reverse("my"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show how one signs in, and where one is signed in."""
    person = person_of(request)
    context = {
        "ways": ways_in(person),
        "sign_ins": sign_ins_of(person),
        "this": request.session.get(KEY),
    }
    return render(request, "accounts/home.html", context)


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Say why a role asks a second way to sign in, and let one choose which."""
    return render(request, "accounts/second_factor.html", {"ways": ways_in(person_of(request))})


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other sign-in of this person."""
    keep = str(request.session.get(KEY, ""))
    actions.sign_out_elsewhere(person_of(request), keep=keep)
    messages.success(request, Texts(language_of(request))("U bent overal elders uitgelogd."))
    return HttpResponseRedirect(reverse("mfa_index"))
