"""What pages of people show, and forms brought to the actions."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.inflow.ledger import region_title
from instroom.reports.days import date_words
from instroom_web.accounts.actions import ERASED
from instroom_web.accounts.models import Person
from instroom_web.region.models import Invitation
from instroom_web.region.people import actions, queries
from instroom_web.region.people.actions import InvitationMail
from instroom_web.region.people.forms import InviteForm
from instroom_web.region.policy import HeldRole, known_role
from instroom_web.region.queries import waiting_roles
from instroom_web.shared.clock import today
from instroom_web.shared.site import site_address


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody as the list of people shows them."""

    row: Person
    roles: list[queries.RoleLine]
    erased: bool
    #: Roles that do not count before a second way to sign in is there.
    waiting: list[str]

    @property
    def seen(self) -> str:
        """The day somebody last signed in, as words are made of it; empty: never."""
        return today(self.row.last_login).isoformat() if self.row.last_login else ""


def person_line(row: Person, held: list[HeldRole]) -> PersonLine:
    """Return somebody as a reader with these roles sees them."""
    roles = registry.roles()
    waiting = [roles[one.role].title for one in waiting_roles(row) if one.role in roles]
    shown = queries.roles_of(row, held)
    return PersonLine(row, shown, row.email.endswith(f"@{ERASED}"), waiting)


def mail_of(request: HttpRequest, sender: Person) -> InvitationMail:
    """Return what a mail of an invitation needs from this site."""
    link = site_address(request) + reverse("invitation", kwargs={"token": "TOKEN"})
    site = f"Instroom {region_title(settings.DATA)}"
    return InvitationMail(link.replace("TOKEN", "{token}"), site, sender.full_name)


def invited(form: InviteForm, request: HttpRequest, by: Person, t: Texts) -> bool:
    """Invite who was filled in; what is refused stands at its field."""
    values = form.cleaned_data
    try:
        actions.invite_at(
            form.place,
            email=values["email"],
            full_name=values["full_name"],
            role=values["role"],
            side=values.get("side", ""),
            until=values["until"],
            language=values["language"],
            by=by,
            mail=mail_of(request, by),
        )
    except UserError as error:
        key = error.where.key if error.where else None
        form.add_error(key if key in form.fields else None, t.say(error.message))
        return False
    return True


def invitation_context(one: Invitation, t: Texts) -> dict[str, object]:
    """Return what the page behind the link of an invitation shows."""
    role = known_role(one.role)
    sender = Person.objects.filter(uuid=one.asked_by).first()
    return {
        "invitation": one,
        "role": role,
        "sender": sender.full_name if sender else "",
        "until": date_words(one.until.isoformat(), t) if one.until else "",
        "ends": date_words(today(one.expires_at).isoformat(), t),
        "email": one.email,
    }
