"""What people fill in about an activity: few fields, the rest may stay folded."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from instroom.core.texts import Texts
from instroom_web.inflow.activities import queries
from instroom_web.inflow.activities.models import Activity, Contribution, Initiative
from instroom_web.inflow.activities.queries import GivenContribution
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import today

#: More pupils than the largest school has.
MOST_PUPILS = 5000
#: The fields that stay folded until somebody tells more.
FOLDED = ("title", "company_2", "initiative", "task", "factors", "profile", "girls", "boys")
_WHOLE = {"inputmode": "numeric", "autocomplete": "off"}


def _number() -> forms.IntegerField:
    widget = forms.TextInput(attrs=_WHOLE)
    return forms.IntegerField(min_value=0, max_value=MOST_PUPILS, required=False, widget=widget)


class ActivityForm(forms.Form):
    """What is recorded of an activity. ``key`` is made with the form: pressing twice counts once.

    A number of pupils is asked, or the tick that nobody knows it; of a planned one it may be open.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kind = forms.ChoiceField(widget=forms.RadioSelect)
    year_groups = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    pupils = _number()
    pupils_unknown = forms.BooleanField(required=False)
    company = forms.CharField(max_length=200, required=False)
    prepared = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    title = forms.CharField(max_length=200, required=False)
    company_2 = forms.CharField(max_length=200, required=False)
    initiative = forms.ModelChoiceField(
        queryset=Initiative.objects.none(), to_field_name="uuid", required=False
    )
    task = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    factors = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    profile = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    girls = _number()
    boys = _number()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, t: Texts, school: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.t = t
        fields: Any = self.fields
        for name, question, sector in (
            ("kind", "activity_kind", ""),
            ("year_groups", "year_group", school.sector),
            ("prepared", "prepared", ""),
            ("task", "task", ""),
            ("profile", "profile", ""),
        ):
            found = queries.options(question, sector)
            fields[name].choices = [(one.id, t(one.title)) for one in found]
        numbered = [(one.id, f"{one.number}. {t(one.title)}") for one in queries.factors()]
        fields["factors"].choices = numbered
        fields["initiative"].queryset = queries.initiatives()
        fields["initiative"].empty_label = t("geen, of weet ik niet")
        for name in ("company", "company_2"):
            fields[name].widget.attrs |= {"list": "companies", "autocomplete": "off"}
        fields["kind"].error_messages["required"] = t("Kies wat voor activiteit het was.")
        fields["on"].error_messages["required"] = t("Vul de datum in.")
        wrong = t("Vul een heel getal in, bijvoorbeeld 54.")
        for name in ("pupils", "girls", "boys"):
            fields[name].error_messages |= dict.fromkeys(
                ("invalid", "min_value", "max_value"), wrong
            )

    @property
    def open(self) -> bool:
        """Whether the folded part opens: something in it is wrong, or was filled in."""
        if any(name in self.errors for name in FOLDED):
            return True
        usual: tuple[object, ...] = (None, "", [], "unknown", "technical")
        return any(self[name].value() not in usual for name in FOLDED)

    def clean(self) -> None:
        """Refuse no number without saying so, and girls and boys that are more than all."""
        super().clean()
        given = self.cleaned_data
        day, pupils = given.get("on"), given.get("pupils")
        done = day is not None and day <= today()
        open_number = pupils is None and not given.get("pupils_unknown")
        if done and open_number and "pupils" not in self.errors:
            said = self.t("Vul een getal in. Weet u het niet, kies dan ‘Weet ik niet’.")
            self.add_error("pupils", said)
        parts = [n for name in ("girls", "boys") if (n := given.get(name)) is not None]
        if pupils is not None and sum(parts) > pupils:
            said = self.t("Samen zijn dat er meer dan het hele aantal.")
            self.add_error("girls" if given.get("girls") else "boys", said)

    def values(self) -> dict[str, object]:
        """Return what the action takes; what nobody filled in is unknown."""
        given = dict(self.cleaned_data)
        found = [given.pop(name).strip() for name in ("company", "company_2")]
        given["companies"] = list(dict.fromkeys(filter(None, found)))
        for name, usual in (("prepared", "unknown"), ("task", "unknown"), ("profile", "technical")):
            given[name] = given[name] or usual
        if given.pop("pupils_unknown") and given["pupils"] is not None:
            given["pupils"] = None
        return given


def first_values(like: Activity | None = None) -> dict[str, object]:
    """Return what an empty form starts with; ``like`` another one, without its date and numbers."""
    new: dict[str, object] = {"key": uuid4(), "on": today()}
    if like is None:
        return new
    copied = shown_values(like)
    for name in ("pupils", "girls", "boys", "pupils_unknown", "version", "on"):
        copied.pop(name)
    return {**copied, **new, "on": None}


def shown_values(row: Activity) -> dict[str, object]:
    """Return what a form of an activity that is there starts with."""
    names = [*queries.companies_in(row), "", ""]
    plain = ("on", "kind", "year_groups", "pupils", "girls", "boys", "prepared", "title", "task",
             "factors", "profile", "version")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "key": row.uuid,
        "company": names[0],
        "company_2": names[1],
        "initiative": row.initiative.uuid if row.initiative else None,
        "pupils_unknown": row.pupils is None and not row.planned,
    }


class ContributionsForm(forms.Form):
    """What a company says of its activities; each question may stay open."""

    def __init__(self, *args: Any, asked: Iterable[Contribution], t: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        for one in self.asked:
            worth = None if one.materials is None else Decimal(one.materials) / 100
            self.fields[f"given_{one.pk}"] = forms.CharField(required=False, initial=one.answer)
            self.fields[f"spent_{one.pk}"] = forms.IntegerField(
                min_value=0, max_value=10_000, required=False, initial=one.hours
            )
            self.fields[f"worth_{one.pk}"] = forms.DecimalField(
                min_value=0, max_value=1_000_000, decimal_places=2, required=False, initial=worth,
                localize=True,
            )  # fmt: skip
            wrong = t("Vul een bedrag in, bijvoorbeeld 250.")
            self.fields[f"worth_{one.pk}"].error_messages |= dict.fromkeys(
                ("invalid", "min_value", "max_value"), wrong
            )

    def given(self) -> list[GivenContribution]:
        """Return what was answered; what was left open says nothing."""
        found = self.cleaned_data
        return [
            GivenContribution(
                one.pk,
                found[f"given_{one.pk}"],
                one.note,
                found[f"spent_{one.pk}"],
                None if (worth := found[f"worth_{one.pk}"]) is None else int(worth * 100),
            )
            for one in self.asked
            if found[f"given_{one.pk}"]
        ]


class InitiativeForm(forms.Form):
    """An initiative of the region itself."""

    name = forms.CharField(max_length=150)
    about = forms.CharField(max_length=500, required=False)

    def __init__(self, *args: Any, t: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = t("Hoe heet het?")
        self.fields["about"].label = t("Wat is het, in één zin?")
