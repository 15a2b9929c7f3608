"""Reading starts, targets and values: a getter asks the policy before it hands one out."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from instroom_web.accounts.models import Person
from instroom_web.programme.models import APPROVED, WAITS, AmountVersion
from instroom_web.region import policy
from instroom_web.region.queries import held_roles


def proposes(person: Person) -> bool:
    """Whether somebody may enter a start, a target or a value (a rule of a page)."""
    return policy.of_the_region("propose_targets", held_roles(person))


def decides(person: Person) -> bool:
    """Whether somebody may approve what another entered (a rule of a page)."""
    return policy.of_the_region("approve_targets", held_roles(person))


def follows(person: Person) -> bool:
    """Whether somebody sees how versions come about, also those nobody decided of yet."""
    return proposes(person) or decides(person)


def approved(yardstick: str = "") -> QuerySet[AmountVersion]:
    """Return what stands, the oldest first: of the same, the last one counts."""
    found = AmountVersion.objects.filter(decided=APPROVED).order_by("version")
    return found.filter(yardstick=yardstick) if yardstick else found


def counting(rows: Iterable[AmountVersion]) -> list[AmountVersion]:
    """Return of every amount the version that counts: the last of those given."""
    last = {(r.kind, r.yardstick, r.place, r.gender, r.period): r for r in rows}
    return list(last.values())


def versions_for(person: Person, goal: str) -> QuerySet[AmountVersion]:
    """Return the versions of a goal, the newest first; what was not approved only for who follows.

    Two approved versions of the same are both there: the older one was corrected.
    """
    found = AmountVersion.objects.filter(yardstick__startswith=f"{goal}:").order_by("-pk")
    return found if follows(person) else found.filter(decided=APPROVED)


def waiting_for(person: Person) -> QuerySet[AmountVersion]:
    """Return the versions that somebody may decide of: never their own."""
    found = AmountVersion.objects.filter(decided=WAITS).order_by("at", "pk")
    return found.exclude(author=person.uuid) if decides(person) else found.none()


def sent_by(person: Person) -> QuerySet[AmountVersion]:
    """Return what somebody entered and nobody decided of yet."""
    return AmountVersion.objects.filter(decided=WAITS, author=person.uuid).order_by("at", "pk")


def decidable(person: Person, uuid: UUID) -> AmountVersion:
    """Return a version to decide of: 404 when there is none, 403 when it is one's own."""
    row = AmountVersion.objects.filter(uuid=uuid).first()
    if row is None:
        raise Http404
    if not decides(person) or row.author == person.uuid:
        raise PermissionDenied
    return row


def names_of(rows: Iterable[AmountVersion]) -> dict[UUID, str]:
    """Return what the people are called who entered or decided."""
    wanted = {one for row in rows for one in (row.author, row.decided_by) if one}
    return dict(Person.objects.filter(uuid__in=wanted).values_list("uuid", "full_name"))
