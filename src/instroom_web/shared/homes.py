"""What waits for somebody after signing in: each app declares its own counters.

An app declares ``home_counters(reader, t)`` in its config. A counter counts what the list it leads
to shows to the same reader: both ask the same getter, and ``tests/web/test_web_homes.py`` counts.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from instroom.core.texts import Texts


@dataclass(frozen=True, slots=True)
class HomeCounter:
    """How many things wait, what they are, and the address of the list that holds them.

    ``key`` is the ``id`` of that list in its page, which marks each thing with ``data-counted``.
    """

    key: str
    number: int
    what: str
    url: str


def home_counters(reader: Any, t: Texts) -> list[HomeCounter]:
    """Return the counters of all apps for this reader; what waits stands before what does not."""
    found: list[HomeCounter] = []
    for config in apps.get_app_configs():
        declared = getattr(config, "home_counters", None)
        found += declared(reader, t) if declared else ()
    return sorted(found, key=lambda one: one.number == 0)
