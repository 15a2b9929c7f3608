"""What stands in the head and foot of every page: each chapter declares its own entries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.urls import reverse

from instroom.core.texts import Texts

#: The chapters, what is in the foot, and what people who signed in work with.
Bar = Literal["chapters", "about", "work"]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A link in the frame: in which bar, which chapter it opens, its name, its address by name.

    ``key`` is the key of the stored page it leads to, so that the page can mark itself. ``seen_by``
    says of whoever signed in whether the link is there for them; without it it is for everybody.
    """

    bar: Bar
    chapter: str
    name: str
    route: str
    key: str = ""
    seen_by: Callable[[Any], bool] | None = None


def entries(t: Texts) -> Iterator[NavigationEntry]:
    """Yield the entries of all chapters, in the order in which they are installed."""
    for config in apps.get_app_configs():
        declared = getattr(config, "navigation", None)
        if declared is not None:
            yield from declared(t)


def bar(name: Bar, t: Texts, reader: object = None) -> list[dict[str, str]]:
    """Return one bar with the addresses in the language that is spoken, as this reader sees it."""
    return [
        {"chapter": e.chapter, "name": e.name, "key": e.key, "url": reverse(e.route)}
        for e in entries(t)
        if e.bar == name and (e.seen_by is None or (reader is not None and e.seen_by(reader)))
    ]
