"""The answer to "did it do anything?": an effect, how sure it is, and what may be said of it.

Numbers that could not be estimated are None, and ``status`` with ``reason`` say why. A field that
does not belong to the design (``trend_before`` of a study at one moment) is ABSENT, and JSON
leaves it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from instroom.core.answers import ABSENT, Absent, Answer
from instroom.core.messages import Message
from instroom.monitoring.answer_pictures import effect_plot

#: An interval; an end that is not known is None.
Ends = tuple[float | None, float | None]
#: A sentence per language.
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """A number with its standard error, test and 95 % interval."""

    estimate: float | None
    se: float | None
    df: float | None
    p: float | None
    ci: Ends | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedCoefficient(Estimated):
    """One coefficient of a model, by its name."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupEffect:
    """The effect in one subgroup, in points of the outcome."""

    group: str
    estimate: float
    se: float
    df: float
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WildEstimate:
    """The effect with a wild cluster bootstrap; ``enumerated``: every draw there is was made."""

    estimate: float | None
    p: float | None
    ci: Ends
    draws: int
    enumerated: bool
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttritionFound:
    """Shares (0-1) of pupils without an outcome, and how much bias that may bring."""

    overall: float
    by_arm: Mapping[str, float]
    differential: float | None
    level: str | None


@dataclass(frozen=True, slots=True)
class OutcomeBounds:
    """The least and the most a difference can be."""

    low: float | None
    high: float | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFound:
    """What who did not answer could change: people without an outcome, and two pairs of bounds."""

    missing: int
    n: int
    lee: OutcomeBounds
    worst_case: OutcomeBounds


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEstimate:
    """The effect computed in another way, beside the answer."""

    estimate: float | None
    se: float | Absent = ABSENT
    df: float | Absent = ABSENT
    ci: tuple[float, float] | Absent = ABSENT
    n: int | Absent = ABSENT
    status: str
    reason: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksFound:
    """How many pupils are linked, and what the answer would be with less or no linking."""

    sure: int
    unsure: int
    unlinked: int
    expected_false: float
    weighted: OtherEstimate | Absent = ABSENT
    school_means: OtherEstimate | Absent = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendBefore:
    """How differently schools were moving before the start, in points per unit of time.

    ``gap`` is the time from the middle of the ``moments`` before the start to the middle of
    those after it.
    """

    difference: float
    se: float
    df: float | None
    p: float | None
    moments: int
    gap: float


@dataclass(frozen=True, slots=True)
class StandardizedEffect:
    """An effect in standard deviations."""

    g: float
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsDifference:
    """The difference in the share of yes: percentage points, and the two shares (0-1)."""

    points: float
    se: float
    ci: tuple[float, float]
    share_with: float
    share_without: float


@dataclass(frozen=True, slots=True)
class SharesRatio:
    """How many times as often yes was said."""

    ratio: float
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True)
class SpokenReason:
    """Why no more may be said: a key, the values of its sentence, the sentence per language."""

    key: str
    values: Mapping[str, object]
    text: Said


@dataclass(frozen=True, slots=True)
class PooledFrom:
    """The files of sums behind an answer, and what was merged or left out in them."""

    files: tuple[str, ...]
    signed: bool
    merged: int
    refused: int


@dataclass(frozen=True, slots=True)
class SpokenSize:
    """What the sentence speaks of, when it is made again.

    ``plain`` is the interval as estimated, where ``ci`` is a more careful one that holds 0.
    """

    kind: str
    size: float
    ci: tuple[float, float]
    plain: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class EffectAnswer(Answer):
    """The effect of a programme on one outcome (``contracts``: ``instroom effect``).

    Attributes
    ----------
    estimate, se, ci
        In points of the outcome; of a yes-or-no outcome in log-odds.
    hedges_g, hedges_g_ci, mdes
        In standard deviations of all pupils; ``mdes`` is the smallest effect found 4 times of 5.
    status, reason
        ``ok``, or ``boundary`` when a variance is estimated at 0; every other status is an
        answer that cannot be given, with the reason.
    maryland_level, reasons
        The strongest that may be said (1-5), and all that kept it from being higher.
    wording, weaker
        The strongest sentence per language, and the weaker ones with their level.
    warnings
        What counted for nothing (rows per column, options), and what may have been meant
        otherwise, such as numbers that are names of groups.
    """

    n: int
    dropped: int
    status: str
    design: str
    outcome: str
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    ci: tuple[float, float] | None = None
    p: float | None = None
    p_adjusted: float | Absent = ABSENT
    hedges_g: float | None = None
    hedges_g_ci: tuple[float, float] | None = None
    mdes: float | None = None
    #: a message, or the English of ``wording`` when that says why
    reason: str | None = None
    groups: Mapping[str, int] = field(default_factory=dict)
    variances: Mapping[str, float] = field(default_factory=dict)
    icc: float | None = None
    reml_deviance: float | None = None
    coefficients: tuple[TestedCoefficient, ...] = ()
    errors: str | Absent = ABSENT
    effect_sizes: Mapping[str, StandardizedEffect] | Absent = ABSENT
    family: str | Absent = ABSENT
    target: str | Absent = ABSENT
    allocation: str | Absent = ABSENT
    maryland_level: int = 1
    maryland_reasons: tuple[str, ...] | Absent = ABSENT
    reasons: tuple[SpokenReason, ...] | Absent = ABSENT
    baseline_difference: float | None = None
    attrition: AttritionFound | Absent | None = ABSENT
    missing: MissingFound | Absent | None = ABSENT
    trend_before: TrendBefore | Absent | None = ABSENT
    unit_of_time: str | Absent = ABSENT
    links: LinksFound | Absent | None = ABSENT
    by: tuple[SubgroupEffect, ...] | Absent = ABSENT
    interaction: tuple[TestedCoefficient, ...] | Absent | None = ABSENT
    harm: bool | Absent | None = ABSENT
    beside: Mapping[str, TestedCoefficient | WildEstimate] | Absent = ABSENT
    logit: Estimated | Absent = ABSENT
    linear_probability: Estimated | Absent = ABSENT
    average_marginal_effect: PointsDifference | Absent = ABSENT
    risk_ratio: SharesRatio | Absent = ABSENT
    pooled: PooledFrom | Absent = ABSENT
    direction: str | None = None
    wording: Said = field(default_factory=dict)
    weaker: tuple[Mapping[str, object], ...] = ()
    warnings: tuple[Message, ...] | Absent = ABSENT
    spoken: SpokenSize | None = field(default=None, metadata={"inner": True})

    def summary(self, language: str = "nl") -> str:
        """Return the strongest sentence that may be said."""
        return self.wording.get(language) or self.wording["nl"]

    def picture(self, language: str = "nl") -> str:
        """Return the effect with its interval as an SVG; "" without an estimate."""
        return effect_plot(self, language=language) if self.estimate is not None else ""


@dataclass(frozen=True, eq=False, repr=False)
class EffectAnswers(Answer):
    """Several outcomes, with p-values that allow for asking more than one question."""

    outcomes: tuple[EffectAnswer, ...]
    adjustment: str

    def summary(self, language: str = "nl") -> str:
        """Return the sentence of every outcome."""
        return " ".join(one.summary(language) for one in self.outcomes)

    def picture(self, language: str = "nl") -> str:
        """Return the picture of every outcome."""
        return "".join(one.picture(language) for one in self.outcomes)
