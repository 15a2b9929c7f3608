"""The address to which working forms send what is typed: ``instroom_web.shared.drafts``."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from instroom_web.accounts.queries import person_of
from instroom_web.shared.drafts.actions import forget_draft, keep_draft


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what is typed in a form of this person, or forget it."""
    person, key = person_of(request).uuid, request.POST.get("key", "")
    if request.POST.get("forget"):
        forget_draft(person, key)
        return HttpResponse(status=204)
    values = _values(request.POST.get("values", ""))
    if values is None:
        return HttpResponse(status=400)
    kept = keep_draft(person, key, values, request.POST.get("tab", ""))
    if kept is None:
        return HttpResponse(status=413)
    time = timezone.localtime(kept.at).strftime("%H:%M")
    return JsonResponse({"time": time, "replaced": kept.replaced})


def _values(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    sound = isinstance(found, dict) and all(isinstance(one, str) for one in found.values())
    return found if sound else None
