"""The formula of the history: every change vouches for all that were written before it.

Knows no database and no clock: whoever writes changes and whoever looks them over both use this.
What a change says is under a digest with a salt of its own; the chain holds the digest only. So
contents can be erased, their salt with them, and the chain still holds.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

#: What stands for the link before the first change.
FIRST_LINK = "0" * 64
#: The kind of a change that tells whose contents were erased; its ``after`` has their numbers.
ERASED_KIND = "history.erased"


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One change as it is stored; ``salt`` is empty when its contents were erased."""

    number: int
    at: datetime
    by: UUID | None
    kind: str
    object_kind: str
    object_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    salt: str
    content_digest: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A stored change of which a value is of no kind that was ever written."""

    number: object


@dataclass(frozen=True, slots=True)
class ChainMark:
    """The number and link of a change: what a head and a line of an anchor hold."""

    number: int
    link: str
    at: datetime | None = None


def as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as a database gives them back: plain JSON.

    Raises
    ------
    TypeError, ValueError
        When they are no JSON; also a number that is none.

    Examples
    --------
    >>> as_stored({"years": (1, 2), 3: None})
    {'years': [1, 2], '3': None}
    """
    made: dict[str, Any] = json.loads(json.dumps(dict(values), allow_nan=False))
    return made


def canonical(value: Any) -> bytes:
    r"""Return JSON in the one form that is digested.

    Keys are sorted, and numbers stand by their value: a database may write 1.0 as 1.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": ["é", 1e22, -0.0]})
    b'{"a":["\\u00e9",10000000000000000000000,0],"b":1}'
    """
    text = json.dumps(_by_value(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def _by_value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _by_value(inner) for key, inner in value.items()}
    return [_by_value(inner) for inner in value] if isinstance(value, list | tuple) else value


def content_digest(row: ChainRow) -> str:
    """Return the digest of what a change says, under its own salt: who lacks it cannot guess."""
    content = canonical([row.before, row.after, row.reason])
    return hmac.new(row.salt.encode("utf-8"), content, hashlib.sha256).hexdigest()


def link_of(previous: str, row: ChainRow) -> str:
    """Return the link of a change on the link of the one before it."""
    when = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    by = None if row.by is None else str(row.by)
    told = [row.kind, row.object_kind, row.object_id, row.content_digest]
    return hashlib.sha256(canonical([previous, row.number, when, by, *told])).hexdigest()


def sealed(previous: str, row: ChainRow) -> ChainRow:
    """Return a new change with its digest, and its link on the one before it.

    Examples
    --------
    >>> day = datetime(2026, 11, 29, tzinfo=UTC)
    >>> row = ChainRow(1, day, None, "x", "a.B", "7", {}, {"a": 1}, "", salt="00" * 16)
    >>> first = sealed(FIRST_LINK, row)
    >>> first.link == link_of(FIRST_LINK, first), len(first.content_digest)
    (True, 64)
    """
    digested = replace(row, content_digest=content_digest(row))
    return replace(digested, link=link_of(previous, digested))


def is_empty(row: ChainRow) -> bool:
    """Return whether nothing is left of what a change said."""
    return not (row.before or row.after or row.reason or row.salt)
