"""Where a figure comes from: computed again from the bytes as they came, and compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from instroom.core.answers import ABSENT, Absent, Answer
from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.quantities import Count, Share, remainder
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import resolve
from instroom.monitoring.questions import ask, parse_id
from instroom.monitoring.series_answer import IndicatorMeaning, indicator_meaning
from instroom.privacy.published import Published
from instroom.sources.again import read_again
from instroom.sources.own_rows import is_state
from instroom.sources.store import Store, Stored, scratch


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedInput:
    """A file behind a figure; ``present`` (of an older release): its bytes are still there.

    Of the programme's own rows (``kind`` is ``rows``) it is their state: how many, when
    (``vintage``) and its digest; there is no ``file``.
    """

    kind: Literal["file", "rows"] = "file"
    file: str | None
    sha256: str
    rows: int | None
    licence: str | None
    vintage: str | None
    source: str | None
    present: bool | Absent = ABSENT


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ExplainAnswer(Answer):
    """Where a figure comes from (``contracts``: ``instroom explain``).

    ``value`` and ``recomputed`` are numbers, or their bounds; ``equal`` is None when the files
    are gone. ``release``, ``files`` and ``definition_changed`` belong to figures of a release.
    """

    id: str
    release: Mapping[str, object] | Absent = ABSENT
    definition: IndicatorMeaning
    definition_changed: bool | Absent = ABSENT
    formula: str
    value: float | Share | None
    recomputed: float | Share | None
    equal: bool | None
    status: str
    reason: str | None
    files: str | Absent = ABSENT
    inputs: tuple[ExplainedInput, ...]
    #: Whether the figure is of the invented region; for words, as JSON tells it by its place.
    example: bool = field(default=False, metadata={"inner": True})

    def summary(self, language: str = "nl") -> str:
        """Return the sum behind the figure, and whether it came out the same again."""
        t = Texts(language)
        said = formula_words(self.formula, t)
        if self.equal is None:
            return t("{formula}; niet na te rekenen", formula=said)
        if self.equal:
            return t("{formula}; opnieuw uitgerekend en gelijk", formula=said)
        return t("{formula}; opnieuw uitgerekend en NIET gelijk", formula=said)


def explain(figure_id: str, *, data: str | Path | None = None) -> ExplainAnswer:
    """Recompute one figure from the bytes as they came, and compare.

    Raises
    ------
    DataError
        When there is no such figure in this data directory.
    """
    question, _ = parse_id(figure_id)
    store = Store.asked(data)
    facts = ClassifiedCounts(store)
    figure = _find(ask(question, facts), figure_id)
    again = recomputed_figure(figure_id, [*figure.sources, *facts.placing_files], store)
    return ExplainAnswer(
        id=figure_id,
        definition=indicator_meaning(*resolve(question)),
        formula=formula_of(figure),
        value=size(figure),
        recomputed=size(again),
        equal=figure == again,
        status=figure.status,
        reason=figure.reason,
        inputs=tuple(_input(s) for sha in figure.sources if (s := store.get(sha))),
        example=facts.invented([figure]),
    )


def _input(stored: Stored) -> ExplainedInput:
    receipt = stored.receipt
    rows = is_state(stored)
    return ExplainedInput(
        kind="rows" if rows else "file",
        file=None if rows else receipt["name"],
        sha256=stored.sha256,
        rows=receipt["rows"],
        licence=receipt["licence"],
        vintage=receipt.get("published") or next(reversed(receipt["periods"]), None),
        source=stored.source,
    )


def size(figure: Figure) -> float | Share | None:
    """Return the number of a figure, its bounds, or None when it has neither."""
    if figure.status == "bounded" and figure.low is not None and figure.high is not None:
        return Share(figure.low, figure.high)
    return figure.value


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
        for old, parsed, receipt in read_again(kept, folder / "parsed"):
            fresh.keep(old.original, parsed, old.sha256, receipt)
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
            "read the publishers' files first (instroom read), and take the id from "
            "instroom series --ids"
        ),
        figure_id=figure_id,
    )


def rest_of(indicator: str, part: Count, whole: Count) -> Count:
    """Return how many of a whole are not in the part.

    When another file tells how many there are, whoever is not in the part is in the rest; else both
    were counted apart, and each has bounds of its own (of an exact whole: what the other leaves).
    """
    known = registry.indicators()
    if indicator in known and any(stage.within for stage in known[indicator].stages.values()):
        return Count(whole.high - part.high, whole.high - part.low)
    return remainder(part, whole)


def formula(indicator: str, part: Count | None, whole: Count | None) -> str:
    """Return the sum behind a figure, from its numerator and denominator."""
    if part is None:
        return ""
    if whole is None:
        return f"count = {_between(part.low, part.high)}"
    if part.exact and whole.exact:
        return f"{part.low} / {whole.low}"
    rest = rest_of(indicator, part, whole)
    return (
        f"low = {part.low} / ({part.low} + {rest.high}); "
        f"high = {part.high} / ({part.high} + {rest.low})"
    )


def formula_of(figure: Figure) -> str:
    """Return the sum behind a figure."""
    return formula(figure.indicator, figure.numerator, figure.denominator)


#: What a formula names, as it stands in every answer; read aloud in the reader's language.
_NAMED = re.compile(r"\b(low|high|count)(?= = )")


def formula_words(formula: str, t: Texts) -> str:
    """Return the sum behind a figure as a reader's page says it.

    Examples
    --------
    >>> formula_words("low = 3 / (3 + 5); high = 4 / (4 + 4)", Texts("nl"))
    'laagste = 3 / (3 + 5); hoogste = 4 / (4 + 4)'
    """
    names = {"low": t("laagste"), "high": t("hoogste"), "count": t("aantal")}
    return _NAMED.sub(lambda found: names[found[0]], formula)


def _between(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"
