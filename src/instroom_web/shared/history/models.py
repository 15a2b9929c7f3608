"""Changes of rows. Persons are named by their uuid: keys of rows run downwards only."""

from typing import Any, NoReturn

from django.db import models


class ChangeIsKeptError(RuntimeError):
    """A change stays as it was written; ``erase_contents`` is the one way to empty it."""


class Changes(models.QuerySet["Change"]):
    """Reads changes, and adds none: the chain has one writer."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ChangeIsKeptError

    update = aupdate = delete = adelete = _refuse
    bulk_update = abulk_update = bulk_create = abulk_create = _refuse


class Change(models.Model):
    """One change of one object; rows of this table are only ever added.

    ``number`` counts on without gaps, and ``link`` stands on the link before it: see
    ``instroom.core.chain``. Without ``salt`` the contents were erased.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True, help_text="the person; empty for a command")
    kind = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    salt = models.CharField(max_length=32, blank=True)
    content_digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64)

    objects = Changes.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["object_kind", "object_id"], name="change_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_kind} {self.object_id}"

    def save_base(self, *args: Any, **options: Any) -> None:
        """Add a change; what is there is not written over, whatever number this one carries."""
        if not self._state.adding:
            raise ChangeIsKeptError(self.number)
        super().save_base(*args, **options | {"force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise ChangeIsKeptError(self.number)


class ChainHead(models.Model):
    """The one row that who adds changes holds, so that no two follow on the same one."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    link = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="history_has_one_head")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.link}"
