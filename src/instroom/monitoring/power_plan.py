"""A measurement as planned: its sizes, what is drawn, and the design that follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, isfinite
from numbers import Real
from typing import Literal, TypedDict

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.stats.trials.trial_designs import TrialDesign, bcra3, bira2, bira3, cra2, cra3, ira

Draw = Literal["schools", "classes", "pupils"]


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


class _Rest(TypedDict):
    share: float
    covariates: int


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
    rest: _Rest = {"share": plan.treated_share, "covariates": plan.covariates_school}
    if plan.classes is None:
        if plan.draw == "schools":
            r2 = (plan.r2_pupil, plan.r2_school)
            return cra2(schools, n, rho=plan.icc, r2=r2, **rest)
        if schools == 1:
            return ira(n, r2=plan.r2_pupil, **rest)
        return bira2(schools, n, rho=plan.icc, omega=plan.effect_variance,
                     r2=(plan.r2_pupil, plan.r2_school), **rest)  # fmt: skip
    rho = (plan.icc_class, plan.icc)
    r2_all = (plan.r2_pupil, plan.r2_class, plan.r2_school)
    if plan.draw == "schools":
        return cra3(schools, plan.classes, n, rho=rho, r2=r2_all, **rest)
    if plan.draw == "classes":
        return bcra3(
            schools,
            plan.classes,
            n,
            omega=plan.effect_variance,
            rho=rho,
            r2=r2_all,
            **rest,
        )
    omega = (plan.effect_variance_class, plan.effect_variance)
    return bira3(
        schools,
        plan.classes,
        n,
        omega=omega,
        rho=rho,
        r2=r2_all,
        **rest,
    )


def nothing_differs(plan: PowerPlan) -> DataError:
    """Return the refusal of a plan in which covariates explain everything."""
    return DataError(
        "nothing is left to differ between pupils or schools: any effect would be seen",
        code="bad_share",
        found=Message(
            "icc {icc:g}, r2_pupil {r2_pupil:g}, r2_school {r2_school:g}",
            icc=plan.icc,
            r2_pupil=plan.r2_pupil,
            r2_school=plan.r2_school,
        ),
        expected=Message("some variance that covariates do not explain"),
    )


def clusters(plan: PowerPlan) -> int:
    """Return how many units divided by lot, or blocks, carry the effect."""
    return plan.schools_left * (plan.classes or 1) if plan.draw == "classes" else plan.schools_left


def refuse_no_numbers(given: Mapping[str, object]) -> None:
    """Refuse a text, a list or nothing where a plan has a number: DataError ``no_number``."""
    for name, value in given.items():
        number = not isinstance(value, bool) and isinstance(value, Real) and isfinite(value)
        if not number:
            raise DataError(
                "{name} is no number",
                code="no_number",
                found=printable(repr(value), 60),
                expected=Message("a number, without quotes"),
                name=name,
            )


def check_plan(plan: PowerPlan) -> None:
    """Refuse a plan that cannot be: DataError ``bad_share``, ``bad_size`` and the like."""
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
    if (plan.icc_class or plan.r2_class) and plan.classes is None:
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
