"""Everything Instroom raises on purpose.

A user error says what was found, what was expected and what to do. Not enough data is never an
error: it is a figure with a status and a reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

from instroom.core.messages import Message, joined, shortened

#: Signs of all that one refusal says; a file may hold anything, a reader reads a few lines.
LONGEST = 400
_SHORTEST, _LONGEST_NAME = 40, 80


@dataclass(frozen=True, slots=True)
class Where:
    """The place a problem was seen: a file, its physical line (header is 1), column, key."""

    file: str | None = None
    row: int | None = None
    column: str | None = None
    key: str | None = None

    def words(self) -> Message:
        """Return the place in words."""
        parts = [self.file] if self.file else []
        parts += [Message("row {row}", row=self.row)] if self.row is not None else []
        parts += [Message("column '{name}'", name=self.column)] if self.column is not None else []
        parts += [Message("key '{name}'", name=self.key)] if self.key is not None else []
        return joined(", ", parts)

    def __str__(self) -> str:
        return str(self.words())


class Place(TypedDict):
    """Where something was seen, in JSON."""

    file: str | None
    row: int | None
    column: str | None
    key: str | None


class Refusal(TypedDict):
    """The public shape of an error (``contracts``): the value under ``"error"``."""

    code: str
    message: str
    where: Place
    found: str | None
    expected: str | None
    hint: str | None


class InstroomError(Exception):
    """Base of all errors raised on purpose; carries a code, a hint and where it was seen.

    Parameters
    ----------
    message
        An English template: the key of the catalogue; ``values`` fill it.
    found, expected, hint
        A :class:`Message` is words, translated where it is shown; other text is shown as it is.
    """

    exit_code = 1
    code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        where: Where | None = None,
        found: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
        **values: object,
    ) -> None:
        whole = message if isinstance(message, Message) else Message(message, **values)
        shown, found, expected, hint = _shortened(whole, found, expected, hint)
        message = shown or ""
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        place = where or Where()
        self.where = Where(place.file, place.row, shortened(place.column, _LONGEST_NAME), place.key)
        self.found, self.expected, self.hint = found, expected, hint

    def __reduce__(self) -> tuple[Any, ...]:
        return rebuilt, (type(self), self.to_dict())

    def to_dict(self) -> "Refusal":
        """Return the public shape of a refusal (the value under ``"error"``), in English."""
        return {
            "code": self.code,
            "message": self.message,
            "where": {
                "file": self.where.file,
                "row": self.where.row,
                "column": self.where.column,
                "key": self.where.key,
            },
            "found": self.found,
            "expected": self.expected,
            "hint": self.hint,
        }

    def in_file(self, file: str) -> "InstroomError":
        """Return the same error with the file's name filled in."""
        where = Where(file, self.where.row, self.where.column, self.where.key)
        return type(self)(
            self.message,
            code=self.code,
            where=where,
            found=self.found,
            expected=self.expected,
            hint=self.hint,
        )

    def told(self, say: Callable[[str], str] = str) -> str:
        """Return the lines of a refusal; ``say`` puts a message in the reader's language."""
        place, message = say(self.where.words()), say(self.message)
        lines = [f"{place}: {message}" if place else message]
        return "\n".join([*lines, *told_parts(self.found, self.expected, self.hint, say)])

    def __str__(self) -> str:
        return self.told()


def told_parts(
    found: str | None, expected: str | None, hint: str | None, say: Callable[[str], str]
) -> list[str]:
    """Return what was found, what was expected and what to do, a line each, names before them."""
    names = [say(Message("found:")), say(Message("expected:")), say(Message("to do:"))]
    wide = max(map(len, names))
    rows = zip(names, (found, expected, hint), strict=True)
    return [f"  {name:<{wide}} {say(text)}" for name, text in rows if text is not None]


def _shortened(*parts: str | None) -> tuple[str | None, ...]:
    """Cut message, found, expected and hint until together they are short enough to be read.

    What was found goes first, being what a file holds; what to do is cut last.
    """
    kept = list(parts)
    for position, least in ((1, 60), (2, 80), (0, 120), (3, 120), (0, _SHORTEST), (3, _SHORTEST)):
        over = sum(len(part or "") for part in kept) - LONGEST
        if over > 0:
            kept[position] = shortened(kept[position], max(least, len(kept[position] or "") - over))
    return tuple(kept)


E = TypeVar("E", bound=InstroomError)


def rebuilt(kind: type[E], data: Refusal) -> E:
    """Make an error again from its public shape (errors cross process borders this way)."""
    return kind(
        data["message"],
        code=data["code"],
        where=Where(**data["where"]),
        found=data["found"],
        expected=data["expected"],
        hint=data["hint"],
    )


class UserError(InstroomError):
    """Shown without a traceback; something the user can mend."""

    exit_code = 2
    code = "usage"


class DefinitionError(UserError):
    """A definition file says something the system cannot use."""

    exit_code = 10
    code = "definition"


class SourceError(UserError):
    """A publisher's file cannot be used as it is."""

    exit_code = 11
    code = "source"


class SourceUnavailableError(SourceError):
    """A publisher did not answer, or not with the file."""

    code = "source_unavailable"


class DataError(UserError):
    """What was asked is missing or impossible in the data at hand."""

    exit_code = 12
    code = "data"


class MachineError(DataError):
    """The machine cannot: a full disk, a folder without rights, a database that is broken."""

    code = "system"


class PrivacyError(UserError):
    """A rule that protects people refused."""

    exit_code = 13
    code = "privacy"


class NotAllowedError(UserError):
    """This role may not do this, or not now."""

    exit_code = 14
    code = "not_allowed"


class ProgrammingError(InstroomError):
    """A promise inside the house was broken; shown with its traceback."""

    code = "programming"
