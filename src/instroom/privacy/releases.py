"""What was published before, for ever known: the register against differencing in time.

One line of JSON per release, each with the hash of the line before it, so that a line that is
changed or taken out shows. Numbers of hidden figures are not in it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

from instroom.core.errors import DataError, PrivacyError, Where
from instroom.core.messages import Message
from instroom.core.output_files import written
from instroom.privacy.sensitivity import Dims, key_of
from instroom.privacy.table_rows import TableRow

#: The register of a data directory.
REGISTER = "releases.jsonl"
_SHOWN = ("n", "lo", "hi")
_START = "0" * 64


class RegisterLine(TypedDict):
    """One line of the register: a release that went out."""

    name: str
    figures: list[TableRow]
    #: Hash of the line before.
    previous: str
    #: Hash of this line without this field.
    hash: str


def remember(path: Path, figures: Iterable[Mapping[str, Any]], *, name: str) -> str:
    """Add a release to the register and return the hash of its line.

    Parameters
    ----------
    path
        The register, a file that only grows; made when it is not there.
    figures
        What went out, as :func:`instroom.privacy.suppression.protect` returned it.
    name
        What people call the release, for example ``"2026-11 page"``; used once.

    Raises
    ------
    PrivacyError
        When the register was changed after it was written.
    DataError
        When the name is in the register with other figures. The same release again changes
        nothing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     register = Path(folder) / "releases.jsonl"
    ...     mark = remember(register, [{"dims": {"school": "A"}, "n": 25}], name="first")
    ...     earlier(register)
    [{'dims': {'school': 'A'}, 'n': 25}]
    """
    lines = _lines(path)
    said = _canonical(figures)
    for line in lines:
        if line["name"] == name:
            if line["figures"] == said:
                return line["hash"]
            raise DataError(
                "a release with this name is in the register with other figures",
                code="release_name",
                found=name,
                expected=Message("a new name for every release"),
                where=Where(str(path)),
            )
    previous = lines[-1]["hash"] if lines else _START
    body = {"name": name, "figures": said, "previous": previous}
    mark = _hash(body)
    _append(path, _text({**body, "hash": mark}) + "\n")
    return mark


def _append(path: Path, line: str) -> None:
    """Add a line, all of it or nothing: half a line would end every later release."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = path.read_bytes() if path.exists() else b""
    with written(path, flush=True) as place:
        place.write_bytes(known + line.encode())


def earlier(path: Path) -> list[TableRow]:
    """Return all figures of all releases in the register, oldest first, hidden ones with ``None``.

    Raises
    ------
    PrivacyError
        When the register was changed after it was written.
    """
    return [figure for line in _lines(path) for figure in line["figures"]]


def held_back(
    figures: Sequence[Mapping[str, Any]], before: Iterable[Mapping[str, Any]], threshold: float
) -> list[str | None]:
    """Return per figure why what was published before keeps it hidden, ``None`` when nothing.

    Two numbers of one group that differ by 1 up to ``threshold - 1`` tell of the few people who
    came or left (``changed_little``). What was hidden stays hidden (``hidden_before``).

    Examples
    --------
    >>> before = [{"dims": {"school": "A"}, "n": 25}, {"dims": {"school": "B"}, "n": None}]
    >>> now = [{"dims": {"school": s}, "n": 27} for s in "ABC"]
    >>> held_back(now, before, 10)
    ['changed_little', 'hidden_before', None]
    """
    seen: dict[Dims, list[Mapping[str, Any]]] = {}
    for figure in before:
        if "dims" in figure:
            seen.setdefault(key_of(figure["dims"]), []).append(figure)
    return [_held(figure, seen.get(key_of(figure["dims"]), ()), threshold) for figure in figures]


def _held(
    figure: Mapping[str, Any], past: Sequence[Mapping[str, Any]], threshold: float
) -> str | None:
    if not past:
        return None
    if past[-1]["n"] is None or figure["n"] is None:
        return "hidden_before"
    shown = [p["n"] for p in past if p["n"] is not None]
    little = any(0 < abs(figure["n"] - n) < threshold for n in shown)
    return "changed_little" if little else None


def _canonical(figures: Iterable[Mapping[str, Any]]) -> list[TableRow]:
    found: list[TableRow] = []
    nested: list[TableRow] = []
    for figure in figures:
        if "nested" in figure:
            nested.append({"nested": figure["nested"]})
            continue
        dims = dict(key_of(figure["dims"]))
        shown = {k: figure[k] for k in _SHOWN if figure.get(k) is not None}
        found.append({"dims": dims, "n": None} | shown)
    return sorted(found, key=_text) + nested


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _hash(body: Mapping[str, Any]) -> str:
    return sha256(_text({k: v for k, v in body.items() if k != "hash"}).encode()).hexdigest()


def _lines(path: Path) -> list[RegisterLine]:
    if not path.exists():
        return []
    found: list[RegisterLine] = []
    previous = _START
    for row, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            line: RegisterLine = json.loads(text)
            sound = line["previous"] == previous and line["hash"] == _hash(line)
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            raise PrivacyError(
                "the register of releases was changed after it was written",
                code="register_changed",
                where=Where(str(path), row),
                expected=Message("lines that each carry the hash of the one before"),
                hint=Message("put the register back from a backup before publishing anything"),
            )
        found.append(line)
        previous = line["hash"]
    return found
