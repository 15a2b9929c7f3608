"""Starts, targets and values that people enter: every version stays, a second person approves."""

import uuid

from django.db import models
from django.db.models import F, Q

BASELINE, TARGET, VALUE = "baseline", "target", "value"
KINDS = (BASELINE, TARGET, VALUE)
#: What was decided of a version; empty while it waits.
WAITS, APPROVED, SENT_BACK = "", "approved", "sent_back"
#: What one amount is about; versions of the same are told apart by their number.
ABOUT = ("kind", "yardstick", "place", "gender", "period")


class AmountVersion(models.Model):
    """One version of a start, a target or a value: a share from 0 to 1 in a school year.

    ``yardstick`` is a :class:`instroom.programme.results.Yardstick` by its code. ``place`` is the
    region or a municipality, ``gender`` empty for all. ``low`` and ``high`` are the share itself
    when all is known. An approved version is never changed: a correction is a new one.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10)
    yardstick = models.CharField(max_length=200)
    place = models.CharField(max_length=40)
    gender = models.CharField(max_length=10, blank=True)
    period = models.CharField(max_length=9)
    version = models.PositiveIntegerField()
    low = models.FloatField()
    high = models.FloatField()
    #: Of how many people or schools a value is the share.
    people = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    author = models.UUIDField()
    at = models.DateTimeField()
    decided = models.CharField(max_length=10, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=[*ABOUT, "version"], name="amount_version_once"),
            models.UniqueConstraint(
                fields=list(ABOUT), condition=Q(decided=""), name="amount_waits_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="amount_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(low__gte=0) & Q(low__lte=F("high")) & Q(high__lte=1),
                name="amount_is_a_share",
            ),
            models.CheckConstraint(
                condition=~Q(kind=VALUE) | Q(people__isnull=False, people__gte=1),
                name="amount_value_is_of_somebody"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="amount_has_a_reason"),
            models.CheckConstraint(
                condition=Q(decided="", decided_by=None, decided_at=None)
                | Q(decided__in=(APPROVED, SENT_BACK), decided_by__isnull=False,
                    decided_at__isnull=False),
                name="amount_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("author")),
                name="amount_decided_by_another",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.yardstick} {self.period} ({self.version})"
