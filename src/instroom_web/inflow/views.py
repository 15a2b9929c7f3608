"""Working pages of schools and companies, and the page behind a link in a mail."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instroom.core.texts import Texts
from instroom.inflow.cooperation import SIDES
from instroom_web.accounts.queries import person_of
from instroom_web.inflow import actions, queries, recording
from instroom_web.inflow.actions import ChangedMeanwhileError, GivenAnswer
from instroom_web.inflow.asking import asked_context, given_answers
from instroom_web.inflow.forms import AnswersForm, CallForm, CooperationForm
from instroom_web.inflow.models import Cooperation
from instroom_web.inflow.yearly.recording import yearly_context
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.shared.frame import language_of

#: Schools on one page of the list.
PAGE = 50
#: What may be said of a school and a school year.
SAYINGS = ("all_recorded", "nothing")
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def schools(request: HttpRequest) -> HttpResponse:
    """List the schools somebody works with, found by a part of their name."""
    words = request.GET.get("q", "").strip()[:100]
    found = region.schools_for(person_of(request))
    found = found.filter(name__icontains=words) if words else found
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "inflow/schools.html", {"page": page, "words": words})


@require_safe
def school(request: HttpRequest, code: str) -> HttpResponse:
    """Show a school: what it does with companies, what lacks, and what happened."""
    person = person_of(request)
    one = region.school_for(person, code)
    t = Texts(language_of(request))
    context = recording.school_context(person, one, t) | yearly_context(person, one, t)
    return render(request, "inflow/school.html", context)


@form_page
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Record that a school and a company do something together."""
    person, t = person_of(request), Texts(language_of(request))
    one = region.school_for(person, code, "record_cooperation")
    form = CooperationForm(request.POST or None, t=t)
    if form.is_valid() and recording.recorded(form, one, person, t):
        return _to_school(request, one, t("Bewaard."))
    context = {"school": one, "form": form, "companies": region.companies()[:2000]}
    return render(request, "inflow/cooperation.html", context, status=_status(form))


@form_page
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change what is recorded of a cooperation; nobody writes over what they did not see."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.cooperation_for(person, uuid)
    initial = recording.shown_values(row)
    form = CooperationForm(request.POST or None, t=t, new=False, initial=initial)
    context = {"school": row.school, "row": row, "form": form}
    try:
        if form.is_valid() and recording.changed(form, row, person, t):
            return _to_school(request, row.school, t("Bewaard."))
    except ChangedMeanwhileError:
        context["changed_meanwhile"] = True
    return render(request, "inflow/cooperation.html", context, status=_status(form))


def _status(form: CooperationForm) -> int:
    return 422 if form.is_bound else 200


def _to_school(request: HttpRequest, one: Organisation, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("work_school", kwargs={"code": one.code}))


@require_POST
def said(request: HttpRequest, code: str) -> HttpResponse:
    """Keep that all of this school year is recorded, or that nothing is done."""
    person, t = person_of(request), Texts(language_of(request))
    one = region.school_for(person, code, "record_cooperation")
    what, wrong = request.POST.get("said", ""), ""
    if what in SAYINGS:
        wrong = recording.tried(lambda: actions.say_of_school(one, what, by=person.uuid), t)
    return _to_school(request, one, wrong)


@require_POST
def ask(request: HttpRequest, uuid: UUID, side: str) -> HttpResponse:
    """Mail one side a link on which it says what is right."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.cooperation_for(person, uuid, "ask_confirmation")
    organisation = _side_of(row, side)
    wrong = recording.asked(request, organisation, side, person)
    sent = t("Mail verstuurd aan {name}.", name=organisation.name)
    return _to_school(request, row.school, wrong or sent)


@require_POST
def call(request: HttpRequest, uuid: UUID, side: str) -> HttpResponse:
    """Keep what one side said by telephone."""
    person, t = person_of(request), Texts(language_of(request))
    row = queries.cooperation_for(person, uuid, "ask_confirmation")
    _side_of(row, side)
    form = CallForm(request.POST)
    if not form.is_valid():
        return _to_school(request, row.school, t("Schrijf op wie u sprak en wat die zei."))
    given = GivenAnswer(row.uuid, form.cleaned_data["answer"], form.cleaned_data["note"])
    wrong = recording.tried(lambda: actions.record_call(row, side, given, by=person.uuid), t)
    return _to_school(request, row.school, wrong or t("Telefoongesprek vastgelegd."))


def _side_of(row: Cooperation, side: str) -> Organisation:
    if side not in SIDES:
        raise Http404
    return row.school if side == "school" else row.company


@form_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an organisation is asked; only its button keeps an answer."""
    asked = queries.request_of(token)
    if asked is None:
        raise Http404
    if queries.expired(asked):
        return render(request, "inflow/expired.html", {"asked": asked}, status=410)
    mine, new = queries.asked_in(asked), None
    form = AnswersForm(request.POST or None, asked=mine, side=asked.side)
    if form.is_valid():
        new = actions.take_answers(asked, given_answers(form.cleaned_data, mine))
        mine = queries.asked_in(asked)
    context = asked_context(asked, mine, form, new, Texts(language_of(request)))
    return render(request, "inflow/confirm.html", context, status=422 if form.errors else 200)
