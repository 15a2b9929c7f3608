"""Effects that hang together, a block per study: linear algebra shared by the models for them.

Blocks of equal size are stacked, so that NumPy handles all studies of a size at once; nothing of
size k by k is ever made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from instroom.stats.arrays import Floats, Ints
from instroom.stats.t_tests import two_sided

#: Eigenvalues below this share of the largest count as 0 in the root of a block.
_FLAT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class RobustTest:
    """Cluster-robust (CR2) covariance with Bell-McCaffrey degrees of freedom.

    ``covariance`` has shape (p, p); ``se``, ``df``, ``statistic`` and ``p`` shape (p,).
    """

    covariance: Floats
    se: Floats
    df: Floats
    statistic: Floats
    p: Floats


def blocks_by_size(cluster: Ints) -> list[Ints]:
    """Return row numbers per cluster, shape (clusters, size), one array per size.

    Examples
    --------
    >>> [b.tolist() for b in blocks_by_size(np.array([0, 1, 0, 2]))]
    [[[1], [3]], [[0, 2]]]
    """
    order = np.argsort(cluster, kind="stable")
    _, first, size = np.unique(cluster[order], return_index=True, return_counts=True)
    return [
        order[first[size == m][:, None] + np.arange(m)].astype(np.int64) for m in np.unique(size)
    ]


def correlated_blocks(variance: Floats, blocks: Sequence[Ints], correlation: float) -> list[Floats]:
    """Return sampling covariances per block, with one correlation between effects of a study.

    Examples
    --------
    >>> correlated_blocks(np.array([1.0, 4.0]), [np.array([[0, 1]])], 0.5)[0].tolist()
    [[[1.0, 1.0], [1.0, 4.0]]]
    """
    made = []
    for rows in blocks:
        sd = np.sqrt(variance[rows])
        same = np.eye(rows.shape[1])
        made.append(sd[:, :, None] * sd[:, None, :] * (correlation + (1 - correlation) * same))
    return made


def robust_test(
    effect: Floats,
    design: Floats,
    blocks: Sequence[Ints],
    *,
    covariances: Sequence[Floats],
) -> tuple[Floats, RobustTest]:
    """Return generalised least squares coefficients with their cluster-robust test.

    Parameters
    ----------
    effect, design
        Shapes (k,) and (k, p), of full rank.
    blocks
        Of :func:`blocks_by_size`.
    covariances
        Working covariance of each block, whose inverse weighs it; shape (clusters, size, size).

    Source
    ------
    Pustejovsky and Tipton (2018), Journal of Business and Economic Statistics 36(4), 672-683.
    Checked against R ``clubSandwich`` in ``tests/reference/test_meta_dependent.py``.
    """
    inverses = [np.linalg.inv(cov) for cov in covariances]
    parts = list(zip(blocks, covariances, inverses, strict=True))
    weighted = [inverse @ design[rows] for rows, _, inverse in parts]
    xwx = sum_of(
        np.einsum("gip,giq->pq", design[b], w) for b, w in zip(blocks, weighted, strict=True)
    )
    xwy = sum_of(
        np.einsum("gip,gi->p", w, effect[b]) for b, w in zip(blocks, weighted, strict=True)
    )
    bread: Floats = np.linalg.inv(xwx).astype(np.float64)
    coefficients = bread @ xwy
    residual = effect - design @ coefficients
    scores, own, pulls = [], [], []
    for (rows, cov, _), w in zip(parts, weighted, strict=True):
        x = design[rows]
        adjust = _adjustment(cov, cov - np.einsum("gip,pq,gjq->gij", x, bread, x))
        # Row c of g is what coefficient c takes from the residuals of this block.
        g = np.einsum("gij,gjp,pc->gic", adjust, w, bread)
        scores.append(np.einsum("gic,gi->gc", g, residual[rows]))
        own.append(np.einsum("gic,gij,gjc->gc", g, cov, g))
        pulls.append(np.einsum("gip,gic->gcp", x, g))
    score, diagonal, pull = (np.concatenate(part) for part in (scores, own, pulls))
    covariance = score.T @ score
    df = np.array(
        [_satterthwaite(diagonal[:, c], pull[:, c, :], bread) for c in range(len(coefficients))]
    )
    variance = np.diag(covariance)
    # Clusters that agree to the last digit tell nothing of an error; that is no error of 0.
    se = np.sqrt(np.where(variance > 0, variance, np.nan))
    statistic = coefficients / se
    return coefficients, RobustTest(covariance, se, df, statistic, two_sided(statistic, df))


def sum_of(parts: object) -> Floats:
    """Add up arrays in the order given."""
    return np.sum(np.stack(list(parts)), axis=0)  # type: ignore[call-overload, no-any-return]


def _adjustment(cov: Floats, left: Floats) -> Floats:
    """Return ``D'(D B D')^(-1/2) D`` with ``D'D`` the working covariance and ``B`` what is left."""
    upper = np.swapaxes(np.linalg.cholesky(cov), 1, 2)
    values, vectors = np.linalg.eigh(upper @ left @ np.swapaxes(upper, 1, 2))
    kept = values > _FLAT * values[:, -1:]
    root = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    middle = (vectors * root[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    return np.asarray(np.swapaxes(upper, 1, 2) @ middle @ upper)


def _satterthwaite(own: Floats, pull: Floats, bread: Floats) -> float:
    """Return degrees of freedom from the expected products between all pairs of clusters."""
    between = -(pull @ bread @ pull.T)
    between[np.diag_indices_from(between)] += own
    return float(np.trace(between) ** 2 / (between**2).sum())
