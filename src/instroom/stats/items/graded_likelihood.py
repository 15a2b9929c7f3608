"""Marginal likelihood of the graded response model: patterns, gradient and information."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from instroom.stats.arrays import Floats, Ints

BLOCK = 4096  # patterns at a time: one block of weights stays within a core's cache
ORDERED = 1e-9  # thresholds closer than this are one
WIDE = 5.0  # log standard deviation of a group, either way


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct answer patterns, sorted by group, each answered category marked with a 1.

    ``marks`` has shape (patterns, sum of categories over items); a missing answer leaves its
    item's columns 0, which is exactly how it enters the likelihood.
    """

    marks: NDArray[np.uint8]
    counts: Floats
    group: Ints
    sizes: tuple[int, ...]
    groups: int

    def blocks(self) -> Iterator[tuple[int, Floats, Floats]]:
        """Yield (group, marks, counts) of at most BLOCK patterns of one group each."""
        edges = np.searchsorted(self.group, np.arange(self.groups + 1))
        for g in range(self.groups):
            for start in range(edges[g], edges[g + 1], BLOCK):
                rows = slice(start, min(start + BLOCK, edges[g + 1]))
                yield g, self.marks[rows].astype(float), self.counts[rows]


@dataclass(frozen=True, slots=True)
class Expected:
    """What one pass over the patterns gives: the log-likelihood and expected numbers.

    ``answers`` has shape (sum of categories, nodes), ``people`` (groups, nodes).
    """

    log_likelihood: float
    answers: Floats
    people: Floats


def collapse(codes: Ints, group: Ints, sizes: tuple[int, ...]) -> Patterns:
    """Return the distinct patterns and how often each occurs.

    Parameters
    ----------
    codes
        Answers as 0, 1, .. within each item, -1 where missing; shape (n, items).
    group
        Group numbers 0, 1, ..; shape (n,).
    sizes
        Categories per item.

    Examples
    --------
    >>> p = collapse(np.array([[1, -1], [0, 1], [1, -1]]), np.zeros(3, dtype=int), (2, 2))
    >>> p.counts.tolist(), p.marks.tolist()
    ([1.0, 2.0], [[1, 0, 0, 1], [0, 1, 0, 0]])
    """
    keys, key, room = [], group.astype(np.int64), int(group.max(initial=0)) + 1
    for j, size in enumerate(sizes):  # several items per integer key: sorting is cheaper
        if room * (size + 1) >= 2**62:
            keys.append(key)
            key, room = np.zeros(len(codes), dtype=np.int64), 1
        key, room = key * (size + 1) + codes[:, j] + 1, room * (size + 1)
    keys.append(key)
    order = np.lexsort(keys[::-1])
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any([k[order][1:] != k[order][:-1] for k in keys], axis=0)
    first = np.flatnonzero(new)
    distinct = codes[order[first]]
    marks = np.concatenate(
        [distinct[:, [j]] == np.arange(size) for j, size in enumerate(sizes)], axis=1
    )
    counts = np.diff(np.append(first, len(order))).astype(float)
    groups = int(group.max(initial=0)) + 1
    return Patterns(marks.view(np.uint8), counts, group[order[first]], sizes, groups)


@dataclass(frozen=True, slots=True)
class GradedItem:
    """One item at all nodes, per category: ``log_p`` (K, Q) and score (K, Q, K).

    Parameters run (slope, thresholds); ``curvature`` is the tuple of second derivatives to
    the upper logit, the lower logit and both.
    """

    log_p: Floats
    score: Floats
    curvature: tuple[Floats, Floats, Floats]


def item_at(parameters: Floats, nodes: Floats) -> GradedItem:
    """Return an item's log-probabilities and their derivatives at the nodes.

    Parameters
    ----------
    parameters
        Slope ``a``, then thresholds: ``logit P(Y <= k) = threshold[k] - a * node``.
    nodes
        Places on the latent scale, shape (Q,).

    Examples
    --------
    >>> item = item_at(np.array([1.0, -1.0, 1.0]), np.array([0.0]))
    >>> np.exp(item.log_p[:, 0]).round(4).tolist()
    [0.2689, 0.4621, 0.2689]
    """
    k, q = len(parameters), len(nodes)
    cuts = np.empty((k + 1, q))
    cuts[0], cuts[-1] = -np.inf, np.inf
    cuts[1:-1] = parameters[1:, None] - parameters[0] * nodes
    upper, lower = cuts[1:], cuts[:-1]
    log_p, du, dl, cross = cell_derivatives(upper, lower)
    score = np.zeros((k, q, k))
    score[:, :, 0] = -(du + dl) * nodes
    within = np.arange(k - 1)
    score[within, :, within + 1] = du[:-1]
    score[within + 1, :, within + 1] = dl[1:]
    huu = -expit(upper) * expit(-upper) - cross
    hll = -expit(lower) * expit(-lower) - cross
    return GradedItem(log_p, score, (huu, hll, cross))


