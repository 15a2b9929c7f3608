"""What happened in a study, beside how it was meant: what takes the level of an answer down.

Every threat has a key, the highest level it leaves, and values for its sentence. None of them is
about the size of the effect; all of them are about how far it may be believed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from instroom.core.errors import DataError
from instroom.core.texts import Texts, languages
from instroom.crossproducts.crossproducts import code_groups
from instroom.monitoring.designs import AnalysisPlan
from instroom.monitoring.effect_answer import EffectAnswer, SpokenReason, TrendBefore
from instroom.monitoring.study_rows import StudyQuestion
from instroom.sources.columns import Columns

Floats = NDArray[np.float64]
#: Fewer people, or fewer whole schools, on a side than this say nothing.
LEAST_PEOPLE, LEAST_GROUPS = 20, 4
#: The share of a group at the end of a scale from which the end is named.
AT_THE_END = 0.4
#: What ``--groups none`` says: there are no schools or classes.
NONE = ("none",)
_LIKE_A_GROUP = re.compile(
    r"school|klas|class|groep|groups?$|cluster|brin|vestig|locatie|docent|teacher|lehr|leraar|mentor",
    re.IGNORECASE,
)

#: Key of a reason -> its sentence. A level that is lower than it might be says why.
WHY = {
    "no_comparison": "Er was geen groep om mee te vergelijken.",
    "allocation_unknown": "Er is niet gezegd wie bepaalde wie meedeed (--allocation).",
    "allocation_self_selected": "Wie meedeed, koos daar zelf voor.",
    "start_not_measured": "Er is geen voormeting, dus niet te zien of de groepen gelijk begonnen.",
    "one_school": "Aan een kant deed maar één school mee.",
    "baseline_differs": "Bij de start lagen de groepen {d} standaarddeviatie uit elkaar.",
    "attrition": "Van {overall} van de leerlingen ontbreekt de nameting: {treated} van wie "
    "meedeed, {untreated} van wie niet meedeed.",
    "attrition_no_start": "Bij zoveel uitval is zonder voormeting niet te zien of de groepen nog "
    "vergelijkbaar zijn.",
    "bounds_hold_zero": "Met de {missing} leerlingen zonder nameting erbij kan het verschil ook "
    "nul zijn (tussen {low} en {high}).",
    "plan_changed": "De analyse week af van het plan vooraf.",
    "groups_not_said": "Er is niet gezegd welke kolom de school of klas is, dus de marge kan te "
    "klein zijn. Zeg het met --groups, of met --groups none als er geen is.",
    "groups_look_there": "Kolom {column} lijkt een school of klas: iedereen daarin deed mee of "
    "niemand. Zeg het met --groups {column}.",
    "adjusted": "Er zijn {k} uitkomsten bekeken; dan is dit verschil niet groter dan toeval "
    "(gecorrigeerde p {p}).",
    "no_trend_before": "Er zijn minder dan twee metingen voor de start, dus niet te zien of de "
    "groepen al uit elkaar liepen.",
    "trend_differs": "Al voor de start liepen de groepen uit elkaar: {x} per {time} (p {p}).",
    "trend_may_explain": "Liepen de groepen door zoals voor de start, dan kan dat het hele "
    "verschil verklaren; de {moments} metingen ervoor sluiten het niet uit.",
    "ceiling": "Van de leerlingen die {who} heeft {share} de hoogste score: hoger kan niet meer.",
    "floor": "Van de leerlingen die {who} heeft {share} de laagste score: lager kan niet meer.",
}
_WHO = {"1": "meededen", "0": "niet meededen"}
#: Reasons that belong in the sentence itself, for who quotes only that.
SPOKEN = (
    "groups_not_said", "groups_look_there", "baseline_differs", "attrition", "bounds_hold_zero",
    "trend_differs", "trend_may_explain", "no_trend_before", "adjusted", "ceiling", "floor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Threat:
    """One thing that happened: its key, the highest level it leaves, values for its sentence."""

    key: str
    most: int = 5
    values: Mapping[str, object] = field(default_factory=dict)


def threats(
    data: Columns, question: StudyQuestion, planned: AnalysisPlan, found: EffectAnswer
) -> list[Threat]:
    """Return what the rows of a study tell against its answer, the heaviest first."""
    every = [*_groups(data, question), *_gone(found), *_before(question, found)]
    every += _ends(planned)
    return sorted(every, key=lambda threat: threat.most)


def reasons(
    keys: Iterable[str], told: Sequence[Threat], found: EffectAnswer
) -> tuple[SpokenReason, ...]:
    """Return every reason once: key, values and its sentence per language."""
    known = {threat.key: dict(threat.values) for threat in told}
    result = []
    for key in dict.fromkeys([*keys, *known]):
        values = known.get(key) or _values(key, found)
        text = {language: spoken(key, values, Texts(language)) for language in languages()}
        result.append(SpokenReason(key, values, text))
    return tuple(result)


def spoken(key: str, values: Mapping[str, object], t: Texts) -> str:
    """Return the sentence of a reason; numbers are written as the language writes them."""
    words: dict[str, object] = {}
    for name, value in values.items():
        if name in ("overall", "treated", "untreated", "share"):
            words[name] = t.percent(float(str(value)), digits=0)
        elif name == "who":
            words[name] = t(_WHO[str(value)])
        elif isinstance(value, int):
            words[name] = t.number(value)
        elif isinstance(value, float):
            digits = 3 if name == "p" else 2
            words[name] = t.number(value, digits=digits).replace("-", "\N{MINUS SIGN}")
        else:
            words[name] = value
    return t(WHY[key], **words)


def _values(key: str, found: EffectAnswer) -> dict[str, object]:
    if key == "baseline_differs" and found.baseline_difference is not None:
        return {"d": abs(found.baseline_difference)}
    if key == "attrition" and found.attrition:
        lost, arms = found.attrition, found.attrition.by_arm
        return {"overall": lost.overall, "treated": arms["1"], "untreated": arms["0"]}
    return {}


def too_few(planned: AnalysisPlan) -> bool:
    """Say whether there are too few people or whole schools on a side to say anything."""
    arm = planned.columns.get(planned.treatment or "")
    if arm is None or not np.isin(arm, (0.0, 1.0)).all():
        people = planned.groups.get("pupil")
        size = len(next(iter(planned.columns.values()))) if people is None else len(set(people))
        return size < LEAST_PEOPLE
    people = planned.groups.get("pupil")
    top = next(iter(planned.groups.values()), None)
    whole = top is not None and _constant(arm, code_groups(top)[0])
    for side in (arm == 0.0, arm == 1.0):
        size = int(side.sum()) if people is None else len(np.unique(people[side]))
        if size < LEAST_PEOPLE:
            return True
        if whole and top is not None and len(np.unique(top[side])) < LEAST_GROUPS:
            return True
    return False


# --- schools and classes -----------------------------------------------------------------


def _groups(data: Columns, q: StudyQuestion) -> Iterator[Threat]:
    if q.groups and q.groups != NONE:
        return
    column = looks_like_a_group(data, q)
    if column is not None:
        yield Threat("groups_look_there", 1, {"column": column})
    elif not q.groups:
        yield Threat("groups_not_said", 1)


def looks_like_a_group(data: Columns, q: StudyQuestion) -> str | None:
    """Return a column whose groups took part as a whole, if there is one that is not named."""
    if q.treatment is None:
        return None
    named = {q.outcome, q.baseline, q.treatment, q.time, q.pupil, q.link, q.by, *q.covariates}
    arm = data.numbers(q.treatment)
    for name in data.names:
        if name in named:
            continue
        try:
            keys, known = data.keys(name)
        except DataError:
            continue
        known = known & np.isfinite(arm)
        if known.sum() < 2 * LEAST_GROUPS:
            continue
        codes, labels = code_groups(keys[known])
        least = 1 if _LIKE_A_GROUP.search(name) else 3
        several = LEAST_GROUPS <= len(labels) <= known.sum() / (1 + least)
        if several and _constant(arm[known], codes):
            return name
    return None


def _constant(arm: Floats, codes: NDArray[np.int64]) -> bool:
    """Say whether every group lies in one arm."""
    n, treated = np.bincount(codes), np.bincount(codes, arm)
    return bool(((treated == 0) | (treated == n)).all())


# --- who is gone -------------------------------------------------------------------------


def _gone(found: EffectAnswer) -> Iterator[Threat]:
    lost, missing = found.attrition, found.missing
    much = bool(lost and lost.level in ("moderate", "high"))
    if much and found.baseline_difference is None:
        yield Threat("attrition_no_start", 2)
    if not missing or found.estimate is None:
        return
    bounds = missing.worst_case if much else missing.lee
    low, high = bounds.low, bounds.high
    if low is not None and high is not None and low <= 0 <= high:
        values = {"missing": missing.missing, "low": float(low), "high": float(high)}
        yield Threat("bounds_hold_zero", 2, values)


# --- before the start --------------------------------------------------------------------


def _before(q: StudyQuestion, found: EffectAnswer) -> Iterator[Threat]:
    """Yield what a difference in differences rests on: equal trends before the start."""
    if q.design != "did" or not q.groups or q.treatment is None or q.time is None:
        return
    trend = found.trend_before
    if not trend:
        yield Threat("no_trend_before", 2)
    elif trend.p is not None and trend.p < 0.05:
        values = {"x": trend.difference, "time": q.time, "p": trend.p}
        yield Threat("trend_differs", 2, values)
    elif _trend_explains(trend, found):
        yield Threat("trend_may_explain", 2, {"moments": trend.moments})


def _trend_explains(trend: TrendBefore, found: EffectAnswer) -> bool:
    """Say whether the trends before the start, carried on, could be all that was found.

    A test that finds no difference in trend is no proof of equal trends: few moments see little.
    So the difference that the trends would have made, with its own margin, is taken off.
    """
    estimate, se, ci = found.estimate, found.se, found.ci
    if estimate is None or se is None or ci is None or trend.df is None:
        return False
    made = trend.difference * trend.gap
    margin = float(stdtrit(trend.df, 0.975)) * np.hypot(se, trend.se * trend.gap)
    return bool(abs(estimate - made) <= margin and not ci[0] <= 0 <= ci[1])


def trend_before(data: Columns, q: StudyQuestion) -> TrendBefore | None:
    """Compare the slopes of schools before the start (Welch's t of one slope per school).

    Returns
    -------
    TrendBefore or None
        ``difference`` is treated minus others, per unit of time; None with fewer than two
        earlier moments, or fewer than two schools on a side that have them.
    """
    if q.design != "did" or not (q.groups and q.treatment and q.time):
        return None
    outcome, time, arm = (data.numbers(n) for n in (q.outcome, q.time, q.treatment))
    keys, known = data.keys(q.groups[0])
    known = known & np.isfinite(outcome) & np.isfinite(time) & np.isfinite(arm)
    if not known.any():
        return None
    codes, labels = code_groups(keys[known])
    y, w, a = outcome[known], time[known], arm[known]
    ever = np.array([a[codes == i].max() for i in range(len(labels))])
    if not np.isin(ever, (0.0, 1.0)).all() or len(set(ever)) < 2:
        return None
    start = q.start if q.start is not None else _first(w, a, codes, ever)
    early = w < start
    if len(np.unique(w[early])) < 2:
        return None
    slopes = np.full(len(labels), np.nan)
    for i in range(len(labels)):
        mine = early & (codes == i)
        if len(np.unique(w[mine])) >= 2:
            slopes[i] = np.polyfit(w[mine] - w[mine].mean(), y[mine], 1)[0]
    found = _welch(slopes[ever == 1.0], slopes[ever == 0.0])
    if found is None or early.all():
        return None
    return TrendBefore(
        difference=found.difference,
        se=found.se,
        df=found.df,
        p=found.p,
        moments=len(np.unique(w[early])),
        gap=float(w[~early].mean() - w[early].mean()),
    )


def _first(time: Floats, arm: Floats, codes: NDArray[np.int64], ever: Floats) -> float:
    """Return the first moment of the programme: where the arm begins, else the last moment."""
    begins = [
        time[(codes == i) & (arm == 1.0)].min()
        for i in np.flatnonzero(ever)
        if (arm[codes == i] == 0.0).any()
    ]
    return float(min(begins)) if begins else float(time.max())


@dataclass(frozen=True, slots=True)
class _Difference:
    difference: float
    se: float
    df: float | None = None
    p: float | None = None


def _welch(one: Floats, other: Floats) -> _Difference | None:
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    if min(len(one), len(other)) < 2:
        return None
    parts = [float(x.var(ddof=1)) / len(x) for x in (one, other)]
    difference, variance = float(one.mean() - other.mean()), sum(parts)
    if variance <= 0:
        return _Difference(difference, 0.0)
    df = variance**2 / sum(
        part**2 / (len(x) - 1) for part, x in zip(parts, (one, other), strict=True)
    )
    p = 2 * float(stdtr(df, -abs(difference) / np.sqrt(variance)))
    return _Difference(difference, float(np.sqrt(variance)), float(df), p)


# --- the ends of the scale ---------------------------------------------------------------


def _ends(planned: AnalysisPlan) -> Iterator[Threat]:
    """Yield a group of which many have the highest or lowest score that was seen."""
    scores, arm = planned.columns[planned.outcome], planned.columns.get(planned.treatment or "")
    if len(np.unique(scores)) < 3:
        return
    for key, end in (("ceiling", scores.max()), ("floor", scores.min())):
        for value in (1.0, 0.0):
            side = scores if arm is None else scores[arm == value]
            share = float((side == end).mean()) if len(side) >= LEAST_PEOPLE else 0.0
            if share >= AT_THE_END:
                yield Threat(key, 5, {"who": f"{value:g}", "share": share})
                break
