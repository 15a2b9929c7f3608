"""What all apps share in the database."""

from django.db import models


class TaskWorker(models.Model):
    """A worker process that says now and then that it is alive; see :mod:`.worker`."""

    id = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started = models.DateTimeField()
    seen = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"
