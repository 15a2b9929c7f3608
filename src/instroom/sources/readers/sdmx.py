"""SDMX-CSV as Eurostat sends it: a row per value, turned into a column per period."""

import re
from dataclasses import replace

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.sources.tables import RawTable, from_rows

_PERIOD, _VALUE, _FLAG = "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"
#: Columns that say something about the message or the value, and are no dimension.
_ASIDE = ("LAST UPDATE", "CONF_STATUS", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME")
_ID = re.compile(r"(?:[\w.]+:)?([A-Za-z0-9_]+)(?:\([\d.]+\))?")


def is_sdmx(header: list[str]) -> bool:
    """Return whether the header is that of SDMX-CSV."""
    names = {name.strip() for name in header}
    return {"DATAFLOW", _PERIOD, _VALUE} <= names


def pivot(table: RawTable) -> RawTable:
    """Return the table with a column per period, flags behind the values, and its dataset's id.

    Raises
    ------
    SourceError
        ``repeated_value`` when a value is given twice, ``several_datasets`` when rows belong to
        more than one table.
    """
    names = [name.strip() for name in table.header]
    flow, period, value = (names.index(n) for n in ("DATAFLOW", _PERIOD, _VALUE))
    flag = names.index(_FLAG) if _FLAG in names else None
    aside = {flow, period, value, flag, *(i for i, n in enumerate(names) if n in _ASIDE)}
    keys = [i for i in range(len(names)) if i not in aside]
    flows = {word.strip() for word in table.words(flow)}
    if len(flows) > 1:
        raise SourceError(
            "the rows belong to more than one dataset",
            code="several_datasets",
            where=Where(column=names[flow]),
            found=", ".join(sorted(flows))[:80],
            expected=Message("one dataset per file"),
            hint=Message("fetch the datasets one by one"),
        )
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    lines: dict[tuple[str, ...], int] = {}
    cells_of = zip(*(table.listed(i) for i in range(len(names))), strict=True)
    for row, line in zip(cells_of, table.lines.tolist(), strict=True):
        key = tuple(row[i].strip() for i in keys)
        mine = cells.setdefault(key, {})
        lines.setdefault(key, line)
        when = row[period].strip()
        if when in mine:
            raise SourceError(
                "a value is given twice",
                code="repeated_value",
                where=Where(row=line, column=names[value]),
                found=f"{','.join(key)} in {when}"[:80],
                expected=Message("every value once"),
                hint=Message("fetch the file again from the publisher"),
            )
        mark = row[flag].strip() if flag is not None else ""
        mine[when] = f"{row[value].strip() or ':'} {mark}".strip()
    periods = sorted({when for mine in cells.values() for when in mine})
    found = _ID.fullmatch(next(iter(flows), ""))
    turned = from_rows(
        [*(names[i] for i in keys), *periods],
        [[*key, *(mine.get(when, ":") for when in periods)] for key, mine in cells.items()],
        [lines[key] for key in cells],
    )
    return replace(turned, dataset=found[1].casefold() if found else None)
