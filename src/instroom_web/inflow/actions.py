"""The only writer of cooperations and of what both sides say of them."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from instroom.core import periods
from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom.inflow.cooperation import day_in
from instroom.reports.days import date_words
from instroom.reports.site import compute
from instroom_web.inflow import queries
from instroom_web.inflow.models import (
    Confirmation,
    ConfirmationRequest,
    Cooperation,
    SchoolStatement,
)
from instroom_web.region.actions import add_company
from instroom_web.region.contacts.actions import name_contact
from instroom_web.region.models import ContactPerson, Organisation
from instroom_web.region.queries import contact_of, known_contact
from instroom_web.shared.clock import end_of, now, today
from instroom_web.shared.history.actions import record_change
from instroom_web.shared.later import later_action, later_once
from instroom_web.shared.mails.actions import ask_mail
from instroom_web.shared.mails.writing import written

_FIELDS = ("what", "since", "until", "plan_signed", "goals", "year_plan", "in_curriculum")


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What one side says of one cooperation."""

    cooperation: UUID
    answer: str
    note: str = ""
    hours: int | None = None


class ChangedMeanwhileError(RuntimeError):
    """Somebody else changed it since it was shown."""


@later_action(one_transaction=False)
def recount(key: str) -> None:
    """Bring the public figures up to what is recorded now (repeatable)."""
    del key
    compute(data=settings.DATA)


def recorded_fields(row: Cooperation) -> dict[str, object]:
    """Return what the history keeps of a cooperation."""
    found = {name: getattr(row, name) for name in _FIELDS}
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in found.items()
    }


@transaction.atomic
def record_cooperation(
    school: Organisation, company: Organisation, values: Mapping[str, object], *, by: UUID
) -> Cooperation:
    """Record that a school and a company do something together.

    Parameters
    ----------
    values
        ``what``, ``since`` and whatever else of the fields of :class:`Cooperation` is known.

    Raises
    ------
    UserError
        ``recorded_already`` when the same is recorded; ``unknown_period`` for a year that is none.
    """
    periods.parse(str(values.get("since")))
    what = " ".join(str(values.get("what", "")).split())[:200]
    row = Cooperation(school=school, company=company)
    _once(row, what)
    for name in _FIELDS:
        if values.get(name) not in (None, ""):
            setattr(row, name, values[name])
    row.what = what
    row.in_curriculum = today() if row.goals and row.year_plan else None
    row.save()
    record_change(row, "cooperation.recorded", by=by, before={}, after=recorded_fields(row))
    later_once(recount)
    return row


def _once(row: Cooperation, what: str) -> None:
    """Refuse to record twice what a school and a company do; who presses twice comes one by one."""
    Organisation.objects.select_for_update().get(pk=row.school_id)
    same = Cooperation.objects.filter(school=row.school, company=row.company, what__iexact=what)
    if same.exclude(pk=row.pk).exists():
        raise UserError(
            "this cooperation is recorded already",
            code="recorded_already",
            where=Where(key="what"),
            found=what,
            expected=Message("something that the two do besides"),
            hint=Message("open it on the page of the school and change it there"),
        )


@transaction.atomic
def record_filled(
    school: Organisation, values: Mapping[str, object], *, by: UUID, may_ask: bool
) -> Cooperation:
    """Record what was filled in, with its company and whom to write to there: all or nothing.

    Who answers for a company is decided by those who may ask it (``may_ask``): somebody of a school
    could otherwise have the links of that company sent to themselves.

    Raises
    ------
    UserError
        ``contact_known`` when somebody else may say who is written to there.
    """
    Organisation.objects.select_for_update().get(pk=school.pk)
    company = add_company(name=str(values["company"]), by=by)
    row = record_cooperation(school, company, values, by=by)
    if email := values.get("contact_email"):
        if not may_ask and known_contact(company):
            raise UserError(
                "it is known already whom to write to at {name}",
                code="contact_known",
                where=Where(key="contact_email"),
                hint=Message("leave name and address empty"),
                name=company.name,
            )
        name_contact(
            company,
            name=str(values.get("contact_name", "")),
            email=str(email),
            by=by,
            checked=may_ask,
        )
    return row


