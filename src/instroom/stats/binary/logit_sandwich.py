r"""Cluster-robust covariance of a logit, with Satterthwaite degrees of freedom.

CR2 multiplies the residuals of a cluster by :math:`A = D G^{-1/2} D` with
:math:`G = \Delta - U U'`: :math:`\Delta` diagonal (the squared variances of the answers), ``U``
with one column per coefficient. The root is never formed: as
:math:`G^{-1/2} = \frac{2}{\pi} \int_0^\infty (t^2 + G)^{-1} dt`, some 25 points of a quadrature
after Hale, Higham and Trefethen (2008) give it to rounding, each by a p x p inverse
(Woodbury). So the work grows with the people, not with the cube of a school.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ellipkm1, expit

from instroom.stats.arrays import Bools, Floats, Ints
from instroom.stats.binary.binary_rows import BinaryRows

DECIDED = 1e-8  # a leverage this close to 1 is 1: the cluster alone decides that direction
OWED = 1e-8  # share of its variance that a coefficient may owe to such directions
LEAST = 1e-9  # variance of a certain answer: it weighs nothing, but may be divided by
ROUNDING = 34.0  # log of the precision asked of the quadrature, with a margin


@dataclass(frozen=True, slots=True, eq=False)
class Sandwich:
    """A cluster-robust covariance of the given coefficients.

    ``decided`` marks the coefficients that rest on a single cluster: they have no robust error.
    """

    cov: Floats
    df: Floats
    decided: Bools


@dataclass(frozen=True, slots=True, eq=False)
class _Cluster:
    """Some whole clusters: per row people m, variance v, residual and columns times root m."""

    starts: Ints
    sizes: Ints
    variance: Floats
    residual: Floats
    Z: Floats

    def sums(self, values: Floats) -> Floats:
        """Add up over the rows of each cluster (last axis)."""
        total: Floats = np.add.reduceat(values, self.starts, axis=-1)
        return total


def sandwich(rows: BinaryRows, beta: Floats, inverse: Floats, kind: str) -> Sandwich:
    """Return the robust covariance of ``scaling @ beta``, and its degrees of freedom.

    Parameters
    ----------
    rows
        From :func:`instroom.stats.binary.binary_rows.prepare`; the groups are the clusters.
    beta, inverse
        Scaled coefficients at the maximum, shape (p,), and the inverse information, (p, p).
    kind
        ``cr0``, ``cr1``, ``cr1s`` or ``cr2``.

    Source
    ------
    Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181; Pustejovsky and Tipton (2018),
    Journal of Business & Economic Statistics 36(4), 672-683. The root: Hale, Higham and
    Trefethen (2008), SIAM Journal on Numerical Analysis 46(5), 2505-2523, method 3.
    """
    root: Floats = np.asarray(np.linalg.cholesky(inverse), dtype=np.float64)
    contrasts = (root @ root.T) @ rows.scaling.T
    scores, own, parts, leverages = [], [], [], []
    for span, of in rows.blocks:
        cluster = _cluster(rows, beta, span, of)
        leverage = _leverage(cluster, root)
        score, a, u = _adjusted(cluster, root, contrasts, leverage if kind == "cr2" else None)
        scores.append(score)
        own.append(a)
        parts.append(u)
        leverages.append(leverage)
    meat = np.concatenate(scores, axis=1)
    cov = _scale(rows, kind) * (contrasts.T @ (meat @ meat.T) @ contrasts)
    df = _satterthwaite(np.concatenate(own, axis=1), np.concatenate(parts, axis=2), root)
    return Sandwich(cov, df, _decided(np.concatenate(leverages), rows.scaling @ root))


def _cluster(rows: BinaryRows, beta: Floats, span: slice, of: slice) -> _Cluster:
    X, trials = rows.columns[:, span], rows.trials[span]
    odds = beta @ X
    chance = expit(odds)
    variance = chance * expit(-odds)
    size = np.sqrt(trials)
    residual = (rows.yes[span] - trials * chance) / size
    starts = rows.starts[of] - span.start
    return _Cluster(starts, rows.sizes[of], variance, residual, size * X)


def _leverage(cluster: _Cluster, root: Floats) -> Floats:
    """Return each cluster's part of the information, with the whole as unit, shape (G, p, p)."""
    p = len(root)
    W = root.T @ cluster.Z
    flat = cluster.sums((W[:, None] * (cluster.variance * W)).reshape(p * p, -1))
    leverage: Floats = flat.T.reshape(-1, p, p)
    return leverage


