"""``instroom power``: whether a planned measurement can see the effect it hopes for.

Pure functions over numbers. Effects are in standard deviations
of the pupils' outcome.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import floor, isfinite
from typing import Any, Literal, TypedDict

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.monitoring.power_answer import PowerAnswer, PowerCounted, PowerCurve
from instroom.stats.trials import power as sizes
from instroom.stats.trials.power_simulation import simulate_power
from instroom.stats.trials.trial_designs import TrialDesign, bcra3, bira2, bira3, cra2, cra3, ira

Draw = Literal["schools", "classes", "pupils"]
#: Below this number of clusters the formula is shown with the offer of a simulation.
FEW_CLUSTERS = 40
#: Fixed, so that the same plan gives the same figures.
_SEED = 20_261_001


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """A measurement as planned, in the words of the proposal form.

    Attributes
    ----------
    schools, pupils, classes
        Number of schools; pupils in each class, or in each school without classes; classes in
        each school (None: classes play no part).
    icc, icc_class
        Shares (0-1) of the variance between schools, and between classes in a school.
    r2_pupil, r2_class, r2_school
        Shares of each of these variances that covariates explain (a pre-measurement, mostly).
        With classes drawn ``r2_school`` is of the effect between schools.
    treated_share
        Share of the drawn units that get the programme.
    covariates_school
        Covariates at the level whose number sets the degrees of freedom.
    draw
        What is divided by lot: whole schools, classes within schools, or pupils within classes
        or schools.
    effect_variance, effect_variance_class
        Variance of the effect between schools, and between classes, over the variance of their
        means (0: the same effect everywhere). For classes or pupils drawn.
    attrition, attrition_schools, linkage
        Share of pupils without post-measurement; share of schools that stop; share of pupils
        whose measurements can be linked.
    """

    schools: int
    pupils: float
    icc: float
    classes: int | None = None
    icc_class: float = 0.0
    r2_pupil: float = 0.0
    r2_class: float = 0.0
    r2_school: float = 0.0
    treated_share: float = 0.5
    covariates_school: int = 0
    draw: Draw = "schools"
    effect_variance: float = 0.0
    effect_variance_class: float = 0.0
    attrition: float = 0.0
    attrition_schools: float = 0.0
    linkage: float = 1.0

    @property
    def schools_left(self) -> int:
        """Schools that are still there at the post-measurement, rounded down."""
        return floor(self.schools * (1 - self.attrition_schools) + 1e-9)

    @property
    def pupils_left(self) -> float:
        """Pupils per class or school with both measurements."""
        return self.pupils * (1 - self.attrition) * self.linkage


class _Test(TypedDict):
    alpha: float
    two_tailed: bool


def design_of(plan: PowerPlan) -> TrialDesign:
    """Return the design of a plan: cra2, cra3, bcra3, bira2, bira3 or ira.

    Losses make schools and pupils fewer; that those who leave differ is not made up for.

    Examples
    --------
    >>> design_of(PowerPlan(schools=30, pupils=50, icc=0.15)).name
    'cra2'
    >>> design_of(PowerPlan(schools=10, pupils=25, icc=0.1, classes=4, draw="classes")).name
    'bcra3'
    """
    n, schools = plan.pupils_left, plan.schools_left
    shared: dict[str, Any] = {"share": plan.treated_share, "covariates": plan.covariates_school}
    if plan.classes is None:
        if plan.draw == "schools":
            r2 = (plan.r2_pupil, plan.r2_school)
            return cra2(schools, n, rho=plan.icc, r2=r2, **shared)
        if schools == 1:
            return ira(n, r2=plan.r2_pupil, **shared)
        return bira2(schools, n, rho=plan.icc, omega=plan.effect_variance,
                     r2=(plan.r2_pupil, plan.r2_school), **shared)  # fmt: skip
    shared |= {
        "rho": (plan.icc_class, plan.icc),
        "r2": (plan.r2_pupil, plan.r2_class, plan.r2_school),
    }
    if plan.draw == "schools":
        return cra3(schools, plan.classes, n, **shared)
    if plan.draw == "classes":
        return bcra3(schools, plan.classes, n, omega=plan.effect_variance, **shared)
    omega = (plan.effect_variance_class, plan.effect_variance)
    return bira3(schools, plan.classes, n, omega=omega, **shared)


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
        ``bad_share``, ``bad_size``, ``bad_omega`` or ``bad_draw`` for an impossible plan.

    Examples
    --------
    >>> p = power(schools=30, pupils=50, icc=0.15, effect=0.40)
    >>> p.design, p.df, round(p.mdes, 3), round(p.power, 3), p.schools_needed
    ('cra2', 28, 0.433, 0.735, 35)
    """
    if covariates_school is None:
        covariates_school = 1 if r2_school > 0 else 0
    plan = PowerPlan(
        schools, pupils, icc, classes, icc_class or 0.0, r2_pupil, r2_class, r2_school,
        treated_share, covariates_school, draw, effect_variance, effect_variance_class,
        attrition, attrition_schools, linkage,
    )  # fmt: skip
    _check(plan)
    test: _Test = {"alpha": alpha, "two_tailed": not one_tailed}
    if plan.schools_left < 1 or plan.pupils_left < 1:
        reason = "less than one school, or one pupil per group, is left after attrition and linking"
        return PowerAnswer(
            mdes=None, power=None, df=None, design=None, status="too_few", reason=reason
        )
    design = design_of(plan)
    if not design.se > 0:
        raise DataError(
            "nothing is left to differ between pupils or schools: any effect would be seen",
            code="bad_share",
            found=Message(
                "icc {icc:g}, r2_pupil {r2_pupil:g}, r2_school {r2_school:g}",
                icc=icc,
                r2_pupil=r2_pupil,
                r2_school=r2_school,
            ),
            expected=Message("some variance that covariates do not explain"),
        )
    seen = sizes.mdes(design, power=power, **test)
    found = PowerAnswer(
        mdes=seen.mdes if isfinite(seen.mdes) else None,
        mdes_ci=(seen.low, seen.high), mdes_powerup=seen.powerup,
        power=power if design.feasible else None, target_power=power, df=design.df,
        design=design.name, se=design.se, alpha=alpha, one_tailed=one_tailed, effect=effect,
        schools=plan.schools_left, pupils=plan.pupils_left, classes=classes,
        covariates_school=covariates_school, schools_needed=None,
        curve=_curve(plan, power, effect, test),
        advice="simulate" if clusters(plan) < FEW_CLUSTERS else "",
        status=seen.status, reason=seen.reason,
    )  # fmt: skip
    if design.feasible and effect is not None:
        at = sizes.power(design, effect, **test).power
        found = replace(found, power=at, schools_needed=_needed(plan, effect, power, test))
    if simulate and design.feasible:
        counted = _simulation(plan, design, effect, seen.mdes, test, rng)
        found = replace(found, simulation=counted)
    return found


