"""The highest marginal likelihood of a graded response model: EM, then Newton's method."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from instroom.core.messages import Message
from instroom.stats.arrays import Floats, Ints
from instroom.stats.items import graded_likelihood as gl
from instroom.stats.newton import halved, not_below, uphill
from instroom.stats.results import unknown
from instroom.stats.status import SOLVED, FitStatus, Verdict

WARM_UP = 8  # EM steps before Newton
DECREMENT = 1e-14  # twice the log-likelihood still to gain: estimates settle to 1e-7 of their SE
MAX_STEPS = 200
PATIENCE = 8  # steps that cost about as much as the information
LOGISTIC = 1.702  # brings a logistic slope to the normal ogive; only for starting values
HALVINGS = 8
FLAT = 1e-9  # of the strongest curvature
REACH = 3.0  # SDs of a group that must lie within the quadrature
STEEPEST = 40.0  # log-odds per SD of the scale; beyond it a slope runs off to infinity


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers: codes 0, 1, .. per item (-1 missing) of those who can be used."""

    codes: Ints
    group: Ints
    categories: tuple[tuple[float, ...], ...]
    groups: tuple[float | str, ...]
    items: tuple[str, ...]
    n: int
    dropped: int

    def group_name(self, g: int) -> str:
        """Return what a group is called; numbers without needless digits."""
        label = self.groups[g]
        return label if isinstance(label, str) else f"{label:g}"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the number of categories per item."""
        return tuple(len(c) for c in self.categories)


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the marginal likelihood is highest: parameters (slope, thresholds; mean, log sd)."""

    status: FitStatus
    reason: Message | None
    at: Floats
    log_likelihood: float
    iterations: int
    patterns: int


def maximise(
    checked: Answers, patterns: gl.Patterns, layout: gl.Layout, start: Floats | None = None
) -> Maximum:
    """Return the highest marginal likelihood: EM steps first, then Newton's method.

    Newton's steps use the exact observed information, made again only when progress slows; a
    step that lowers the likelihood is halved, and where halving does not help EM takes over.

    Parameters
    ----------
    checked, patterns, layout
        The same answers: checked, collapsed, and the order of the parameters.
    start
        Parameters to start from instead of the first principal component.
    """
    at = _start(checked, layout) if start is None else start
    warm = WARM_UP if start is None else 1
    at = _em_steps(patterns, layout, at, warm)
    return _newton(checked, patterns, layout, at, steps=warm)


def _evaluate(patterns: gl.Patterns, layout: gl.Layout, at: Floats) -> tuple[float, Floats]:
    items, populations = layout.items_at(at), layout.populations_at(at)
    expected = gl.expect(patterns, items, populations)
    return expected.log_likelihood, gl.gradient(layout, items, populations, expected)


def observed_information(patterns: gl.Patterns, layout: gl.Layout, at: Floats) -> Floats:
    """Return the information of all parameters (slope, thresholds; mean, log sd) at a point."""
    return gl.information(patterns, layout, layout.items_at(at), layout.populations_at(at))


def _newton(
    checked: Answers, patterns: gl.Patterns, layout: gl.Layout, at: Floats, *, steps: int
) -> Maximum:
    value, slope = _evaluate(patterns, layout, at)
    information, last = observed_information(patterns, layout, at), np.inf
    status, reason = _not_found()
    while steps < MAX_STEPS and (found := uphill(slope, information, FLAT)):
        move, gain, hill = found
        if gain < DECREMENT:
            status, reason = _verdict(checked, layout, at, hill)
            break
        if _slow(gain, last):
            information = observed_information(patterns, layout, at)
            move, gain, hill = uphill(slope, information, FLAT) or found
        there, last, steps = _climb(patterns, layout, at, value, move), gain, steps + 1
        if there is None:  # far from the top, where EM still climbs
            at, steps = _em_steps(patterns, layout, at, WARM_UP), steps + WARM_UP
            there, last = (at, _evaluate(patterns, layout, at)), 0.0
        at, (value, slope) = there
        if runaway := _runaway(checked, layout, at):
            status, reason = FitStatus.BOUNDARY, runaway
            break
    if status not in SOLVED:
        at, value = unknown(len(at)), np.nan
    return Maximum(status, reason, at, value, steps, len(patterns.counts))


def _not_found() -> Verdict:
    reason = Message("No maximum was found in {max_steps} steps.", max_steps=MAX_STEPS)
    return FitStatus.NOT_CONVERGED, reason


def _verdict(checked: Answers, layout: gl.Layout, at: Floats, hill: bool) -> Verdict:
    """Return what a point without slope is: the top, or a place that is level in some way."""
    if not hill:
        return FitStatus.NOT_IDENTIFIED, Message("The answers do not determine all parameters.")
    for g in range(1, layout.groups):
        mean, log_sd = at[layout.group(g)]
        if abs(mean) + REACH * np.exp(log_sd) > layout.nodes[-1]:
            return FitStatus.BOUNDARY, Message(
                "Group '{group}' lies partly more than {limit:g} SDs from the first group, where "
                "the quadrature ends.",
                group=checked.group_name(g),
                limit=layout.nodes[-1],
            )
    return FitStatus.OK, None


