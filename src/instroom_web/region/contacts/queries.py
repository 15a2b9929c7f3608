"""Reading contact persons: a getter asks the policy before it hands one out."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from instroom_web.accounts.models import Person
from instroom_web.region import policy
from instroom_web.region.models import ContactPerson
from instroom_web.region.queries import held_roles
from instroom_web.shared.clock import today


@dataclass(frozen=True, slots=True)
class ContactList:
    """Whom somebody may see, those who wait to be looked at first."""

    rows: QuerySet[ContactPerson]
    #: Whether this reader says that links may be mailed to them.
    may_check: bool


def contacts_for(person: Person) -> ContactList:
    """Return the contact persons of the region, or of the schools of one's own organisations."""
    held = held_roles(person)
    rows = ContactPerson.objects.filter(until__gte=today()).select_related("organisation")
    rows = rows.order_by("checked", "organisation__name", "pk")
    if policy.of_the_region("keep_contacts", held):
        asks = policy.of_the_region("ask_confirmation", held)
        return ContactList(rows, asks)
    own = [
        one.organisation
        for one in held
        if one.organisation and "keep_contacts" in policy.abilities_of(one)
    ]
    mine = Q(organisation__in=own) | Q(organisation__board__in=own)
    return ContactList(rows.filter(mine), may_check=False)


def contact_for(person: Person, pk: int) -> ContactPerson:
    """Return a contact person for who may have them erased; else 404."""
    found = contacts_for(person).rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
