"""Reading cooperations: a getter asks the policy of the school before it hands one out."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import Http404

from instroom.definitions import models as definitions
from instroom.definitions import registry
from instroom.definitions.models import Ability
from instroom.inflow.cooperation import (
    SIDES,
    CooperationFacts,
    LedgerSchool,
    Said,
    Side,
    conditions_met,
    day_in,
    rung_of,
)
from instroom_web.accounts.models import Person
from instroom_web.inflow.models import (
    Confirmation,
    ConfirmationRequest,
    Cooperation,
    SchoolStatement,
)
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import now, school_year_of, today

#: An answer that confirms; the others tell what is to be found out.
RIGHT, DIFFERENT, WRONG = "right", "different", "wrong"
ANSWERS = (RIGHT, DIFFERENT, WRONG)
_SIGNER = Signer(salt="instroom.inflow.confirmation")


def ladder() -> definitions.Ladder:
    """Return the ladder of schools and companies."""
    return registry.ladders()["school_company"]


def this_year() -> str:
    """Return the school year of today."""
    return school_year_of(today())


@dataclass(frozen=True, slots=True)
class CooperationNow:
    """A cooperation as a page shows it in a school year: its rung, and what lacks for the next."""

    row: Cooperation
    year: str
    rung: definitions.LadderRung | None
    met: dict[definitions.Condition, bool]
    answers: dict[str, Confirmation]

    @property
    def lacking(self) -> list[definitions.Condition]:
        """What the next rung asks that is not so."""
        rungs = ladder().rungs
        at = rungs.index(self.rung) if self.rung else -1
        above = rungs[at + 1] if at + 1 < len(rungs) else None
        return [name for name in above.conditions if not self.met[name]] if above else []

    @property
    def reached(self) -> list[str]:
        """The rungs up to the one it stands on."""
        order = [rung.id for rung in ladder().rungs]
        return order[: order.index(self.rung.id) + 1] if self.rung else []

    @property
    def silent(self) -> list[Side]:
        """The sides that did not say yes this school year."""
        said = {side for side, one in self.answers.items() if one.answer == RIGHT}
        return [side for side in SIDES if side not in said]


def cooperations_of(school: Organisation) -> list[CooperationNow]:
    """Return what a school and companies do together this school year, the highest rung first."""
    return _as_now(
        Cooperation.objects.filter(school=school).select_related("company", "school"), this_year()
    )


def _as_now(rows: QuerySet[Cooperation], year: str) -> list[CooperationNow]:
    found = list(rows.prefetch_related("confirmations").order_by("pk"))
    steps = ladder()
    made = []
    for row in found:
        facts = facts_of(row, row.confirmations.all())
        rung = rung_of(facts, year, steps, today())
        answers = {c.side: c for c in row.confirmations.all() if c.school_year == year}
        met = conditions_met(facts, year, steps, today())
        made.append(CooperationNow(row, year, rung, met, answers))
    order = [rung.id for rung in steps.rungs]
    return sorted(made, key=lambda one: -order.index(one.rung.id) if one.rung else 1)


def facts_of(row: Cooperation, confirmations: Iterable[Confirmation]) -> CooperationFacts:
    """Return what the ladder asks of a cooperation.

    What was confirmed after a school year was counted does not change that count.
    """
    return CooperationFacts(
        since=row.since,
        until=row.until,
        plan_signed=row.plan_signed,
        in_curriculum=row.in_curriculum if row.goals and row.year_plan else None,
        confirmed=frozenset(
            (one.school_year, side)
            for one in confirmations
            for side in SIDES
            if one.side == side and one.answer == RIGHT and _in_time(one)
        ),
    )


def _in_time(one: Confirmation) -> bool:
    return today(one.at) <= day_in(one.school_year, ladder().counted_on)


def cooperation_for(
    person: Person, uuid: UUID, ability: Ability = "record_cooperation"
) -> Cooperation:
    """Return a cooperation for somebody who may do this with its school; else 404 or 403."""
    row = Cooperation.objects.filter(uuid=uuid).select_related("school", "company").first()
    if row is None:
        raise Http404
    region.school_for(person, row.school.code, ability)
    return row


def token_of(request: ConfirmationRequest) -> str:
    """Return what stands in a link: which request, signed, so that nobody makes up another."""
    return _SIGNER.sign(request.uuid.hex)


def request_of(token: str) -> ConfirmationRequest | None:
    """Return the request of a link; None when the link was changed or never sent."""
    try:
        uuid = UUID(_SIGNER.unsign(token))
        return ConfirmationRequest.objects.select_related("organisation").get(uuid=uuid)
    except (BadSignature, ValueError, ValidationError, ConfirmationRequest.DoesNotExist):
        return None


def expired(request: ConfirmationRequest) -> bool:
    """Whether a link has had its time."""
    return now() >= request.expires_at


def asked_in(request: ConfirmationRequest) -> list[CooperationNow]:
    """Return the cooperations that one organisation is asked about."""
    return asked_of(request.organisation, request.side, request.school_year)


def asked_of(organisation: Organisation, side: str, year: str) -> list[CooperationNow]:
    """Return the cooperations of an organisation that go on in a school year."""
    mine = Q(school=organisation) if side == "school" else Q(company=organisation)
    running = Q(since__lte=year) & (Q(until="") | Q(until__gte=year))
    rows = Cooperation.objects.filter(mine & running).select_related("school", "company")
    return _as_now(rows, year)


def unconfirmed_for(person: Person) -> list[CooperationNow]:
    """Return the running cooperations of somebody's schools that a side did not confirm yet."""
    year = this_year()
    running = Q(since__lte=year) & (Q(until="") | Q(until__gte=year))
    mine = Q(school__in=region.schools_for(person))
    rows = Cooperation.objects.filter(mine & running).select_related("school", "company")
    return [one for one in _as_now(rows, year) if one.silent]


