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
from instroom.monitoring.wording import digits_of
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
    """One coefficient, by its name: the ``average``, or an ``intercept`` and the moderators.

    The ``intercept`` is the effect where all moderators are 0; that may be far from any study.
    """

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
        Where the true effect of a new study may lie; with moderators where they are all 0.
    models
        With several effects per study: every model beside the chosen one.
    warnings
        Which columns are empty in rows that were left out, with how many; which study has
        several effects that were taken as independent, and names that differ only in capitals.
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

    @property
    def moderated(self) -> tuple[NamedEstimate, ...]:
        """The slopes of the moderators; none when ``estimate`` is the average effect."""
        return self.coefficients[1:]

    def summary(self, language: str = "nl") -> str:
        """Return what the studies say, in the words of their measure."""
        t = Texts(language)
        said = self.back_transformed or self
        if self.estimate is None or said.estimate is None or None in said.ci:
            return t("Deze studies geven samen geen antwoord.")
        if self.moderated:
            return self._slopes(t)
        return self._together(t)

    def _together(self, t: Texts) -> str:
        said = self.back_transformed or self
        figures = {"studies": self._counted(t), **_figures(said.estimate, said.ci, 2, t)}
        match self._scale:
            case "risk_ratio":
                return t("{studies} samen: {d} keer zo vaak ja ({interval})", **figures)
            case "odds_ratio":
                return t("{studies} samen: een odds ratio van {d} ({interval})", **figures)
            case "share":
                return t("{studies} samen: een aandeel van {d} ({interval})", **figures)
        return t("{studies} samen: {d} ({interval})", **figures)

    def _slopes(self, t: Texts) -> str:
        """Return the slopes, and the intercept as what it is: no mean of these studies."""
        names = ", ".join(one.name for one in self.moderated)
        said = self.back_transformed or self
        figures = _figures(said.estimate, said.ci, 2, t)
        parts = [
            t("{studies}: met {names} erbij is er niet één gemiddelde", studies=self._counted(t),
              names=names),
            *(self._slope(one, t) for one in self.moderated),
            t("waar {names} 0 is: {d} ({interval})", names=names, **figures)
            if len(self.moderated) == 1
            else t("waar {names} allemaal 0 zijn: {d} ({interval})", names=names, **figures),
        ]  # fmt: skip
        return "; ".join(parts)

    def _slope(self, one: NamedEstimate, t: Texts) -> str:
        low, high = one.ci
        if one.estimate is None or low is None or high is None:
            return t("per eenheid van {name}: niet te schatten", name=one.name)
        figures = {"name": one.name, **_figures(one.estimate, one.ci, digits_of(low, high), t)}
        match self._scale:  # a slope is a change on the scale that was pooled
            case "risk_ratio":
                return t("per eenheid van {name}: {d} ({interval}) in log risk ratio", **figures)
            case "odds_ratio":
                return t("per eenheid van {name}: {d} ({interval}) in log odds ratio", **figures)
            case "share":
                return t("per eenheid van {name}: {d} ({interval}) in log-odds", **figures)
        return t("per eenheid van {name}: {d} ({interval})", **figures)

    @property
    def _scale(self) -> str:
        return self.back_transformed.scale if self.back_transformed else ""

    def _counted(self, t: Texts) -> str:
        """Return how many studies there are, and effects when a study gives several."""
        used = [one.study for one in self.studies if one.weight is not None]
        unnamed = used.count("")
        names = len({*used} - {""}) + unnamed  # nobody says that two without a name are one
        n = names if self.clusters is ABSENT else self.clusters
        if n == self.k:
            return t("1 studie") if n == 1 else t("{n} studies", n=t.number(n))
        if n == 1:
            return t("{k} effecten van 1 studie", k=t.number(self.k))
        return t("{k} effecten van {n} studies", k=t.number(self.k), n=t.number(n))

    def picture(self, language: str = "nl") -> str:
        """Return the studies under each other as an SVG; "" without an estimate."""
        return meta_plot(self, language=language) if self.estimate is not None else ""

    def funnel(self, language: str = "nl") -> str:
        """Return every study against its standard error: are small studies prettier?

        "" without an estimate, and with moderators: there is no one mean to lie around.
        """
        drawn = self.estimate is not None and not self.moderated
        return bias_plot(self, language=language) if drawn else ""


def _figures(estimate: Number, ci: Ends, digits: int, t: Texts) -> dict[str, str]:
    low, high = (t.number(end or 0.0, digits=digits) for end in ci)
    return {"d": t.number(estimate or 0.0, digits=digits), "interval": f"{low} … {high}"}


def study_found(label: str, effect: float, se: float, weight: float | None) -> StudyFound:
    """Return one effect with its own 95 % interval."""
    reach = Z95 * se
    ends = (effect - reach, effect + reach)
    return StudyFound(study=label, effect=effect, se=se, ci=ends, weight=weight)
