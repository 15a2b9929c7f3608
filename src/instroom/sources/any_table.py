"""Any table of Eurostat or CBS, for an analyst: read by its form, outside the indicators.

Nothing is known of such a table but what its publisher's form says: which columns are keys, where
periods and values stand. It is stored as observations of a source of its own, such as
``eurostat_tgs00010``; no indicator looks there.
"""

import re
from dataclasses import dataclass

from instroom.core.errors import SourceError, UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import Check, Column, Periods, Recognise, SourceDefinition, Values
from instroom.sources import statline
from instroom.sources.tables import RawTable

_ASKED = re.compile(r"(eurostat|cbs):([A-Za-z0-9_]+)")
_YEARS = r"(?P<period>\d{4})"
_TOPIC = re.compile(r"\w+_\d+")
_CBS_PERIOD = re.compile(r"Perioden", re.IGNORECASE)
#: Columns that mean the same in every table of a publisher.
_ROLES = {
    **{"geo": "place", "sex": "gender", "age": "age"},
    **{"regios": "place", "regio's": "place", "geslacht": "gender", "leeftijd": "age"},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What ``--as`` said: a publisher and the id of one of its tables."""

    publisher: str
    dataset: str

    @property
    def source(self) -> str:
        """The id under which the observations are stored."""
        return f"{self.publisher}_{self.dataset.casefold()}"


def asked(text: str | None) -> Asked | None:
    """Return what ``eurostat:tgs00010`` asks for; None for anything without a colon.

    Raises
    ------
    UserError
        ``unknown_form`` for another publisher, ``known_table`` for a table that has a layout of
        its own here: it would be counted beside itself.
    """
    if text is None or ":" not in text:
        return None
    found = _ASKED.fullmatch(text)
    if not found:
        raise UserError(
            "'{text}' names no publisher and table",
            code="unknown_form",
            found=text[:60],
            expected=Message("eurostat:ID or cbs:ID, such as eurostat:tgs00010"),
            hint=Message("the id stands on the publisher's page of the table"),
            text=text[:60],
        )
    said = Asked(found[1], found[2])
    for source in registry.sources().values():
        own = source.fetch.dataset.casefold() if source.fetch and source.fetch.dataset else ""
        if source.id == said.source or (
            own == said.dataset.casefold() and source.publisher == said.publisher
        ):
            raise UserError(
                "this table is known here as '{id}'",
                code="known_table",
                where=Where(key=source.id),
                found=text[:60],
                expected=Message("a table without a layout of its own"),
                hint=Message(
                    "leave --as out, or say --source {id}; a table with labels: fetch "
                    "it with codes",
                    id=source.id,
                ),
                id=source.id,
            )
    return said


def layout(said: Asked, table: RawTable) -> SourceDefinition:
    """Return a definition for a table, by the form of its publisher.

    Raises
    ------
    SourceError
        ``other_form`` when the header has no columns of periods (Eurostat) or of topics (CBS),
        ``other_dataset`` when the file says that it is another table.
    """
    if table.dataset and table.dataset.casefold() != said.dataset.casefold():
        raise SourceError(
            "the file says that it is another table",
            code="other_dataset",
            where=Where(row=2),
            found=table.dataset[:60],
            expected=said.dataset,
            hint=Message(
                "say --as {publisher}:{dataset}",
                publisher=said.publisher,
                dataset=table.dataset[:60],
            ),
        )
    names = [name.strip() for name in table.header if name.strip()]
    if said.publisher == "eurostat":
        values = [name for name in names if re.fullmatch(r"\d{4}", name)]
        keys = [name for name in names if not re.match(r"\d", name)]
        form = Values(
            pattern=_YEARS, measure=said.dataset.casefold(), type="flagged", below_zero=True
        )
    else:
        topic = statline.MEASURE if statline.with_labels(names) else _TOPIC
        values = [name for name in names if topic.fullmatch(name)]
        keys = [name for name in names if name not in values and name.casefold() != "id"]
        form = Values(
            pattern=f"(?P<measure>{topic.pattern})",
            type="decimal",
            missing=[".", "x"],
            below_zero=True,
        )
    if not values or not keys:
        raise SourceError(
            "this is no table in the form of {publisher}",
            code="other_form",
            where=Where(row=1),
            found=", ".join(names)[:120],
            expected=Message("keys, and a column for every year")
            if said.publisher == "eurostat"
            else Message("RegioS, Perioden and columns such as TotaleBevolking_1"),
            hint=Message("fetch the table as TSV or SDMX-CSV (Eurostat), or with codes (CBS)"),
            publisher=said.publisher,
        )
    columns = {_name(key): _column(key, said.publisher) for key in keys}
    roles = sorted({c.role for c in columns.values()})
    kept = ["other" if role.startswith("other.") else role for role in roles]
    return SourceDefinition(
        id=said.source,
        title=f"{said.publisher} {said.dataset}",
        publisher="eurostat" if said.publisher == "eurostat" else "cbs",
        licence="CC-BY-4.0",
        unit="other",
        columns=columns,
        values=[form],
        checks=[Check(kind="unique", columns=list(dict.fromkeys(kept)))],
        periods=Periods(kind="calendar", plausible=(1900, 2100)),
        recognise=Recognise(),
        known=["ID"],
    )


def _name(key: str) -> str:
    return re.sub(r"\W+", "_", key).casefold()


def _column(key: str, publisher: str) -> Column:
    if publisher == "cbs" and _CBS_PERIOD.fullmatch(key):
        return Column(
            names=[key],
            role="period",
            type="date",
            required=True,
            extract=statline.YEAR,
            skip=statline.NO_YEAR,
        )
    role = _ROLES.get(key.casefold(), f"other.{_name(key)}")
    coded = ("gender", "age") if publisher == "cbs" else ("gender",)
    codes = role if role in coded else None
    kind = "region" if role == "place" and publisher == "cbs" else "text"
    return Column(names=[key], role=role, required=True, codes=codes, type=kind)
