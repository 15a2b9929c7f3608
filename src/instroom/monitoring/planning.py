"""``instroom power``: whether a planned measurement can see the effect it hopes for.

Pure functions over numbers. Effects are in standard deviations
of the pupils' outcome.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import floor, isfinite
from typing import TypedDict

import numpy as np

from instroom.core.messages import Message
from instroom.monitoring.power_answer import PowerAnswer, PowerCounted, PowerCurve
from instroom.monitoring.power_plan import (
    Draw,
    PowerPlan,
    check_plan,
    clusters,
    design_of,
    nothing_differs,
    refuse_no_numbers,
)
from instroom.stats.status import FitStatus
from instroom.stats.trials import power as sizes
from instroom.stats.trials.power_simulation import simulate_power
from instroom.stats.trials.trial_designs import TrialDesign

#: Below this number of clusters the formula is shown with the offer of a simulation.
FEW_CLUSTERS = 40
#: Fixed, so that the same plan gives the same figures.
_SEED = 20_261_001
_NO_NUMBERS = frozenset({"draw", "one_tailed", "simulate", "rng"})
_OPTIONAL = frozenset({"classes", "icc_class", "effect", "covariates_school"})


class _Test(TypedDict):
    alpha: float
    two_tailed: bool


def power(
    *,
    schools: int,
    pupils: float,
    icc: float,
    classes: int | None = None,
    icc_class: float | None = None,
    r2_pupil: float = 0.0,
    r2_class: float = 0.0,
    r2_school: float = 0.0,
    treated_share: float = 0.5,
    effect: float | None = None,
    covariates_school: int | None = None,
    one_tailed: bool = False,
    power: float = 0.80,
    alpha: float = 0.05,
    draw: Draw = "schools",
    effect_variance: float = 0.0,
    effect_variance_class: float = 0.0,
    attrition: float = 0.0,
    attrition_schools: float = 0.0,
    linkage: float = 1.0,
    simulate: bool = False,
    rng: np.random.Generator | None = None,
) -> PowerAnswer:
    """Return what a planned measurement can see.

    Parameters
    ----------
    schools, pupils, icc, classes, icc_class, r2_pupil, r2_class, r2_school, treated_share
        See :class:`PowerPlan`.
    effect
        Effect hoped for, in standard deviations; adds its power and the schools it takes.
    covariates_school
        Left out: 1 with ``r2_school`` above 0, else 0.
    one_tailed, power, alpha
        The test, and the power asked for.
    draw, effect_variance, effect_variance_class, attrition, attrition_schools, linkage
        See :class:`PowerPlan`.
    simulate
        Count power over 20,000 simulated trials as well.
    rng
        Source of random numbers; left out, the same figures come back each time.

    Returns
    -------
    PowerAnswer
        ``mdes`` (noncentral t, with ``mdes_ci``; ``mdes_powerup`` is PowerUp!'s approximation),
        ``power`` at ``effect`` (the asked power without one), ``df``, ``design``, the smallest
        number of ``schools_needed``, ``curve`` over numbers of schools, ``simulation``, and
        ``advice`` "simulate" below 40 clusters. ``status`` "too_few" when no degree of freedom
        is left.

    Raises
    ------
    DataError
        ``bad_share``, ``bad_size``, ``bad_omega`` or ``bad_draw`` for an impossible plan;
        ``no_number`` for a text where a number belongs.

    Examples
    --------
    >>> p = power(schools=30, pupils=50, icc=0.15, effect=0.40)
    >>> p.design, p.df, round(p.mdes, 3), round(p.power, 3), p.schools_needed
    ('cra2', 28, 0.433, 0.735, 35)
    """
    given = locals().items()  # all that was asked, and nothing else yet
    numbers = {k: v for k, v in given if k not in _NO_NUMBERS}
    refuse_no_numbers({k: v for k, v in numbers.items() if v is not None or k not in _OPTIONAL})
    if covariates_school is None:
        covariates_school = 1 if r2_school > 0 else 0
    plan = PowerPlan(
        schools, pupils, icc, classes, icc_class or 0.0, r2_pupil, r2_class, r2_school,
        treated_share, covariates_school, draw, effect_variance, effect_variance_class,
        attrition, attrition_schools, linkage,
    )  # fmt: skip
    check_plan(plan)
    test: _Test = {"alpha": alpha, "two_tailed": not one_tailed}
    if plan.schools_left < 1 or plan.pupils_left < 1:
        return _nobody_left()
    design = design_of(plan)
    if not design.se > 0:
        raise nothing_differs(plan)
    seen = sizes.mdes(design, power=power, **test)
    found = PowerAnswer(
        mdes=seen.mdes if isfinite(seen.mdes) else None, mdes_ci=(seen.low, seen.high),
        mdes_powerup=seen.powerup, power=power if design.feasible else None, target_power=power,
        df=design.df, design=design.name, se=design.se, alpha=alpha, one_tailed=one_tailed,
        effect=effect, schools=plan.schools_left, pupils=plan.pupils_left, classes=classes,
        covariates_school=covariates_school, schools_needed=None,
        curve=_curve(plan, power, effect, test), status=seen.status, reason=seen.reason,
        advice="simulate" if clusters(plan) < FEW_CLUSTERS else "",
    )  # fmt: skip
    if design.feasible and effect is not None:
        at = sizes.power(design, effect, **test).power
        found = replace(found, power=at, schools_needed=_needed(plan, effect, power, test))
    if simulate and design.feasible:
        counted = _simulation(plan, design, effect, seen.mdes, test, rng)
        found = replace(found, simulation=counted)
    return found


def _nobody_left() -> PowerAnswer:
    reason = Message(
        "Less than one school, or one pupil per group, is left after attrition and linking."
    )
    return PowerAnswer(
        mdes=None, power=None, df=None, design=None, status=FitStatus.TOO_FEW, reason=reason
    )


def _made(plan: PowerPlan) -> Callable[[int], TrialDesign]:
    """Return what makes the design for a number of schools at the post-measurement."""
    return lambda count: design_of(replace(plan, schools=count, attrition_schools=0.0))


def _needed(plan: PowerPlan, effect: float, target: float, test: _Test) -> int | None:
    """Return how many schools must start, or None when no number is enough."""
    if plan.attrition_schools >= 1 or design_of(plan).name == "ira":
        return None
    ending = sizes.required(_made(plan), effect, target=target, **test).clusters
    if ending is None:
        return None
    start = ending
    while floor(start * (1 - plan.attrition_schools) + 1e-9) < ending:
        start += 1
    return start


def _curve(plan: PowerPlan, target: float, effect: float | None, test: _Test) -> PowerCurve:
    """Return detectable effects, and power, over numbers of schools for the proposal form."""
    counts = curve_counts(plan.schools)
    left = [replace(plan, schools=count).schools_left for count in counts]
    made = _made(plan)
    seen = _points(left, lambda j: sizes.mdes(made(j), power=target, **test).mdes)
    found = PowerCurve(tuple(counts), seen)
    if effect is None:
        return found
    at = _points(left, lambda j: sizes.power(made(j), effect, **test).power)
    return replace(found, power=at)


def curve_counts(schools: int) -> list[int]:
    """Return round numbers of schools around the planned one, for a curve.

    Examples
    --------
    >>> curve_counts(30)
    [8, 12, 16, 20, 24, 30, 40, 60, 80, 120]
    """
    steps = {8, 12, 16, 20, 24, 30, 40, 60, 80, 120, schools}
    return sorted(step for step in steps if step >= 2)


def _points(counts: Sequence[int], at: Callable[[int], float]) -> tuple[float, ...]:
    return tuple(float(at(count)) if count >= 1 else float("nan") for count in counts)


def _simulation(
    plan: PowerPlan,
    design: TrialDesign,
    effect: float | None,
    exact: float,
    test: _Test,
    rng: np.random.Generator | None,
) -> PowerCounted:
    """Return power over simulated trials, at the effect hoped for or the detectable one."""
    size = exact if effect is None else effect
    drawn = plan.covariates_school if design.name in ("ira", "cra2", "cra3") else 0
    found = simulate_power(
        design, size, rng or np.random.default_rng(_SEED), covariates=drawn, **test
    )
    return PowerCounted(
        effect=size, power=found.power, se=found.se, false_alarms=found.false_alarms,
        boundary=found.boundary, runs=found.runs,
    )  # fmt: skip