def item_hessian(item: GradedItem, expected: Floats, nodes: Floats) -> Floats:
    """Return the second derivatives of ``sum(expected * log_p)`` to (slope, thresholds)."""
    huu, hll, cross = (expected * h for h in item.curvature)
    k = len(expected)
    hessian = np.zeros((k, k))
    hessian[0, 0] = ((huu + hll + 2 * cross) @ nodes**2).sum()
    mixed = -((huu + cross)[:-1] + (hll + cross)[1:]) @ nodes
    hessian[0, 1:] = hessian[1:, 0] = mixed
    own = huu[:-1].sum(axis=1) + hll[1:].sum(axis=1)
    beside = cross[1:-1].sum(axis=1)
    hessian[1:, 1:] = np.diag(own) + np.diag(beside, 1) + np.diag(beside, -1)
    return hessian


@dataclass(frozen=True, slots=True)
class Population:
    """A normal distribution laid on the nodes: ``log_weight`` (Q,) and score (Q, 2).

    Parameters run (mean, log standard deviation); weights add up to 1 over the nodes.
    """

    log_weight: Floats
    score: Floats
    curvature: Floats


def population_at(mean: float, log_sd: float, nodes: Floats) -> Population:
    """Return the weights of a normal population at the nodes, and their derivatives.

    Examples
    --------
    >>> p = population_at(0.0, 0.0, np.linspace(-6, 6, 61))
    >>> round(float(np.exp(p.log_weight).sum()), 12)
    1.0
    """
    z = (nodes - mean) / np.exp(log_sd)
    log_weight = -(z**2) / 2
    log_weight -= logsumexp(log_weight)
    weight = np.exp(log_weight)
    # Natural statistics z and z^2; the discrete normalisation shifts both by their mean.
    score = np.column_stack([z / np.exp(log_sd), z**2])
    centred = score - weight @ score
    s = np.exp(-log_sd)
    second = np.empty((len(nodes), 2, 2))
    second[:, 0, 0] = -(s**2)
    second[:, 0, 1] = second[:, 1, 0] = -2 * z * s
    second[:, 1, 1] = -2 * z**2
    # log normaliser: its second derivative is E[second] + Var[score].
    shift = np.tensordot(weight, second, 1) + (centred * weight[:, None]).T @ centred
    return Population(log_weight, centred, second - shift)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each item's and group's parameters stand in the vector of all parameters.

    Item by item (slope, thresholds); then for each group but the first (mean, log sd). The
    first group is the scale: mean 0, standard deviation 1.
    """

    sizes: tuple[int, ...]
    groups: int
    nodes: Floats

    @property
    def length(self) -> int:
        """Return how many parameters there are."""
        return sum(self.sizes) + 2 * (self.groups - 1)

    def item(self, j: int) -> slice:
        """Return the place of an item's parameters, which is also that of its categories."""
        start = sum(self.sizes[:j])
        return slice(start, start + self.sizes[j])

    def group(self, g: int) -> slice:
        """Return the place of a group's mean and log sd (not of the first group)."""
        start = sum(self.sizes) + 2 * (g - 1)
        return slice(start, start + 2)

    def items_at(self, at: Floats) -> list[GradedItem]:
        """Return every item at the nodes."""
        return [item_at(at[self.item(j)], self.nodes) for j in range(len(self.sizes))]

    def populations_at(self, at: Floats) -> list[Population]:
        """Return every group at the nodes."""
        own = [at[self.group(g)] for g in range(1, self.groups)]
        pairs = [(0.0, 0.0), *((float(m), float(s)) for m, s in own)]
        return [population_at(mean, log_sd, self.nodes) for mean, log_sd in pairs]

    def possible(self, at: Floats) -> bool:
        """Whether every item's thresholds rise and every group has a spread worth the name."""
        rising = all(
            (np.diff(at[self.item(j)][1:]) > ORDERED).all() for j in range(len(self.sizes))
        )
        return rising and all(abs(at[self.group(g)][1]) < WIDE for g in range(1, self.groups))


def weights(marks: Floats, log_p: Floats, log_weight: Floats) -> tuple[Floats, Floats]:
    """Return each pattern's posterior over the nodes and its marginal log-likelihood."""
    joint = marks @ log_p
    joint += log_weight
    top = joint.max(axis=1)
    joint -= top[:, None]
    np.exp(joint, out=joint)
    total = joint.sum(axis=1)
    joint /= total[:, None]
    return joint, top + np.log(total)


