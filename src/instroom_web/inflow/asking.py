"""What stands on the page behind a link, and what comes back from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.forms import BoundField
from django.http import HttpRequest

from instroom.core.texts import Texts
from instroom.reports.days import date_words
from instroom_web.inflow.actions import GivenAnswer, take_answers
from instroom_web.inflow.activities.actions import take_contributions
from instroom_web.inflow.activities.forms import ContributionsForm
from instroom_web.inflow.activities.queries import contributions_of
from instroom_web.inflow.activities.recording import asked_lines
from instroom_web.inflow.forms import AnswersForm
from instroom_web.inflow.models import Confirmation, ConfirmationRequest
from instroom_web.inflow.queries import CooperationNow
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import today


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One cooperation that somebody is asked about, with what they said of it before."""

    now: CooperationNow
    other: Organisation
    mine: Confirmation | None
    key: str
    answer: str
    note: BoundField
    #: Only a company is asked for hours.
    hours: BoundField | None


def asked_context(
    asked: ConfirmationRequest,
    found: list[CooperationNow],
    form: AnswersForm,
    new: int | None,
    t: Texts,
) -> dict[str, object]:
    """Return what the page shows; ``new`` is how many answers were just kept."""
    lines = [_line(asked, one, form) for one in found]
    return {
        "asked": asked,
        "until": date_words(today(asked.expires_at - timedelta(seconds=1)).isoformat(), t),
        "lines": lines,
        "new": new,
        "open": sum(line.mine is None for line in lines),
        "form": form,
    }


def _line(asked: ConfirmationRequest, one: CooperationNow, form: AnswersForm) -> AskedLine:
    key, mine = one.row.uuid.hex, one.answers.get(asked.side)
    return AskedLine(
        one,
        one.row.company if asked.side == "school" else one.row.school,
        mine,
        key,
        form[f"answer_{key}"].value() or (mine.answer if mine else ""),
        form[f"note_{key}"],
        form[f"hours_{key}"] if asked.side == "company" else None,
    )


def given_answers(values: Mapping[str, Any], found: list[CooperationNow]) -> list[GivenAnswer]:
    """Return what was filled in; what was left open says nothing."""
    keys = {one.row.uuid: one.row.uuid.hex for one in found}
    return [
        GivenAnswer(
            uuid, values[f"answer_{key}"], values[f"note_{key}"], values.get(f"hours_{key}")
        )
        for uuid, key in keys.items()
        if values[f"answer_{key}"]
    ]


def given_form(
    request: HttpRequest, asked: ConfirmationRequest, t: Texts
) -> ContributionsForm | None:
    """Return the questions about activities; None when there is none."""
    found = contributions_of(asked)
    return ContributionsForm(request.POST or None, asked=found, t=t) if found else None


def given_context(
    form: ContributionsForm | None, asked: ConfirmationRequest, t: Texts
) -> dict[str, object]:
    """Return what the page shows of activities."""
    lines = asked_lines(form, t) if form else []
    return {
        "given": lines,
        "given_year": today(asked.asked_at).year,
        "given_wrong": bool(form and form.errors),
    }


@transaction.atomic
def taken(
    asked: ConfirmationRequest, answers: list[GivenAnswer], given: ContributionsForm | None
) -> int:
    """Keep all that was answered by one press of the button; return how much of it was new."""
    new = take_answers(asked, answers)
    return new + (take_contributions(asked, given.given()) if given else 0)
