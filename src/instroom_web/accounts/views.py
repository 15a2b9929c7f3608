"""What people change about themselves."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST

from instroom.core.texts import languages
from instroom_web.accounts.actions import choose_language
from instroom_web.accounts.queries import person_of


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and go on in it."""
    asked = request.POST.get("language", "")
    chosen = asked if asked in languages() else translation.get_language()
    person = person_of(request)
    choose_language(person, chosen, by=person.uuid)
    with translation.override(chosen):
        return HttpResponseRedirect(reverse("my"))
