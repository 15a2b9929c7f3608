"""A draft is erased when its form was saved: posted, and answered with a redirect."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from instroom_web.shared.drafts.actions import forget_draft

#: The hidden field with the key of a draft.
FIELD = "draft_key"


class Saved:
    """Erases the draft of a form that was saved; no view needs to know of drafts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302:
            return response
        key, person = request.POST.get(FIELD, ""), getattr(request.user, "uuid", None)
        if key and person:  # whoever was sent away to sign in is nobody now
            forget_draft(person, key)
        return response
