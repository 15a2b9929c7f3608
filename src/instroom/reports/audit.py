"""``instroom check --audit``: the history of rows, looked over as a chain."""

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from instroom.core.audit import ChainFinding, ChainVerdict
from instroom.core.chain import ChainMark
from instroom.core.data_directory import data_directory
from instroom.core.errors import UserError
from instroom.core.messages import Message, joined
from instroom.core.trouble import trouble
from instroom.reports.anchors import anchor_line, append_mark, read_anchor, refuse_place
from instroom.sources.records import HistoryAnswer, StoreCheck

#: What the web brings (group ``instroom.history``): the verdict, or None without a database.
Verdict = Callable[[Path, Sequence[ChainMark]], ChainVerdict | None]
_TOLD = 5


class HistoryAudit:
    """One audit: asked first, so that files that cannot be are refused before anything is done.

    Parameters
    ----------
    anchor
        A file of marks that must all be in the chain.
    write_anchor
        A file to which the mark of today is added; one that is there counts as an anchor too.
    """

    def __init__(
        self,
        data: str | Path | None,
        anchor: str | Path | None,
        write_anchor: str | Path | None,
    ) -> None:
        self._data, self._out = data, write_anchor
        self._marks = read_anchor(anchor) if anchor is not None else []
        if write_anchor is not None:
            target = refuse_place(write_anchor, data=data)
            if target.exists() and target.stat().st_size:
                self._marks += read_anchor(write_anchor)

    def done(self) -> tuple[StoreCheck, HistoryAnswer]:
        """Look the history over; when it is whole, add its mark to the anchor."""
        try:
            found = _verdict(data_directory(self._data), self._marks)
        except UserError as error:
            return _unread(error), _answer(None)
        except Exception as error:
            known = trouble(error)
            if known is None:
                raise
            return _unread(known), _answer(None)
        answer = _answer(found)
        if answer["findings"]:
            return _wrong(found, unwritten=self._out is not None), answer
        said = [_whole(found, max((mark.number for mark in self._marks), default=0))]
        if self._out is not None:
            said.append(self._added(found.last))
        check: StoreCheck = {
            "id": "history",
            "ok": True,
            "message": joined("; ", said),
            "repair": None,
        }
        return check, answer

    def _added(self, last: ChainMark | None) -> Message:
        assert self._out is not None  # noqa: S101  asked for by its caller
        if last is None:
            return Message("no line was added to the anchor")
        if append_mark(self._out, last, data=self._data):
            return Message("a line was added to the anchor")
        return Message("the anchor has this line already")


def _verdict(data: Path, marks: Sequence[ChainMark]) -> ChainVerdict:
    for hook in entry_points(group="instroom.history"):
        ask: Verdict = hook.load()
        found = ask(data, marks)
        if found is not None:
            return found
    cut = (ChainFinding(1, "cut_tail"),) if marks else ()
    return ChainVerdict(0, 0, None, cut)


def _answer(found: ChainVerdict | None) -> HistoryAnswer:
    if found is None:
        return {"changes": None, "erased": None, "head": None, "findings": [], "more": 0}
    return {
        "changes": found.changes,
        "erased": found.erased,
        "head": anchor_line(found.last) if found.last else None,
        "findings": [{"number": one.number, "fault": one.fault} for one in found.findings],
        "more": found.more,
    }


def _unread(error: UserError) -> StoreCheck:
    return {
        "id": "history",
        "ok": False,
        "message": Message("not looked over: {said}", said=error.message),
        "repair": Message("keep the database as it is, and put back a copy that is whole")
        if error.code == "database_broken"
        else error.hint,
    }


def _wrong(found: ChainVerdict, *, unwritten: bool) -> StoreCheck:
    said = [_words(one) for one in found.findings[:_TOLD]]
    more = found.more + len(found.findings) - len(said)
    if more:
        said.append(Message("and {more} more", more=more))
    if unwritten:
        said.append(Message("no line was added to the anchor"))
    return {
        "id": "history",
        "ok": False,
        "message": joined("; ", said),
        "repair": Message(
            "keep the database and the anchor as they are, and compare them with an earlier copy"
        ),
    }


def _whole(found: ChainVerdict, known: int) -> Message:
    """Tell of a whole history, and up to which change an anchor vouches for it."""
    if not found.changes:
        return Message("no changes yet")
    said = [
        Message("1 change, as it was written")
        if found.changes == 1
        else Message("{n:,} changes, each as it was written", n=found.changes)
    ]
    if found.erased:
        said.append(Message("of {n:,} the contents were erased, on record", n=found.erased))
    said.append(
        Message("the anchor agrees, up to change {known}", known=known)
        if known
        else Message("without an anchor a history that was cut off or written anew looks whole")
    )
    return joined("; ", said)


def _words(one: ChainFinding) -> Message:
    number = one.number
    return {
        "edited": Message("change {number} was edited", number=number),
        "missing": Message("change {number} is missing", number=number),
        "inserted": Message("a change was put in at number {number}", number=number),
        "reordered": Message("change {number} was written at another number", number=number),
        "cut_tail": Message("what was written from number {number} on is cut off", number=number),
        "erased_without_record": Message(
            "change {number} was emptied without a record of it", number=number
        ),
        "restored": Message("change {number} was erased, and its contents are back", number=number),
        "head_differs": Message("the head does not fit the last change ({number})", number=number),
        "rewritten": Message(
            "the history up to change {number} is another one than the anchor knew", number=number
        ),
    }[one.fault]
