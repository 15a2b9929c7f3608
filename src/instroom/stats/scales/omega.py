"""Omega: how much of a sum score one factor explains, also for answers in categories."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.scales.bivariate_normal import bivariate_normal
from instroom.stats.scales.factor import OneFactor, one_factor
from instroom.stats.scales.polychoric import Polychoric, polychoric
from instroom.stats.status import FitStatus


@dataclass(frozen=True, slots=True)
class Omega:
    """Omega total of a one-factor model, beside the model itself.

    ``omega`` divides by the variance of the observed sum score, ``omega_model`` by the one the
    model implies. For ``dwls`` both speak of the leanings behind the answers; ``omega_scale`` is
    then the reliability of the sum score itself (Green and Yang).
    """

    omega: float | None
    omega_model: float | None
    omega_scale: float | None
    model: OneFactor
    status: FitStatus
    reason: Message | None


def omega(scores: ArrayLike, *, estimator: Literal["ml", "minres", "dwls"] = "ml") -> Omega:
    """Estimate omega total: the share of the sum score's variance that one factor explains.

    Parameters
    ----------
    scores
        Answers, shape (pupils, items); rows with ``nan`` are left out.
    estimator
        See :func:`instroom.stats.scales.factor.one_factor`; ``dwls`` gives ordinal omega.

    Returns
    -------
    Omega
        With the model's status and reason when there is no number.

    Source
    ------
    McDonald (1999), Test Theory; Green and Yang (2009), Psychometrika 74, 155-167, formula 21.
    Checked against R ``semTools::compRelSEM`` and ``psych::fa`` in
    ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> bool(abs(omega(answers).omega - 0.8) < 0.05)
    True
    """
    model = one_factor(scores, estimator=estimator)
    if model.loadings is None or model.residuals is None or model.observed is None:
        return Omega(None, None, None, model, model.status, model.reason)
    true = float(model.loadings.sum()) ** 2
    observed = true / float(model.observed.sum())
    implied = true / (true + float(model.residuals.sum()))
    scale = None
    if estimator == "dwls":
        found = polychoric(scores, missing="complete", convention="lavaan")
        scale = _green_yang(model.loadings, found)
    return Omega(observed, implied, scale, model, model.status, model.reason)


def _green_yang(loadings: Floats, found: Polychoric) -> float | None:
    """Return the reliability of the sum of the answers, counted 1, 2, 3, ..."""
    if found.rho is None:
        return None
    k = len(loadings)
    true, whole = 0.0, 0.0
    for i in range(k):
        for j in range(k):
            h, g = found.thresholds[i], found.thresholds[j]
            apart = float(np.multiply.outer(ndtr(h), ndtr(g)).sum())
            both = bivariate_normal(h[:, None], g[None, :], loadings[i] * loadings[j])
            true += float(both.sum()) - apart
            if i == j:  # of one item, staying below both cuts is staying below the lower one
                whole += float(ndtr(np.minimum.outer(h, g)).sum()) - apart
            else:
                whole += float(bivariate_normal(h[:, None], g[None, :], found.rho[i, j]).sum())
                whole -= apart
    return true / whole if whole > 0 else None
