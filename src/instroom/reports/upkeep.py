"""``instroom check``: what definition files say of each other, then every stored byte."""

from pathlib import Path

from instroom.core.messages import Message, joined
from instroom.core.printing import printable
from instroom.definitions import reading, registry
from instroom.definitions.kinds import called
from instroom.reports.page_addresses import refuse_unreachable
from instroom.sources import upkeep
from instroom.sources.records import CheckAnswer, StoreCheck


def check(*, data: str | Path | None = None) -> CheckAnswer:
    """Check definitions, the data directory and its files; mend what can be mended.

    Definitions are refused as ``instroom compute`` refuses them: a file that cannot be used, a
    name that is not there, a page that hides another or links to none. The rest is
    :func:`instroom.sources.upkeep.check`.

    Returns
    -------
    dict
        ``{"ok", "checks": [{"id", "ok", "message", "repair"}], "mended": [..], "lost": [..]}``.

    Raises
    ------
    DefinitionError
        For the first definition that cannot be used.
    """
    counts = registry.check_all()
    refuse_unreachable()
    counted = [Message("{n} {kind}", n=n, kind=called(kind, n)) for kind, n in counts.items()]
    definitions: StoreCheck = {
        "id": "definitions",
        "ok": True,
        "message": joined(", ", counted),
        "repair": None,
    }
    own = registry.overlay()
    if own and next(reading.files(own, own), None) is None:
        definitions |= {
            "ok": False,
            "message": Message("no definition file in {folder}", folder=printable(str(own), 120)),
            "repair": Message(
                "put files in it, laid out like instroom/definitions, or give "
                "INSTROOM_DEFINITIONS another value or none"
            ),
        }
    found = upkeep.check(data=data)
    return {
        **found,
        "ok": found["ok"] and definitions["ok"],
        "checks": [definitions, *found["checks"]],
    }
