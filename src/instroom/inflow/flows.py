"""A file of flows as one end of it sees it, with what is known of the other end.

A row of a flow is counted at its own end; read from the far end it belongs to that place instead.
What nobody told stays empty, so that a figure counts it on both sides: in the part for the highest
share, in the rest for the lowest.
"""

from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa

from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.inflow.programme_lists import ProgrammeLists

#: What ``far_kind`` is of a row whose word for it is in no list: nobody knows which kind it is.
NOT_TOLD = "not_told"
_FAR = {
    "place": "far_place",
    "place_name": "far_name",
    "municipality": "CASE WHEN far_municipality LIKE 'GM%' THEN far_municipality END",
    "locality": "CAST(NULL AS VARCHAR)",
    "board": "CAST(NULL AS VARCHAR)",
}


def needs_arranging(stage: models.Stage) -> bool:
    """Whether a stage counts at the far end, or by something that a file does not say itself."""
    return stage.end == "far" or bool(stage.derived)


def arranged(
    frame: duckdb.DuckDBPyRelation,
    stage: models.Stage,
    lists: Callable[[], ProgrammeLists],
    connection: duckdb.DuckDBPyConnection,
) -> duckdb.DuckDBPyRelation:
    """Return the rows of a file of flows as a stage counts them.

    Parameters
    ----------
    frame
        Observations with a far end (``FLOW_SCHEMA``).
    stage
        ``derived`` names the columns to add: ``field`` is the CROHO part of the programme of the
        own end by the lists of programmes; ``stays`` is ``yes`` or ``no``: whether both ends are
        in one COROP area (in one region where a place has none). Empty is not told. A kind of the
        far end that is in no list becomes :data:`NOT_TOLD`, so that ``where`` can keep it. With
        ``end`` = ``far`` a row is then counted at its far end.
    lists
        Gives the lists of programmes; asked only when they are needed.
    connection
        The connection that the frame is of.
    """
    derive = {"field": _with_field, "stays": _with_staying}
    known = ", ".join(f"'{kind}'" for kind in registry.codes()["further_kind"].codes)
    told = f"CASE WHEN far_kind IN ({known}) THEN far_kind ELSE '{NOT_TOLD}' END"
    frame = frame.project(f"* REPLACE ({told} AS far_kind)")
    for name in stage.derived:
        frame = derive[name](frame, lists, connection)
    if stage.end == "far":
        swapped = ", ".join(f"{value} AS {name}" for name, value in _FAR.items())
        frame = frame.project(f"* REPLACE ({swapped})")
    return frame


def _with_field(
    frame: Any, lists: Callable[[], ProgrammeLists], connection: duckdb.DuckDBPyConnection
) -> Any:
    names = ("place", "place_name", "programme_name")
    known = lists()
    found = frame.project(", ".join(names)).distinct().fetchall()
    parts = [known.field((place, name), programme) for place, name, programme in found]
    columns = {
        name: pa.array([row[i] for row in found], pa.string()) for i, name in enumerate(names)
    }
    listed = connection.from_arrow(pa.table({**columns, "part": pa.array(parts, pa.string())}))
    same = " AND ".join(f"one.{name} IS NOT DISTINCT FROM listed.{name}" for name in names)
    joined = frame.set_alias("one").join(listed.set_alias("listed"), same, how="left")
    return joined.project("one.* REPLACE (listed.part AS field)")


def _with_staying(frame: Any, _lists: object, connection: duckdb.DuckDBPyConnection) -> Any:
    areas = _areas()
    table = connection.from_arrow(pa.table({"code": list(areas), "area": list(areas.values())}))
    joined = (
        frame.set_alias("one")
        .join(table.set_alias("here"), "one.municipality = here.code", how="left")
        .join(table.set_alias("there"), "one.far_municipality = there.code", how="left")
    )
    return joined.project(
        "one.*, CASE WHEN here.area = there.area THEN 'yes' "
        "WHEN here.area <> there.area THEN 'no' END AS stays"
    )


def _areas() -> dict[str, str]:
    """Return the area of every municipality, those that merged too.

    Its COROP area, whatever regions have a file: a region that is added may not change what stays.
    The places of an invented region have none; there the region is the area.
    """
    places = gazetteer()
    region_of = {
        town: name for name, region in registry.regions().items() for town in region.municipalities
    }
    areas = {code: places.current(code) for code in places}
    found = {code: places.corop(now) or region_of.get(now, "") for code, now in areas.items()}
    return {code: area for code, area in found.items() if area}
