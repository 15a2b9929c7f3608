"""The frame of the pages to manage: which of them there are for this reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom_web.accounts.models import Person
from instroom_web.accounts.queries import person_of
from instroom_web.region import policy
from instroom_web.region.queries import held_roles, keeps_contacts, manages, sees_people
from instroom_web.shared.frame import language_of


@dataclass(frozen=True, slots=True)
class ManagedPage:
    """A page to manage, with its name and address."""

    name: str
    route: str
    url: str


#: The pages in their order: address by name, and for whom.
PAGES: dict[str, Callable[[Person], bool]] = {
    "manage_people": sees_people,
    "manage_contacts": keeps_contacts,
    "manage_mails": manages,
    "manage_tasks": manages,
    "manage_build": manages,
}


def manages_anything(person: Person) -> bool:
    """Whether there is a page to manage for somebody (a rule of a page)."""
    held = held_roles(person)  # once: this is asked on every page of whoever signed in
    by_role = any(policy.anywhere(one, held) for one in ("invite_people", "keep_contacts"))
    return by_role or policy.of_the_region("manage_site", held)


def pages_for(person: Person, t: Texts) -> list[ManagedPage]:
    """Return the pages to manage that there are for somebody."""
    names = {
        "manage_people": t("Mensen"),
        "manage_contacts": t("Contactpersonen"),
        "manage_mails": t("Mails"),
        "manage_tasks": t("Taken"),
        "manage_build": t("Cijfers"),
    }
    return [
        ManagedPage(names[route], route, reverse(route))
        for route, rule in PAGES.items()
        if rule(person)
    ]


def managed(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    at: str,
    status: int = 200,
) -> HttpResponse:
    """Show a page to manage, with the way to the others."""
    tabs = pages_for(person_of(request), Texts(language_of(request)))
    return render(request, template, {**context, "tabs": tabs, "at": at}, status=status)


def refused(act: Callable[[], object], t: Texts) -> str:
    """Run an action; return what went wrong in words, empty when nothing did."""
    try:
        act()
    except UserError as error:
        return t.say(error.message)
    return ""
