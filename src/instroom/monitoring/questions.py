"""The commands of this chapter as functions: series, pipeline, goals, and their explanation."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from instroom.core import periods
from instroom.core.answers import plain
from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.quantities import Count, significant
from instroom.core.series import Figure, Series
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, resolve
from instroom.monitoring.indicators import series as compute_series
from instroom.monitoring.score_files import names_of
from instroom.monitoring.series_answer import SeriesAnswer, indicator_meaning
from instroom.privacy.published import Published, publish
from instroom.sources.again import read_again
from instroom.sources.store import Store, scratch


def figure_dict(figure: Figure) -> dict[str, Any]:
    """Return the public shape of a figure."""
    data = figure.to_dict()
    for name in ("value", "low", "high"):
        data[name] = significant(data[name])
    return data


def ask(question: IndicatorQuery, facts: ClassifiedCounts) -> Published:
    """Compute one indicator and pass it through the gate, with the totals of its parts."""
    wanted = compute_series(question, facts)
    together = [wanted]
    for name in question.by:
        less = tuple(other for other in question.by if other != name)
        together.append(compute_series(replace(question, by=less), facts))
    passed = publish(together)
    return passed.only(series=lambda one: one is passed.series[0])


def series(
    indicator: str,
    *,
    place: Sequence[str] | str = ("twente",),
    by: str | Sequence[str] = (),
    stage: str | None = None,
    classification: str | None = None,
    period: str | None = None,
    school_type: str | Sequence[str] = (),
    transitions: bool = True,
    data: str | Path | None = None,
) -> SeriesAnswer:
    """Return the figures of an indicator over the years.

    Parameters
    ----------
    indicator
        Id of an indicator, such as ``technical_profile_share``.
    place
        Codes or names of places.
    by
        Breakdowns: ``gender``, ``school_type``, ``municipality``, ``board``, ``school``.
    period
        One period, or ``FROM:TO``.
    transitions
        Whether closed schools are followed into the school they merged into.

    Returns
    -------
    SeriesAnswer
        What the indicator means, and its figures: per place, by breakdown, in order of time.

    Raises
    ------
    DefinitionError
        For an unknown indicator, stage, classification or breakdown.
    DataError
        For an unknown place or period.
    """
    question = IndicatorQuery(
        indicator, names_of(place), names_of(by), stage, classification, period,
        names_of(school_type), transitions,
    )  # fmt: skip
    definition, used_stage, used_classification = resolve(question)
    facts = ClassifiedCounts(Store(data))
    found = ask(question, facts)
    if period:
        _refuse_other_period(question, found, facts)
    return SeriesAnswer(
        indicator=indicator,
        classification=used_classification,
        stage=used_stage if len(definition.stages) > 1 else None,
        definition=indicator_meaning(definition, used_stage, used_classification),
        series=found.figures,
    )


def _refuse_other_period(
    question: IndicatorQuery, found: Published, facts: ClassifiedCounts
) -> None:
    """Refuse a period without figures when there are figures of other periods.

    "The file was not read yet" would be untrue then. With no figures at all the answer stands:
    missing, with its reason.
    """
    if any(figure.status != "missing" for figure in found.figures):
        return
    every = ask(replace(question, period=None), facts).figures
    known = sorted({f.period for f in every if f.period and f.status != "missing"})
    refuse_period(str(question.period), known)


def refuse_period(asked: str, known: Sequence[str]) -> None:
    """Refuse a period without figures, naming those that have some; with none nothing is said.

    Raises
    ------
    DataError
        ``unknown_period``.
    """
    if not known:
        return
    raise DataError(
        "there are no figures of '{asked}'",
        code="unknown_period",
        where=Where(key="period"),
        found=asked,
        expected=known[0]
        if len(known) == 1
        else Message("a period from {known} to {known_2}", known=known[0], known_2=known[-1]),
        hint=Message("did you mean '{asked}'?", asked=_nearest_periods(asked, known)),
        asked=asked,
    )


def _nearest_periods(asked: str, known: Sequence[str]) -> str:
    """Return the known period, or the span of them, that starts nearest to what was asked."""
    years = {int(period[:4]): period for period in known}

    def near(edge: periods.Period | None, otherwise: str) -> str:
        return years[min(years, key=lambda y: abs(y - edge.start))] if edge else otherwise

    low, high = periods.span(asked)
    first, last = near(low, known[0]), near(high, known[-1])
    return first if first == last else f"{first}:{last}"


def parse_id(figure_id: str) -> tuple[IndicatorQuery, tuple[tuple[str, str], ...]]:
    """Turn a figure's id back into the question it answers and its breakdown.

    Raises
    ------
    DataError
        When the text is no figure id.

    Examples
    --------
    >>> q, by = parse_id("technical_profile_share.exam.cbs:twente:2018-2019:school_type=havo")
    >>> q.classification, q.period, q.by, by
    ('cbs', '2018-2019', ('school_type',), (('school_type', 'havo'),))
    """
    parts = figure_id.split(":")
    if len(parts) not in (3, 4):
        raise DataError(
            "'{figure_id}' is no figure",
            code="unknown_figure",
            where=Where(key=figure_id),
            expected=Message("an id as printed by instroom series --json"),
            hint=Message("take the id from the output of instroom series"),
            figure_id=figure_id,
        )
    head = parts[0].split(".")
    indicator = registry.indicators()[head[0]]
    has_stage = len(indicator.stages) > 1
    stage = head[1] if has_stage and len(head) > 1 else None
    rest = head[2:] if has_stage else head[1:]
    pairs = [p.partition("=")[::2] for p in parts[3].split(",")] if len(parts) == 4 else []
    by = tuple((key, value) for key, value in pairs)
    types = dict(by).get("school_type", "").split("+")
    question = IndicatorQuery(
        head[0],
        (parts[1],),
        tuple(
            key
            for key, _ in by
            if key != "transitions" and not (key == "school_type" and len(types) > 1)
        ),
        stage,
        rest[0] if rest else None,
        parts[2],
        tuple(types) if len(types) > 1 else (),
        transitions=dict(by).get("transitions") != "off",
    )
    return question, by


def explain(figure_id: str, *, data: str | Path | None = None) -> dict[str, Any]:
    """Recompute one figure from the bytes as they came, and compare.

    Returns
    -------
    dict
        ``{"id", "definition", "formula", "value", "recomputed", "equal", "inputs"}``.

    Raises
    ------
    DataError
        When there is no such figure in this data directory.
    """
    question, _ = parse_id(figure_id)
    store = Store(data)
    facts = ClassifiedCounts(store)
    figure = _find(ask(question, facts), figure_id)
    inputs = [s for sha in figure.sources if (s := store.get(sha))]
    again = recomputed_figure(figure_id, [*figure.sources, *facts.organisations.files], store)
    definition, stage, classification = resolve(question)
    value, recomputed = _value(figure), _value(again)
    return {
        "id": figure_id,
        "definition": plain(indicator_meaning(definition, stage, classification)),
        "formula": formula(figure.numerator, figure.denominator),
        "value": value,
        "recomputed": recomputed,
        "equal": figure == again,
        "status": figure.status,
        "reason": figure.reason,
        "inputs": [
            {
                "file": s.receipt["name"],
                "sha256": s.sha256,
                "rows": s.receipt["rows"],
                "licence": s.receipt["licence"],
                "vintage": s.receipt.get("published") or (s.receipt["periods"] or [None])[-1],
                "source": s.receipt["source"],
            }
            for s in inputs
        ],
    }


def recomputed_figure(figure_id: str, files: Sequence[str], store: Store) -> Figure:
    """Compute a figure from nothing but the kept bytes of these files, by their sha256.

    Raises
    ------
    DataError
        ``unknown_figure`` when they do not give it; ``damaged_store`` when an original is not
        the file that was read.
    """
    kept = [stored for sha in dict.fromkeys(files) if (stored := store.get(sha))]
    with scratch() as folder:
        fresh = Store(folder / "data")
        for stored, parsed, receipt in read_again(kept, folder / "parsed"):
            fresh.keep(stored.original, parsed, stored.sha256, receipt)
        return _find(ask(parse_id(figure_id)[0], ClassifiedCounts(fresh)), figure_id)


def _find(published: Published, figure_id: str) -> Figure:
    for figure in published.figures:
        if figure.id == figure_id:
            return figure
    raise DataError(
        "there is no figure '{figure_id}'",
        code="unknown_figure",
        where=Where(key=figure_id),
        hint=Message(
            "read the publishers' files first (instroom read), and take the id from instroom series"
        ),
        figure_id=figure_id,
    )


def _value(figure: Figure) -> Any:
    if figure.status == "bounded":
        return {"low": significant(figure.low), "high": significant(figure.high)}
    return significant(figure.value)


def formula(part: Count | None, whole: Count | None) -> str:
    """Return the sum behind a figure, from its numerator and denominator."""
    if part is None:
        return ""
    if whole is None:
        return f"count = {_between(part.low, part.high)}"
    if part.exact and whole.exact:
        return f"{part.low} / {whole.low}"
    rest_low, rest_high = whole.low - part.low, whole.high - part.high
    return (
        f"low = {part.low} / ({part.low} + {rest_high}); "
        f"high = {part.high} / ({part.high} + {rest_low})"
    )


def _between(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


__all__ = ["Series", "ask", "explain", "figure_dict", "parse_id", "series"]
