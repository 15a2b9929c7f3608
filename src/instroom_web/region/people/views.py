"""Pages of people and their roles, and the page behind the link of an invitation."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instroom.core.texts import Texts
from instroom_web.accounts.actions import reactivate_person
from instroom_web.accounts.invited import sign_in_with_code
from instroom_web.accounts.models import Person
from instroom_web.accounts.queries import person_of
from instroom_web.region.manage.showing import managed, refused
from instroom_web.region.people import actions, queries
from instroom_web.region.people.forms import EndForm, InviteForm
from instroom_web.region.people.showing import (
    invitation_context,
    invited,
    mail_of,
    person_line,
)
from instroom_web.region.queries import held_roles, manages
from instroom_web.shared.frame import language_of

#: People on one page of the list.
PAGE = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List the people whom somebody sees, and the invitations that are open."""
    person, words = person_of(request), request.GET.get("q", "").strip()[:100]
    held, found = held_roles(person), queries.people_for(person)
    if words:
        found = found.filter(Q(full_name__icontains=words) | Q(email__icontains=words))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    lines = [person_line(one, held) for one in page]
    context = {"page": page, "lines": lines, "words": words}
    context |= {"invitations": queries.open_invitations(person)}
    return managed(request, "region/people.html", context, at="manage_people")


@require_safe
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show somebody: their roles, and what a reader may do about them."""
    return _person(request, queries.person_for(person_of(request), uuid))


def _person(request: HttpRequest, one: Person, form: EndForm | None = None) -> HttpResponse:
    reader, t = person_of(request), Texts(language_of(request))
    line = person_line(one, held_roles(reader))
    context = {"line": line, "form": form or EndForm(t=t), "manages": manages(reader)}
    status = 422 if form else 200
    return managed(request, "region/person.html", context, at="manage_people", status=status)


@require_POST
def role_ended(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a role end, with a reason."""
    reader, t = person_of(request), Texts(language_of(request))
    one, form = queries.membership_for(reader, pk), EndForm(request.POST, t=t)
    if not form.is_valid():
        return _person(request, one.person, form)
    until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
    wrong = refused(lambda: actions.end_role(one, until, reason=reason, by=reader), t)
    return _said(request, wrong, t("De rol is veranderd."), queries.people_for(reader), one.person)


def _said(
    request: HttpRequest, wrong: str, done: str, seen: QuerySet[Person], one: Person
) -> HttpResponse:
    """Go back to somebody, or to the list when a reader does not see them any more."""
    (messages.error if wrong else messages.success)(request, wrong or done)
    if seen.filter(pk=one.pk).exists():
        return HttpResponseRedirect(reverse("manage_person", kwargs={"uuid": one.uuid}))
    return HttpResponseRedirect(reverse("manage_people"))


@require_POST
def account_done(request: HttpRequest, uuid: UUID, deed: str) -> HttpResponse:
    """End somebody's access, give it again, or erase who they are."""
    reader, t = person_of(request), Texts(language_of(request))
    if not manages(reader) or (deed == "erase" and uuid == reader.uuid):  # another does that
        raise PermissionDenied
    one, reason = queries.person_for(reader, uuid), request.POST.get("reason", "")
    deeds = {
        "close": lambda: actions.close_account(one, by=reader),
        "open": lambda: reactivate_person(one, by=reader.uuid),
        "erase": lambda: actions.forget_person(one, by=reader, reason=reason),
    }
    if deed not in deeds:
        raise Http404
    wrong = refused(deeds[deed], t)
    return _said(request, wrong, t("Gedaan."), queries.people_for(reader), one)


@form_page
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by mail."""
    reader, t = person_of(request), Texts(language_of(request))
    form = InviteForm(request.POST or None, reader=reader, t=t, initial={"language": t.language})
    if form.is_valid() and invited(form, request, reader, t):
        messages.success(request, t("De uitnodiging is verstuurd."))
        return HttpResponseRedirect(reverse("manage_people"))
    status = 422 if form.is_bound else 200
    return managed(request, "region/invite.html", {"form": form}, at="manage_people", status=status)


@require_POST
def invitation_done(request: HttpRequest, uuid: UUID, deed: str) -> HttpResponse:
    """Mail an open invitation again, or withdraw it."""
    reader, t = person_of(request), Texts(language_of(request))
    one, mail = queries.invitation_for(reader, uuid), mail_of(request, reader)
    deeds = {
        "again": lambda: actions.invite_again(one, by=reader, mail=mail),
        "withdraw": lambda: actions.withdraw(one, by=reader),
    }
    if deed not in deeds:
        raise Http404
    wrong = refused(deeds[deed], t)
    (messages.error if wrong else messages.success)(request, wrong or t("Gedaan."))
    return HttpResponseRedirect(reverse("manage_people"))


@form_page
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody is invited to; only the button lets them in, with a code by mail."""
    one, t = queries.invitation_of(token), Texts(language_of(request))
    if one is None:
        return render(request, "region/invitation_over.html", status=410)
    if request.method == "POST":
        came: list[Person] = []
        if not refused(lambda: came.append(actions.take(one)), t):
            return sign_in_with_code(request, came[0])
        return render(request, "region/invitation_over.html", status=410)
    return render(request, "region/invitation.html", invitation_context(one, t))
