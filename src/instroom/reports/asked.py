"""What a question to a release means: defaults and refusals of the commands, and no figures.

The web looks stored figures up; what was asked, and what there is to be asked, it hears here.
"""

import shlex
from dataclasses import dataclass
from typing import Any

from instroom.core.quantities import Count
from instroom.definitions import registry
from instroom.monitoring.explanation import formula
from instroom.monitoring.indicators import IndicatorQuery, resolve
from instroom.monitoring.pipeline import OPEN_DATA, stored_name
from instroom.monitoring.questions import parse_id, refuse_period
from instroom.monitoring.series_answer import IndicatorMeaning, indicator_meaning
from instroom.region.locate import find_place

__all__ = [
    "OPEN_DATA",
    "IndicatorQuery",
    "Meaning",
    "explain_command",
    "meaning",
    "meaning_of",
    "pipeline_named",
    "place_of",
    "refuse_period",
    "stored_name",
    "sum_behind",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """The stage (None where there is one only), the classification and the definition in words."""

    stage: str | None
    classification: str | None
    definition: IndicatorMeaning


def meaning(question: IndicatorQuery) -> Meaning:
    """Return what a question means, with what it leaves unsaid filled in.

    Raises
    ------
    DefinitionError
        For an unknown indicator, stage, classification or breakdown, with *did you mean*.
    """
    indicator, stage, classification = resolve(question)
    shown = stage if len(indicator.stages) > 1 else None
    return Meaning(shown, classification, indicator_meaning(indicator, stage, classification))


def meaning_of(figure_id: str) -> Meaning:
    """Return what the indicator behind a figure's id means.

    Raises
    ------
    DataError
        ``unknown_figure`` for a text that is no id.
    DefinitionError
        As :func:`meaning`.
    """
    return meaning(parse_id(figure_id)[0])


def pipeline_named(name: str) -> str:
    """Return the id of a pipeline.

    Raises
    ------
    DefinitionError
        ``unknown_id``, with *did you mean*.
    """
    return registry.pipelines()[name].id


def place_of(name: str) -> str:
    """Return the code of a place by its name or code.

    Raises
    ------
    DataError
        ``unknown_place``, with the names that look most like it.
    """
    return find_place(name)


def sum_behind(indicator: str, numerator: Any, denominator: Any) -> str:
    """Return the sum behind a stored figure, from its counts as they are stored."""
    return formula(indicator, _count(numerator), _count(denominator))


def _count(stored: Any) -> Count | None:
    if stored is None:
        return None
    return Count(stored["low"], stored["high"]) if isinstance(stored, dict) else Count(stored)


def explain_command(figure_id: str, release: int | None = None) -> str:
    """Return the command that computes a figure again, of today or of a release."""
    command = f"instroom explain {shlex.quote(figure_id[:160])}"
    return command + (f" --release {release}" if release is not None else "")
