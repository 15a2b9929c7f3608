"""The invented region at work, served beside the real one: its folder, its rows, its process.

Everything in its folder is made here, from a seed and definition files. It is made once, and anew
when this version would make it otherwise; between those it keeps what was tried out in it.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import instroom
import instroom_web
from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.periods import school_year_of
from instroom.core.printing import printable
from instroom.core.progress import Progress
from instroom.definitions import registry

_READY = "example-site.json"
#: What is computed and recorded follows from files of these kinds.
_MADE_OF = {".py", ".toml", ".po"}
#: Settings of the real site that are not those of the invented one.
_OF_THE_REAL_ONE = (
    "INSTROOM_DATABASE_URL", "INSTROOM_SECRET_KEY", "INSTROOM_SITE", "INSTROOM_MAIL_URL",
    "INSTROOM_MAIL_FROM",
)  # fmt: skip


def folder_beside(data: Path) -> Path:
    """Return the folder of the invented region beside a data directory.

    Examples
    --------
    >>> folder_beside(Path("/srv/instroom-data")).name
    'instroom-data-voorbeeld'
    """
    real = data.resolve()
    return real.with_name(f"{real.name}-voorbeeld")


def mark_of(day: date) -> str:
    """Return a mark of all that the invented region is made of, and of the school year it tells."""
    digest = hashlib.sha256(f"{instroom.__version__} {school_year_of(day)}".encode())
    roots = [Path(str(package.__file__)).parent for package in (instroom, instroom_web)]
    own = registry.overlay()
    for root in [*roots, own] if own else roots:
        for path in sorted(p for p in root.rglob("*") if p.suffix in _MADE_OF):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ready(folder: Path, mark: str) -> bool:
    """Return whether a folder holds the invented region as this version makes it."""
    return _told(folder).get("ready") == mark


def clear(folder: Path) -> None:
    """Empty a folder that was made here, so that it can be made anew.

    Raises
    ------
    UserError
        ``not_the_example`` when it holds something that was not made here.
    """
    if folder.exists() and any(folder.iterdir()):
        if not _told(folder):
            raise UserError(
                "this folder was not made by instroom demo",
                code="not_the_example",
                where=Where(file=printable(str(folder), 120)),
                expected=Message("no folder of this name, or the one that an earlier demo made"),
                hint=Message("move it, or choose another data directory with --data"),
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _tell(folder, "")


def fill(folder: Path, mark: str, progress: Progress | None = None) -> None:
    """Write, read, record and compute the invented region; Django is set up on the folder."""
    from instroom.reports.rehearsal import rehearse
    from instroom_web.inflow.example.actions import write_example_rows
    from instroom_web.programme.example.actions import write_example_amounts

    def record(data: Path) -> int:
        return write_example_rows(data) + write_example_amounts()

    rehearse(folder, record=record, progress=progress)
    _tell(folder, mark)


def served_beside(real: str, *, folder: Path, port: int, lang: str) -> AbstractContextManager[None]:
    """Serve the invented region in a process of its own, for as long as the block lasts.

    Parameters
    ----------
    real
        The address of the real site, to which it leads back.
    """
    from instroom_web.shared.supervision import site_beside

    command = [sys.executable, "-m", "instroom.cli", "demo", "--lang", lang]
    command += ["--port", str(port), "--example-of", str(os.getpid())]
    return site_beside(command, environment(os.environ, folder, real))


def environment(given: Mapping[str, str], folder: Path, real: str) -> dict[str, str]:
    """Return the environment of the invented site: what belongs to the real one stays out of it."""
    kept = {name: value for name, value in given.items() if name not in _OF_THE_REAL_ONE}
    own = {"INSTROOM_DATA": str(folder), "INSTROOM_DEMO": "1", "INSTROOM_BESIDE": real}
    return kept | own


def _told(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _READY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _tell(folder: Path, mark: str) -> None:
    (folder / _READY).write_text(json.dumps({"ready": mark}), "utf-8")
