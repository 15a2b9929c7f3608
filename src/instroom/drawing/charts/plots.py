"""The inner rectangle of a chart, where figures become pixels."""

import copy
from dataclasses import dataclass

from instroom.drawing.canvas import Width
from instroom.drawing.vega import DataSets, Spec


@dataclass(frozen=True, slots=True)
class Plot:
    """The inner rectangle and its scales; ``x`` and ``y`` turn figures into pixels."""

    left: float
    top: float
    width: float
    height: float
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]

    @property
    def pixel(self) -> float:
        """How much of the x domain one pixel is."""
        return (self.x_domain[1] - self.x_domain[0]) / self.width

    def x(self, value: float) -> float:
        """Return the pixel of a figure on the x axis."""
        low, high = self.x_domain
        return self.left + (value - low) / (high - low) * self.width

    def y(self, value: float) -> float:
        """Return the pixel of a figure on the y axis."""
        low, high = self.y_domain
        return self.top + (high - value) / (high - low) * self.height


def filled(
    shape: Spec,
    plot: Plot,
    size: tuple[float, float],
    data: DataSets,
) -> Spec:
    """Fill a shape with data and the place of its inner rectangle."""
    spec = copy.deepcopy(shape)
    spec.pop("config", None)
    spec["datasets"] = data
    spec["width"], spec["height"] = plot.width, plot.height
    spec["padding"] = {
        "left": plot.left,
        "top": plot.top,
        "right": size[0] - plot.left - plot.width,
        "bottom": size[1] - plot.top - plot.height,
    }
    return spec


def small_letters(width: Width) -> float:
    """Return the size of small letters."""
    return 13 if width == "wide" else 11
