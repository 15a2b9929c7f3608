"""Forms of activities brought to the actions, what they refuse brought back, and the words."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils.functional import cached_property

from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom.reports.days import date_words
from instroom_web.accounts.models import Person
from instroom_web.inflow.activities import actions, queries
from instroom_web.inflow.activities.forms import ActivityForm, ContributionsForm
from instroom_web.inflow.activities.models import Activity
from instroom_web.inflow.activities.past import past_of_activity
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import today

#: Activities that the page of a school shows.
SHOWN = 12


@dataclass(frozen=True)
class ActivityLine:
    """An activity in words, as pages show it."""

    row: Activity
    t: Texts

    @cached_property
    def kind(self) -> str:
        """What kind it is."""
        return self.t(queries.option("activity_kind", self.row.kind).title)

    @cached_property
    def groups(self) -> str:
        """For which classes; empty when nobody said."""
        names = [self.t(queries.option("year_group", one).title) for one in self.row.year_groups]
        return ", ".join(names)

    @cached_property
    def day(self) -> str:
        """When."""
        return date_words(self.row.on.isoformat(), self.t)

    @cached_property
    def pupils(self) -> str:
        """How many pupils, or that nobody knows."""
        if self.row.pupils is None:
            return self.t("aantal leerlingen niet bekend")
        if self.row.pupils == 1:
            return self.t("1 leerling")
        return self.t("{n} leerlingen", n=self.row.pupils)

    @cached_property
    def companies(self) -> str:
        """With which companies; empty when there is none."""
        return ", ".join(sorted(one.company.name for one in self.row.contributions.all()))

    @cached_property
    def sentence(self) -> str:
        """All of it in one sentence."""
        parts = [self.kind, self.groups, self.pupils, self.row.school.name, self.day]
        return ", ".join(filter(None, parts))

    @property
    def waits(self) -> bool:
        """Whether it was planned, its day has been, and nobody said that it took place."""
        return self.row.planned and self.row.on <= today()


def activities_context(person: Person, school: Organisation, t: Texts) -> dict[str, object]:
    """Return what the page of a school shows of its activities."""
    may = region.may_with(person, school, "record_cooperation")
    found = queries.activities_of(school)
    return {
        "activities": [ActivityLine(row, t) for row in found[:SHOWN]],
        "more_activities": max(0, found.count() - SHOWN),
        "deleted_activities": [ActivityLine(row, t) for row in queries.deleted_of(school)]
        if may
        else [],
    }


def change_context(person: Person, row: Activity, t: Texts) -> dict[str, object]:
    """Return what the page on which an activity is changed shows besides its form."""
    sees = region.may_with(person, row.school, "see_history")
    return {"line": ActivityLine(row, t), "past": past_of_activity(row, t) if sees else None}


def saved_context(person: Person, row: Activity, t: Texts) -> dict[str, object]:
    """Return what the page shows once an activity is kept."""
    mine = queries.recorded_today(person)
    return {
        "line": ActivityLine(row, t),
        "school": row.school,
        "today": [ActivityLine(one, t) for one in mine],
    }


def done(form: forms.Form, act: Callable[[], object], t: Texts) -> bool:
    """Run an action, and put its refusal at the field it is about."""
    try:
        act()
    except UserError as error:
        key = error.where.key if error.where else None
        form.add_error(key if key in form.fields else None, t.say(error.message))
        return False
    return True


def recorded(form: ActivityForm, school: Organisation, person: Person, t: Texts) -> bool:
    """Record what was filled in."""
    values = form.values()
    key = form.cleaned_data["key"]
    return done(form, lambda: actions.record_activity(school, values, key=key, by=person.uuid), t)


def changed(form: ActivityForm, row: Activity, person: Person, t: Texts) -> bool:
    """Change what is recorded."""
    values, seen = form.values(), form.cleaned_data["version"] or 0
    return done(form, lambda: actions.change_activity(row, values, seen=seen, by=person.uuid), t)


def tried(act: Callable[[], object], t: Texts) -> str:
    """Run an action; return what went wrong, empty when nothing did."""
    try:
        act()
    except UserError as error:
        return t.say(error.message)
    return ""


def initiative_added(form: forms.Form, person: Person, t: Texts) -> bool:
    """Add what was filled in."""
    name, about = (form.cleaned_data[one] for one in ("name", "about"))
    return done(form, lambda: actions.add_initiative(name=name, about=about, by=person.uuid), t)


@dataclass(frozen=True, slots=True)
class AskedContribution:
    """One activity that a company is asked about."""

    line: ActivityLine
    key: int
    answer: str
    spent: forms.BoundField
    worth: forms.BoundField


def asked_lines(form: ContributionsForm, t: Texts) -> list[AskedContribution]:
    """Return what the page behind a link asks of activities."""
    return [
        AskedContribution(
            ActivityLine(one.activity, t),
            one.pk,
            str(form[f"given_{one.pk}"].value() or ""),
            form[f"spent_{one.pk}"],
            form[f"worth_{one.pk}"],
        )
        for one in form.asked
    ]
