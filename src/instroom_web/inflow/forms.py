"""What people fill in about schools and companies; words come from the templates."""

from typing import Any

from django import forms

from instroom.core import periods
from instroom.core.texts import Texts
from instroom_web.inflow.queries import ANSWERS, CooperationNow, this_year

#: School years that somebody can name as the first one.
MOST_YEARS = 12


def school_years() -> list[tuple[str, str]]:
    """Return the school years to choose from, this one first."""
    start = periods.parse(this_year()).start
    return [(code, code) for n in range(MOST_YEARS) if (code := f"{start - n}-{start - n + 1}")]


class CooperationForm(forms.Form):
    """What is recorded of a cooperation. A company is one that is known, or a new name."""

    company = forms.CharField(max_length=200)
    what = forms.CharField(max_length=200)
    since = forms.ChoiceField()
    plan_signed = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    goals = forms.CharField(max_length=200, required=False)
    year_plan = forms.CharField(max_length=200, required=False)
    contact_name = forms.CharField(max_length=150, required=False)
    contact_email = forms.EmailField(max_length=254, required=False)

    def __init__(self, *args: Any, t: Texts, new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].choices = school_years()  # type: ignore[attr-defined]
        labels = {
            "company": t("Bedrijf"),
            "what": t("Wat doen zij samen?"),
            "since": t("Sinds welk schooljaar?"),
            "plan_signed": t("Plan ondertekend op"),
            "goals": t("Bij welke kerndoelen hoort het?"),
            "year_plan": t("Waar staat het in het jaarplan van de school?"),
            "contact_name": t("Contactpersoon bij het bedrijf"),
            "contact_email": t("E-mailadres van die contactpersoon"),
        }
        hints = {
            "company": t("Typ de naam. Kennen wij het bedrijf al, dan kiest u het uit de lijst."),
            "what": t("Bijvoorbeeld: pompen ontwerpen in havo 4."),
            "plan_signed": t("Laat leeg als er nog geen ondertekend plan is."),
            "goals": t("Bijvoorbeeld: kerndoel 31 en 33. Laat leeg als u het niet weet."),
            "year_plan": t("Bijvoorbeeld: bladzijde 14."),
            "contact_email": t("Wij vragen daar of het klopt. Wij wissen het adres na twee jaar."),
        }
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name], hints.get(name, "")
            described = f"id_{name}_helptext" if field.help_text else ""
            field.widget.attrs |= {"aria-describedby": described} if described else {}
        self.fields["company"].widget.attrs |= {"list": "companies", "autocomplete": "off"}
        if not new:
            for name in ("company", "contact_name", "contact_email"):
                del self.fields[name]
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        """Refuse a name without an address: nobody can be asked by name alone."""
        super().clean()
        name, address = (self.cleaned_data.get(f"contact_{one}") for one in ("name", "email"))
        if name and not address and "contact_email" not in self.errors:
            self.add_error("contact_email", self.fields["contact_email"].error_messages["required"])


class CallForm(forms.Form):
    """What somebody said by telephone."""

    answer = forms.ChoiceField(choices=[(one, one) for one in ANSWERS])
    note = forms.CharField(max_length=500)


class AnswersForm(forms.Form):
    """One question per cooperation; none is answered beforehand, and each may stay open.

    What is none of the answers says nothing, so that it takes nothing else along.
    """

    def __init__(self, *args: Any, asked: list[CooperationNow], side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in asked:
            key, mine = one.row.uuid.hex, one.answers.get(side)
            self.fields[f"answer_{key}"] = forms.CharField(required=False)
            self.fields[f"note_{key}"] = forms.CharField(
                max_length=500, required=False, initial=mine and mine.note
            )
            if side == "company":
                self.fields[f"hours_{key}"] = forms.IntegerField(
                    min_value=0, max_value=10_000, required=False, initial=mine and mine.hours
                )
