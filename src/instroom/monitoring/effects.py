"""``instroom effect`` and ``instroom compress``: from a file of scores to an honest answer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from instroom.core.errors import DataError, UserError
from instroom.core.messages import Message
from instroom.monitoring import binary, robustness, threats
from instroom.monitoring.designs import AnalysisPlan, choose, plan
from instroom.monitoring.effect_answer import EffectAnswer, EffectAnswers
from instroom.monitoring.effect_words import refused, silent, worded
from instroom.monitoring.estimates import Choices, Df, Robust, answer
from instroom.monitoring.score_files import columns_of, names_of
from instroom.monitoring.strength import ALLOCATIONS, Allocation
from instroom.monitoring.studies import Study
from instroom.monitoring.study_rows import StudyQuestion
from instroom.monitoring.sums import pooled, study_of, sums
from instroom.monitoring.wording import silence
from instroom.sources.columns import Columns
from instroom.stats.trials import multiplicity

#: From this p on, what was asked beside other things is not clear.
ALPHA = 0.05
Family = Literal["gaussian", "binomial"]


_NO_OUTCOME = Message("name a file and the column of the outcome (--outcome)")
#: A covariate of at most so many whole numbers may be a code: a school type, a region.
_FEW_CODES = 12


def effect(
    file: Any = None,
    *,
    outcome: str | None = None,
    baseline: str | None = None,
    treatment: str | None = None,
    covariate: str | Sequence[str] = (),
    category: str | Sequence[str] = (),
    groups: str | Sequence[str] = (),
    design: str | None = None,
    time: str | None = None,
    pupil: str | None = None,
    by: str | None = None,
    start: float | None = None,
    nested: bool = False,
    yes: str | None = None,
    sheet: str | None = None,
    link: str | None = None,
    outcome_label: str | None = None,
    family: Family | None = None,
    from_: Sequence[str | Path] = (),
    key: str | Path | None = None,
    allocation: Allocation = "unknown",
    df: Df = "satterthwaite",
    robust: Robust | None = None,
    plan_changed: bool = False,
) -> EffectAnswer | EffectAnswers:
    """Return the effect of a programme on a score, with the strongest sentence it supports.

    Parameters
    ----------
    file
        CSV, XLSX, ODS or SPSS file with one row per pupil (``growth`` and ``did``: per pupil and
        moment), or ``-``; or a table in memory (pandas, Polars, Arrow, DuckDB, PySpark, or a
        dictionary of columns).
    outcome, baseline
        Columns with the score afterwards and before. Several outcomes, with commas between,
        each get an answer, and p-values that allow for asking more than one question.
    treatment
        Column that is 1 for who took part and 0 for who did not.
    covariate
        Further columns to compare like with like; texts become groups.
    category
        The same for columns whose numbers are names of groups, such as a code of a school type.
    groups
        Columns of school and class, the highest level first (in one text with commas between);
        ``none`` says that there are none.
    design
        ``ancova`` (the outcome given the baseline), ``did`` (change against other schools),
        ``one_group`` (before and after, no comparison) or ``growth`` (three or more moments).
    time, pupil
        Columns of the moment and of the pupil, for ``did`` and ``growth``.
    by
        Column of a subgroup or score; the effect is also given per group.
    start
        First moment of the programme (``did``).
    nested
        Groups with the same name in two schools are different groups.
    sheet
        The sheet of a workbook, when more than one holds something.
    yes
        The value that means yes in the columns of the outcome and of who took part, such as
        ``ja``; the usual words are known.
    link
        Column with the chance (0-1) that a pupil's two measurements belong together.
    outcome_label
        What the outcome is called in the sentence, such as ``een technisch profiel kiest``.
    family
        ``binomial`` for a yes-or-no outcome, which is also what 0 and 1 are taken for when this
        is left out (design ``ancova``); ``gaussian`` treats them as a score.
    from_, key
        In place of a file: files of sums (see :func:`compress`), and a file with the key they
        were signed with. They say themselves what their columns mean.
    allocation
        Who decided who takes part; what may be said depends on it.
    df, robust
        Degrees of freedom of the multilevel model, or least squares with cluster-robust errors.
    plan_changed
        Whether the analysis differs from what was planned before the data were seen.

    Returns
    -------
    EffectAnswer
        ``estimate, se, df, ci, p`` in points of the outcome, ``hedges_g`` in standard deviations,
        ``variances``, ``status`` with ``reason``, ``maryland_level`` and ``wording``. With several
        outcomes an :class:`EffectAnswers`.

    Raises
    ------
    UserError
        For options that do not go together.
    DataError
        For a column that is missing or holds something else than numbers, with its row.
    """
    choices = chosen(allocation, df, robust, plan_changed)
    if from_:
        _only_sums(
            file=file is not None, outcome=outcome, baseline=baseline, treatment=treatment,
            covariate=len(covariate), category=len(category), groups=len(groups), design=design,
            time=time, pupil=pupil, by=by, start=start is not None, nested=nested, yes=yes,
            sheet=sheet, link=link, outcome_label=outcome_label, family=family,
        )  # fmt: skip
        return pooled(from_, key, choices)
    if file is None or outcome is None:
        raise UserError(_NO_OUTCOME)
    if key is not None:
        raise UserError("a key goes with files of sums (--from)")
    data = columns_of(file, sheet)
    covariate, category = names_of(covariate), names_of(category)
    category += tuple(name for name in covariate if name in data.declared and name not in category)
    data = data.recoded(filter(None, [*_outcomes(outcome, data), baseline, treatment]), yes)
    question = StudyQuestion(
        outcome=outcome, baseline=baseline, treatment=treatment,
        covariates=tuple(dict.fromkeys((*covariate, *category))), categories=tuple(category),
        groups=names_of(groups), design=choose(design, treatment, baseline, time), time=time,
        pupil=pupil, by=by, start=start, nested=nested, link=link, said=outcome_label or "",
    )  # fmt: skip
    asked = [replace(question, outcome=one) for one in _outcomes(outcome, data)]
    doubts = _numbered_groups(data, [name for name in covariate if name not in category])
    pairs = [_one(data, question, choices, family, doubts) for question in asked]
    return pairs[0][0] if len(pairs) == 1 else _adjusted(pairs)


def _only_sums(**given: object) -> None:
    """Refuse what files of sums say themselves: it would do nothing."""
    if given["file"]:
        raise UserError("give either a file of scores or files of sums (--from)")
    said = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if said:
        raise UserError(
            "files of sums say themselves what their columns mean",
            found=", ".join(said),
            expected=Message("--from without these options"),
        )


def _numbered_groups(data: Columns, covariates: Sequence[str]) -> tuple[Message, ...]:
    """Return a warning per covariate of a few whole numbers, which may be names of groups."""
    found = []
    for name in covariates:
        try:
            values = data.numbers(name)
        except DataError as error:
            if error.code != "not_a_number":
                raise
            continue  # texts are categories without anybody saying so
        seen = np.unique(values[np.isfinite(values)])
        if (seen == np.round(seen)).all() and 2 < len(seen) <= _FEW_CODES:
            found.append(
                Message(
                    "column '{name}' holds {n} different whole numbers and counts as an amount; "
                    "if they are names of groups, say so: --category {name} in a command, "
                    "category='{name}' in Python",
                    name=name,
                    n=len(seen),
                )
            )
    return tuple(found)


def _outcomes(outcome: str, data: Columns) -> list[str]:
    """Return the outcomes named, unless the whole text is the name of one column."""
    named = [outcome] if outcome in data.names else list(names_of(outcome))
    if not named:
        raise UserError(_NO_OUTCOME)
    return named


def _one(
    data: Columns,
    question: StudyQuestion,
    choices: Choices,
    family: Family | None,
    doubts: tuple[Message, ...],
) -> tuple[EffectAnswer, Study]:
    planned = plan(data, question)
    yes_or_no = _binomial(planned, question, family)
    unused = (*planned.unused, *(binary.unused(question, choices) if yes_or_no else ()), *doubts)
    found, study = _found(data, question, planned, choices, yes_or_no=yes_or_no)
    return (replace(found, warnings=unused) if unused else found), study


def _found(
    data: Columns,
    question: StudyQuestion,
    planned: AnalysisPlan,
    choices: Choices,
    *,
    yes_or_no: bool,
) -> tuple[EffectAnswer, Study]:
    study = study_of(data, question, planned)
    if planned.crossed:
        n = int(planned.used.sum())
        refusal = refused(study, n, "crossed", silence("crossed", **planned.crossed))
        return replace(refusal, allocation=choices.allocation, reasons=()), study
    cross = sums(planned)
    if yes_or_no:
        found = binary.answer(cross, study, planned, choices)
    else:
        found = answer(cross, study, choices)
    found = replace(found, missing=robustness.missing(data, question))
    if question.time and question.design in ("growth", "one_group"):
        found = replace(found, unit_of_time=question.time)
    if question.link:
        found = replace(found, links=robustness.links(data, question))
    return _weighed(found, data, question, planned, study), study


def _weighed(
    found: EffectAnswer,
    data: Columns,
    question: StudyQuestion,
    planned: AnalysisPlan,
    study: Study,
) -> EffectAnswer:
    """Lower the level of an answer by what happened, and say it in words again."""
    if question.design == "did":
        found = replace(found, trend_before=threats.trend_before(data, question))
    told = threats.threats(data, question, planned, found)
    heavy = [t.key for t in told if t.most < 5]
    keys = tuple(dict.fromkeys([*(found.maryland_reasons or ()), *heavy]))
    found = replace(
        found,
        maryland_level=min([found.maryland_level, *(t.most for t in told)]),
        maryland_reasons=keys,
        reasons=threats.reasons(keys, told, found),
    )
    if found.estimate is not None and threats.too_few(planned):
        return silent(replace(found, reason=None), "too_few")
    return _said_again(found, study)


def _said_again(found: EffectAnswer, study: Study) -> EffectAnswer:
    """Return an answer whose level or reasons were changed, with its sentences made anew."""
    if found.estimate is None or found.spoken is None:
        return found
    return worded(study, found, found.spoken)


def _binomial(planned: AnalysisPlan, question: StudyQuestion, family: Family | None) -> bool:
    yes_or_no = binary.is_binary(planned.columns[planned.outcome])
    if family == "binomial" and not yes_or_no:
        raise UserError(
            "'{outcome}' is no yes-or-no outcome",
            expected=Message("0 and 1"),
            found=Message("other values"),
            outcome=question.outcome,
        )
    if family == "binomial" and question.design != "ancova":
        raise UserError("--family binomial goes with design ancova", found=question.design)
    return yes_or_no and question.design == "ancova" and family != "gaussian"


def _adjusted(pairs: Sequence[tuple[EffectAnswer, Study]]) -> EffectAnswers:
    """Return several answers, with p-values that control the share of false discoveries.

    What is not clear after that is not said to be: the adjusted p decides about the words.
    """
    p = np.array([np.nan if one.p is None else one.p for one, _ in pairs], dtype=np.float64)
    adjusted = multiplicity.benjamini_hochberg(p)
    answers = (
        _with_adjusted(one, study, float(value), len(pairs))
        for (one, study), value in zip(pairs, adjusted, strict=True)
    )
    return EffectAnswers(tuple(answers), "benjamini-hochberg")


def _with_adjusted(found: EffectAnswer, study: Study, p: float, outcomes: int) -> EffectAnswer:
    found = replace(found, p_adjusted=p)
    if found.estimate is None or found.direction in (None, "unclear") or p < ALPHA:
        return found
    told = [threats.Threat("adjusted", 5, {"k": outcomes, "p": p})]
    every = (*(found.reasons or ()), *threats.reasons([], told, found))
    return _said_again(replace(found, reasons=every), study)


def chosen(allocation: Allocation, df: Df, robust: Robust | None, plan_changed: bool) -> Choices:
    """Return the choices, after checking that each is one there is."""
    for name, value, known in (
        ("allocation", allocation, ALLOCATIONS),
        ("df", df, get_args(Df)),
        ("robust", robust, (None, *get_args(Robust))),
    ):
        if value not in known:
            raise UserError(
                "'{value}' is no {name}",
                found=str(value),
                expected=", ".join(map(str, known)),
                value=value,
                name=name,
            )
    return Choices(allocation=allocation, df=df, robust=robust, plan_changed=plan_changed)
