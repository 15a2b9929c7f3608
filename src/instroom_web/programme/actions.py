"""The only writer of starts, targets and values, and of what was decided of them."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from instroom.core import periods
from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.programme.results import yardstick_of
from instroom_web.programme.models import (
    APPROVED,
    KINDS,
    SENT_BACK,
    TARGET,
    VALUE,
    WAITS,
    AmountVersion,
)
from instroom_web.shared.clock import now
from instroom_web.shared.history.actions import record_change


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAmount:
    """What somebody enters: shares from 0 to 1, and of how many people a value is."""

    kind: str
    yardstick: str
    place: str
    period: str
    low: float
    high: float
    reason: str
    gender: str = ""
    people: int | None = None


def propose(given: GivenAmount, *, by: UUID) -> AmountVersion:
    """Enter a start, a target or a value; it counts once a second person approved it.

    Raises
    ------
    DataError
        ``unknown_yardstick``; ``unknown_period`` for a year that is none.
    UserError
        ``computed_already`` for a start or value of a share that is computed from files or rows;
        ``waits_already`` while another version of the same waits; ``no_amount`` for what is no
        share, a value of nobody, or one without a reason.
    """
    stick = yardstick_of(given.yardstick)
    if stick.computed and given.kind != TARGET:
        raise UserError(
            "this share is computed: nobody enters it",
            code="computed_already",
            where=Where(key="kind"),
            hint=Message("only a target is entered for it"),
        )
    periods.parse(given.period)
    _refuse_no_amount(given)
    try:
        return _proposed(given, by)
    except IntegrityError as error:  # two at the same moment: one of them is first
        raise _waits_already() from error


def _refuse_no_amount(given: GivenAmount) -> None:
    sound = given.kind in KINDS and 0 <= given.low <= given.high <= 1
    if sound and (given.people or given.kind != VALUE) and given.reason.strip():
        return
    raise UserError(
        "this is no amount that can be kept",
        code="no_amount",
        where=Where(key="low"),
        expected=Message("a share between 0 and 100, a reason, and of how many people a value is"),
    )


@transaction.atomic
def _proposed(given: GivenAmount, by: UUID) -> AmountVersion:
    about = {name: getattr(given, name) for name in ("kind", "yardstick", "place", "gender")}
    mine = AmountVersion.objects.filter(**about, period=given.period)
    if mine.filter(decided=WAITS).exists():
        raise _waits_already()
    last = mine.aggregate(last=Max("version"))["last"] or 0
    values = {**asdict(given), "reason": " ".join(given.reason.split())[:300]}
    row = AmountVersion.objects.create(**values, version=last + 1, author=by, at=now())
    record_change(row, "amount.proposed", by=by, before={}, after={**values, "version": last + 1},
                  reason=row.reason)  # fmt: skip
    return row


def _waits_already() -> UserError:
    return UserError(
        "another version of this waits for a decision",
        code="waits_already",
        where=Where(key="period"),
        hint=Message("let somebody decide of that one first"),
    )


@transaction.atomic
def decide(row: AmountVersion, decision: str, *, by: UUID) -> bool:
    """Approve a version or send it back, once; return whether this call decided.

    Raises
    ------
    UserError
        ``own_version`` when the author would decide; the database refuses it too.
    """
    kept = AmountVersion.objects.select_for_update().get(pk=row.pk)
    if kept.author == by:
        raise UserError(
            "nobody approves what they entered themselves",
            code="own_version",
            where=Where(key="decision"),
            hint=Message("a second person looks at it"),
        )
    if kept.decided != WAITS or decision not in (APPROVED, SENT_BACK):
        return False
    kept.decided, kept.decided_by, kept.decided_at = decision, by, now()
    kept.save(update_fields=["decided", "decided_by", "decided_at"])
    record_change(kept, f"amount.{decision}", by=by, before={"decided": WAITS},
                  after={"decided": decision})  # fmt: skip
    return True
