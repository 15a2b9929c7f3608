"""The outbox: one row per mail, which tells by itself what became of it."""

import uuid

from django.db import models


class Mail(models.Model):
    """A mail that was asked for; what it says and to whom is emptied in time."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    address = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=250, blank=True)
    body = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(
        max_length=80, blank=True, help_text="the kind of the last error: it names nobody"
    )
    regards = models.CharField(
        max_length=120, blank=True, help_text="the object, such as inflow.Organisation:12"
    )

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["regards"], name="mails_of_object")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(failed_at=None),
                name="mail_sent_or_failed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def state(self) -> str:
        """What became of the mail: ``sent``, ``failed`` or ``waiting``."""
        if self.sent_at:
            return "sent"
        return "failed" if self.failed_at else "waiting"
