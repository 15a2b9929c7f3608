"""Would the answer be another with the missing, the unsure and the unlinked in it?"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from instroom.crossproducts.crossproducts import CrossProducts, code_groups, from_arrays
from instroom.monitoring.coefficients import coefficients, finite
from instroom.monitoring.effect_answer import (
    LinksFound,
    MissingFound,
    OtherEstimate,
    OutcomeBounds,
    TestedCoefficient,
    WildEstimate,
)
from instroom.monitoring.studies import Study
from instroom.monitoring.study_rows import SURE, StudyQuestion
from instroom.sources.columns import Columns
from instroom.stats.clusters import bootstrap, robust
from instroom.stats.multilevel import kenward_roger, mixed
from instroom.stats.multilevel.contrasts import Tests
from instroom.stats.status import ESTIMATED, SOLVED
from instroom.stats.trials import missing_outcomes
from instroom.stats.trials.missing_outcomes import MissingOutcomeBounds

Floats = NDArray[np.float64]
#: Fixed, so that the same data give the same figures.
SEED, DRAWS = 20_240_201, 9_999


def missing(data: Columns, question: StudyQuestion) -> MissingFound | None:
    """Return the least and the most the raw difference can be, given who did not answer.

    ``lee`` is about pupils who would have answered in either arm; ``worst_case`` fills in the
    lowest and the highest score that was seen.
    """
    if question.treatment is None or question.design != "ancova":
        return None
    outcome, arm = data.numbers(question.outcome), data.numbers(question.treatment)
    known = np.isin(arm, (0.0, 1.0))
    if question.baseline:
        known &= ~np.isnan(data.numbers(question.baseline))
    outcome, arm = outcome[known], arm[known]
    gone = int(np.isnan(outcome).sum())
    if gone in (0, len(outcome)):
        return None
    scale = float(np.nanmin(outcome)), float(np.nanmax(outcome))
    if scale[0] == scale[1]:
        return None
    return MissingFound(
        missing=gone,
        n=len(outcome),
        lee=_bounds(missing_outcomes.lee_bounds(outcome, arm)),
        worst_case=_bounds(missing_outcomes.manski_bounds(outcome, arm, scale=scale)),
    )


def _bounds(found: MissingOutcomeBounds) -> OutcomeBounds:
    return OutcomeBounds(found.low, found.high, found.status)


def links(data: Columns, question: StudyQuestion) -> LinksFound | None:
    """Return the effect with unsure links weighted by their chance, and without any linking.

    The estimate beside which this stands uses sure links only (a chance of 0.80 or more).
    ``weighted`` is least squares with every link weighted by its chance; ``school_means``
    compares schools' mean scores, for which nobody needs to be linked.
    """
    if question.link is None or not question.levels:
        return None
    chance = np.nan_to_num(data.numbers(question.link))
    found = LinksFound(
        sure=int((chance >= SURE).sum()),
        unsure=int(((chance > 0) & (chance < SURE)).sum()),
        unlinked=int((chance == 0).sum()),
        expected_false=float((1 - chance[chance >= SURE]).sum()),
    )
    if question.treatment is None or question.design != "ancova":
        return found
    return replace(
        found,
        weighted=_weighted(data, question, chance),
        school_means=_school_means(data, question),
    )


def _weighted(data: Columns, question: StudyQuestion, chance: Floats) -> OtherEstimate:
    names = [n for n in (question.treatment, question.baseline, question.outcome) if n]
    columns = {name: data.numbers(name) for name in names}
    school, known = data.keys(question.levels[0])
    used = known & (chance > 0) & np.logical_and.reduce([np.isfinite(v) for v in columns.values()])
    cross = from_arrays(
        {name: values[used] for name, values in columns.items()},
        {"school": school[used]},
        weights=chance[used],
    )
    return _one(robust.fit(cross, kind="cr1"), str(question.treatment))


def _school_means(data: Columns, question: StudyQuestion) -> OtherEstimate:
    school, known = data.keys(question.levels[0])
    codes, labels = code_groups(school[known])
    names = [n for n in (question.treatment, question.baseline, question.outcome) if n]
    means = {name: _mean(data.numbers(name)[known], codes, len(labels)) for name in names}
    used = np.logical_and.reduce([np.isfinite(v) for v in means.values()])
    cross = from_arrays(
        {name: values[used] for name, values in means.items()},
        {"school": np.arange(int(used.sum()))},
    )
    return _one(robust.fit(cross), str(question.treatment))


def _mean(values: Floats, codes: NDArray[np.int64], size: int) -> Floats:
    seen = np.isfinite(values)
    n = np.bincount(codes[seen], minlength=size)
    sums = np.bincount(codes[seen], values[seen], size)
    means: Floats = np.divide(sums, n, out=np.full(size, np.nan), where=n > 0)
    return means


def _one(fitted: robust.RobustFit, name: str) -> OtherEstimate:
    if name not in fitted.names:
        status = fitted.status if fitted.status not in ESTIMATED else "rank_deficient"
        return OtherEstimate(estimate=None, status=status, reason=fitted.reason)
    at = fitted.names.index(name)
    return OtherEstimate(
        estimate=float(fitted.beta[at]),
        se=float(fitted.se[at]),
        df=float(fitted.df[at]),
        ci=(float(fitted.ci[at][0]), float(fitted.ci[at][1])),
        n=fitted.n,
        status=fitted.status,
        reason=fitted.reason,
    )


def beside(
    cross: CrossProducts, study: Study, fitted: mixed.MixedFit, main: list[str]
) -> dict[str, TestedCoefficient | WildEstimate]:
    """Return the same effect tested in other ways, for a study of few schools.

    ``kenward_roger`` corrects the multilevel model's errors; ``cr2`` and ``wild_bootstrap`` are
    least squares that lean on the number of schools alone. Far-apart answers are themselves an
    answer: the study is too small to trust one of them.
    """
    found: dict[str, TestedCoefficient | WildEstimate] = {}
    tests: dict[str, Tests] = {}
    if study.target in fitted.names and fitted.status in SOLVED:
        tests["kenward_roger"] = kenward_roger.kenward_roger(fitted)
    if not cross.by_group:
        return {name: _beside(one, study.target) for name, one in tests.items()}
    fixed = [c for c in main if c != cross.columns[0]]
    least = robust.fit(cross, kind="cr2", outcome=study.outcome, fixed=fixed, absorb=study.absorb)
    if study.target in least.names:
        tests["cr2"] = Tests(least.names, least.beta, least.se, least.df, least.t, least.p)
        rng = np.random.default_rng(SEED)
        drawn = bootstrap.wild(
            cross, study.target, rng=rng, draws=DRAWS,
            outcome=study.outcome, fixed=fixed, absorb=study.absorb,
        )  # fmt: skip
        found["wild_bootstrap"] = WildEstimate(
            estimate=finite(drawn.estimate),
            p=finite(drawn.p),
            ci=(finite(drawn.ci[0]), finite(drawn.ci[1])),
            draws=drawn.draws,
            enumerated=bool(drawn.enumerated),
            status=drawn.status,
        )
    return {name: _beside(one, study.target) for name, one in tests.items()} | found


def _beside(tests: Tests, target: str) -> TestedCoefficient:
    return next(c for c in coefficients(tests) if c.name == target)