def _slow(gain: float, last: float) -> bool:
    """Whether new information costs less than the steps still needed with the old."""
    if np.isinf(last):
        return False
    return gain >= last / 2 or np.log(DECREMENT / gain) < PATIENCE * np.log(gain / last)


def _climb(
    patterns: gl.Patterns, layout: gl.Layout, at: Floats, value: float, move: Floats
) -> tuple[Floats, tuple[float, Floats]] | None:
    """Return the first of the halved steps that does not go down, or nothing."""

    def look(there: Floats) -> tuple[float, Floats] | None:
        return _evaluate(patterns, layout, there) if layout.possible(there) else None

    return halved(look, at, move, not_below(value - 1e-12 * abs(value)), most=HALVINGS)


def _em_steps(patterns: gl.Patterns, layout: gl.Layout, at: Floats, steps: int) -> Floats:
    """Return the parameters after EM steps; the M-step is a Newton step for each item."""
    for _ in range(steps):
        items, populations = layout.items_at(at), layout.populations_at(at)
        expected = gl.expect(patterns, items, populations)
        parts = [
            _item_step(at[layout.item(j)], item, expected.answers[layout.item(j)], layout.nodes)
            for j, item in enumerate(items)
        ]
        for g in range(1, layout.groups):
            people = expected.people[g] / expected.people[g].sum()
            mean = float(people @ layout.nodes)
            spread = float(people @ (layout.nodes - mean) ** 2)
            parts.append(np.array([mean, np.log(spread) / 2]))
        at = np.concatenate(parts)
    return at


def _item_step(at: Floats, item: gl.GradedItem, expected: Floats, nodes: Floats) -> Floats:
    """Return an item's parameters after one Newton step, halved until it does not go down."""
    slope = np.tensordot(expected, item.score, 2)
    move: Floats = np.asarray(np.linalg.solve(-gl.item_hessian(item, expected, nodes), slope))
    value = float((expected * item.log_p).sum())

    def look(there: Floats) -> float | None:
        ordered = bool((np.diff(there[1:]) > gl.ORDERED).all())
        return float((expected * gl.item_at(there, nodes).log_p).sum()) if ordered else None

    moved = halved(look, at, move, lambda new, _: new >= value, most=12)
    return at if moved is None else moved[0]


def _runaway(checked: Answers, layout: gl.Layout, at: Floats) -> Message | None:
    """Return why an estimate has no bound, or None."""
    for j in range(len(layout.sizes)):
        if abs(at[layout.item(j)][0]) > STEEPEST:
            return Message(
                "'{item}' follows the scale perfectly; its slope has no finite estimate.",
                item=checked.items[j],
            )
    step = float(layout.nodes[1] - layout.nodes[0])
    for g in range(1, layout.groups):
        mean, sd = at[layout.group(g)][0], np.exp(at[layout.group(g)][1])
        if sd < step:
            return Message(
                "Group '{group}' differs by less than the quadrature can see; its variance is "
                "near 0.",
                group=checked.group_name(g),
            )
        if max(abs(mean), sd) > layout.nodes[-1]:
            return Message(
                "Group '{group}' runs off the scale; its answers do not tell where it lies.",
                group=checked.group_name(g),
            )
    return None


def _start(checked: Answers, layout: gl.Layout) -> Floats:
    """Return starting values from the first principal component of the answers."""
    seen = checked.codes >= 0
    number = np.maximum(seen.sum(axis=0), 1)
    centred = np.where(seen, checked.codes - np.where(seen, checked.codes, 0).sum(0) / number, 0)
    z = centred / np.sqrt((centred**2).sum(axis=0) / number)
    both = seen.T.astype(float) @ seen
    correlation = np.divide(z.T @ z, both, out=np.zeros_like(both), where=both > 0)
    values, vectors = np.linalg.eigh(correlation)
    loading = vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
    loading = loading * (1.0 if loading.sum() >= 0 else -1.0)
    loading = np.copysign(np.clip(np.abs(loading), 0.2, 0.85), loading)
    slopes = LOGISTIC * loading / np.sqrt(1 - loading**2)
    parts = []
    for j, size in enumerate(layout.sizes):
        share = np.bincount(checked.codes[seen[:, j], j], minlength=size) / number[j]
        cuts = logit(np.cumsum(share)[:-1]) * np.sqrt(1 + (slopes[j] / LOGISTIC) ** 2)
        parts.append(np.concatenate([[slopes[j]], cuts]))
    return np.concatenate([*parts, np.zeros(2 * (layout.groups - 1))])
