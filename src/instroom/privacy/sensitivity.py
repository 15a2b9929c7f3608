"""Which figures may not be shown whatever stands beside them, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from instroom.core.errors import DataError
from instroom.core.messages import Message

Dims = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for single figures.

    Attributes
    ----------
    threshold
        A figure of 1 up to ``threshold - 1`` people is hidden. Zero is shown: nobody is in it.
        Say with ``extremes`` where "nobody" tells something of everybody else.
    dominance
        (n, k): a sum is hidden when its ``n`` largest contributions are more than the share
        ``k`` of it. Only for figures that bring their ``contributions``.
    contributors
        Least number of contributions to a sum.
    schools
        A figure above school level that rests on fewer schools is a figure of those schools.
    few_schools
        ``"flag"`` says so beside the figure, ``"hide"`` hides it.
    school
        The dimension whose values are schools.
    extremes
        Dimensions that tell something of a person (chose technology, yes or no). There, a
        figure that is everybody or nobody of fewer than twice the threshold is hidden.
    """

    threshold: float = 10
    dominance: tuple[int, float] = (3, 0.75)
    contributors: int = 3
    schools: int = 3
    few_schools: str = "flag"
    school: str = "school"
    extremes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.few_schools not in ("flag", "hide"):
            raise DataError(
                "few_schools is either of two words",
                code="rules",
                found=self.few_schools,
                expected=Message("flag or hide"),
            )


def sensitive(
    figures: Sequence[Mapping[str, Any]], nested: Mapping[str, Any], rules: Rules
) -> list[str | None]:
    """Return per figure why it may not be shown, ``None`` when it may.

    Parameters
    ----------
    figures
        Each with ``dims`` and ``n`` (people, or the unit of a sum); ``n`` of ``None`` is hidden
        already.
    nested
        School -> coarser dimension -> value, under the name of the school dimension.
    rules
        See :class:`Rules`.

    Returns
    -------
    list
        ``too_few_people``, ``dominance``, ``few_contributors``, ``extreme``, ``few_schools``,
        ``hidden_before`` or ``None``, in the order of the figures.

    Examples
    --------
    >>> figures = [
    ...     {"dims": {"gender": "f"}, "n": 9},
    ...     {"dims": {"gender": "m"}, "n": 10},
    ...     {"dims": {}, "n": 1000, "contributions": [900, 60, 30, 10]},
    ... ]
    >>> sensitive(figures, {}, Rules())
    ['too_few_people', None, 'dominance']
    """
    numbers = {key_of(f["dims"]): f["n"] for f in figures}
    counted = schools_behind(figures, nested, rules)
    return [
        _few(figure, rules)
        or _extreme(figure, numbers, rules)
        or ("few_schools" if rules.few_schools == "hide" and few is not None else None)
        for figure, few in zip(figures, counted, strict=True)
    ]


def key_of(dims: Mapping[str, Any]) -> Dims:
    """Return dimensions as a sorted key."""
    return tuple(sorted((str(k), str(v)) for k, v in dims.items()))


def _few(figure: Mapping[str, Any], rules: Rules) -> str | None:
    n, contributions = figure["n"], figure.get("contributions")
    if n is None:
        return "hidden_before"
    if contributions is None:
        return "too_few_people" if 0 < n < rules.threshold else None
    if 0 < len(contributions) < rules.contributors:
        return "few_contributors"
    return "dominance" if largest(contributions, rules) > rules.dominance[1] * n else None


def largest(contributions: Sequence[float], rules: Rules) -> float:
    """Return the sum of the largest contributions that the dominance rule looks at."""
    return float(sum(sorted(contributions, reverse=True)[: rules.dominance[0]]))


def _extreme(figure: Mapping[str, Any], numbers: Mapping[Dims, Any], rules: Rules) -> str | None:
    key = key_of(figure["dims"])
    for name in rules.extremes:
        whole = numbers.get(tuple(pair for pair in key if pair[0] != name))
        about = any(pair[0] == name for pair in key)
        if about and whole and figure["n"] in (0, whole) and whole < 2 * rules.threshold:
            return "extreme"
    return None


def schools_behind(
    figures: Sequence[Mapping[str, Any]], nested: Mapping[str, Any], rules: Rules
) -> list[int | None]:
    """Return per figure above school level the number of schools when too few, else ``None``."""
    schools = [
        set(_upward(nested, rules.school, str(school)).items())
        for school in nested.get(rules.school, {})
    ]
    places = {name for school in schools for name, _ in school}
    found: list[int | None] = []
    for figure in figures:
        where = {pair for pair in key_of(figure["dims"]) if pair[0] in places}
        behind = sum(where <= school for school in schools)
        above = bool(where) and all(name != rules.school for name, _ in where)
        found.append(behind if above and 0 < behind < rules.schools else None)
    return found


def _upward(nested: Mapping[str, Any], dimension: str, value: str) -> dict[str, str]:
    """Return a value with all coarser values it lies in."""
    found, todo = {dimension: value}, [(dimension, value)]
    while todo:
        name, at = todo.pop()
        for coarse, upper in nested.get(name, {}).get(at, {}).items():
            if str(coarse) not in found:
                found[str(coarse)] = str(upper)
                todo.append((str(coarse), str(upper)))
    return found
