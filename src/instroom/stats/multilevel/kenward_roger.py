"""Standard errors and degrees of freedom for few groups, by Kenward and Roger.

Two corrections that matter with few groups: the standard error makes up for the variances
being estimates, and the degrees of freedom match the first two moments of the test.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.stats.arrays import Floats
from instroom.stats.multilevel.contrasts import Tests, rows, t_tests
from instroom.stats.multilevel.mixed import MixedFit
from instroom.stats.results import unknown


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """The adjusted covariance of the coefficients, and what the degrees of freedom need.

    In standard units, in which far-off zeros of the columns cost no digits.
    """

    cov: Floats
    """Shape (p, p): model-based covariance."""
    adjusted: Floats
    """Shape (p, p): the same, made up for estimated variances."""
    pulls: Floats
    """Shape (m + 1, p, p): derivatives of the inverse of ``cov`` to the variances."""
    spread: Floats
    """Shape (m + 1, m + 1): covariance of the variances, from their expected information."""
    transform: Floats
    """Shape (p, p): coefficients in units of the data per coefficient in standard units."""


def kenward_roger(fit: MixedFit, contrasts: ArrayLike | None = None) -> Tests:
    """Return t tests with Kenward-Roger standard errors and degrees of freedom.

    Parameters
    ----------
    fit
        A model fitted with REML.
    contrasts
        Weights of the coefficients, shape (p,) or (contrasts, p); each coefficient by itself
        when left out.

    Returns
    -------
    Tests
        Without standard errors (``nan``) when the fit has no curvature (``fit.reason`` says why)
        or the data do not tell its variances apart; ``df`` is ``nan`` where there are none.

    Raises
    ------
    DataError
        ``needs_reml`` when the model was fitted with ordinary maximum likelihood.

    Source
    ------
    Kenward and Roger (1997), Biometrics 53, 983-997. Checked against R ``pbkrtest`` in
    ``tests/reference/test_mixed.py``.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> from instroom.stats.multilevel.mixed import fit
    >>> school, treat = np.repeat(np.arange(8), 3), np.repeat([0, 1], 12)
    >>> score = school % 4 + treat + np.tile([0.0, 1, 3], 8)
    >>> tests = kenward_roger(fit(from_arrays({"treat": treat, "y": score}, {"school": school})))
    >>> tests.names[1], float(tests.se[1].round(6)), float(tests.df[1].round(6))
    ('treat', 0.912871, 6.0)
    """
    names, weights = rows(contrasts, fit.names)
    found = adjust(fit)
    if found is None:
        none = unknown(len(names))
        return t_tests(names, weights @ fit.beta, none, none)
    standard = weights @ found.transform
    df = np.array([_df(found, row) for row in standard])
    variance = np.einsum("ca,ab,cb->c", standard, found.adjusted, standard)
    se = np.sqrt(np.where(variance > 0, variance, np.nan))  # tiny studies may correct below 0
    return t_tests(names, weights @ fit.beta, se, df)


def adjust(fit: MixedFit) -> Adjusted | None:
    """Return the adjusted covariance of the coefficients, or None without estimates.

    With the covariance of the rows linear in the variances, all that is needed are the first
    two derivatives of ``X' inv(V) X`` and of ``log det V``: the second derivatives are the
    traces and the sandwiches of the paper. Those to the residual variance follow from the
    others, because multiplying all variances by one number only rescales both.

    Raises
    ------
    DataError
        ``needs_reml`` when the model was fitted with ordinary maximum likelihood.
    """
    found = fit.estimate
    if found is None:
        return None
    if not found.restricted:
        raise DataError(
            "Kenward-Roger needs a REML fit", code="needs_reml", hint='fit with method="reml"'
        )
    p, m, sigma = len(fit.names), len(found.ratios), found.residual
    pulls, bends = np.empty((m + 1, p, p)), np.empty((m + 1, m + 1, p, p))
    logs = np.empty((m + 1, m + 1))
    tau = found.ratios * sigma
    pulls[:m] = found.jet.d_matrix[:, :p, :p] / sigma**2
    pulls[m] = -(found.jet.matrix[:p, :p] / sigma + np.tensordot(tau, pulls[:m], 1)) / sigma
    bends[:m, :m] = found.jet.dd_matrix[..., :p, :p] / sigma**3
    logs[:m, :m] = found.jet.dd_log_det / sigma**2
    log_slopes = found.jet.d_log_det / sigma
    logs[:m, m] = logs[m, :m] = -(log_slopes + logs[:m, :m] @ tau) / sigma
    bends[:m, m] = bends[m, :m] = (
        -(2 * pulls[:m] + np.einsum("j,ijab->iab", tau, bends[:m, :m])) / sigma
    )
    log_slope = (fit.n - tau @ log_slopes) / sigma
    logs[m, m] = -(log_slope + logs[m, :m] @ tau) / sigma
    bends[m, m] = -(2 * pulls[m] + np.tensordot(tau, bends[m, :m], 1)) / sigma
    cov = found.solution.inverse * sigma
    turned = pulls @ cov
    information = np.einsum("iab,jba->ij", turned, turned) - logs
    information -= np.einsum("ijab,ba->ij", bends, cov)
    diagonal = np.diag(information)
    # Where a variance is not told by the data there is no correction, and so no number.
    size = np.sqrt(np.where(diagonal > 0, diagonal, np.nan))
    try:
        scaled = np.linalg.inv(information / np.outer(size, size))
    except np.linalg.LinAlgError:  # nor where the data do not tell the variances apart
        scaled = np.full_like(information, np.nan)
    spread = 2 * scaled / np.outer(size, size)
    middle = np.einsum("ij,ijab->ab", spread, bends) / 2
    middle -= np.einsum("ij,iab,jbc->ac", spread, turned, pulls)
    return Adjusted(cov, cov + 2 * cov @ middle @ cov, pulls, spread, found.design.transform)


def _df(found: Adjusted, weights: Floats) -> float:
    """Return the degrees of freedom of one contrast, or ``nan`` when there are none.

    ``a`` is A1 and A2 of the paper (section 3.2), which are equal for one contrast. Its matched
    moments then give ``2 / a``, also at ``a`` of 1 or 1/2, where parts of them are 0 / 0.
    """
    turned = found.cov @ weights
    slopes = np.einsum("a,iab,b->i", turned, found.pulls, turned) / float(weights @ turned)
    a = float(slopes @ found.spread @ slopes)
    return 2 / a if np.isfinite(a) and a > 0 else float("nan")
