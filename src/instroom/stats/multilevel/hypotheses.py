"""Joint tests of a multilevel model's coefficients."""

from typing import Literal

from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.stats.multilevel import kenward_roger, satterthwaite
from instroom.stats.multilevel.contrasts import FTest
from instroom.stats.multilevel.mixed import MixedFit

METHODS = {
    "satterthwaite": satterthwaite.joint_test,
    "kenward-roger": kenward_roger.joint_test,
}


def test_contrast(
    fit: MixedFit,
    contrasts: ArrayLike,
    *,
    df: Literal["satterthwaite", "kenward-roger"] = "satterthwaite",
) -> FTest:
    """Return one F test of one or more contrasts together.

    Parameters
    ----------
    fit
        A fitted model; for ``kenward-roger`` with REML.
    contrasts
        Weights of the coefficients, shape (p,) or (contrasts, p), not depending on each other.
    df
        How the denominator's degrees of freedom are found.

    Raises
    ------
    DataError
        ``df_method``, ``contrast_shape``, ``dependent_contrasts``, ``needs_reml``.

    Examples
    --------
    >>> import numpy as np
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> from instroom.stats.multilevel.mixed import fit
    >>> school, treat = np.repeat(np.arange(8), 3), np.repeat([0, 1], 12)
    >>> score = school % 4 + treat + np.tile([0.0, 1, 3], 8)
    >>> found = fit(from_arrays({"treat": treat, "y": score}, {"school": school}))
    >>> round(test_contrast(found, [0, 1], df="kenward-roger").p, 6)
    0.315334
    """
    if df not in METHODS:
        raise DataError(
            "no such method", code="df_method", found=str(df), expected=" or ".join(METHODS)
        )
    return METHODS[df](fit, contrasts)
