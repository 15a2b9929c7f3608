"""What was typed in a form and not saved. A person is named by uuid: keys run downwards only."""

from django.db import models


class Draft(models.Model):
    """One form of one person; ``values`` are texts by the name of their field."""

    person = models.UUIDField()
    key = models.CharField(max_length=120)
    values = models.JSONField(default=dict)
    tab = models.CharField(max_length=40, blank=True, help_text="which open page kept it last")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_draft_a_form")]

    def __str__(self) -> str:
        return self.key
