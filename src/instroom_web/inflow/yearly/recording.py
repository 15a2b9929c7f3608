"""What the pages of yearly questions show, and their form brought to the action."""

from dataclasses import dataclass
from datetime import datetime

from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.inflow.yearly import Answers, years_asked
from instroom_web.accounts.models import Person
from instroom_web.inflow.yearly import actions, queries
from instroom_web.inflow.yearly.forms import YearlyForm
from instroom_web.inflow.yearly.queries import AskedOfSchool
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import today
from instroom_web.shared.history.queries import history_of


@dataclass(frozen=True, slots=True)
class StatedLine:
    """One version of what a school stated: when, by whom, and each answer in words."""

    at: datetime
    who: str
    answers: list[tuple[str, str]]

    @property
    def iso(self) -> str:
        """The moment, as words are made of it."""
        return self.at.isoformat()


def yearly_context(person: Person, school: Organisation, t: Texts) -> dict[str, object]:
    """Return what the page of a school shows of its yearly questions."""
    may_state = region.may_with(person, school, "record_cooperation")
    sets = [
        (one, answers_in_words(one.asked, one.row.answers, t) if one.row else [])
        for one in queries.sets_of(school)
    ]
    return {"yearly_sets": sets, "may_state": may_state}


def form_of(about: AskedOfSchool, posted: object, t: Texts) -> YearlyForm:
    """Return the form of a set of questions, filled with what is stated now."""
    row = about.row
    initial = {**(row.answers if row else {}), "version": row.version if row else 0}
    return YearlyForm(posted or None, asked=about.asked, t=t, initial=initial)


def stated(about: AskedOfSchool, form: YearlyForm, person: Person) -> None:
    """Keep what was filled in."""
    seen = form.cleaned_data["version"]
    actions.state_yearly(about, form.answers(), seen=seen, by=person.uuid)


def stated_context(about: AskedOfSchool, person: Person, t: Texts) -> dict[str, object]:
    """Return what stands around the form: the years, what counts as competent, and the history."""
    sees = region.may_with(person, about.school, "see_history")
    row, asked = about.row, about.asked
    return {
        "about": about,
        "years": years_asked(asked, today()),
        "competence": registry.competences().get(asked.competence),
        "now": answers_in_words(asked, row.answers, t) if row else [],
        "past": past_of(about, t) if sees else None,
    }


def past_of(about: AskedOfSchool, t: Texts) -> list[StatedLine]:
    """Return every version of what was stated, the newest first."""
    if about.row is None:
        return []
    found = history_of(about.row)
    names = queries.who_recorded({one.by for one in found if one.by})
    lines = []
    for change in sorted(found, key=lambda one: -one.number):
        after = {one.name: one.after for one in change.fields}
        words = [
            pair
            for one in about.asked.questions
            if one.id in after
            for pair in [(t(one.title), answer_in_words(one, after[one.id], t))]
        ]
        who = names.get(change.by, "") if change.by else ""
        lines.append(StatedLine(change.at, who, words))
    return lines


def answers_in_words(
    asked: models.YearlyQuestions, answers: Answers, t: Texts
) -> list[tuple[str, str]]:
    """Return every question with its answer as it is said; what is not known says so."""
    return [(t(one.title), answer_in_words(one, answers.get(one.id), t)) for one in asked.questions]


def answer_in_words(one: models.YearlyQuestion, answer: object, t: Texts) -> str:
    """Return an answer as it is said."""
    if answer in (None, ""):
        return t("niet bekend")
    titles = {option.id: t(option.title) for option in one.options}
    return titles.get(str(answer), str(answer))
