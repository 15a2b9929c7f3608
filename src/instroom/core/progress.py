"""Saying how far a long task is: one line of words, how many of how many first."""

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TypeVar

T = TypeVar("T", covariant=True)

#: Kinds of steps, with the words a reader sees.
WORK = {
    "indicators": "indicatoren uitgerekend",
    "languages": "talen geschreven",
    "pictures": "tekeningen gemaakt",
}

#: Is told lines such as ``12/40 pictures``; what does the work never prints.
Progress = Callable[[str], None]


class _Countable(Iterable[T], Sized, Protocol[T]):
    """Items of which the number is known beforehand."""


def silent(_: str) -> None:
    """Say nothing."""


def told(items: _Countable[T], what: str, say: Progress | None) -> Iterator[T]:
    """Yield items; before each, say how many are done: ``3/10 WHAT``.

    Examples
    --------
    >>> said = []
    >>> list(told(["a", "b"], "files", said.append)), said
    (['a', 'b'], ['0/2 files', '1/2 files', '2/2 files'])
    """
    say = say or silent
    for done, item in enumerate(items):
        say(f"{done}/{len(items)} {what}")
        yield item
    say(f"{len(items)}/{len(items)} {what}")
