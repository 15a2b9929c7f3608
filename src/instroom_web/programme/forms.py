"""What people fill in about starts, targets and values; words come from here and the templates."""

from typing import Any

from django import forms

from instroom.core import periods
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.programme.results import Yardstick, yardsticks
from instroom_web.programme.models import BASELINE, TARGET, VALUE
from instroom_web.shared.clock import school_year_of, today

#: School years before and after this one that can be chosen.
BEFORE, AFTER = 6, 6


def kind_words(t: Texts) -> dict[str, str]:
    """Return what the kinds of amounts are called."""
    return {TARGET: t("Doel"), BASELINE: t("Startwaarde"), VALUE: t("Gemeten waarde")}


def gender_words(t: Texts) -> dict[str, str]:
    """Return what the genders are called that an amount can be of."""
    codes = registry.codes()["gender"].codes
    return {"": t("Iedereen")} | {name: t(codes[name].title) for name in ("female", "male")}


def label_of(one: Yardstick, t: Texts) -> str:
    """Return what a yardstick is called within its goal."""
    return t(one.label) if one.label else t(registry.kpis()[one.goal].title)


class AmountForm(forms.Form):
    """A new version of an amount, in percents as people say them."""

    kind = forms.ChoiceField()
    yardstick = forms.ChoiceField()
    place = forms.ChoiceField()
    gender = forms.ChoiceField(required=False)
    period = forms.ChoiceField()
    percent = forms.DecimalField(min_value=0, max_value=100, decimal_places=1, localize=True)
    people = forms.IntegerField(min_value=1, required=False)
    reason = forms.CharField(max_length=300)

    def __init__(
        self, *args: Any, goal: models.Kpi, places: dict[str, str], t: Texts, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        start = periods.parse(school_year_of(today())).start
        years = [f"{n}-{n + 1}" for n in range(start + AFTER, start - BEFORE - 1, -1)]
        typed = not all(one.computed for one in yardsticks(goal))
        kinds = (TARGET, BASELINE, VALUE) if typed else (TARGET,)
        choices = {
            "kind": [(name, word) for name, word in kind_words(t).items() if name in kinds],
            "yardstick": [(one.code, label_of(one, t)) for one in yardsticks(goal)],
            "place": list(places.items()),
            "gender": list(gender_words(t).items()),
            "period": [(one, one) for one in years],
        }
        labels = {
            "kind": t("Wat vult u in?"),
            "yardstick": t("Waarvan?"),
            "place": t("Voor welke plaats?"),
            "gender": t("Voor wie?"),
            "period": t("Voor welk schooljaar?"),
            "percent": t("Hoeveel procent?"),
            "people": t("Van hoeveel mensen of scholen is dat het deel?"),
            "reason": t("Waarom? Waar komt het getal vandaan?"),
        }
        hints = {
            "people": t("Alleen nodig bij een gemeten waarde."),
            "reason": t("Wie goedkeurt, leest dit. Het blijft erbij staan."),
        }
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name], hints.get(name, "")
            if name in choices:
                field.choices = choices[name]  # type: ignore[attr-defined]
            if field.help_text:
                field.widget.attrs |= {"aria-describedby": f"id_{name}_helptext"}
        self.fields["period"].initial = years[AFTER]
        if not typed:
            del self.fields["people"]
        for name in ("kind", "yardstick"):
            if len(choices[name]) == 1:
                self.fields[name].widget = forms.HiddenInput()
                self.fields[name].initial = choices[name][0][0]

    def clean(self) -> None:
        """Refuse a value of nobody."""
        super().clean()
        asked = self.cleaned_data.get("kind") == VALUE and "people" not in self.errors
        if asked and not self.cleaned_data.get("people"):
            self.add_error("people", self.fields["reason"].error_messages["required"])

    def given(self) -> dict[str, Any]:
        """Return what was filled in, with a share from 0 to 1."""
        values = self.cleaned_data
        share = float(values["percent"]) / 100
        names = ("kind", "yardstick", "place", "gender", "period", "reason")
        people = values.get("people") if values["kind"] == VALUE else None
        return {name: values[name] for name in names} | {
            "low": share, "high": share, "people": people,
        }  # fmt: skip
