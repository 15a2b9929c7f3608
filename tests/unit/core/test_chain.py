"""The formula of the history, and what is found of a chain that somebody had in hand."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from instroom.core.audit import MOST, audit
from instroom.core.chain import (
    ERASED_KIND,
    FIRST_LINK,
    ChainMark,
    ChainRow,
    UnreadableRow,
    as_stored,
    canonical,
    content_digest,
    link_of,
    sealed,
)

START = datetime(2026, 11, 29, 12, tzinfo=UTC)
Rows = list[ChainRow]


def row(number: int, **values: Any) -> ChainRow:
    made = ChainRow(
        number=number,
        at=START + timedelta(seconds=number),
        by=UUID(int=number) if number % 3 else None,
        kind="thing.named",
        object_kind="a.Thing",
        object_id=str(number % 2),
        before={},
        after={"name": f"n{number}"},
        reason="",
        salt=f"{number:032x}",
    )
    return replace(made, **values)


def chained(rows: Rows) -> Rows:
    link, made = FIRST_LINK, []
    for one in rows:
        made.append(sealed(link, one))
        link = made[-1].link
    return made


def relinked(rows: Rows) -> Rows:
    """Compute all links anew, as who knows the formula would; digests stay."""
    link, made = FIRST_LINK, []
    for one in rows:
        link = link_of(link, one)
        made.append(replace(one, link=link))
    return made


def emptied(one: ChainRow) -> ChainRow:
    return replace(one, before={}, after={}, reason="", salt="")


def mark(rows: Rows) -> ChainMark:
    return ChainMark(rows[-1].number, rows[-1].link)


def faults(rows: Rows, head: ChainMark | None, *anchor: ChainMark) -> list[tuple[int, str]]:
    return [(f.number, f.fault) for f in audit(rows, head=head, anchor=anchor).findings]


TWO_EMPTY = [(1, "erased_without_record"), (3, "erased_without_record")]
WHOLE = chained([row(number) for number in range(1, 11)])
HEAD = mark(WHOLE)


def erased_history() -> Rows:
    """Return a history in which changes 1 and 3 of object 1 were erased, by change 5."""
    record = row(5, kind=ERASED_KIND, object_id="1", after={"numbers": [1, 3]})
    rows = chained([row(1), row(2), row(3), row(4), record, row(6)])
    return [emptied(one) if one.number in (1, 3) else one for one in rows]


def test_a_whole_history_has_no_findings_and_tells_its_last_change():
    found = audit(WHOLE, head=HEAD, anchor=[mark(WHOLE[:4]), HEAD])
    assert (found.findings, found.more, found.changes, found.erased) == ((), 0, 10, 0)
    assert found.last == ChainMark(10, WHOLE[-1].link, WHOLE[-1].at)


@pytest.mark.parametrize("name", [f for f in ChainRow.__dataclass_fields__ if f != "number"])
def test_an_edit_of_any_value_is_named(name: str):
    others = {"at": START, "by": UUID(int=99), "before": {"a": 1}, "after": {}, "salt": "00"}
    rows = [replace(o, **{name: others.get(name, "x")}) if o.number == 5 else o for o in WHOLE]
    assert faults(rows, HEAD)[0] == (5, "edited")


def swapped(rows: Rows, first: int, second: int) -> Rows:
    numbers = {first: second, second: first}
    made = [replace(o, number=numbers.get(o.number, o.number)) for o in rows]
    return sorted(made, key=lambda o: o.number)


def renumbered(rows: Rows) -> Rows:
    return [replace(o, number=place) for place, o in enumerate(rows, 1)]


INSERTED = sealed(WHOLE[3].link, row(5, after={"name": "false"}))
LONGER = renumbered([*WHOLE[:4], INSERTED, *WHOLE[4:]])


@pytest.mark.parametrize(
    ("rows", "head", "first"),
    [
        (WHOLE[:4] + WHOLE[5:], HEAD, (5, "missing")),
        (WHOLE[1:], HEAD, (1, "missing")),
        (renumbered(WHOLE[:4] + WHOLE[5:]), HEAD, (5, "missing")),
        (renumbered(WHOLE[:4] + WHOLE[5:]), ChainMark(9, HEAD.link), (5, "reordered")),
        (LONGER, HEAD, (6, "inserted")),
        (
            LONGER,
            ChainMark(11, HEAD.link),
            (6, "reordered"),
        ),
        ([*WHOLE, sealed(HEAD.link, row(11))], HEAD, (11, "inserted")),
        ([*WHOLE[:5], WHOLE[4], *WHOLE[5:]], HEAD, (6, "inserted")),
        ([row(0), *WHOLE], HEAD, (1, "inserted")),
        (swapped(WHOLE, 3, 8), HEAD, (3, "reordered")),
        (swapped(WHOLE, 3, 4), HEAD, (3, "reordered")),
        (swapped(WHOLE, 1, 2), HEAD, (1, "reordered")),
        (WHOLE[:7], HEAD, (8, "cut_tail")),
        ([], HEAD, (1, "cut_tail")),
        (WHOLE, None, (10, "head_differs")),
        (WHOLE, ChainMark(10, "f" * 64), (10, "head_differs")),
        (WHOLE, ChainMark(0, FIRST_LINK), (1, "inserted")),
        ([emptied(o) if o.number == 5 else o for o in WHOLE], HEAD, (5, "erased_without_record")),
    ],
)
def test_the_first_fault_is_named(rows: Rows, head: ChainMark | None, first: tuple[int, str]):
    assert faults(rows, head)[0] == first


def cut(rows: Rows) -> Rows:
    return rows[:6]


def cut_and_written_again(rows: Rows) -> Rows:
    return chained([*rows[:6], *(row(number, kind="other") for number in range(7, 11))])


def rewritten(rows: Rows) -> Rows:
    return relinked([replace(o, kind="other") if o.number == 5 else o for o in rows])


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (cut, (7, "cut_tail")),
        (cut_and_written_again, (10, "rewritten")),
        (rewritten, (8, "rewritten")),
    ],
)
def test_what_a_bare_chain_cannot_show_an_anchor_does(
    change: Callable[[Rows], Rows], first: tuple[int, str]
):
    rows = change(WHOLE)
    assert faults(rows, mark(rows)) == [], "a bare chain cannot see it"
    marks = [mark(WHOLE[:2]), mark(WHOLE[:8]), HEAD]
    if change is cut_and_written_again:
        marks.pop(1)
    assert faults(rows, mark(rows), *marks)[0] == first


def test_an_anchor_before_the_edit_does_not_see_it():
    rows = rewritten(WHOLE)
    assert faults(rows, mark(rows), mark(WHOLE[:4])) == []


def test_what_was_erased_on_record_is_counted_and_no_fault():
    rows = erased_history()
    found = audit(rows, head=mark(rows), anchor=[mark(rows[:2])])
    assert (found.findings, found.erased) == ((), 2)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"after": {"numbers": [1]}}, [(3, "erased_without_record")]),
        ({"object_id": "2"}, TWO_EMPTY),
        ({"kind": "other"}, TWO_EMPTY),
        (
            {"after": {"numbers": "1, 3"}},
            TWO_EMPTY,
        ),
        ({"after": {"numbers": [1, 3, 2]}}, [(2, "restored")]),
    ],
)
def test_a_record_of_erasing_counts_for_what_it_names_only(values, told):
    rows = erased_history()
    rows[4] = sealed(rows[3].link, replace(rows[4], **values))
    rows[5] = sealed(rows[4].link, rows[5])
    assert faults(rows, mark(rows)) == told


def test_a_record_that_stands_before_what_it_names_counts_not():
    rows = chained([row(1, kind=ERASED_KIND, object_id="0", after={"numbers": [2]}), row(2)])
    rows[1] = emptied(rows[1])
    assert faults(rows, mark(rows)) == [(2, "erased_without_record")]


def test_an_emptied_record_of_erasing_is_found():
    rows = erased_history()
    rows[4] = emptied(rows[4])
    assert (5, "erased_without_record") in faults(rows, mark(rows))


def test_erased_contents_that_are_half_there_are_an_edit():
    rows = erased_history()
    rows[0] = replace(rows[0], reason="x")
    assert faults(rows, mark(rows)) == [(1, "edited")]


def test_a_row_that_cannot_be_read_is_one_fault_and_ends_nothing():
    rows = [*WHOLE[:4], UnreadableRow(5), *WHOLE[5:]]
    assert faults(rows, HEAD) == [(5, "edited")]
    assert faults([UnreadableRow("abc")], None)[1] == (1, "inserted")
    rows = [replace(WHOLE[0], after={"a": float("nan")})]
    assert faults(rows, mark(WHOLE[:1])) == [(1, "edited")]


def test_many_faults_are_counted():
    rows = chained([row(number) for number in range(1, 101)])
    found = audit([replace(o, reason="x") for o in rows], head=mark(rows))
    assert (len(found.findings), found.more) == (MOST, 100 - MOST)


@pytest.mark.parametrize(
    ("written", "read"),
    [(1.0, 1), (1e22, 10**22), (-0.0, 0), (0.1, 0.1), (1e-7, 0.0000001), (True, True), ("1", "1")],
)
def test_numbers_are_digested_by_their_value(written: object, read: object):
    assert canonical({"a": [written]}) == canonical({"a": [read]})
    assert canonical(True) != canonical(1) != canonical("1")


def test_a_moment_is_digested_whatever_its_zone_is_called():
    there = replace(WHOLE[0], at=WHOLE[0].at.astimezone(timezone(timedelta(hours=2))))
    assert link_of(FIRST_LINK, there) == WHOLE[0].link


def test_equal_contents_have_other_digests():
    assert content_digest(row(1)) != content_digest(row(1, salt="0" * 31 + "2"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, START])
def test_what_is_no_json_is_refused(value: object):
    with pytest.raises((TypeError, ValueError)):
        as_stored({"a": value})


def test_the_formula_of_today_is_that_of_tomorrow():
    """A chain that was written with another formula would look broken from its first change on."""
    first = sealed(FIRST_LINK, row(1, before={"é": [1, 2.5]}, reason="r"))
    content = r'[{"\u00e9":[1,2.5]},{"name":"n1"},"r"]'
    digest = hmac.new(first.salt.encode(), content.encode(), "sha256").hexdigest()
    by = "00000000-0000-0000-0000-000000000001"
    told = f'"2026-11-29T12:00:01.000000+00:00","{by}","thing.named","a.Thing","1","{digest}"'
    link = hashlib.sha256(f'["{"0" * 64}",1,{told}]'.encode()).hexdigest()
    assert (first.content_digest, first.link) == (digest, link)
