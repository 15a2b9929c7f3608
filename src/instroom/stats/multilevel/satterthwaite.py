"""Degrees of freedom of a multilevel model's tests, by Satterthwaite's approximation."""

import numpy as np
from numpy.typing import ArrayLike

from instroom.stats.arrays import Floats
from instroom.stats.multilevel.contrasts import Tests, rows, t_tests
from instroom.stats.multilevel.mixed import MixedFit
from instroom.stats.results import unknown

FLAT = 1e-8
"""Directions in which the likelihood bends less than this are left out, as lmerTest does."""


def satterthwaite(fit: MixedFit, contrasts: ArrayLike | None = None) -> Tests:
    """Return t tests with Satterthwaite degrees of freedom.

    The degrees of freedom are twice the squared variance of the estimate over the sampling
    variance of that variance, which follows from the exact curvature of the likelihood in the
    variances. A variance at 0 has no say in them (nor has it in lmerTest).

    Parameters
    ----------
    fit
        A fitted model.
    contrasts
        Weights of the coefficients, shape (p,) or (contrasts, p); each coefficient by itself
        when left out.

    Returns
    -------
    Tests
        Without standard errors (``nan``) when the fit has no curvature (``fit.reason`` says why).

    Source
    ------
    Giesbrecht and Burns (1985), Biometrics 41, 477-486; Kuznetsova, Brockhoff and Christensen
    (2017), Journal of Statistical Software 82(13). Checked against R ``lmerTest`` in
    ``tests/reference/test_mixed.py``.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> from instroom.stats.multilevel.mixed import fit
    >>> school, treat = np.repeat(np.arange(8), 3), np.repeat([0, 1], 12)
    >>> score = school % 4 + treat + np.tile([0.0, 1, 3], 8)
    >>> tests = satterthwaite(fit(from_arrays({"treat": treat, "y": score}, {"school": school})))
    >>> tests.names[1], tests.estimate[1].round(3).item(), tests.df[1].round(3).item()
    ('treat', 1.0, 6.0)
    """
    names, weights = rows(contrasts, fit.names)
    variance, slopes = variance_slopes(fit, weights)
    df = 2 * variance**2 / np.einsum("ci,ij,cj->c", slopes, spread(fit), slopes)
    return t_tests(names, weights @ fit.beta, np.sqrt(variance), df)


def variance_slopes(fit: MixedFit, weights: Floats) -> tuple[Floats, Floats]:
    """Return the variance of each contrast and its derivatives.

    Shapes (contrasts,) and (contrasts, m + 1), to the roots of the variance ratios and, last,
    to the logarithm of the residual variance.
    """
    found = fit.estimate
    if found is None:
        return unknown(len(weights)), unknown(len(weights), 1)
    p = len(fit.names)
    standard = weights @ found.design.transform  # (contrasts, p)
    inner = standard @ found.solution.inverse
    ratio_slopes = -np.einsum("ca,iab,cb->ci", inner, found.jet.d_matrix[:, :p, :p], inner)
    slopes = found.residual * ratio_slopes @ found.design.roots.slopes(found.theta)
    variance = found.residual * np.einsum("ca,ca->c", standard, inner)
    return variance, np.column_stack([slopes, variance])


def spread(fit: MixedFit) -> Floats:
    """Return the covariance of the variance parameters, shape (m + 1, m + 1), ordered as above."""
    found = fit.estimate
    if found is None:
        return unknown(1, 1)
    m, roots = len(found.theta), found.design.roots
    solution, jet, residual = found.solution, found.jet, found.residual
    gradient = jet.d_log_det + solution.d_rest / residual
    bend = jet.dd_log_det + solution.dd_rest / residual
    if found.restricted:
        gradient = gradient + solution.d_log_det_fixed
        bend = bend + solution.dd_log_det_fixed
    slopes = roots.slopes(found.theta)
    hessian = np.empty((m + 1, m + 1))
    hessian[:m, :m] = slopes.T @ bend @ slopes + roots.bends(gradient)
    hessian[:m, m] = hessian[m, :m] = -slopes.T @ solution.d_rest / residual
    hessian[m, m] = found.free
    values, vectors = np.linalg.eigh(hessian)
    kept = values > FLAT * values[-1]
    covariance: Floats = 2 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return covariance
