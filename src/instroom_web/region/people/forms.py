"""What people fill in about people; words come from here and the templates."""

import re
from typing import Any

from django import forms
from django.db.models import Q

from instroom.core.texts import Texts, languages
from instroom.definitions import models as definitions
from instroom.reports.documents.people import side_words
from instroom_web.accounts.models import Person
from instroom_web.region.models import Organisation
from instroom_web.region.people import queries
from instroom_web.region.people.actions import Place
from instroom_web.region.policy import known_role
from instroom_web.region.queries import COMPANY, MUNICIPALITY, PROVIDER
from instroom_web.shared.frame import language_name

#: Organisations that are offered while typing.
MOST_OFFERED = 2000
_CODE_BEHIND = re.compile(r"\(([^()]+)\)\s*$")
_DAY = {"type": "date"}


class InviteForm(forms.Form):
    """Whom somebody asks to come in, as what, where, and until when."""

    full_name = forms.CharField(max_length=150)
    email = forms.EmailField(max_length=254)
    role = forms.ChoiceField()
    organisation = forms.CharField(max_length=220, required=False)
    side = forms.ChoiceField(required=False)
    until = forms.DateField(required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    language = forms.ChoiceField()

    def __init__(self, *args: Any, reader: Person, t: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader, self.t = reader, t
        self.given = queries.roles_to_give(reader)
        self._say()
        self._choices()

    def _choices(self) -> None:
        t = self.t
        roles = [(one.id, t(one.title)) for one in self.given]
        if queries.gives_accounts(self.reader):
            self.fields["role"].required = False
            roles = [("", t("Geen rol: alleen een account")), *roles]
        sides = {name for one in self.given for name in one.sides}
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        spoken = [(code, language_name(code)) for code in languages()]
        self.fields["language"].choices = spoken  # type: ignore[attr-defined]
        words = [("", t("Niet van toepassing")), *side_words(t).items()]
        self.fields["side"].choices = words  # type: ignore[attr-defined]
        if not sides:
            del self.fields["side"]
        if not any(one.organisation_kinds for one in self.given):
            del self.fields["organisation"]

    def _say(self) -> None:
        t = self.t
        labels = {
            "full_name": t("Naam"),
            "email": t("E-mailadres"),
            "role": t("Rol"),
            "organisation": t("Van welke organisatie?"),
            "side": t("Spreekt voor"),
            "until": t("Tot en met"),
            "language": t("Taal van de mail"),
        }
        hints = {
            "organisation": t("Typ de naam of de code. Laat leeg bij een rol voor de hele regio."),
            "side": t("Alleen bij een kernteamlid."),
            "until": t("Laat leeg als de rol geen einddatum heeft."),
        }
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name], hints.get(name, "")
            described = f"id_{name}_helptext" if field.help_text else ""
            field.widget.attrs |= {"aria-describedby": described} if described else {}
        self.fields["organisation"].widget.attrs |= {"list": "places", "autocomplete": "off"}

    def offered(self) -> list[str]:
        """Return the organisations that can be typed, as they are written."""
        kinds = {kind for one in self.given for kind in one.organisation_kinds}
        found: dict[str, None] = {}
        for role in self.given:
            if role.organisation_kinds:
                mine = queries.organisations_for(self.reader, role)[:MOST_OFFERED]
                found |= dict.fromkeys(map(written_place, mine))
        towns = queries.municipality_choices() if MUNICIPALITY in kinds else {}
        found |= dict.fromkeys(f"{name} ({code})" for name, code in towns.items())
        return list(found)[:MOST_OFFERED]

    def clean(self) -> None:
        """Find the organisation that was typed; one that cannot be meant is refused."""
        super().clean()
        role = known_role(self.cleaned_data.get("role", ""))
        typed = self.cleaned_data.get("organisation", "").strip()
        self.place = Place()
        if role is None or not role.organisation_kinds:
            if typed and role:
                self.add_error("organisation", self.t("Deze rol geldt voor de hele regio."))
            return
        found = self._found(role, typed)
        if found is None:
            known = self.t("Kies een organisatie uit de lijst die bij deze rol hoort.")
            self.add_error("organisation", known)
        else:
            self.place = found

    def _found(self, role: definitions.Role, typed: str) -> Place | None:
        behind = _CODE_BEHIND.search(typed)
        code = behind[1] if behind else typed
        name = typed[: behind.start()].strip() if behind else typed
        there = queries.organisations_for(self.reader, role)
        same = list(there.filter(Q(code__iexact=code) & ~Q(code="") | Q(name__iexact=typed))[:2])
        if len(same) == 1:
            return Place(same[0])
        kinds = role.organisation_kinds
        wide = not same and queries.invites_everywhere(self.reader)
        if not wide or not typed:
            return None
        if MUNICIPALITY in kinds and name in queries.municipality_choices():
            return Place(kind=MUNICIPALITY, name=name)
        new = len(kinds) == 1 and kinds[0] in (COMPANY, PROVIDER)
        return Place(kind=kinds[0], name=typed[:200]) if new else None


def written_place(one: Organisation) -> str:
    """Return an organisation as a form writes it: its name, and its code when it has one."""
    return f"{one.name} ({one.code})" if one.code else one.name


class EndForm(forms.Form):
    """When a role ends, and why."""

    until = forms.DateField(required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, t: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].label = t("Laatste dag")
        self.fields["until"].help_text = t("Laat leeg om de rol nu meteen te beëindigen.")
        self.fields["reason"].label = t("Waarom?")
        self.fields["reason"].help_text = t("Dit komt in de geschiedenis te staan.")
