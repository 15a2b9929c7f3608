"""Pages of what schools state once a year."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from instroom.core.texts import Texts
from instroom_web.accounts.queries import person_of
from instroom_web.inflow.actions import ChangedMeanwhileError
from instroom_web.inflow.yearly import queries, recording
from instroom_web.shared.frame import language_of


@require_safe
def yearly(request: HttpRequest) -> HttpResponse:
    """List the yearly questions, with the schools that still have to answer."""
    context = {"sets": queries.open_sets(person_of(request))}
    return render(request, "yearly/yearly.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def stated(request: HttpRequest, code: str, asked: str) -> HttpResponse:
    """Show a set of questions to a school, and keep its answers."""
    person, t = person_of(request), Texts(language_of(request))
    about = queries.asked_of_school(person, code, asked, request.GET.get("year", ""))
    form, meanwhile = recording.form_of(about, request.POST, t), False
    try:
        if form.is_valid():
            recording.stated(about, form, person)
            messages.success(request, t("Bewaard."))
            return HttpResponseRedirect(reverse("work_school", kwargs={"code": code}))
    except ChangedMeanwhileError:
        meanwhile = True
    context = {**recording.stated_context(about, person, t), "form": form, "meanwhile": meanwhile}
    return render(request, "yearly/stated.html", context, status=422 if form.is_bound else 200)
