"""A row that can be deleted, and put back for thirty days."""

import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

if TYPE_CHECKING:
    LivingBase = models.Manager["Any"]
else:
    LivingBase = models.Manager

#: How long a deletion can be undone.
KEPT = datetime.timedelta(days=30)


class LivingManager(LivingBase):
    """The rows that nobody deleted."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return them."""
        return super().get_queryset().filter(deleted_at=None)


class DeletableModel(models.Model):
    """A row with the moment at which somebody deleted it; None while it is there."""

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    objects: ClassVar[models.Manager[Any]] = LivingManager()
    with_deleted: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
