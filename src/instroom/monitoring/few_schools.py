"""What may be said when schools seem not to differ, and there are few of them.

A variance between schools that is estimated at 0 is no proof that schools are alike: degrees of
freedom that follow from it count pupils, while whole schools were treated. The numbers stay as
they were estimated; the words go by the more careful interval.
"""

from dataclasses import replace

import numpy as np

from instroom.crossproducts.crossproducts import CrossProducts
from instroom.monitoring.effect_answer import EffectAnswer, SpokenSize
from instroom.monitoring.effect_words import worded
from instroom.monitoring.studies import Study, arms, highest_sums
from instroom.stats.multilevel import contrasts
from instroom.stats.multilevel.kenward_roger import kenward_roger
from instroom.stats.multilevel.mixed import MixedFit
from instroom.stats.t_tests import interval

#: A column varies between schools only when less than this share of it lies within them.
ROUNDING = 1e-9


def school_df(cross: CrossProducts, study: Study, names: tuple[str, ...]) -> float | None:
    """Return the most degrees of freedom a treatment of whole schools can have.

    The number of schools minus the coefficients that tell schools apart, at least 1; None when
    treatment varies within schools, so that the design sets no such limit.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> school = np.repeat(np.arange(6), 2)
    >>> data = {"t": school % 2, "pre": np.arange(12.0) % 5, "y": np.arange(12.0) % 7}
    >>> study = Study(design="ancova", outcome="y", target="t", label="y", treatment="t")
    >>> school_df(from_arrays(data, {"school": school}), study, ("(Intercept)", "t", "pre"))
    4.0
    """
    if not (cross.levels and study.treatment and study.target == study.treatment):
        return None
    if not arms(cross, study.treatment).whole:
        return None
    sums, total = highest_sums(cross), cross.total
    filled = sums[sums[:, 0] > 0]
    squares = np.diag(total)
    within = squares - (filled**2 / filled[:, :1]).sum(axis=0)
    between = within <= ROUNDING * squares
    used = sum(bool(between[cross.index(name)]) for name in names)
    return float(max(1, len(filled) - used))


def careful(said: SpokenSize, fitted: MixedFit, at: int, df: float | None) -> SpokenSize:
    """Return what is spoken of when a variance is estimated at 0.

    The widest of the interval itself, that of Kenward and Roger (which lets a variance at 0 keep
    its uncertainty), and the one with ``df``; the first stays when all of them leave out 0.
    """
    found = fitted.estimate
    low, high = said.ci
    if found is None or not found.boundary or low <= 0 <= high or said.size == 0:
        return said
    estimate, se = fitted.beta[at : at + 1], fitted.se[at : at + 1]
    others = [contrasts.ci(kenward_roger(fitted))[at]]
    if df is not None:
        others.append(interval(estimate, se, df, 0.95)[0])
    scale = said.size / float(estimate[0])
    return widest(said, [(float(a) * scale, float(b) * scale) for a, b in others])


def said_of_shares(
    found: EffectAnswer, cross: CrossProducts, study: Study, names: tuple[str, ...]
) -> EffectAnswer:
    """Return a yes-or-no answer of alike schools, in the words of as many as there are.

    A logit is tested against the normal distribution, as if there were endless schools.
    """
    said, share, df = found.spoken, found.average_marginal_effect, school_df(cross, study, names)
    if said is None or not share or df is None or said.ci[0] <= 0 <= said.ci[1]:
        return found
    low, high = interval(np.array([said.size]), np.array([share.se / 100]), df, 0.95)[0]
    return worded(study, found, widest(said, [(float(low), float(high))]))


def widest(said: SpokenSize, others: list[tuple[float, float]]) -> SpokenSize:
    """Return ``said`` with the widest interval, if that is the one that holds 0."""
    known = [ends for ends in others if np.isfinite(ends).all()]
    low, high = max([said.ci, *known], key=lambda ends: ends[1] - ends[0])
    return replace(said, ci=(low, high), plain=said.ci) if low <= 0 <= high else said
