"""Mails and tasks for who keeps the machine: what became of them, never what they say."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from instroom.core.texts import Texts
from instroom_web.accounts.queries import person_of
from instroom_web.region.manage.showing import managed, pages_for
from instroom_web.shared.frame import language_of
from instroom_web.shared.mails.actions import send_again
from instroom_web.shared.mails.queries import mail_lines
from instroom_web.shared.tasks import living_workers, try_again, waiting_tasks

STATES = ("waiting", "failed", "sent")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Go on to the first page that there is for this reader."""
    first = pages_for(person_of(request), Texts(language_of(request)))[0]
    return HttpResponseRedirect(first.url)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the mails by what became of them."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    counts = {one: len(mail_lines(one, most=1000)) for one in STATES}
    context = {"mails": mail_lines(state), "state": state, "counts": counts}
    return managed(request, "region/mails.html", context, at="manage_mails")


@require_POST
def mail_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send a mail that did not arrive once more."""
    t = Texts(language_of(request))
    if not send_again(uuid):
        raise Http404
    messages.success(request, t("De mail gaat opnieuw weg."))
    return HttpResponseRedirect(reverse("manage_mails"))


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """List the work that waits and what failed, with why."""
    context: dict[str, object] = {"tasks": waiting_tasks(), "workers": living_workers()}
    return managed(request, "region/tasks.html", context, at="manage_tasks")


@require_POST
def task_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put a task that failed back."""
    t = Texts(language_of(request))
    if not try_again(uuid):
        raise Http404
    messages.success(request, t("De taak wordt opnieuw geprobeerd."))
    return HttpResponseRedirect(reverse("manage_tasks"))
