"""The form of a set of yearly questions: made of its definition."""

from typing import Any

from django import forms

from instroom.core.texts import Texts
from instroom.definitions import models
from instroom.inflow.yearly import Answers, beyond_whole


class YearlyForm(forms.Form):
    """One field per question; each may stay empty, which means that it is not known."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, asked: models.YearlyQuestions, t: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.t = asked, t
        for one in asked.questions:
            made = self.fields[one.id] = _field(one, t)
            made.label, made.help_text = t(one.title), t(one.hint) if one.hint else ""
            described = f"id_{one.id}_helptext" if made.help_text else ""
            made.widget.attrs |= {"aria-describedby": described} if described else {}

    def clean(self) -> None:
        """Refuse parts that are together more than their whole, at the part that is too many."""
        super().clean()
        if name := beyond_whole(self.asked, self.answers()):
            t, whole = self.t, self.fields[self.asked.whole].label
            said = t("Samen is dit meer dan uw antwoord op de vraag: {question}", question=whole)
            self.add_error(name, said)

    def answers(self) -> Answers:
        """Return what is known of what was filled in."""
        given = {one.id: self.cleaned_data.get(one.id) for one in self.asked.questions}
        return {name: value for name, value in given.items() if value not in (None, "")}


def _field(one: models.YearlyQuestion, t: Texts) -> forms.Field:
    if one.type == "choice":
        options = [(option.id, t(option.title)) for option in one.options]
        return forms.ChoiceField(choices=[("", t("niet bekend")), *options], required=False)
    return forms.IntegerField(
        min_value=0,
        max_value=one.most,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
