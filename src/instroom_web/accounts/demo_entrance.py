"""The door of a demonstration: whoever sits at this machine goes on as one of the cast.

There is no password, so it opens in a demonstration only, for this machine only, and leads to
invented people only.
"""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from instroom_web.accounts.queries import played_people
from instroom_web.shared.demo import from_this_machine


@require_http_methods(["GET", "HEAD", "POST"])
def entrance(request: HttpRequest) -> HttpResponse:
    """Show the cast; go on as the one whose button was pressed."""
    if not (settings.DEMO and from_this_machine(request)):
        raise Http404
    people = played_people()
    if request.method != "POST":
        return render(request, "accounts/demo.html", {"people": people})
    chosen = next((one for one in people if one.member.id == request.POST.get("who")), None)
    if chosen is None:
        raise Http404
    login(request, chosen.person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(reverse("my"))
