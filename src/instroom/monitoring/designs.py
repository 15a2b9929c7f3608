"""From the columns of a file to the columns of a model: one plan per study design.

A plan says which columns the model has, which coefficient is the answer, and which groups the
rows lie in. It knows nothing of estimation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import DataError, ProgrammingError, UserError, Where
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, code_groups
from instroom.monitoring.study_rows import (
    Design,
    Rows,
    StudyQuestion,
    binary,
    check_roles,
    idle,
)
from instroom.sources.columns import Columns

Floats = NDArray[np.float64]
Keys = NDArray[np.generic]


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisPlan:
    """The columns of a model and what they mean.

    Attributes
    ----------
    columns
        Name -> values, shape (n,), covariates in order and the outcome last.
    groups
        Role (``school``, ``class``, ``school_time``, ``pupil``) -> group of each row, shape
        (n,), highest level first.
    target
        The coefficient that is the answer.
    interactions
        With ``by``: subgroup -> the interaction column that sets its effect apart, empty for
        the reference; of a score, the score itself -> its interaction column.
    slope
        The column whose slope differs between pupils (growth).
    used
        Which rows of the file are used, shape (rows,).
    names
        Role -> name of each group by its number, where groups are numbered here.
    crossed
        When groups are crossed, so that nothing can be estimated: the column and name of such a
        group, and the column of the groups it lies in.
    unused
        Rows and options that count for nothing here, a sentence each.
    """

    columns: dict[str, Floats]
    groups: dict[str, Keys]
    outcome: str
    target: str
    used: NDArray[np.bool_]
    slope: str | None = None
    absorb: str | None = None
    treatment: str | None = None
    baseline: str | None = None
    interactions: dict[str, str] = field(default_factory=dict)
    names: dict[str, dict[int, str]] = field(default_factory=dict)
    crossed: dict[str, str] | None = None
    unused: tuple[Message, ...] = ()


def choose(
    design: str | None, treatment: str | None, baseline: str | None, time: str | None
) -> Design:
    """Return the design that is meant when none is said.

    Examples
    --------
    >>> choose(None, "treat", "pre", None), choose(None, None, "pre", None)
    ('ancova', 'one_group')
    """
    if design is None:
        design = "ancova" if treatment else "one_group"
    if design not in ("ancova", "did", "one_group", "growth"):
        raise UserError(
            "'{design}' is no design",
            expected=Message("ancova, did, one_group or growth"),
            found=design,
            design=design,
        )
    needs = {"did": (treatment, time), "growth": (time,), "one_group": (), "ancova": (treatment,)}
    words = {"did": Message("--treatment and --time"), "growth": Message("--time and --pupil")}
    if not all(needs[design]):
        raise UserError(
            "design '{design}' needs {words}", design=design, words=words.get(design, "--treatment")
        )
    if design == "one_group" and not (baseline or time):
        raise UserError("design 'one_group' needs --baseline, or --time and --pupil")
    return design  # type: ignore[return-value]


def plan(data: Columns, question: StudyQuestion) -> AnalysisPlan:
    """Return the plan of a question: the complete rows, as columns of a model.

    Raises
    ------
    UserError
        When a column is named for two things.
    DataError
        When a column is not there, is no number where it must be one, or cannot be used.
    """
    check_roles(question)
    makers: Mapping[str, Callable[[Rows, StudyQuestion], AnalysisPlan]] = {
        "ancova": _ancova,
        "did": _did,
        "one_group": _one_group,
        "growth": _growth,
    }
    return makers[question.design](Rows.of(data, question), question)


def _said(option: str | None) -> str:
    """Return an option that :func:`choose` made sure of."""
    if option is None:
        raise ProgrammingError("a question without a column its design needs; see choose()")
    return option


def _ancova(rows: Rows, q: StudyQuestion) -> AnalysisPlan:
    treatment = _said(q.treatment)
    columns = {treatment: binary(rows, treatment)}
    columns |= {q.baseline: rows.numbers[q.baseline]} if q.baseline else {}
    columns |= rows.covariates(q.covariates)
    interactions = _by(columns, rows, treatment, q.by) if q.by else {}
    return _plan(rows, q, columns, treatment, treatment=treatment, interactions=interactions)


def _by(columns: dict[str, Floats], rows: Rows, treatment: str, by: str) -> dict[str, str]:
    """Add the columns of an interaction; return subgroup -> the column that sets it apart."""
    scores = rows.numbers.get(by)
    different = 1 + len(rows.factors[by]) if scores is None else len(np.unique(scores))
    if different < 2:
        raise DataError(
            "column '{by}' is the same in every row: there are no groups to compare",
            code="one_group",
            where=Where(rows.data.file, None, by),
            by=by,
        )
    if scores is not None and len(np.unique(scores)) > 2:
        columns.setdefault(by, scores)
        columns[f"{treatment}:{by}"] = columns[treatment] * scores
        return {by: f"{treatment}:{by}"}
    if scores is not None:
        low, high = np.unique(scores)[[0, -1]]
        parts = {f"{by}={high:g}": (scores == high).astype(float)}
        reference = f"{by}={low:g}"
    else:
        parts = rows.factors[by]
        reference = f"{by}={min(rows.data.words(by)[rows.used].tolist())}"
    found = {reference: ""}
    for label, member in parts.items():
        if by not in columns and label not in columns:  # else its main effect is a covariate
            columns[label] = member
        columns[f"{treatment}:{label}"] = columns[treatment] * member
        found[label] = f"{treatment}:{label}"
    return found


def _did(rows: Rows, q: StudyQuestion) -> AnalysisPlan:
    treatment, moment = _said(q.treatment), _said(q.time)
    treat, time = binary(rows, treatment), rows.numbers[moment]
    if not q.levels:
        raise UserError("design 'did' compares schools over time: name them with --groups")
    times = np.unique(time)
    if len(times) < 2:
        raise DataError(
            "column '{moment}' has one moment; before and after are needed",
            code="one_moment",
            where=Where(rows.data.file, None, moment),
            moment=moment,
        )
    periods = {f"{moment}={t:g}": (time == t).astype(float) for t in times[1:]}
    school = code_groups(rows.keys[q.levels[0]])[0]
    if _varies(treat, school):
        ever = (np.bincount(school, treat) > 0)[school].astype(float)
        exposed, member, target = treat, {f"{treatment}_ever": ever}, treatment
    else:
        exposed = treat * (time >= _first_treated(rows, q, times))
        member, target = {treatment: treat}, f"{treatment}:{moment}"
    # A covariate that already says which schools take part is that column.
    taken = [rows.numbers[c] for c in q.covariates if c in rows.numbers]
    member = {
        name: values
        for name, values in member.items()
        if not any(np.array_equal(c, values) for c in taken)
    }
    columns = {**member, **periods, target: exposed}
    columns |= rows.covariates([c for c in q.covariates if c not in columns])
    schools = rows.keys[q.levels[0]]
    pair, named = _pairs(schools, time)
    keys: dict[str, Keys] = {"school": schools, "school_time": pair}
    return _plan(
        rows, q, columns, target, treatment=treatment, groups=keys, absorb="school",
        names={"school_time": named},
    )  # fmt: skip


def _varies(values: Floats, group: NDArray[np.int64]) -> bool:
    """Whether a column takes more than one value within any group."""
    n = np.bincount(group)
    sums = np.bincount(group, values)
    return bool(((sums > 0) & (sums < n)).any())


def _first_treated(rows: Rows, q: StudyQuestion, times: Floats) -> float:
    if q.start is not None:
        if not times[0] < q.start <= times[-1]:
            raise DataError(
                "--start {start:g} leaves nothing before or after it",
                code="start_outside",
                found=f"{q.start:g}",
                expected=Message(
                    "after {times:g}, up to {times_2:g}", times=times[0], times_2=times[-1]
                ),
                start=q.start,
            )
        return q.start
    if len(times) == 2:
        return float(times[1])
    raise DataError(
        "column '{treatment}' never changes within a school, and there are {n} moments",
        code="start_unknown",
        where=Where(rows.data.file, None, q.treatment),
        found=", ".join(f"{t:g}" for t in times),
        hint=Message(
            "say when the programme began with --start, or use a column that is 1 only from then"
        ),
        treatment=q.treatment,
        n=len(times),
    )


def _one_group(rows: Rows, q: StudyQuestion) -> AnalysisPlan:
    covariates = rows.covariates(q.covariates, centred=True)
    if q.baseline:
        name = f"{q.outcome}-{q.baseline}"
        change = rows.numbers[q.outcome] - rows.numbers[q.baseline]
        return _plan(rows, q, covariates, INTERCEPT, outcome={name: change})
    time = _said(q.time)
    return _plan(rows, q, {time: rows.numbers[time], **covariates}, time)


def _growth(rows: Rows, q: StudyQuestion) -> AnalysisPlan:
    moment = _said(q.time)
    if q.pupil is None:
        raise UserError("design 'growth' follows pupils over time: name them with --pupil")
    time = rows.numbers[moment]
    if len(np.unique(time)) < 3:
        raise DataError(
            "column '{moment}' has fewer than three moments",
            code="too_few_moments",
            where=Where(rows.data.file, None, moment),
            hint=Message("with two moments use design ancova (baseline) or did"),
            moment=moment,
        )
    columns, target = {moment: time}, moment
    if q.treatment:
        treat = binary(rows, q.treatment)
        target = f"{q.treatment}:{moment}"
        columns = {q.treatment: treat, moment: time, target: treat * time}
    columns |= rows.covariates(q.covariates)
    return _plan(rows, q, columns, target, treatment=q.treatment, slope=moment)


def _plan(
    rows: Rows,
    q: StudyQuestion,
    columns: dict[str, Floats],
    target: str,
    *,
    outcome: dict[str, Floats] | None = None,
    groups: dict[str, Keys] | None = None,
    treatment: str | None = None,
    slope: str | None = None,
    absorb: str | None = None,
    interactions: dict[str, str] | None = None,
    names: dict[str, dict[int, str]] | None = None,
) -> AnalysisPlan:
    last = outcome or {q.outcome: rows.numbers[q.outcome]}
    columns = {name: values for name, values in columns.items() if name not in last}
    keys = groups if groups is not None else _levels(rows, q)
    crossed = None if q.nested else _crossed(keys, q)
    if q.nested and groups is None:
        keys, names = _nest(keys)
    return AnalysisPlan(
        columns={**columns, **last},
        groups=keys,
        outcome=next(iter(last)),
        target=target,
        used=rows.used,
        slope=slope,
        absorb=absorb,
        treatment=treatment,
        baseline=q.baseline,
        interactions=interactions or {},
        names=names or {},
        crossed=crossed,
        unused=(*idle(q), *rows.unused),
    )


def _levels(rows: Rows, q: StudyQuestion) -> dict[str, Keys]:
    if len(q.levels) > 2:
        raise UserError("at most two levels of groups: --groups school,class")
    found = dict(zip(("school", "class"), (rows.keys[name] for name in q.levels), strict=False))
    follows_pupils = q.design == "growth" or (q.design == "one_group" and not q.baseline)
    if q.pupil and follows_pupils:
        found["pupil"] = rows.keys[q.pupil]
    return found


def _crossed(keys: Mapping[str, Keys], q: StudyQuestion) -> dict[str, str] | None:
    """Return a group that lies in more than one group of the level above it, if there is one."""
    columns = dict(zip(("school", "class"), q.levels, strict=False)) | {"pupil": q.pupil or ""}
    for upper, lower in pairwise(keys):
        above, below = code_groups(keys[upper])[0], code_groups(keys[lower])[0]
        parent = np.zeros(int(below.max()) + 1, dtype=np.int64)
        parent[below] = above
        wrong = parent[below] != above
        if wrong.any():
            label = keys[lower][int(np.argmax(wrong))]
            return {
                "lower": columns.get(lower, lower),
                "label": str(label),
                "upper": columns.get(upper, upper),
            }
    return None


def _nest(keys: Mapping[str, Keys]) -> tuple[dict[str, Keys], dict[str, dict[int, str]]]:
    """Give every group a number of its own within the group above it, and keep its name."""
    nested: dict[str, Keys] = {}
    named: dict[str, dict[int, str]] = {}
    above: Keys | None = None
    for role, group in keys.items():
        if above is None:
            nested[role] = above = group
            continue
        nested[role], named[role] = _pairs(above, group)
        above = nested[role]
    return nested, named


def _pairs(upper: Keys, lower: Keys) -> tuple[Keys, dict[int, str]]:
    """Return a number for each pair of groups, and what the lower group of a number is called."""
    above, below = code_groups(upper), code_groups(lower)
    pair: Keys = above[0] * len(below[1]) + below[0]
    names = {int(p): f"{below[1][int(p) % len(below[1])]}" for p in code_groups(pair)[1]}
    return pair, names
