"""Contact persons for who looks after them: see, look at, erase."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from instroom.core.texts import Texts
from instroom_web.accounts.queries import person_of
from instroom_web.region.contacts import actions, queries
from instroom_web.region.manage.showing import managed
from instroom_web.shared.frame import language_of

PAGE = 50


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """List the contact persons that somebody looks after."""
    found = queries.contacts_for(person_of(request))
    page = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    waiting = found.rows.filter(checked=False).count()
    context = {"page": page, "may_check": found.may_check, "waiting": waiting}
    return managed(request, "region/contacts.html", context, at="manage_contacts")


@require_POST
def contact_done(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Say that links may be mailed to somebody, or erase them."""
    person, t = person_of(request), Texts(language_of(request))
    one = queries.contact_for(person, pk)
    if deed == "check":
        if not queries.contacts_for(person).may_check:
            raise PermissionDenied
        actions.check_contact(one, by=person.uuid)
        messages.success(request, t("Wij mogen deze contactpersoon mailen."))
    elif deed == "erase":
        actions.forget_contact(one, by=person.uuid)
        messages.success(request, t("De contactpersoon is gewist."))
    else:
        raise Http404
    return HttpResponseRedirect(reverse("manage_contacts"))
