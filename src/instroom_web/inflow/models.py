"""What schools and companies do together, and what each of them said of it."""

import uuid

from django.db import models

from instroom_web.region.models import Organisation


class Cooperation(models.Model):
    """A school and a company that do something together; how far they are is computed.

    Years are school years (``2025-2026``). ``goals`` are the curriculum goals it belongs to, in
    words; with ``year_plan`` (where it stands in the school's plan) it is in the curriculum since
    ``in_curriculum``.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="cooperations_as_school"
    )
    company = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="cooperations_as_company"
    )
    what = models.CharField(max_length=200)
    since = models.CharField(max_length=9)
    until = models.CharField(max_length=9, blank=True)
    plan_signed = models.DateField(null=True, blank=True)
    goals = models.CharField(max_length=200, blank=True)
    year_plan = models.CharField(max_length=200, blank=True)
    in_curriculum = models.DateField(null=True, blank=True)
    #: Raised with every change, so that nobody writes over what they did not see.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "company", "what"], name="cooperation_recorded_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.school} - {self.company}: {self.what}"


class ConfirmationRequest(models.Model):
    """A mail with a link: one organisation is asked about one school year, until a moment.

    ``number`` is in the link, so that a link of before is of no use when it was asked again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="confirmation_requests"
    )
    side = models.CharField(max_length=10)
    school_year = models.CharField(max_length=9)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organisation} {self.school_year}"


class Confirmation(models.Model):
    """What one side said of a cooperation in a school year; saying it again changes it."""

    cooperation = models.ForeignKey(
        Cooperation, on_delete=models.PROTECT, related_name="confirmations"
    )
    school_year = models.CharField(max_length=9)
    side = models.CharField(max_length=10)
    #: ``right``, ``different`` or ``wrong``; only the first one confirms.
    answer = models.CharField(max_length=10)
    note = models.CharField(max_length=500, blank=True)
    hours = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    #: ``link``, ``person`` (signed in) or ``telephone``; with the person, or the request of a link.
    how = models.CharField(max_length=10)
    by = models.UUIDField(null=True, blank=True)
    request = models.ForeignKey(
        ConfirmationRequest, on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cooperation", "school_year", "side"], name="one_answer_per_side_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.school_year} {self.answer}"


class SchoolStatement(models.Model):
    """What was said of a school and a school year: all is recorded, or there is nothing."""

    school = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statements")
    school_year = models.CharField(max_length=9)
    said = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year"], name="one_statement_per_school_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.school_year} {self.said}"
