"""What a command gives back: a frozen dataclass that reads as its own JSON.

One class per answer; :meth:`Answer.to_dict` is the one way from it to JSON (``docs/reference``).
Words for people are made from the fields, in the language of who reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from html import escape
from typing import Any, Final, Literal

from instroom.core.quantities import significant


class Absent(Enum):
    """The one value of a field that does not belong to this answer; JSON leaves it out."""

    ABSENT = "absent"

    def __bool__(self) -> Literal[False]:
        return False


ABSENT: Final = Absent.ABSENT


def plain(value: Any) -> Any:
    """Return data for JSON: dataclasses as dictionaries, arrays and tuples as lists.

    Fields that are ABSENT are left out; floats have 12 significant digits, no number is None.
    """
    return significant(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        own = getattr(value, "to_dict", None)
        return own() if own else _fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    tolist = getattr(value, "tolist", None)  # arrays and numbers of NumPy
    return tolist() if tolist else value


def _fields(value: Any) -> dict[str, Any]:
    shown = (field.name for field in fields(value) if not field.metadata.get("inner"))
    found = ((name, getattr(value, name)) for name in shown)
    return {name.rstrip("_"): _plain(one) for name, one in found if one is not ABSENT}


class Answer(Mapping[str, Any]):
    """The base of answers: subclasses are ``@dataclass(frozen=True, eq=False, repr=False)``.

    A field with the metadata ``{"inner": True}`` is for who makes words of it, not for JSON.

    An answer can be read as the dictionary its JSON is (``found["estimate"]``), which scripts
    written before answers had fields do.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False, repr=False)
    ... class Pupils(Answer):
    ...     n: int
    ...     share: float | Absent = ABSENT
    ...
    ...     def summary(self, language: str = "nl") -> str:
    ...         return f"{self.n} leerlingen"
    >>> found = Pupils(n=12)
    >>> found, found.to_dict(), found["n"]
    (<Pupils: 12 leerlingen>, {'n': 12}, 12)
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the answer in its public shape, ready for JSON."""
        return dict(significant(_fields(self)))

    def summary(self, language: str = "nl") -> str:
        """Return the answer in one sentence."""
        raise NotImplementedError(language)

    def picture(self, language: str = "nl") -> str:
        """Return an SVG that shows the answer, or "" when there is nothing to draw."""
        del language
        return ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.summary()}>"

    def _repr_html_(self) -> str:
        """Show the answer in a notebook: its sentence, and its picture when it has one."""
        return f"<p>{escape(self.summary())}</p>{self.picture()}"

    def __getitem__(self, key: str) -> Any:
        return self.to_dict()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_dict())

    def __len__(self) -> int:
        return len(self.to_dict())
