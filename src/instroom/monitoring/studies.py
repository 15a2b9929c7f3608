"""What a study's sums say beside the effect: who took part, and how alike the groups began."""

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from instroom.crossproducts.crossproducts import CrossProducts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What the columns of a model mean; travels with its sums to wherever they are pooled.

    Attributes
    ----------
    design
        ``ancova``, ``did``, ``one_group`` or ``growth``.
    outcome, target
        Name of the last column, and of the coefficient that is the answer.
    treatment, baseline, slope, absorb
        Names of columns and of a level, where the design has them.
    label
        What the outcome is called in sentences.
    interactions
        Subgroup -> interaction column (see :class:`instroom.monitoring.designs.Plan`).
    rows
        Rows in the file.
    arms
        Per arm (``"0"``, ``"1"``) the rows with a known arm, and how many miss the outcome.
    said, time
        What the user calls the outcome in a sentence, and the column of the moment.
    moments
        First and last moment, where the answer is the change between them.
    """

    design: str
    outcome: str
    target: str
    label: str
    treatment: str | None = None
    baseline: str | None = None
    slope: str | None = None
    absorb: str | None = None
    interactions: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    arms: dict[str, dict[str, int]] = field(default_factory=dict)
    said: str = ""
    time: str = ""
    moments: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data, for a file of sums."""
        return asdict(self)

    @property
    def comparison(self) -> bool:
        """Whether there is a group to compare with."""
        return self.treatment is not None


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """Rows per school of the group that took part and of the one that did not.

    ``treated`` and ``untreated`` have one entry per school; ``whole`` says whether whole schools
    took part.
    """

    treated: Floats
    untreated: Floats

    @property
    def whole(self) -> bool:
        """Whether every school lies in one arm."""
        return bool((np.minimum(self.treated, self.untreated) < 0.5).all())

    @property
    def schools_per_arm(self) -> int:
        """Schools with somebody in the arm that has fewer of them."""
        return int(min((self.treated > 0.5).sum(), (self.untreated > 0.5).sum()))


def arms(cross: CrossProducts, treatment: str) -> Arms:
    """Return how many rows of each school took part.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> c = from_arrays({"t": [1.0, 1, 0], "y": [1.0, 2, 3]}, {"school": ["a", "a", "b"]})
    >>> arms(c, "t").treated.tolist(), arms(c, "t").whole
    ([2.0, 0.0], True)
    """
    sums = highest_sums(cross)
    at = cross.index(treatment)
    treated = np.round(sums[:, at] + cross.shift[at] * sums[:, 0], 6)
    return Arms(treated, np.round(sums[:, 0] - treated, 6))


def highest_sums(cross: CrossProducts) -> Floats:
    """Return the sums of the shifted columns per group of the highest level, shape (S, k)."""
    sums = cross.sums
    for parent in reversed(cross.parents):
        size = int(parent.max(initial=-1)) + 1
        added = np.zeros((size, sums.shape[1]))
        np.add.at(added, parent, sums)
        sums = added
    return sums


@dataclass(frozen=True, slots=True)
class StudySplit:
    """A column's mean and number of rows per arm, and its spread within arms."""

    treated: float
    untreated: float
    n: tuple[float, float]
    sd: float


def split(cross: CrossProducts, treatment: str, column: str) -> StudySplit:
    """Return a column's mean per arm and pooled standard deviation within arms.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> s = split(from_arrays({"t": [1.0, 1, 0, 0], "y": [3.0, 5, 1, 3]}), "t", "y")
    >>> s.treated, s.untreated, round(s.sd, 6)
    (4.0, 2.0, 1.414214)
    """
    t, c = cross.index(treatment), cross.index(column)
    total = cross.total
    n = float(total[0, 0])
    treated = float(total[0, t] + cross.shift[t] * n)
    untreated = n - treated
    both = float(total[t, c] + cross.shift[t] * total[0, c])
    means = (both / treated, (float(total[0, c]) - both) / untreated)
    within = float(total[c, c]) - treated * means[0] ** 2 - untreated * means[1] ** 2
    sd = float(np.sqrt(max(0.0, within) / max(1.0, n - 2)))
    shift = float(cross.shift[c])
    return StudySplit(means[0] + shift, means[1] + shift, (treated, untreated), sd)
