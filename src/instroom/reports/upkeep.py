"""``instroom check``: what definition files say of each other, every stored byte, the history."""

from pathlib import Path

from instroom.core.messages import Message, joined
from instroom.core.printing import printable
from instroom.definitions import reading, registry
from instroom.definitions.kinds import called
from instroom.reports.audit import HistoryAudit
from instroom.reports.page_addresses import refuse_unreachable
from instroom.sources import upkeep
from instroom.sources.records import CheckAnswer, StoreCheck


def check(
    *,
    data: str | Path | None = None,
    audit: bool = False,
    anchor: str | Path | None = None,
    write_anchor: str | Path | None = None,
) -> CheckAnswer:
    """Check definitions, the data directory and its files; mend what can be mended.

    Definitions are refused as ``instroom compute`` refuses them: a file that cannot be used, a
    name that is not there, a page that hides another or links to none. The rest is
    :func:`instroom.sources.upkeep.check`.

    Parameters
    ----------
    audit
        Also look the history of rows over; so does naming an anchor.
    anchor
        A file that is kept elsewhere, with a line per change that was the last one once. Every one
        must be in the history. Without it nobody sees that the end was cut off, or that all from
        some change on was written anew.
    write_anchor
        Add the last change to such a file; not when something is wrong with the history.

    Returns
    -------
    dict
        ``{"ok", "checks": [{"id", "ok", "message", "repair"}], "mended": [..], "lost": [..]}``;
        with an audit also ``"history": {"changes", "erased", "head", "findings": [{"number",
        "fault"}], "more"}``.

    Raises
    ------
    DefinitionError
        For the first definition that cannot be used.
    DataError
        ``damaged_anchor`` for a line that is none.
    UserError
        ``anchor_in_data`` when an anchor would be written in the data directory.
    """
    asked = audit or anchor is not None or write_anchor is not None
    history = HistoryAudit(data, anchor, write_anchor) if asked else None
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
    answer: CheckAnswer = {
        **found,
        "ok": found["ok"] and definitions["ok"],
        "checks": [definitions, *found["checks"]],
    }
    if history is not None:
        checked, answer["history"] = history.done()
        answer["checks"].append(checked)
        answer["ok"] = answer["ok"] and checked["ok"]
    return answer