@transaction.atomic
def change_cooperation(
    row: Cooperation, values: Mapping[str, object], *, seen: int, by: UUID, reason: str = ""
) -> Cooperation:
    """Change what is recorded of a cooperation.

    ``seen`` is the version that was on the page: when it is another one now, nothing is written.

    Raises
    ------
    ChangedMeanwhileError
        Somebody else changed it since.
    UserError
        ``recorded_already`` when it would say the same as another one.
    """
    kept = Cooperation.objects.select_for_update().get(pk=row.pk)
    if kept.version != seen:
        raise ChangedMeanwhileError
    before = recorded_fields(kept)
    for name in _FIELDS:
        if name in values:
            setattr(kept, name, values[name])
    kept.what = " ".join(kept.what.split())[:200]
    _once(kept, kept.what)
    in_lessons = bool(kept.goals and kept.year_plan)
    kept.in_curriculum = (kept.in_curriculum or today()) if in_lessons else None
    after = recorded_fields(kept)
    if before != after:
        kept.version += 1
        kept.save()
        record_change(kept, "cooperation.changed", by=by, before=before, after=after, reason=reason)
        later_once(recount)
    return kept


@transaction.atomic
def ask_confirmation(
    organisation: Organisation, side: str, *, by: UUID, sender: str, link: str, site: str,
    language: str = "nl", contact: ContactPerson | None = None,
) -> ConfirmationRequest:  # fmt: skip
    """Mail an organisation a link to the page on which it says what is right.

    Parameters
    ----------
    link
        The address of that page with ``{token}`` in it.
    contact
        Whom to write to; without one, the newest that is known.

    Raises
    ------
    UserError
        ``nobody_to_write_to`` when no contact person is known; ``nothing_to_confirm``.
        ``year_counted`` when the count of this school year is closed.
    """
    year, contact = queries.this_year(), contact or contact_of(organisation)
    _still_counts(year)
    if contact is None:
        raise _nobody(organisation)
    asked = queries.asked_of(organisation, side, year)
    if not asked:
        raise UserError(
            "there is nothing to confirm for {name}",
            code="nothing_to_confirm",
            where=Where(key="organisation"),
            hint=Message("record a cooperation first"),
            name=organisation.name,
        )
    until = queries.until_of(year, today())
    row = ConfirmationRequest.objects.create(
        organisation=organisation,
        side=side,
        school_year=year,
        asked_at=now(),
        asked_by=by,
        expires_at=end_of(until),
    )
    subject, body = written(
        "cooperation_confirm",
        language,
        organisation=organisation.name,
        contact=contact.name,
        side=side,
        sender=sender,
        count=len(asked),
        link=link.replace("{token}", queries.token_of(row)),
        until=date_words(until.isoformat(), Texts(language)),
        site=site,
    )
    ask_mail(
        kind="cooperation_confirm", address=contact.email, language=language, subject=subject,
        body=body, regards=f"region.ContactPerson:{contact.pk}",
    )  # fmt: skip
    for one in asked:
        after = {"side": side, "school_year": year, "request": row.pk}
        record_change(one.row, "confirmation.asked", by=by, before={}, after=after)
    return row


def _nobody(organisation: Organisation) -> UserError:
    """Return why nobody is written to: somebody waits to be looked at, or nobody is known."""
    if known_contact(organisation):
        return UserError(
            "the contact person of {name} was named by somebody of a school",
            code="contact_unchecked",
            where=Where(key="contact"),
            expected=Message("that the programme office looked at it"),
            hint=Message("name a contact person yourself, or ask the programme office"),
            name=organisation.name,
        )
    return UserError(
        "nobody is known to write to at {name}",
        code="nobody_to_write_to",
        where=Where(key="contact"),
        hint=Message("name a contact person first"),
        name=organisation.name,
    )


