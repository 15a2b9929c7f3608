"""What can go wrong with the letters of a picture: outside its frame, over others, twice."""

import re
from collections import Counter
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

from instroom.drawing.canvas import MUTED
from instroom.drawing.lettering import text_width

#: What rounding to hundredths, and an estimate of a width, may differ.
SLACK = 0.6
#: How much of the size of a letter stands above its baseline, and under it.
ABOVE, BELOW = 0.72, 0.2


class Box(NamedTuple):
    """Where the letters of one text stand."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def boxes(svg: str) -> tuple[list[Box], tuple[float, float]]:
    """Return the box of every text, and the size of the frame."""
    root = ElementTree.fromstring(svg)  # noqa: S314  our own drawing
    found: list[Box] = []

    def walk(element: ElementTree.Element, x: float, y: float) -> None:
        moved = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        if element.tag.endswith("}text") and element.text:
            size = float(element.get("font-size", "").removesuffix("px"))
            wide = text_width(element.text, size, bold=element.get("font-weight") == "600")
            left = x + float(element.get("x", 0))
            left -= {"middle": wide / 2, "end": wide}.get(element.get("text-anchor", ""), 0.0)
            base = y + float(element.get("y", 0))
            box = (left, base - ABOVE * size, left + wide, base + BELOW * size)
            if float(element.get("opacity", 1)) > 0:
                found.append(Box(element.text, *box))
        for child in element:
            walk(child, x, y)

    walk(root, 0.0, 0.0)
    return found, _size(root)


def faults(svg: str) -> list[str]:
    """Return the texts outside the frame, those over one another, and axes that repeat a number."""
    found, (wide, high) = boxes(svg)
    if not found:
        return ["empty: no text at all"]
    out = [
        f"outside: {box}"
        for box in found
        if box.left < -SLACK
        or box.top < -SLACK
        or box.right > wide + SLACK
        or box.bottom > high + SLACK
    ]
    over = [
        f"over: {one} {other}"
        for one, other in combinations(found, 2)
        if min(one.right, other.right) - max(one.left, other.left) > SLACK
        and min(one.bottom, other.bottom) - max(one.top, other.top) > SLACK
    ]
    return out + over + [f"twice: {text}" for text in repeated(svg)]


def repeated(svg: str) -> list[str]:
    """Return the numbers that an axis says more than once.

    An axis lies flat (muted numbers on one line, each under the middle of its place) or stands
    (a group of nothing but numbers that end at one edge).
    """
    found: list[str] = []
    for parent in ElementTree.fromstring(svg).iter():  # noqa: S314  our own drawing
        texts = [child for child in parent if child.tag.endswith("}text")]
        numbers = [
            child for child in texts
            if child.get("fill") == MUTED and re.search(r"\d", child.text or "")
        ]  # fmt: skip
        flat = [(x.get("y"), x.get("font-size"), x.text or "") for x in numbers
                if x.get("text-anchor") == "middle" and x.get("y")]  # fmt: skip
        upright = [
            (x.get("text-anchor"), "", x.text or "")
            for x in numbers
            if len(texts) == len(parent) and not x.get("y")
        ]
        found += [text for (*_, text), n in Counter([*flat, *upright]).items() if n > 1]
    return found


def _size(root: ElementTree.Element) -> tuple[float, float]:
    _, _, wide, high = root.get("viewBox", "").split()
    return float(wide), float(high)