def clusters(plan: PowerPlan) -> int:
    """Return how many units divided by lot, or blocks, carry the effect."""
    return plan.schools_left * (plan.classes or 1) if plan.draw == "classes" else plan.schools_left


def _check(plan: PowerPlan) -> None:
    if plan.draw not in ("schools", "classes", "pupils"):
        raise DataError(
            "what is divided by lot is not known",
            code="bad_draw",
            found=str(plan.draw),
            expected=Message("schools, classes, pupils"),
        )
    if plan.draw == "classes" and plan.classes is None:
        raise DataError(
            "classes are divided by lot, but how many there are is missing",
            code="bad_draw",
            expected=Message("the number of classes in each school"),
        )
    if plan.icc_class and plan.classes is None:
        raise DataError(
            "variance between classes without classes",
            code="bad_draw",
            expected=Message("the number of classes in each school"),
        )
    shares = {"attrition": plan.attrition, "attrition_schools": plan.attrition_schools,
              "linkage": plan.linkage}  # fmt: skip
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise DataError(
                "{name} is no share",
                code="bad_share",
                found=f"{value:g}",
                expected=Message("0 to 1"),
                name=name,
            )
    _check_sizes(plan)


def _check_sizes(plan: PowerPlan) -> None:
    """Refuse a trial that cannot be held, such as one in which 0.2 schools take part."""
    if not (plan.schools >= 1 and plan.pupils >= 1 and (plan.classes is None or plan.classes >= 1)):
        found = Message(
            "{schools:g} schools, {pupils:g} pupils"
            if plan.classes is None
            else "{schools:g} schools, {pupils:g} pupils, {classes:g} classes",
            schools=plan.schools,
            pupils=plan.pupils,
            classes=plan.classes,
        )
        raise DataError("a plan needs a school and pupils", code="bad_size", found=found)
    if plan.schools != floor(plan.schools):
        raise DataError(
            "schools come whole",
            code="bad_size",
            found=Message("{schools:g} schools", schools=plan.schools),
            expected="1, 2, 3 ...",
        )
    if not 0 < plan.treated_share < 1:
        return  # the design says so itself
    units = {"schools": plan.schools, "classes": plan.classes or 0.0, "pupils": plan.pupils}
    drawn = units[plan.draw]
    least = drawn * min(plan.treated_share, 1 - plan.treated_share)
    if least < 1 - 1e-9 and drawn >= 2:
        raise DataError(
            "on one side not even one of the {draw} is left",
            code="bad_size",
            found=Message(
                "{drawn:g} {draw}, a share of {treated_share:g}: {least:g}",
                drawn=drawn,
                draw=plan.draw,
                treated_share=plan.treated_share,
                least=least,
            ),
            expected=Message("at least one on each side"),
            hint=Message("take more of them, or a share nearer to .5"),
            draw=plan.draw,
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
    seen = _points(left, lambda j: sizes.mdes_curve(made, [j], target=target, **test)[0])
    found = PowerCurve(tuple(counts), seen)
    if effect is None:
        return found
    at = _points(left, lambda j: sizes.power_curve(made, [j], effect, **test)[0])
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
