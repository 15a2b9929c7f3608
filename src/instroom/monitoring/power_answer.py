"""What a planned measurement can see: the answer of ``instroom power``."""

from dataclasses import dataclass
from math import isfinite

from instroom.core.answers import ABSENT, Absent, Answer
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom.monitoring.answer_pictures import power_plot


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """Over numbers of schools: the detectable effect, and the power at the effect hoped for."""

    schools: tuple[int, ...]
    mdes: tuple[float, ...]
    power: tuple[float, ...] | Absent = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCounted:
    """Power counted over simulated trials, at ``effect`` (in SD): shares 0-1 of ``runs``."""

    effect: float
    power: float
    se: float
    false_alarms: float
    boundary: float
    runs: int


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PowerAnswer(Answer):
    """What a planned measurement can see (``contracts``: ``instroom power``), in SD of pupils.

    What no design is left for is None or ABSENT, with ``status`` too_few and the reason.
    """

    mdes: float | None
    mdes_ci: tuple[float, float] | Absent = ABSENT
    mdes_powerup: float | Absent = ABSENT
    power: float | None
    target_power: float | Absent = ABSENT
    df: float | None
    design: str | None
    se: float | Absent = ABSENT
    alpha: float | Absent = ABSENT
    one_tailed: bool | Absent = ABSENT
    effect: float | Absent | None = ABSENT
    schools: int | Absent = ABSENT
    pupils: float | Absent = ABSENT
    classes: int | Absent | None = ABSENT
    covariates_school: int | Absent = ABSENT
    schools_needed: int | Absent | None = ABSENT
    curve: PowerCurve | Absent = ABSENT
    simulation: PowerCounted | None = None
    advice: str | Absent = ABSENT
    status: str
    reason: Message | None

    def summary(self, language: str = "nl") -> str:
        """Return the smallest effect that this design finds."""
        t = Texts(language)
        if self.mdes is None:
            return t("Met zo weinig scholen is geen enkel effect te vinden, hoe groot ook.")
        return t(
            "Deze opzet vindt een effect vanaf {d} standaarddeviatie.",
            d=t.number(self.mdes, digits=2),
        )

    def picture(self, language: str = "nl") -> str:
        """Return the smallest effect over numbers of schools as an SVG; "" without one."""
        if self.mdes is None:
            return ""
        seen = [size for size in self.curve.mdes if isfinite(size)] if self.curve else []
        return power_plot(self, language=language) if len(seen) > 1 else ""
