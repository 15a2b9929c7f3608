"""From sums per group to an answer: the effect, how sure it is, and what may be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import CrossProducts, select
from instroom.monitoring import few_schools, robustness
from instroom.monitoring.coefficients import coefficients, finite
from instroom.monitoring.effect_answer import (
    AttritionFound,
    EffectAnswer,
    StandardizedEffect,
    SubgroupEffect,
)
from instroom.monitoring.effect_words import silent, spoken_of, worded
from instroom.monitoring.strength import Allocation, strength
from instroom.monitoring.studies import Study, arms, split
from instroom.stats.clusters import robust
from instroom.stats.multilevel import contrasts, kenward_roger, mixed, satterthwaite
from instroom.stats.multilevel.contrasts import Tests
from instroom.stats.status import ESTIMATED, FitStatus, Verdict, together
from instroom.stats.trials import effect_size, equivalence
from instroom.stats.trials import power as sizes
from instroom.stats.trials.effect_measures import hedges_correction

Floats = NDArray[np.float64]
Df = Literal["satterthwaite", "kenward-roger"]
Robust = Literal["cr0", "cr1", "cr1s", "cr2", "cr3"]
#: Below this number of schools other ways to test stand beside the answer.
FEW_SCHOOLS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How an effect is tested and what is known of the way people came to take part."""

    allocation: Allocation = "unknown"
    df: Df = "satterthwaite"
    robust: Robust | None = None
    plan_changed: bool = False


def answer(cross: CrossProducts, study: Study, choices: Choices) -> EffectAnswer:
    """Return an effect on a score.

    The multilevel model gives the variances; the estimate comes from it too, or from least
    squares with cluster-robust errors when those were asked for. Nothing here raises because
    there is too little data: ``status`` and ``reason`` then say so.
    """
    main = [c for c in cross.columns[:-1] if c not in study.interactions.values()]
    fitted = mixed.fit(cross, outcome=study.outcome, fixed=main)
    tests, (status, reason), exact = _tests(cross, study, fitted, main, choices)
    found = _levels(shape(cross, study, choices), fitted, study)
    found = replace(found, status=status, reason=reason)
    if status not in ESTIMATED:
        return silent(found, status)
    if study.target not in tests.names:
        return silent(found, "rank_deficient")
    at = tests.names.index(study.target)
    interval = contrasts.ci(tests)[at]
    if not np.isfinite([tests.estimate[at], tests.se[at], *interval]).all():
        return _untested(found, tests, at, choices, exact=exact)
    estimate, se, df = (float(x[at]) for x in (tests.estimate, tests.se, tests.df))
    empty = mixed.fit(select(cross, [study.outcome]))
    spread = sum(_by_role(empty).values())
    found = replace(
        found,
        estimate=estimate,
        se=se,
        df=df,
        ci=(float(interval[0]), float(interval[1])),
        p=float(tests.p[at]),
        coefficients=coefficients(tests),
        errors=choices.robust or choices.df,
        mdes=_mdes(se, df, spread),
    )
    found = _sized(found, cross, study, empty, fitted)
    if study.interactions:
        found = _subgroups(found, cross, study, choices)
    if cross.levels and cross.sizes[0] < FEW_SCHOOLS:
        found = replace(found, beside=robustness.beside(cross, study, fitted, main))
    said = spoken_of(study, found)
    if choices.robust is None:
        said = few_schools.careful(
            said, fitted, at, few_schools.school_df(cross, study, tests.names)
        )
    return worded(study, found, said)


def _untested(
    found: EffectAnswer, tests: Tests, at: int, choices: Choices, *, exact: bool
) -> EffectAnswer:
    """Return an answer whose test has no numbers, with why."""
    if exact:
        return silent(found, "not_supported", "exact")
    if choices.robust is not None:
        alone = np.isfinite(tests.estimate[at]) and not tests.se[at] > 0
        return silent(found, "too_few", "partial" if alone else None)
    if choices.df == "kenward-roger":
        why = Message("The corrections by Kenward and Roger cannot be computed for so few groups.")
        found = replace(found, reason=why)
    return silent(found, "too_few")


