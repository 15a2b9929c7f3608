"""Changes of rows. Persons are named by their uuid: keys of rows run downwards only."""

from django.db import models


class Change(models.Model):
    """One change of one object; rows of this table are only ever added."""

    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True, help_text="the person; empty for a command")
    kind = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object_kind", "object_id"], name="change_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_kind} {self.object_id}"
