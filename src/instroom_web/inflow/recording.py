"""Forms of a school's page brought to the actions, and what went wrong brought back to them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom.inflow.ledger import region_title
from instroom_web.accounts.models import Person
from instroom_web.inflow import actions, queries
from instroom_web.inflow.forms import CooperationForm
from instroom_web.inflow.models import Cooperation
from instroom_web.inflow.past import past_of
from instroom_web.region import queries as region
from instroom_web.region.contacts.actions import name_contact
from instroom_web.region.models import Organisation
from instroom_web.shared.frame import language_of
from instroom_web.shared.site import site_address

SHOWN = ("what", "since", "plan_signed", "goals", "year_plan", "version")


def school_context(person: Person, school: Organisation, t: Texts) -> dict[str, object]:
    """Return what the page of a school shows to this person."""
    found, steps = queries.cooperations_of(school), queries.ladder()
    sees = region.may_with(person, school, "see_history")
    return {
        "school": school,
        "cooperations": found,
        "ladder": steps,
        "year": queries.this_year(),
        "structural": sum(one.rung == steps.rungs[-1] for one in found),
        "statement": queries.statement_of(school),
        "may_record": region.may_with(person, school, "record_cooperation"),
        "may_ask": region.may_with(person, school, "ask_confirmation"),
        "past": past_of(school, [one.row for one in found], t) if sees else None,
    }


def recorded(form: CooperationForm, school: Organisation, person: Person, t: Texts) -> bool:
    """Record what was filled in; what is refused stands at its field."""
    values = form.cleaned_data
    may_ask = region.may_with(person, school, "ask_confirmation")
    return done(
        form, lambda: actions.record_filled(school, values, by=person.uuid, may_ask=may_ask), t
    )


def changed(form: CooperationForm, row: Cooperation, person: Person, t: Texts) -> bool:
    """Change what is recorded; what is refused stands at its field."""
    values = form.cleaned_data
    return done(
        form,
        lambda: actions.change_cooperation(row, values, seen=values["version"], by=person.uuid),
        t,
    )


def done(form: CooperationForm, act: Callable[[], object], t: Texts) -> bool:
    """Run an action, and put its refusal at the field it is about."""
    try:
        act()
    except UserError as error:
        key = error.where.key if error.where else None
        form.add_error(key if key in form.fields else None, t.say(error.message))
        return False
    return True


def shown_values(row: Cooperation) -> dict[str, object]:
    """Return what a form starts with."""
    return {name: getattr(row, name) for name in SHOWN}


def site_name() -> str:
    """Return what a mail calls this site: whose region it is."""
    return f"Instroom {region_title(settings.DATA)}"


def asked(request: HttpRequest, organisation: Organisation, side: str, person: Person) -> str:
    """Ask an organisation by mail; return what went wrong, empty when nothing did."""
    t = Texts(language_of(request))
    page = site_address(request) + reverse("confirm", kwargs={"token": "TOKEN"})
    contact = None
    try:
        if email := request.POST.get("email", "").strip():
            name = request.POST.get("name", "")
            contact = name_contact(
                organisation, name=name, email=email, by=person.uuid, checked=True
            )
        actions.ask_confirmation(
            organisation,
            side,
            by=person.uuid,
            sender=person.full_name,
            link=page.replace("TOKEN", "{token}"),
            site=site_name(),
            language=t.language,
            contact=contact,
        )
    except UserError as error:
        return t.say(error.message)
    return ""


def tried(act: Callable[[], object], t: Texts) -> str:
    """Run an action; return what went wrong, empty when nothing did."""
    try:
        act()
    except UserError as error:
        return t.say(error.message)
    return ""