def _tests(
    cross: CrossProducts,
    study: Study,
    fitted: mixed.MixedFit,
    main: list[str],
    choices: Choices,
) -> tuple[Tests, Verdict, bool]:
    """Return the tests of all coefficients, how they ended, and if the outcome has no error."""
    if choices.robust is None:
        return _model_tests(fitted, choices.df), (fitted.status, fitted.reason), fitted.exact
    if not cross.by_group:
        raise DataError("robust errors need products per school", code="no_group_products")
    fixed = [c for c in main if c != cross.columns[0]]
    found = robust.fit(
        cross, kind=choices.robust, outcome=study.outcome, fixed=fixed, absorb=study.absorb
    )
    tests = Tests(found.names, found.beta, found.se, found.df, found.t, found.p)
    # partial: other columns fell out, and the reason says; at a boundary there is no error
    if found.status not in (FitStatus.OK, FitStatus.PARTIAL):
        return tests, (found.status, found.reason), found.status == FitStatus.BOUNDARY
    if fitted.status != FitStatus.BOUNDARY:
        return tests, (FitStatus.OK, found.reason), False
    return tests, (FitStatus.BOUNDARY, together([found.reason, fitted.reason])), False


def _model_tests(fitted: mixed.MixedFit, df: Df, weights: Floats | None = None) -> Tests:
    if df == "kenward-roger":
        return kenward_roger.kenward_roger(fitted, weights)
    return satterthwaite.satterthwaite(fitted, weights)


def shape(cross: CrossProducts, study: Study, choices: Choices) -> EffectAnswer:
    """Return the part of an answer that does not depend on the model."""
    attrition = _attrition(study)
    start = _start(cross, study)
    whole = arms(cross, study.treatment) if study.treatment and cross.levels else None
    level = strength(
        study.design if study.comparison else "no_comparison",
        choices.allocation,
        baseline_difference=start,
        high_attrition=bool(attrition and attrition.level in ("moderate", "high")),
        plan_changed=choices.plan_changed,
        schools_per_arm=whole.schools_per_arm if whole and whole.whole else None,
    )
    return EffectAnswer(
        n=cross.n,
        dropped=study.rows - cross.n,
        groups=dict(zip(cross.levels, cross.sizes, strict=True)),
        status="ok",
        family="gaussian",
        design=study.design,
        outcome=study.label,
        target=study.target,
        allocation=choices.allocation,
        maryland_level=level.level,
        maryland_reasons=level.reasons,
        baseline_difference=start,
        attrition=attrition,
    )


def _levels(found: EffectAnswer, fitted: mixed.MixedFit, study: Study) -> EffectAnswer:
    """Add how much pupils, classes and schools differ, and how well the model fits."""
    variances = _by_role(fitted)
    total = sum(variances.values())
    return replace(
        found,
        variances=variances | _slopes(fitted, study),
        icc=variances["school"] / total if total > 0 and "school" in variances else None,
        reml_deviance=finite(fitted.deviance),
    )


def _by_role(fitted: mixed.MixedFit) -> dict[str, float]:
    """Return the variance of each level and the residual one; slopes are elsewhere."""
    found = {level: fitted.variances.get(level, float("nan")) for level in fitted.levels}
    found["residual"] = fitted.residual
    return found if all(np.isfinite(v) for v in found.values()) else {}


def _slopes(fitted: mixed.MixedFit, study: Study) -> dict[str, float]:
    if study.slope is None or not fitted.levels:
        return {}
    level = fitted.levels[-1]
    names = {
        f"{level}_slope": f"{level}.{study.slope}",
        f"{level}_covariance": f"{level}.(Intercept).{study.slope}",
    }
    return {new: fitted.variances[old] for new, old in names.items() if old in fitted.variances}


def _start(cross: CrossProducts, study: Study) -> float | None:
    """Return how far the groups lay apart at the start (Hedges' g), if that was measured."""
    if not (study.treatment and study.baseline and study.baseline in cross.columns):
        return None
    if study.design != "ancova":
        return None
    found = split(cross, study.treatment, study.baseline)
    difference = found.treated - found.untreated
    return finite(equivalence.baseline_difference(difference, found.sd, cross.n).difference)


def _attrition(study: Study) -> AttritionFound | None:
    """Return the share of pupils without an outcome, overall and per arm."""
    counts = {arm: (c["n"], c["n"] - c["missing"]) for arm, c in study.arms.items()}
    if not counts or any(n == 0 for n, _ in counts.values()):
        return None
    rates = {arm: 1 - stayed / n for arm, (n, stayed) in counts.items()}
    started = sum(n for n, _ in counts.values())
    overall = 1 - sum(stayed for _, stayed in counts.values()) / started
    if set(counts) != {"0", "1"}:
        return AttritionFound(overall=overall, by_arm=rates, differential=None, level=None)
    found = equivalence.attrition(counts["1"], counts["0"])
    return AttritionFound(
        overall=overall, by_arm=rates, differential=found.differential, level=found.level
    )


