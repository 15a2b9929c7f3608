"""The one table: every count Instroom knows, in one shape.

A row says: this source and file counted between ``low`` and ``high`` of this ``measure`` for
this place, period and combination of dimensions. An empty dimension means "not split by it".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pyarrow as pa

_word = pa.dictionary(pa.int32(), pa.string())

#: Dimensions by which a source may split its counts.
DIMENSIONS = (
    "gender",
    "school_type",
    "level",
    "year",
    "profile",
    "sector",
    "programme",
    "programme_name",
    "field",
    "subfield",
    "kind",
    "form",
    "age",
    "subject",
    "other",
)

#: Column -> type. ``low`` and ``high`` are null unless ``status`` is ok or bounded.
SCHEMA = pa.schema(
    [
        ("source", _word),
        ("file", _word),
        ("row", pa.int32()),
        ("period", _word),
        ("place", _word),
        ("place_name", _word),
        ("locality", _word),
        ("municipality", _word),
        ("province", _word),
        ("board", _word),
        ("unit", _word),
        ("measure", _word),
        *((name, _word) for name in DIMENSIONS),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("status", _word),
        ("flag", _word),
    ]
)

#: What a file of flows says of the other end: where those who are counted went, or came from.
#: ``way`` is ``to`` or ``from``; ``far_kind`` a code of ``further_kind``, ``far_word`` the
#: publisher's own word for it. An empty column means "not told", of a row that is always split.
FAR_END = (
    "way",
    "far_kind",
    "far_word",
    "far_place",
    "far_name",
    "far_municipality",
    "far_programme",
)
#: The one table with the other end; only sources with a ``way`` have it.
FLOW_SCHEMA = pa.schema([*SCHEMA, *((name, _word) for name in FAR_END)])


def widened(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return observations with all columns of a schema; those that a file lacks are empty.

    Examples
    --------
    >>> widened(SCHEMA.empty_table(), FLOW_SCHEMA).column_names[-1]
    'far_programme'
    """
    columns = [
        table[field.name] if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, names=schema.names).cast(schema)


#: What an address file says of a school location; other companions have their own columns.
LOCATION_ROLES = (
    "place",
    "institution",
    "place_name",
    "locality",
    "street",
    "house_number",
    "postcode",
    "municipality",
    "municipality_name",
    "province",
    "board",
    "structure",
    "denomination",
)


def choose(frame: Any, where: Mapping[str, Sequence[str]]) -> Any:
    """Keep the rows in which each named column has one of the values.

    ``frame`` is a DuckDB relation, Arrow table, pandas, Polars or PySpark frame; the result is
    a narwhals frame over the same engine.
    """
    rows = nw.from_native(frame)
    wanted = [nw.col(column).is_in(list(values)) for column, values in where.items()]
    return rows.filter(*wanted) if wanted else rows


#: A rule: columns and the values that count; a row meets it in all its columns.
Conditions = Mapping[str, Sequence[str]]


def tally(
    frame: Any,
    keys: Sequence[str],
    part: Sequence[Conditions],
    told: Conditions | None = None,
) -> Any:
    """Add up observations per combination of keys, the part that counts and the rest apart.

    Parameters
    ----------
    frame
        Observations (see :data:`SCHEMA`), in any frame that narwhals knows.
    keys
        Columns to group by.
    part
        Rows that meet any of these rules are the part; without rules everything is.
    told
        Columns and the values of which it is known whether they are in the part. Who has another
        value can be in either: from 0 to all of them in the part, and in the rest.

    Returns
    -------
    narwhals frame
        One row per combination, with ``part_low``, ``part_high``, ``rest_low``, ``rest_high``
        (sums of bounds) and ``part_hidden``, ``rest_hidden`` (number of hidden cells), and with
        ``doubt_low``, ``doubt_high``: those of whom it is not known, who are in both highs.
    """
    rows = nw.from_native(frame).filter(nw.col("status").is_in(["ok", "bounded"]))
    is_part = nw.lit(not part)
    for rule in part:
        meets = nw.lit(True)
        for column, values in rule.items():
            meets = meets & nw.col(column).is_in(list(values)).fill_null(value=False)
        is_part = is_part | meets
    doubt = nw.lit(False)
    for column, values in (told or {}).items():
        doubt = doubt | ~nw.col(column).is_in(list(values)).fill_null(value=False)
    hidden = nw.when(nw.col("status") == "bounded").then(nw.lit(1)).otherwise(nw.lit(0))
    zero = nw.lit(0.0)
    rows = rows.with_columns(_part=is_part, _hidden=hidden, _doubt=doubt)
    sums, parts = [], []
    for name, here in (("part", nw.col("_part")), ("rest", ~nw.col("_part"))):
        sure, can_be = here & ~nw.col("_doubt"), here | nw.col("_doubt")
        for bound, mine in (("low", sure), ("high", can_be)):
            column = f"{name}_{bound}"
            parts.append(nw.when(mine).then(nw.col(bound)).otherwise(zero).alias(column))
            sums.append(nw.col(column).sum())
        column = f"{name}_hidden"
        masked = nw.when(here).then(nw.col("_hidden")).otherwise(nw.lit(0))
        parts.append(masked.alias(column))
        sums.append(nw.col(column).sum())
    for bound in ("low", "high"):
        column = f"doubt_{bound}"
        parts.append(nw.when(nw.col("_doubt")).then(nw.col(bound)).otherwise(zero).alias(column))
        sums.append(nw.col(column).sum())
    added = rows.with_columns(*parts).group_by(*keys).agg(*sums)
    kinds = {"low": nw.Float64, "high": nw.Float64, "hidden": nw.Int64}
    names = [(f"{part}_{what}", kinds[what]) for part in ("part", "rest") for what in kinds]
    names += [(f"doubt_{bound}", nw.Float64) for bound in ("low", "high")]
    return added.with_columns(nw.col(name).cast(kind) for name, kind in names)
