"""Entering starts, targets and values, and deciding of what another entered."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.programme.results import yardsticks
from instroom_web.accounts.queries import person_of
from instroom_web.programme import entering, queries
from instroom_web.programme.forms import AmountForm
from instroom_web.shared.frame import language_of


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """List what somebody may decide of, and what they entered and still waits for another."""
    person, t = person_of(request), Texts(language_of(request))
    context = {
        "lines": entering.lines_of(queries.waiting_for(person), t),
        "mine": entering.lines_of(queries.sent_by(person), t),
        "decides": queries.decides(person),
    }
    return render(request, "programme/waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, goal: str) -> HttpResponse:
    """Enter a new version; it counts once a second person approved it."""
    person, t = person_of(request), Texts(language_of(request))
    if goal not in registry.kpis() or not yardsticks(found := registry.kpis()[goal]):
        raise Http404
    form = AmountForm(request.POST or None, goal=found, places=entering.places(), t=t)
    if form.is_valid() and entering.proposed(form, person, t):
        messages.success(request, t("Bewaard. Nu kijkt een tweede persoon ernaar."))
        return HttpResponseRedirect(reverse("work_goal", kwargs={"goal": goal}))
    context = {"goal": found, "form": form}
    return render(request, "programme/propose.html", context, status=422 if form.is_bound else 200)


@require_POST
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Approve a version, or send it back; who comes second is told that it was decided."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.decidable(person, uuid)
    said = entering.decided(row, request.POST.get("decision", ""), person, t)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("work_waiting"))
