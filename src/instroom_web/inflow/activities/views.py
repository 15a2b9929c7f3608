"""Working pages of activities and initiatives."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instroom.core.texts import Texts
from instroom_web.accounts.queries import person_of
from instroom_web.inflow.actions import ChangedMeanwhileError
from instroom_web.inflow.activities import actions, co_financing, queries, recording
from instroom_web.inflow.activities.forms import (
    ActivityForm,
    InitiativeForm,
    first_values,
    shown_values,
)
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.shared.frame import language_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Record an activity of a school; ``?like=`` starts from another one."""
    person, t = person_of(request), Texts(language_of(request))
    school = region.school_for(person, code, "record_cooperation")
    like = queries.like_for(person, request.GET.get("like", ""))
    form = ActivityForm(request.POST or None, t=t, school=school, initial=first_values(like))
    if form.is_valid() and recording.recorded(form, school, person, t):
        return _go("work_activity_saved", uuid=form.cleaned_data["key"])
    context = _form_context(school, form) | {"like": like}
    return render(request, "activities/activity.html", context, status=_status(form))


@form_page
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change an activity; nobody writes over what they did not see."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.activity_for(person, uuid)
    form = ActivityForm(request.POST or None, t=t, school=row.school, initial=shown_values(row))
    context = _form_context(row.school, form) | recording.change_context(person, row, t)
    try:
        if form.is_valid() and recording.changed(form, row, person, t):
            return _go("work_activity_saved", uuid=row.uuid)
    except ChangedMeanwhileError:
        context["changed_meanwhile"] = True
    return render(request, "activities/activity.html", context, status=_status(form))


def _form_context(school: Organisation, form: ActivityForm) -> dict[str, object]:
    return {"school": school, "form": form, "companies": region.companies()[:2000]}


def _status(form: ActivityForm) -> int:
    return 422 if form.is_bound else 200


def _go(name: str, **keys: object) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, kwargs=keys))


@require_safe
def saved(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say what was kept, and offer another one."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.activity_for(person, uuid)
    return render(request, "activities/saved.html", recording.saved_context(person, row, t))


@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Delete an activity; the page of its school offers to put it back."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.activity_for(person, uuid)
    actions.delete_activity(row, by=person.uuid)
    messages.success(request, t("Verwijderd. U kunt het dertig dagen terugzetten."))
    return _go("work_school", code=row.school.code)


@require_POST
def restore(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put a deleted activity back."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.activity_for(person, uuid, deleted=True)
    wrong = recording.tried(lambda: actions.restore_activity(row, by=person.uuid), t)
    messages.success(request, wrong or t("Teruggezet."))
    return _go("work_school", code=row.school.code)


@form_page
def initiatives(request: HttpRequest) -> HttpResponse:
    """List the initiatives, take over those of the programme, and add others."""
    person, t = person_of(request), Texts(language_of(request))
    form = InitiativeForm(request.POST or None, t=t)
    if form.is_valid() and recording.initiative_added(form, person, t):
        return _go("work_initiatives")
    context = {"found": queries.initiatives_counted(), "form": form, "known": queries.not_taken()}
    return render(request, "activities/initiatives.html", context, status=_status_of(form))


def _status_of(form: InitiativeForm) -> int:
    return 422 if form.is_bound else 200


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take over initiatives that the programme outline names."""
    person = person_of(request)
    offered = {one.id for one in queries.not_taken()}
    for name in request.POST.getlist("definition"):
        if name in offered:
            actions.take_initiative(name, by=person.uuid)
    return _go("work_initiatives")


@require_safe
def contributions(request: HttpRequest) -> HttpResponse:
    """Show what companies gave in a calendar year, by initiative; what they did not say apart."""
    person, t = person_of(request), Texts(language_of(request))
    year = co_financing.year_of(request.GET.get("year"))
    found = co_financing.listed(person, year, t)
    context = {"year": year, "years": queries.years_with([year]), "found": found}
    return render(request, "activities/contributions.html", context)


@require_safe
def contributions_file(request: HttpRequest, year: int, form: str) -> HttpResponse:
    """Give that list as a file for the accountant."""
    person, t = person_of(request), Texts(language_of(request))
    return co_financing.file_of(co_financing.listed(person, year, t), form, t)