@transaction.atomic
def take_answers(request: ConfirmationRequest, answers: Iterable[GivenAnswer]) -> int:
    """Keep what an organisation answered by its link; return how many answers were new.

    Only cooperations it was asked about count, and only in time; saying the same again changes
    nothing.

    Raises
    ------
    UserError
        ``link_expired`` when the link has had its time.
    """
    if queries.expired(request):
        raise UserError(
            "this link is no longer valid",
            code="link_expired",
            where=Where(key="link"),
            expected=Message("a link that was sent less than a month ago"),
            hint=Message("ask who sent it for a new one"),
        )
    mine = {one.row.uuid: one.row for one in queries.asked_in(request)}
    _hold(mine.values())
    given = [one for one in answers if one.cooperation in mine and one.answer in queries.ANSWERS]
    new = [
        _keep(mine[one.cooperation], request.side, request.school_year, one, request=request)
        for one in given
    ]
    if any(new):
        later_once(recount)
    return sum(new)


@transaction.atomic
def record_call(row: Cooperation, side: str, given: GivenAnswer, *, by: UUID) -> bool:
    """Keep what one side said by telephone, and who spoke to them; return whether it is new.

    Raises
    ------
    UserError
        ``year_counted`` when the count of this school year is closed.
    """
    year = queries.this_year()
    _still_counts(year)
    _hold([row])
    new = _keep(row, side, year, given, by=by)
    if new:
        later_once(recount)
    return new


def _still_counts(year: str) -> None:
    """Refuse what comes after a school year was counted: it would take an answer of before away."""
    if today() > day_in(year, queries.ladder().counted_on):
        raise UserError(
            "school year {year} is counted already",
            code="year_counted",
            where=Where(key="school_year"),
            hint=Message("from 1 August on it is about the new school year"),
            year=year,
        )


def _hold(rows: Iterable[Cooperation]) -> None:
    """Hold cooperations until the transaction ends, so that two presses come one by one."""
    held = Cooperation.objects.select_for_update().filter(pk__in=[row.pk for row in rows])
    list(held.order_by("pk").values_list("pk"))


def _keep(
    row: Cooperation,
    side: str,
    year: str,
    given: GivenAnswer,
    *,
    by: UUID | None = None,
    request: ConfirmationRequest | None = None,
) -> bool:
    old = Confirmation.objects.filter(cooperation=row, school_year=year, side=side).first()
    before = answer_fields(old) if old else {}
    made = old or Confirmation(cooperation=row, school_year=year, side=side)
    made.answer, made.note, made.hours = given.answer, given.note.strip()[:500], given.hours
    after = answer_fields(made)
    if old and before == after:
        return False
    made.at, made.by, made.request = now(), by, request
    made.how = "link" if request else "telephone"
    made.save()
    about = {"side": side, "school_year": year}
    record_change(
        row,
        "confirmation.given",
        by=by,
        before=before,
        after={**after, **about, "how": made.how},
    )
    return True


def answer_fields(one: Confirmation) -> dict[str, object]:
    """Return what the history keeps of an answer."""
    return {"answer": one.answer, "note": one.note, "hours": one.hours}


@transaction.atomic
def say_of_school(school: Organisation, said: str, *, by: UUID) -> SchoolStatement:
    """Keep that all of this school year is recorded (``all_recorded``), or ``nothing`` is done.

    Raises
    ------
    UserError
        ``year_counted`` when the count of this school year is closed.
    """
    year = queries.this_year()
    _still_counts(year)
    Organisation.objects.select_for_update().get(pk=school.pk)
    old = SchoolStatement.objects.filter(school=school, school_year=year).first()
    before = {"said": old.said} if old else {}
    made = old or SchoolStatement(school=school, school_year=year)
    if old and old.said == said:
        return old
    made.said, made.at, made.by = said, now(), by
    made.save()
    after = {"said": said, "school_year": year}
    record_change(school, "school.said", by=by, before=before, after=after)
    later_once(recount)
    return made
