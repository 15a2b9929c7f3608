"""Initiatives, their activities at schools, and what companies contributed to those."""

import uuid

from django.db import models

from instroom_web.inflow.models import ConfirmationRequest
from instroom_web.region.models import Organisation
from instroom_web.shared.deletion.models import DeletableModel


class Initiative(DeletableModel):
    """What several activities belong to. ``definition`` names the one of the programme outline."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    definition = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=150)
    about = models.CharField(max_length=500, blank=True)
    #: Raised with every change, so that nobody writes over what they did not see.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition"],
                condition=~models.Q(definition=""),
                name="initiative_taken_over_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Activity(DeletableModel):
    """Something with pupils of a school on one day, planned or done.

    Codes are those of the definitions ``inflow/choices`` and ``inflow/factors``. A number of pupils
    that nobody knows is None, never 0. ``planned``: nobody said yet that it took place.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="activities")
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="activities"
    )
    on = models.DateField()
    planned = models.BooleanField(default=False)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200, blank=True)
    year_groups: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    pupils = models.PositiveIntegerField(null=True, blank=True)
    girls = models.PositiveIntegerField(null=True, blank=True)
    boys = models.PositiveIntegerField(null=True, blank=True)
    prepared = models.CharField(max_length=20, default="unknown")
    task = models.CharField(max_length=20, default="unknown")
    profile = models.CharField(max_length=20, default="technical")
    factors: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["school", "-on"], name="activity_by_school")]

    def __str__(self) -> str:
        return f"{self.school} {self.on} {self.kind}"


class Contribution(models.Model):
    """A company that took part in an activity, and what it says it gave.

    It counts as co-financing only when the company answered ``right``. ``materials`` is in cents;
    hours and materials that nobody told are None.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="contributions")
    company = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="contributions"
    )
    answer = models.CharField(max_length=10, blank=True)
    note = models.CharField(max_length=500, blank=True)
    hours = models.PositiveIntegerField(null=True, blank=True)
    materials = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    request = models.ForeignKey(
        ConfirmationRequest, on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "company"], name="company_once_per_activity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.answer or '?'}"
