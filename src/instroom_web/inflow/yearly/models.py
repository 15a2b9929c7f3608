"""What a school stated once a year."""

from django.db import models

from instroom_web.region.models import Organisation


class YearlyStatement(models.Model):
    """The answers of a school to a set of questions, for a school year.

    ``asked`` is the id of the set; ``answers`` has what is known: question -> number or option.
    What is not in it is not known.
    """

    school = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="yearly_statements"
    )
    school_year = models.CharField(max_length=9)
    asked = models.CharField(max_length=60)
    answers = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.UUIDField()
    #: Raised with every change, so that nobody writes over what they did not see.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year", "asked"], name="stated_once_per_school_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.school_year} {self.asked}"
