"""The mails of this site, for whoever tries it out: there is no mailbox they arrive in.

Everybody who reaches the site may read them, so this is there in a demonstration only.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instroom_web.shared.mails.queries import mail_with, newest_mails


def _in_a_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 elsewhere, whatever is asked for."""

    @wraps(view)
    def page(request: HttpRequest, **names: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, **names)

    return page


@_in_a_demo
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the newest mails."""
    return render(request, "accounts/demo_mails.html", {"mails": newest_mails()})


@_in_a_demo
@require_safe
def shown(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one mail as its reader gets it."""
    mail = mail_with(uuid)
    if mail is None:
        raise Http404
    return render(request, "accounts/demo_mail.html", {"mail": mail})
