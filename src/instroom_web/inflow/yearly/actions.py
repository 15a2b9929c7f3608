"""The only writer of what schools state once a year."""

from uuid import UUID

from django.db import transaction

from instroom.inflow.yearly import Answers
from instroom_web.inflow.actions import ChangedMeanwhileError, recount
from instroom_web.inflow.yearly.models import YearlyStatement
from instroom_web.inflow.yearly.queries import AskedOfSchool, statement_in
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import now
from instroom_web.shared.history.actions import record_change
from instroom_web.shared.later import later_once


@transaction.atomic
def state_yearly(about: AskedOfSchool, answers: Answers, *, seen: int, by: UUID) -> YearlyStatement:
    """Keep what a school states for a school year; saying the same again changes nothing.

    Parameters
    ----------
    answers
        What is known; a question that is not in it is not known.
    seen
        The version that was on the page, 0 for none: when it is another one now, nothing is
        written.

    Raises
    ------
    ChangedMeanwhileError
        Somebody else stated something else since.
    """
    school = Organisation.objects.select_for_update().get(pk=about.school.pk)
    kept = statement_in(school, about.asked.id, about.year)
    if kept is not None and kept.answers == dict(answers):
        return kept
    if (kept.version if kept else 0) != seen:
        raise ChangedMeanwhileError
    before = stated_fields(kept) if kept else {}
    row = kept or YearlyStatement(
        school=school, asked=about.asked.id, school_year=about.year, version=0
    )
    row.answers, row.at, row.by = dict(answers), now(), by
    row.version += 1
    row.save()
    record_change(row, "yearly.stated", by=by, before=before, after=stated_fields(row))
    later_once(recount)
    return row


def stated_fields(row: YearlyStatement) -> dict[str, object]:
    """Return what the history keeps of a statement."""
    return {**row.answers, "asked": row.asked, "school_year": row.school_year}
