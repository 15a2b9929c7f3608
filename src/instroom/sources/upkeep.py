"""``instroom check``: look every stored byte over, and mend what the kept originals allow."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from instroom.core.errors import DataError, InstroomError
from instroom.core.messages import Message, joined
from instroom.core.printing import printable
from instroom.definitions import registry
from instroom.sources import leftovers, receipts
from instroom.sources.again import read_again
from instroom.sources.records import CheckAnswer, CheckName, HowRead, StoreCheck
from instroom.sources.store import KeptOriginal, Store, Stored, scratch

DATABASE = "instroom.sqlite3"


@dataclass(slots=True)
class Findings:
    """What a look at the data directory found: names, by what is the matter."""

    files: int = 0
    originals: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    undefined: list[str] = field(default_factory=list)


def check(*, data: str | Path | None = None) -> CheckAnswer:
    """Check the data directory and its files; mend what can be mended.

    Observations, companions and receipts that are not as they were stored are made again from
    the original beside them. What was mended is said once, and ``ok`` is False that once: figures
    given before it may have been wrong.

    Returns
    -------
    dict
        ``{"ok", "checks": [{"id", "ok", "message", "repair"}], "mended": [..], "lost": [..]}``.
    """
    store = Store(data)
    checks: list[StoreCheck] = []

    def note(name: CheckName, ok: bool, message: str, repair: str = "") -> None:
        checks.append({"id": name, "ok": ok, "message": message, "repair": repair or None})

    writable = _writable(store.root)
    note(
        "data_directory",
        writable,
        (str(store.root) if writable else Message("{root} may not be written to", root=store.root))
        if store.root.exists()
        else Message("{root} is not there yet", root=store.root),
        "" if writable else Message("choose a folder you may write to with --data"),
    )
    swept = leftovers.sweep(store.files) + leftovers.sweep_scratch()
    swept += _rolled_back(store.root / DATABASE)
    found = _looked_over(store, mend=writable)
    _note_files(note, found)
    note(
        "leftovers",
        True,
        Message("removed, of runs that were cut off: {value}", value=", ".join(swept))
        if swept
        else Message("none"),
    )
    broken = _broken_database(store.root / DATABASE)
    note(
        "database",
        not broken,
        broken
        or (
            Message("whole")
            if (store.root / DATABASE).exists()
            else Message("nothing was computed yet")
        ),
        Message("remove {database} and run instroom compute", database=DATABASE) if broken else "",
    )
    ok = all(c["ok"] for c in checks)
    return {"ok": ok, "checks": checks, "mended": found.mended, "lost": found.lost}


def _note_files(note: Callable[..., None], found: Findings) -> None:
    bad = found.originals
    note(
        "snapshots",
        not bad,
        Message("changed: {value}", value=_names(bad)) if bad else _counted(found.files),
        Message("remove these folders and read the publisher's files again") if bad else "",
    )
    message = (
        Message("every part is as it was stored")
        if found.files
        else Message("nothing was read yet")
    )
    repair = "" if found.files else Message("read the publishers' files: instroom read FOLDER")
    if found.mended:
        message = Message(
            "damaged, and made again from the kept original: {value}", value=_names(found.mended)
        )
        repair = Message("done; run instroom compute, so that the pages follow")
    if found.lost:
        said = Message("damaged, and not made again: {value}", value=_names(found.lost))
        message = joined("; ", [message, said]) if found.mended else said
        repair = Message("remove these folders and read the publisher's files again")
    note("observations", not (found.mended or found.lost), message, repair)
    note(
        "sources",
        not found.undefined,
        Message("no definition: {value}", value=_names(found.undefined))
        if found.undefined
        else Message("every stored file has a definition"),
        Message("bring the definition back, or remove the file's folder")
        if found.undefined
        else "",
    )


def _counted(files: int) -> Message:
    if files == 1:
        return Message("one file, with its own sha256")
    return Message("{files} files, each with its own sha256", files=files)


def _names(names: list[str]) -> str:
    more = len(names) - 20
    shown = joined(", ", names[:20])
    return Message("{names} and {more} more", names=shown, more=more) if more > 0 else shown


def _looked_over(store: Store, *, mend: bool) -> Findings:
    found = Findings()
    for folder in store.folders():
        found.files += 1
        whole = receipts.digest_of(folder / "original") == folder.name
        receipt = _any_receipt(folder)
        title = f"{printable(str(receipt.get('name', '')), 60)} {folder.name[:12]}".strip()
        if not whole:
            found.originals.append(title)
        fault = _fault(store, folder)
        if fault:
            done = mend and whole and _made_again(store, folder, receipt)
            place = found.mended if done else found.lost
            place.append(joined("", [title, " (", fault, ")"]))
        elif (stored := store.get(folder.name)) and _without_definition(stored):
            found.undefined.append(title)
    return found


def _without_definition(stored: Stored) -> bool:
    made_of_header = ":" in str(stored.receipt.get("asked_source") or "")
    return stored.source not in registry.sources() and not made_of_header


def _fault(store: Store, folder: Path) -> str:
    """Return which part of a stored file is not as it was stored, or nothing."""
    try:
        stored = store.get(folder.name)
        assert stored is not None  # noqa: S101  the folder is there
        _ = stored.observations, stored.companion
        if receipts.opened(folder, receipts.COPY) != stored.receipt:
            return Message("{copy}: another receipt", copy=receipts.COPY)
    except DataError as error:
        part = error.message.rpartition(": ")[2]
        return joined(": ", [part, error.found or ""])
    return ""


def _any_receipt(folder: Path) -> HowRead:
    """Return the receipt, else its copy, else one of before there were seals, else nothing."""
    for name in (receipts.NAME, receipts.COPY):
        with suppress(DataError):
            return receipts.opened(folder, name)
    return {} if (folder / receipts.COPY).exists() else receipts.unsealed(folder)


def _made_again(store: Store, folder: Path, receipt: HowRead) -> bool:
    """Read the kept original again, as it was read before, and put the outcome in place.

    What else a receipt knew, such as when its file was published, stays in it.
    """
    try:
        with scratch() as room:
            for stored, parsed, again in read_again([KeptOriginal(folder, receipt)], room):
                store.keep(stored.original, parsed, folder.name, {**receipt, **again})
    except (InstroomError, OSError):
        return False
    return True


def _writable(root: Path) -> bool:
    parent = root if root.exists() else root.resolve().parent
    try:
        with tempfile.TemporaryFile(dir=parent):
            return True
    except OSError:
        return False


def _broken_database(path: Path) -> str:
    """Return what is wrong with the database of computed pages, or nothing."""
    if not path.exists():
        return ""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=2)
        try:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return ""  # in use, or not ours to open: no damage
    except sqlite3.Error as error:
        said = str(error)
    return "" if said == "ok" else Message("damaged: {said}", said=said)


def _rolled_back(path: Path) -> list[str]:
    """Let the database take back what a killed run had half written; return the journal's name."""
    journal = path.with_name(f"{path.name}-journal")
    if not (path.exists() and journal.exists()):
        return []
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=2)
        try:
            # An empty write takes the place of a journal that was never filled, and removes it.
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute(f"PRAGMA user_version = {int(version)}")
        finally:
            connection.close()
    except sqlite3.Error:
        return []  # in use by a living run, or damaged: said elsewhere
    return [] if journal.exists() else [journal.name]
