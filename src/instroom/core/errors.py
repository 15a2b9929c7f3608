"""Everything Instroom raises on purpose.

A user error says what was found, what was expected and what to do. Not enough data is never an
error: it is a figure with a status and a reason.
"""

from dataclasses import dataclass
from typing import Any

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

    def __str__(self) -> str:
        parts = [self.file or ""]
        parts += [f"row {self.row}"] if self.row is not None else []
        parts += [f"column '{self.column}'"] if self.column is not None else []
        parts += [f"key '{self.key}'"] if self.key is not None else []
        return ", ".join(part for part in parts if part)


class InstroomError(Exception):
    """Base of all errors raised on purpose; carries a code, a hint and where it was seen."""

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
    ) -> None:
        shown, found, expected, hint = _shortened(message, found, expected, hint)
        message = shown or ""
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        place = where or Where()
        self.where = Where(place.file, place.row, _cut(place.column, _LONGEST_NAME), place.key)
        self.found, self.expected, self.hint = found, expected, hint

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the public shape of a refusal (the value under ``"error"``)."""
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

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message}" if str(self.where) else self.message]
        lines += [f"  found:    {self.found}"] if self.found is not None else []
        lines += [f"  expected: {self.expected}"] if self.expected is not None else []
        lines += [f"  to do:    {self.hint}"] if self.hint is not None else []
        return "\n".join(lines)


def _shortened(*parts: str | None) -> tuple[str | None, ...]:
    """Cut message, found, expected and hint until together they are short enough to be read.

    What was found goes first, being what a file holds; what to do is cut last.
    """
    kept = list(parts)
    for position, least in ((1, 60), (2, 80), (0, 120), (3, 120), (0, _SHORTEST), (3, _SHORTEST)):
        over = sum(len(part or "") for part in kept) - LONGEST
        if over > 0:
            kept[position] = _cut(kept[position], max(least, len(kept[position] or "") - over))
    return tuple(kept)


def _cut(text: str | None, most: int) -> str | None:
    """Return a text of at most this many signs, with an ellipsis where it was cut."""
    return text if text is None or len(text) <= most else text[: most - 1] + "…"


def _rebuild(kind: type[InstroomError], data: dict[str, Any]) -> InstroomError:
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
