"""What schools are called now and were called before, by every file that was read.

The newest file that names a school is believed, be it a register or a file of counts. A register
that does not say of which day it is, is as old as the counts that it fits best: schools that came
after it are missing in it, and schools that went before it are missing in newer counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from instroom.core.places import normal
from instroom.monitoring.facts import ClassifiedCounts
from instroom.region.organisations import ADDRESS_SOURCES
from instroom.region.school_names import short_name
from instroom.reports.result_cache import ResultCache
from instroom.sources.own_rows import is_state
from instroom.sources.store import Stored

#: School -> what it is called, the newest name first, no name twice.
NamesBySchool = dict[str, list[str]]
#: When a name was stated, whether by counts (1) or a register (0), and the name.
_Said = tuple[str, int, str]


def stated_names(facts: ClassifiedCounts, files: Iterable[Stored]) -> NamesBySchool:
    """Return all names per school as the files state them; excerpts are left out.

    So are states of our own rows, which name no school and are counts of no register.

    What was worked out before is taken from the cache when no file changed.
    """
    whole = [stored for stored in files if not (stored.excerpt or is_state(stored))]
    kept = ResultCache.of(facts.store.root, "names")
    entry = kept.name(sorted(stored.receipt["seal"] for stored in whole))
    text = kept.get(entry)
    if text is None:
        text = json.dumps(_worked_out(whole, facts.connection), ensure_ascii=False)
        kept.put(entry, text)
    kept.sweep()
    found: NamesBySchool = json.loads(text)
    return found


def said_before(names: Iterable[str]) -> tuple[str, ...]:
    """Return the earlier names of a school as people say them, newest first.

    ``names`` are newest first; one that people say as the newest one is none of before.

    Examples
    --------
    >>> said_before(["C.T. Stork College", "OSG Hengelo", "C.T. Stork College voor Mavo"])
    ('OSG Hengelo',)
    """
    said: dict[str, str] = {}
    for name in names:
        short = short_name(name)
        said.setdefault(normal(short), short)
    return tuple(said.values())[1:]


def _worked_out(files: list[Stored], connection: duckdb.DuckDBPyConnection) -> NamesBySchool:
    said: dict[str, set[_Said]] = defaultdict(set)
    counts = [stored for stored in files if stored.observations.exists()]
    for stored in counts:
        for place, name, period in _names_of(stored, connection):
            said[place].add((period, 1, name))
    for stored in files:
        if stored.source in ADDRESS_SOURCES and stored.companion.exists():
            listed = {
                row["place"]: row.get("place_name")
                for row in pq.read_table(stored.companion).to_pylist()
                if row.get("place")
            }
            told = stored.receipt.get("published")
            when = str(told) if told else _fits_best(set(listed), counts, connection)
            for place, called in listed.items():
                if called and called != place:
                    said[place].add((when, 0, called))
    return {place: _newest_first(found) for place, found in sorted(said.items())}


def _newest_first(said: set[_Said]) -> list[str]:
    ordered = sorted(said, key=lambda one: (one[1], one[2]))
    ordered.sort(key=lambda one: one[0], reverse=True)
    return list(dict.fromkeys(name for _, _, name in ordered))


def _names_of(stored: Stored, connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return school, name and the last period in which a file of counts calls it so."""
    return connection.execute(
        """
        select place, place_name, max(coalesce(period, '')) from read_parquet(?)
        where place is not null and place_name is not null and place <> place_name
        group by all
        """,
        [str(stored.observations)],
    ).fetchall()


def _fits_best(
    listed: set[str], counts: list[Stored], connection: duckdb.DuckDBPyConnection
) -> str:
    """Return the period of which the counted schools are in a list most of all; else empty.

    Counts of a few schools fit any list: only those with half as many of its schools as the
    fullest are asked.
    """
    connection.register("listed_schools", pa.table({"place": sorted(listed)}))
    fits: list[tuple[float, str, int]] = []
    for stored in counts:
        rows = connection.execute(
            """
            select period, count(*), count(l.place)
            from (select distinct period, place from read_parquet(?)
                  where period is not null and place is not null) c
            left join listed_schools l using (place) group by period
            """,
            [str(stored.observations)],
        ).fetchall()
        fits += [(known / every, period, known) for period, every, known in rows if known]
    connection.unregister("listed_schools")
    most = max((known for _, _, known in fits), default=0)
    full = [(share, period) for share, period, known in fits if 2 * known >= most]
    return max(full, default=(0.0, ""))[1]
