"""Kept originals read once more, the way their receipts say they were read.

``instroom check`` mends with it, ``instroom explain`` recomputes with it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from instroom.core.errors import InstroomError, SourceError
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.sources import receipts, sandbox
from instroom.sources.read import task
from instroom.sources.records import HowRead, OpenReceipt, ParsedFile
from instroom.sources.steady import Limits
from instroom.sources.store import KeptOriginal

_FROM_ELSEWHERE = ("period_unknown", "period_from_name")


def read_again(
    files: Sequence[KeptOriginal], room: Path
) -> Iterator[tuple[KeptOriginal, Path, OpenReceipt]]:
    """Parse kept originals, side by side.

    Parameters
    ----------
    files
        Originals; an empty receipt stands for a lost one.
    room
        A folder for what comes out.

    Yields
    ------
    tuple
        The original, the folder with its parts, and its new receipt, not yet sealed.

    Raises
    ------
    DataError
        ``damaged_store`` when an original is not the file that was read.
    SourceError
        When the software of today does not read it, or not without its name.
    """
    for stored in files:
        if receipts.digest_of(stored.original) != stored.sha256:
            found = Message("other bytes than were read")
            raise receipts.damaged(stored.folder, "original", found, stored.receipt)
    limits = [Limits.of_receipt(stored.receipt.get("limits")) for stored in files]
    tasks = [
        task(
            stored.original,
            _name(stored),
            stored.sha256,
            room / stored.sha256,
            stored.receipt.get("asked_source"),
            stored.receipt.get("asked"),
            limit,
        )
        for stored, limit in zip(files, limits, strict=True)
    ]
    memory = max((limit.memory_bytes for limit in limits), default=sandbox.MEMORY_BYTES)
    for position, result in sandbox.run_all(tasks, memory_bytes=memory):
        if isinstance(result, InstroomError):
            raise result
        stored = files[position]
        kept = stored.receipt
        how: HowRead = {
            "asked": kept.get("asked"),
            "asked_source": kept.get("asked_source"),
            "limits": kept.get("limits"),
            "name": _name(stored),
        }
        yield stored, room / stored.sha256, {**_settled(stored, result), **how}


def _name(stored: KeptOriginal) -> str:
    return str(stored.receipt.get("name", "original"))


def _settled(stored: KeptOriginal, receipt: ParsedFile) -> ParsedFile:
    """Refuse an original that is not recognised, or whose period only its lost name told."""
    lost = not stored.receipt and any(w["code"] in _FROM_ELSEWHERE for w in receipt["warnings"])
    if receipt["status"] == "read" and not lost:
        return receipt
    raise SourceError(
        "the kept original is not recognised any more",
        code="not_read_again",
        found=printable(_name(stored), 60),
        expected=Message("a layout this version knows"),
        hint=Message("read the publisher's file again: instroom read FILE"),
    )
