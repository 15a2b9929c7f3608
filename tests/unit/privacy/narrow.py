"""Files of the indicators that may not be shown for every place, whatever they count."""

from collections.abc import Iterable, Mapping
from typing import Any

from instroom.core.places import LEVELS
from instroom.definitions import models, registry
from unit.monitoring.small import Table, row

NARROW = [i for i in registry.indicators().values() if i.lowest_place != LEVELS[-1]]
ALMELO, BORNE, OLDENZAAL = "GM0141", "GM0147", "GM0173"
YEAR = "2020-2021"


def judged_kinds(indicator: models.Indicator) -> tuple[str, str, str]:
    """Return the column that a classification judges, a value in the part and a value beside it."""
    rules = registry.classifications()[
        f"{indicator.classification}/{indicator.default_classification}"
    ]
    (rule,) = rules.rules
    beside = [value for value in rule.known or () if value not in rule.technical]
    return rule.column, rule.technical[0], beside[-1]


def rows_of(
    indicator: models.Indicator, code: str, town: str, few: int, many: int, **columns: Any
) -> list[dict[str, Any]]:
    """Return the rows of one location: ``few`` of ``many`` are in the part of the indicator."""
    stage = indicator.stages["default"]
    kind = (indicator.school_types or ["havo"])[0]
    where = {"place": code, "municipality": town, "school_type": kind, **stage.totals, **columns}
    where |= {"measure": stage.measure, "unit": indicator.unit}
    if stage.part:
        return [row(YEAR, many, **where), row(YEAR, few, **where | {"measure": stage.part})]
    column, inside, beside = judged_kinds(indicator)
    found = [(inside, few), (beside, many - few)]
    return [row(YEAR, number, **where, **{column: value}) for value, number in found]


def tables(
    schools: Mapping[str, tuple[str, int, int]],
    indicators: Iterable[models.Indicator] = NARROW,
    **columns: Any,
) -> list[Table]:
    """Return the files of indicators, one per source; school -> municipality, part, everybody."""
    found: dict[str, Table] = {}
    for indicator in indicators:
        source = indicator.stages["default"].sources[0][0]
        table = found.setdefault(source, Table(source))
        for code, (town, few, many) in schools.items():
            for one in rows_of(indicator, code, town, few, many, **columns):
                table.rows += [] if one in table.rows else [one]
    return list(found.values())