def expect(patterns: Patterns, items: list[GradedItem], populations: list[Population]) -> Expected:
    """Return the log-likelihood and the expected answers and people at the nodes."""
    log_p = np.concatenate([item.log_p for item in items])
    answers = np.zeros(log_p.shape)
    people = np.zeros((patterns.groups, log_p.shape[1]))
    total = 0.0
    for g, marks, counts in patterns.blocks():
        posterior, value = weights(marks, log_p, populations[g].log_weight)
        posterior *= counts[:, None]
        answers += marks.T @ posterior
        people[g] += posterior.sum(axis=0)
        total += float(counts @ value)
    return Expected(total, answers, people)


def gradient(
    layout: Layout, items: list[GradedItem], populations: list[Population], expected: Expected
) -> Floats:
    """Return the gradient of the marginal log-likelihood (Fisher's identity)."""
    parts = [
        np.tensordot(expected.answers[layout.item(j)], item.score, 2)
        for j, item in enumerate(items)
    ]
    parts += [expected.people[g] @ populations[g].score for g in range(1, layout.groups)]
    return np.concatenate(parts)


def information(
    patterns: Patterns, layout: Layout, items: list[GradedItem], populations: list[Population]
) -> Floats:
    """Return the observed information of the marginal likelihood, exactly (Louis 1982).

    It is the information of the complete data less what not knowing each pupil's place costs:
    the posterior variance of the complete-data score, summed over pupils.
    """
    nodes, c = layout.nodes, sum(layout.sizes)
    rows = c + layout.groups - 1
    score = np.zeros((len(nodes), rows, layout.length))  # of each mark, and of each later group
    for j, item in enumerate(items):
        place = layout.item(j)
        score[:, place, place] = item.score.transpose(1, 0, 2)
    for g in range(1, layout.groups):
        score[:, c + g - 1, layout.group(g)] = populations[g].score
    log_p = np.concatenate([item.log_p for item in items])
    pairs = np.zeros((len(nodes), rows, rows))
    means = np.zeros((layout.length, layout.length))
    for g, marks, counts in patterns.blocks():
        posterior, _ = weights(marks, log_p, populations[g].log_weight)
        mean = _mean_score(layout, items, marks, posterior)
        if g:
            mean[:, layout.group(g)] = posterior @ populations[g].score
        means += mean.T @ (mean * counts[:, None])
        root = np.sqrt(posterior * counts[:, None])
        own = np.zeros((len(marks), layout.groups - 1))
        own[:, g - 1 : g] = 1  # of the first group: nothing
        wide = np.column_stack([marks, own])
        for q in range(len(nodes)):
            scaled = wide * root[:, q, None]
            pairs[q] += scaled.T @ scaled
    squares = (score.transpose(0, 2, 1) @ pairs @ score).sum(axis=0)
    complete = np.zeros((layout.length, layout.length))
    seen = np.einsum("qrr->rq", pairs)
    for j, item in enumerate(items):
        place = layout.item(j)
        complete[place, place] = -item_hessian(item, seen[place], nodes)
    for g in range(1, layout.groups):
        place = layout.group(g)
        complete[place, place] = -np.tensordot(seen[c + g - 1], populations[g].curvature, 1)
    total: Floats = complete - squares + means
    return (total + total.T) / 2


def _mean_score(
    layout: Layout, items: list[GradedItem], marks: Floats, posterior: Floats
) -> Floats:
    """Return each pattern's posterior mean of the item scores, shape (patterns, parameters)."""
    mean = np.zeros((len(marks), layout.length))
    for j, item in enumerate(items):
        place, k = layout.item(j), layout.sizes[j]
        flat = item.score.transpose(1, 0, 2).reshape(len(layout.nodes), k * k)
        each = (posterior @ flat).reshape(-1, k, k)
        mean[:, place] = np.einsum("nkp,nk->np", each, marks[:, place])
    return mean


def cell_derivatives(upper: Floats, lower: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what the log-probability of an answer between two logits needs for Newton.

    Parameters
    ----------
    upper, lower
        Logits of ``P(Y <= k)`` and ``P(Y <= k - 1)``, same shape, ``upper > lower``; ``inf`` for
        the highest and ``-inf`` for the lowest answer.

    Returns
    -------
    tuple
        ``log_p``; its derivatives to ``upper`` and to ``lower``; and ``cross``, its mixed second
        derivative. The pure second ones are ``-F(u) F(-u) - cross`` and likewise for ``lower``.
        All forms are free of cancellation, however far the logits lie in a tail.

    Examples
    --------
    >>> log_p, up, down, cross = cell_derivatives(np.array([np.inf]), np.array([0.0]))
    >>> round(float(np.exp(log_p[0])), 6), float(down[0])
    (0.5, -0.5)
    """
    inside = -np.expm1(lower - upper)
    log_p = np.log(inside) - np.logaddexp(0, -upper) - np.logaddexp(0, lower)
    ratio = np.exp(lower - upper) / inside
    return log_p, expit(-upper) + ratio, -expit(lower) - ratio, ratio * (1 + ratio)