def _adjusted(
    cluster: _Cluster, root: Floats, contrasts: Floats, leverage: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Return per cluster the corrected score (p, G), and (q, G), (p q, G) for the df."""
    p, v, Z = len(root), cluster.variance, cluster.Z
    Y = np.vstack([contrasts.T @ Z, cluster.residual])
    if leverage is not None:
        width = np.sqrt(v)
        Y = width * _inverse_root(cluster, v**1.5 * (root.T @ Z), width * Y, leverage)
    S, residual = Y[:-1], Y[-1]
    parts = cluster.sums(((v * Z)[:, None] * S).reshape(p * len(S), -1))
    return cluster.sums(Z * residual), cluster.sums(v * S**2), parts.reshape(p, len(S), -1)


def _inverse_root(cluster: _Cluster, U: Floats, Y: Floats, leverage: Floats) -> Floats:
    """Return the inverse root of diag(v^2) - U U' of each cluster, times Y (k, rows)."""
    floored = np.maximum(cluster.variance, LEAST)
    bends = floored**2
    slack = 1 - np.linalg.eigvalsh(leverage)[:, -1]
    whole = slack > DECIDED
    out = Y / floored
    if whole.any():
        least = np.minimum.reduceat(bends, cluster.starts) * slack
        p, k, eye = len(U), len(Y), np.eye(len(U))
        inside = np.repeat(whole, cluster.sizes)
        for square, weight in _nodes(float(least[whole].min()), float(bends.max())):
            RU = np.where(inside, U / (square + bends), 0.0)
            K = cluster.sums((RU[:, None] * U).reshape(p * p, -1)).T.reshape(-1, p, p)
            B = cluster.sums((RU[:, None] * Y).reshape(p * k, -1)).T.reshape(-1, p, k)
            moved = np.repeat(np.linalg.solve(eye - K, B), cluster.sizes, axis=0)
            out += weight * np.einsum("pn,npk->kn", RU, moved)
    for j in np.flatnonzero(~whole):
        span = slice(cluster.starts[j], cluster.starts[j] + cluster.sizes[j])
        out[:, span] = Y[:, span] @ _pseudo_root(bends[span], U[:, span])
    return out


def _nodes(low: float, high: float) -> list[tuple[float, float]]:
    """Return (t^2, weight) of a rule for (2 / pi) times the integral over t from 0 to infinity.

    With t = sqrt(low) sn(u)/cn(u) the integrand is smooth and periodic in u, so that the midpoint
    rule converges geometrically for every eigenvalue from low to high. The upper half mirrors the
    lower one: t(period - u) = sqrt(low high) / t(u).
    """
    ratio = low / high * (1 - 1e-9)
    points = 2 * int(np.ceil((3 - np.log(ratio)) * ROUNDING / (4 * np.pi**2)))
    width = float(ellipkm1(ratio)) / points
    u = (np.arange(points // 2, dtype=np.float64) + 0.5) * width
    tangent, slope = _elliptic(u.astype(np.float64), float(np.sqrt(ratio)))
    first = np.sqrt(low) * tangent
    change = np.sqrt(low) * slope * width * 2 / np.pi
    middle = np.sqrt(low) * np.sqrt(low / ratio)
    squares = np.concatenate([first**2, (middle / first) ** 2])
    weights = np.concatenate([change, middle / first**2 * change])
    return [(float(t), float(w)) for t, w in zip(squares, weights, strict=True)]


def _elliptic(u: Floats, complement: float) -> tuple[Floats, Floats]:
    """Return sn/cn and its derivative dn/cn^2, from the complementary modulus.

    By the arithmetic-geometric mean (Abramowitz and Stegun 16.4). Libraries take the modulus,
    which near 1 has lost the digits of its complement.
    """
    a, b, ratios = 1.0, complement, [0.0]
    while a - b > 1e-15 * a:
        a, b, c = (a + b) / 2, float(np.sqrt(a * b)), (a - b) / 2
        ratios.append(c / a)
    angle = previous = 2.0 ** (len(ratios) - 1) * a * u
    for ratio in reversed(ratios[1:]):
        previous, angle = angle, (angle + np.arcsin(ratio * np.sin(angle))) / 2
    cosine = np.cos(angle)
    if len(ratios) == 1:  # a circle
        return np.tan(angle), 1 / cosine**2
    return np.tan(angle), 1 / (cosine * np.cos(previous - angle))


def _pseudo_root(bends: Floats, U: Floats) -> Floats:
    """Return the inverse root of one singular cluster; directions it decides alone drop out."""
    values, vectors = np.linalg.eigh(np.diag(bends) - U.T @ U)
    kept = values > DECIDED * bends.min() / 2
    powers = np.where(kept, values, 1.0) ** -0.5 * kept
    root: Floats = (vectors * powers) @ vectors.T
    return root


def _scale(rows: BinaryRows, kind: str) -> float:
    clusters, p = len(rows.starts), len(rows.columns)
    if kind == "cr1":
        return clusters / (clusters - 1)
    if kind == "cr1s":
        return clusters / (clusters - 1) * (rows.n - 1) / (rows.n - p)
    return 1.0


def _satterthwaite(own: Floats, parts: Floats, root: Floats) -> Floats:
    """Return tr(P)^2 / tr(P P), where P is diag(own) less the products of the parts."""
    df = []
    for a, part in zip(own, parts.transpose(1, 0, 2), strict=True):
        W = root.T @ part
        lengths = np.sum(W**2, axis=0)
        square = np.sum(a**2 - 2 * a * lengths) + np.sum((W @ W.T) ** 2)
        df.append(np.sum(a - lengths) ** 2 / square if square > 0 else np.nan)
    return np.array(df)


def _decided(leverage: Floats, contrasts: Floats) -> Bools:
    """Mark coefficients that owe variance to directions one cluster decides alone."""
    values, vectors = np.linalg.eigh(leverage)
    alone = np.where((values > 1 - DECIDED)[:, None, :], contrasts @ vectors, 0.0)
    owed = np.sum(alone**2, axis=(0, 2)) / np.sum(contrasts**2, axis=1)
    marked: Bools = owed > OWED
    return marked