def unknown_for(person: Person) -> QuerySet[Organisation]:
    """Return the schools of somebody of which nothing is known this school year."""
    year = this_year()
    running = Q(since__lte=year) & (Q(until="") | Q(until__gte=year))
    some = Cooperation.objects.filter(running).values("school")
    said = SchoolStatement.objects.filter(school_year=year).values("school")
    return region.schools_for(person).exclude(pk__in=some).exclude(pk__in=said)


def statement_of(school: Organisation) -> SchoolStatement | None:
    """Return what was said of a school and this school year."""
    return SchoolStatement.objects.filter(school=school, school_year=this_year()).first()


def anything_recorded() -> bool:
    """Return whether anybody recorded a cooperation or said something of a school, ever."""
    return Cooperation.objects.exists() or SchoolStatement.objects.exists()


def ledger() -> Iterator[LedgerSchool]:
    """Yield every school of the region with all that counts for its state."""
    confirmed = defaultdict[int, list[Confirmation]](list)
    for answer in Confirmation.objects.all().iterator():
        confirmed[answer.cooperation_id].append(answer)
    mine = defaultdict[int, list[CooperationFacts]](list)
    for row in Cooperation.objects.all().iterator():
        mine[row.school_id].append(facts_of(row, confirmed[row.pk]))
    said = defaultdict[int, dict[str, Said]](dict)
    for one in SchoolStatement.objects.all().iterator():
        said[one.school_id][one.school_year] = (
            "nothing" if one.said == "nothing" else "all_recorded"
        )
    schools = Organisation.objects.filter(kind=region.SCHOOL).exclude(municipality="")
    for school in schools.select_related("board").order_by("code").iterator():
        board = school.board.code if school.board else ""
        yield LedgerSchool(
            school.code,
            school.municipality,
            board,
            school.sector,
            tuple(mine[school.pk]),
            said[school.pk],
            school.ended_on,
        )


def until_of(year: str, day: datetime.date) -> datetime.date:
    """Return until when a link sent on a day is good: the end of the window, or thirty days.

    Never past the day before the count of that school year: later it changes nothing.
    """
    steps = ladder()
    first, last = (day_in(year, d) for d in (steps.confirmed_from, steps.confirmed_until))
    usual = last if first <= day <= last else day + datetime.timedelta(days=30)
    return min(usual, day_in(year, steps.counted_on))
