"""Pages for one person: made live, of the same blocks and figures as the public pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instroom.definitions import registry
from instroom_web.accounts.queries import person_of
from instroom_web.region.queries import waiting_roles
from instroom_web.reports.figures import headline
from instroom_web.reports.page_origin import page_origin
from instroom_web.shared.frame import language_of


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """Greet the person, say what they can do today, and show where the region stands."""
    language = language_of(request)
    shown = headline(language)
    reader = person_of(request)
    roles = registry.roles()
    context = {
        "reader": reader,
        "waiting": [roles[held.role].title for held in waiting_roles(reader)],
        "headline": shown,
        "origin": page_origin(request, {"blocks": [shown.block]} if shown else {}, language),
    }
    return render(request, "reports/my.html", context)
