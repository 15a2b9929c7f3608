"""The inner rectangle of a chart, where figures become pixels."""

import copy
from dataclasses import dataclass
from math import floor

from instroom.drawing.canvas import Width, number
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
        return self.left + self.across(value)

    def y(self, value: float) -> float:
        """Return the pixel of a figure on the y axis."""
        low, high = self.y_domain
        return self.top + (high - value) / (high - low) * self.height

    def across(self, value: float) -> float:
        """Return how far from its left edge a figure lies."""
        low, high = self.x_domain
        return (value - low) / (high - low) * self.width

    def down(self, value: float) -> float:
        """Return how far under its upper edge a figure lies."""
        low, high = self.y_domain
        return (1 - (value - low) / (high - low)) * self.height

    def box(self, start: tuple[float, float], end: tuple[float, float]) -> str:
        """Return the path of the rectangle between two corners, given in figures."""
        left, right = sorted((self.across(start[0]), self.across(end[0])))
        top, bottom = sorted((self.down(start[1]), self.down(end[1])))
        wide, high = number(right - left), number(bottom - top)
        return f"M{number(left)},{number(top)}h{wide}v{high}h{number(left - right)}Z"

    def inside(self, content: str) -> str:
        """Lay elements whose pixels count from the corner of the inner rectangle."""
        corner = f"translate({number(self.left)},{number(self.top)})"
        return f'<g fill="none" transform="{corner}"><g>{nested(content)}</g></g>'


def step(value: float) -> str:
    """Write a number of a path: a thousandth of a pixel is exact enough, a hundredth is written.

    Examples
    --------
    >>> step(112.6951), step(-3.0), step(0.00001)
    ('112.69', '-3', '0')
    """
    return number(floor(value * 1000 + 0.5) / 1000)


def nested(content: str, place: str = "0,0") -> str:
    """Group elements under a place of their own."""
    return f'<g transform="translate({place})"><g>{content}</g></g>'


def grouped(content: str) -> str:
    """Group elements; nothing gives an empty group."""
    return f"<g>{content}</g>" if content else "<g/>"


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
