"""What trials elsewhere say together: the answer of ``instroom meta``.

Numbers that could not be estimated are None, and ``status`` with ``reason`` say why; a field that
a model does not give is ABSENT, and JSON leaves it out. Effects are in the units of the studies,
variances in their square, shares (``i2``) between 0 and 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from instroom.core.answers import ABSENT, Absent, Answer
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom.monitoring.answer_pictures import bias_plot, meta_plot
from instroom.stats.intervals import Z95

Number = float | None
Ends = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEstimate:
    """A coefficient of a meta-analysis with its test and interval."""

    estimate: Number
    se: Number
    df: Number
    ci: Ends
    p: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEstimate(PooledEstimate):
    """One coefficient, by its name; ``average`` where all moderators are 0."""

    name: str


@dataclass(frozen=True, kw_only=True)
class PooledModel(PooledEstimate):
    """What one model makes of all studies; which fields there are depends on the model."""

    tau2: Number
    tau2_se: Number | Absent = ABSENT
    tau2_ci: Ends | Absent = ABSENT
    omega2: Number | Absent = ABSENT
    i2: Number
    i2_ci: Ends | Absent = ABSENT
    i2_levels: tuple[Number, ...] | Absent = ABSENT
    h2: Number | Absent = ABSENT
    q: Number | Absent = ABSENT
    q_df: int | Absent = ABSENT
    q_p: Number | Absent = ABSENT
    qm: Number | Absent = ABSENT
    qm_df: Number | Absent = ABSENT
    qm_p: Number | Absent = ABSENT
    k: int
    clusters: int | Absent = ABSENT
    dropped: int
    log_likelihood: Number | Absent = ABSENT
    correlation: Number | Absent = ABSENT
    trustworthy: bool | Absent = ABSENT
    coefficients: tuple[NamedEstimate, ...]
    status: str
    reason: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EggerFound:
    """A test whether small studies lie to one side; ``limit`` is the effect of a perfect study."""

    statistic: Number
    df: Number
    p: Number
    limit: Number
    limit_ci: Ends
    k: int
    model: str | Absent = ABSENT
    random_effects: "EggerFound | Absent" = ABSENT
    status: str
    reason: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledFound:
    """The average with mirror images of the studies that seem to be missing."""

    missing: int | None
    missing_se: Number
    side: str | None
    estimate: Number
    ci: Ends | None
    p: Number
    status: str
    reason: Message | None


@dataclass(frozen=True, slots=True)
class WithoutStudy:
    """What the others say together when one study is left out."""

    estimate: Number
    ci: Ends
    tau2: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFound:
    """One effect: its weight (0-1; None when it was left out) and how far it pulls."""

    study: str
    effect: float
    se: float
    ci: tuple[float, float]
    weight: float | None
    cluster: str | Absent = ABSENT
    rstudent: float | Absent = ABSENT
    cook: float | Absent = ABSENT
    hat: float | Absent = ABSENT
    without: WithoutStudy | Absent = ABSENT


@dataclass(frozen=True, slots=True)
class BackTransformed:
    """The answer on the scale that people read: an odds or risk ratio, or a share."""

    scale: str
    estimate: Number
    ci: Ends
    prediction: Ends


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MetaAnswer(Answer, PooledModel):
    """What the studies say together (``contracts``: ``instroom meta``).

    Attributes
    ----------
    estimate, se, df, ci, p
        The average effect; with moderators the one where they are all 0.
    prediction
        Where the true effect of a new study may lie.
    models
        With several effects per study: every model beside the chosen one.
    warnings
        Which columns are empty in rows that were left out, with how many.
    """

    method: str
    test: str
    level: float
    prediction: Ends
    dependence: str | Absent = ABSENT
    models: Mapping[str, PooledModel] | Absent = ABSENT
    egger: EggerFound
    trim_and_fill: FilledFound | Absent | None = ABSENT
    studies: tuple[StudyFound, ...]
    measure: str | Absent = ABSENT
    back_transformed: BackTransformed | Absent = ABSENT
    warnings: tuple[Message, ...] | Absent = ABSENT

    def measured(self, measure: str, back: BackTransformed | None) -> "MetaAnswer":
        """Return the answer with the measure it was computed from."""
        return replace(self, measure=measure, back_transformed=back or ABSENT)

    def summary(self, language: str = "nl") -> str:
        """Return what the studies say, in the words of their measure."""
        t = Texts(language)
        said = self.back_transformed or self
        if self.estimate is None or said.estimate is None or None in said.ci:
            return t("Deze studies geven samen geen antwoord.")
        low, high = (t.number(end or 0.0, digits=2) for end in said.ci)
        figures = {
            "k": self.k,
            "d": t.number(said.estimate, digits=2),
            "interval": f"{low} … {high}",
        }
        match self.back_transformed.scale if self.back_transformed else "":
            case "risk_ratio":
                return t("{k} studies samen: {d} keer zo vaak ja ({interval})", **figures)
            case "odds_ratio":
                return t("{k} studies samen: een odds ratio van {d} ({interval})", **figures)
            case "share":
                return t("{k} studies samen: een aandeel van {d} ({interval})", **figures)
        return t("{k} studies samen: {d} ({interval})", **figures)

    def picture(self, language: str = "nl") -> str:
        """Return the studies under each other as an SVG; "" without an estimate."""
        return meta_plot(self, language=language) if self.estimate is not None else ""

    def funnel(self, language: str = "nl") -> str:
        """Return every study against its standard error: are small studies prettier?"""
        return bias_plot(self, language=language) if self.estimate is not None else ""


def study_found(label: str, effect: float, se: float, weight: float | None) -> StudyFound:
    """Return one effect with its own 95 % interval."""
    reach = Z95 * se
    ends = (effect - reach, effect + reach)
    return StudyFound(study=label, effect=effect, se=se, ci=ends, weight=weight)