def _sized(
    found: EffectAnswer,
    cross: CrossProducts,
    study: Study,
    empty: mixed.MixedFit,
    fitted: mixed.MixedFit,
) -> EffectAnswer:
    """Add the effect in standard deviations: of all pupils in the empty model (headline)."""
    parts = _by_role(empty)
    total = sum(parts.values())
    estimate, (low, high) = found.estimate, found.ci or (0.0, 0.0)
    if not total > 0 or estimate is None:
        return found
    who = arms(cross, study.treatment) if study.treatment and cross.levels else None
    if study.design == "ancova" and who is not None and who.whole and who.schools_per_arm > 1:
        sizes_of = _cluster_sizes(estimate, parts, _by_role(fitted), who.treated, who.untreated)
        if "unconditional_total" not in sizes_of:
            return found
        headline = sizes_of["unconditional_total"]
        return replace(found, hedges_g=headline.g, hedges_g_ci=headline.ci, effect_sizes=sizes_of)
    scale = float(hedges_correction(max(2.0, cross.n - 2.0))) / float(np.sqrt(total))
    return replace(found, hedges_g=estimate * scale, hedges_g_ci=(low * scale, high * scale))


def _cluster_sizes(
    estimate: float,
    empty: Mapping[str, float],
    fitted: Mapping[str, float],
    treated: Floats,
    untreated: Floats,
) -> dict[str, StandardizedEffect]:
    found = {}
    for name, parts in (("unconditional", empty), ("conditional", fitted)):
        within = parts.get("residual", 0.0)
        g = effect_size.hedges(
            estimate,
            within=within,
            between=sum(parts.values()) - within,
            treated=treated[treated > 0],
            control=untreated[untreated > 0],
        )
        if g.status == "ok":
            found[f"{name}_total"] = StandardizedEffect(g.g_total, g.ci_total)
            found[f"{name}_within"] = StandardizedEffect(g.g_within, g.ci_within)
    return found


def _mdes(se: float, df: float, total: float) -> float | None:
    """Return the smallest effect (SD) that this study finds 4 times out of 5."""
    if not total > 0:
        return None
    return sizes.noncentrality(0.80, df) * se / float(np.sqrt(total))


def _subgroups(
    found: EffectAnswer, cross: CrossProducts, study: Study, choices: Choices
) -> EffectAnswer:
    """Add the effect per subgroup, whether they differ, and whether any group is harmed."""
    fitted = mixed.fit(cross, outcome=study.outcome)
    if study.target not in fitted.names:
        return replace(found, by=(), interaction=None, harm=None)
    names, weights = _weights(cross, study, fitted.names)
    tests = _model_tests(fitted, choices.df, weights)
    intervals = contrasts.ci(tests)
    groups = tuple(
        SubgroupEffect(
            group=name, estimate=float(b), se=float(se), df=float(df),
            ci=(float(ci[0]), float(ci[1])),
        )
        for name, b, se, df, ci in zip(
            names, tests.estimate, tests.se, tests.df, intervals, strict=True
        )
    )  # fmt: skip
    every = _model_tests(fitted, choices.df)
    asked = set(study.interactions.values()) - {""}
    return replace(
        found,
        by=groups,
        interaction=tuple(c for c in coefficients(every) if c.name in asked),
        harm=bool((intervals[:, 1] < 0).any()),
    )


def _weights(
    cross: CrossProducts, study: Study, names: tuple[str, ...]
) -> tuple[list[str], Floats]:
    """Return the subgroups and, per subgroup, the weight of each coefficient in its effect."""
    treat = np.array([name == study.target for name in names], dtype=float)
    steps: dict[str, tuple[str, float]] = {}
    if len(study.interactions) == 1:
        ((score, column),) = study.interactions.items()
        at, total = cross.index(score), cross.total
        n, shift = float(total[0, 0]), float(cross.shift[cross.index(score)])
        mean = float(total[0, at]) / n
        sd = float(np.sqrt(total[at, at] / n - mean**2))
        values = [mean + shift + step * sd for step in (-1, 0, 1)]
        steps = {f"{score} = {value:.3g}": (column, value) for value in values}
    else:
        steps = {group: (column, 1.0) for group, column in study.interactions.items()}
    rows = [
        treat + value * np.array([name == column for name in names], dtype=float)
        for column, value in steps.values()
    ]
    return list(steps), np.array(rows)
