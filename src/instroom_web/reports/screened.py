"""Stored rows as they may be shown: whoever reads one reads it through here.

A row says by which number of the gate's rules it was judged. One that an older version stored, or
that says nothing, is judged again each time it is read, until ``instroom compute`` writes it anew.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTransform

from instroom.reports import withheld

#: Of a stored row: the number of the rules by which it was judged.
MARK = "rules"


def judged(body: Any) -> Any:
    """Return what is stored of a row that the gate judged just now; a list has nothing to judge."""
    return {**body, MARK: withheld.JUDGED_BY} if isinstance(body, Mapping) else body


def judged_name(digest: str) -> str:
    """Return the digest of a row with the number of the rules, so that new rules write it anew."""
    return f"{withheld.JUDGED_BY}-{digest}"[:64]


def is_judged(name: str) -> bool:
    """Whether a :func:`judged_name` has the number of today's rules."""
    return name.startswith(f"{withheld.JUDGED_BY}-")


class _Screened(models.JSONField):
    """JSON that is judged when it is read, by whatever query."""

    def deconstruct(self) -> Any:
        """Say that the database holds plain JSON."""
        name, _, args, keywords = super().deconstruct()
        return name, "django.db.models.JSONField", args, keywords

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return what may be shown; a part that a query asks for is returned as it is."""
        found = super().from_db_value(value, expression, connection)
        if isinstance(expression, KeyTransform) or not isinstance(found, dict):
            return found
        now = None if found.pop(MARK, 0) == withheld.JUDGED_BY else withheld.NOTHING_KNOWN
        return self.shown(found, now)

    def shown(self, body: Any, now: withheld.Now | None) -> Any:
        """Return what may be shown of a row."""
        raise NotImplementedError


class ScreenedFigure(_Screened):
    """The body of a stored figure."""

    def shown(self, body: Any, now: withheld.Now | None) -> Any:
        """Return the figure, without its numbers when it may not be shown."""
        return withheld.shown_row(body, now) if "indicator" in body else body


class ScreenedDocument(_Screened):
    """The body of a stored page or answer."""

    def shown(self, body: Any, now: withheld.Now | None) -> Any:
        """Return the page without the blocks that may not be shown."""
        return withheld.shown_document(body, now)
