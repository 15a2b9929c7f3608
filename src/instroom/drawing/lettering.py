"""Where letters go: how wide a text is, where it breaks, and labels that keep apart."""

from collections.abc import Sequence

# Advance widths of Inter in hundredths of the size, characters 32 to 126.
_ADVANCE = (
    *(28, 29, 47, 63, 64, 98, 64, 30, 36, 36, 50, 66, 29, 46, 29, 36),
    *(63, 41, 61, 62, 65, 59, 62, 57, 62, 62, 29, 30, 66, 66, 66, 51),
    *(97, 69, 65, 73, 72, 60, 59, 75, 74, 27, 57, 67, 57, 90, 75, 76),
    *(64, 76, 64, 64, 65, 74, 69, 99, 68, 68, 63, 36, 36, 36, 47, 46),
    *(32, 56, 61, 57, 61, 58, 37, 61, 59, 24, 24, 55, 24, 88, 59, 60),
    *(61, 61, 38, 53, 33, 59, 56, 82, 55, 56, 55, 43, 33, 43, 66),
)
_OTHER = {"–": 50, "’": 26, "▲": 99, "▼": 99, "·": 29, "\u00a0": 28, "−": 66}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate how wide a text is in Inter.

    Examples
    --------
    >>> round(text_width("Twente", 10), 1)
    35.5
    """
    total = 0
    for letter in text:
        place = ord(letter) - 32
        inside = 0 <= place < len(_ADVANCE)
        total += _ADVANCE[place] if inside else _OTHER.get(letter, 60)
    return total * size / 100 * (1.05 if bold else 1)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines at its spaces; a word is never broken.

    Examples
    --------
    >>> wrap("Hof van Twente", 60, 12)
    ('Hof van', 'Twente')
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def first_fit(
    candidates: Sequence[str], width: float, size: float, *, bold: bool = False
) -> str | None:
    """Return the first text that fits, or None.

    Examples
    --------
    >>> first_fit(["47,4–49,8 %", "47–50 %"], 50, 11)
    '47–50 %'
    """
    fitting = (text for text in candidates if text_width(text, size, bold=bold) <= width)
    return next(fitting, None)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions as little as needed so that neighbours stay ``gap`` apart.

    Examples
    --------
    >>> spread([10, 12, 80], 20, 0, 100)
    [1.0, 21.0, 80.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    groups: list[list[float]] = []  # each: how many, sum of wanted centres
    for place in order:
        groups.append([1, wanted[place]])
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], gap):
            count, total = groups.pop()
            groups[-1] = [groups[-1][0] + count, groups[-1][1] + total]
    result = [0.0] * len(wanted)
    spots = [spot for group in groups for spot in _spots(group, gap)]
    spots = _inside(spots, gap, low, high)
    for place, spot in zip(order, spots, strict=True):
        result[place] = spot
    return result


def _spots(group: list[float], gap: float) -> list[float]:
    count, total = int(group[0]), group[1]
    start = total / count - gap * (count - 1) / 2
    return [start + gap * step for step in range(count)]


def _overlap(first: list[float], second: list[float], gap: float) -> bool:
    return _spots(second, gap)[0] - _spots(first, gap)[-1] < gap


def _inside(spots: list[float], gap: float, low: float, high: float) -> list[float]:
    for step, spot in enumerate(spots):
        floor = low if step == 0 else spots[step - 1] + gap
        spots[step] = max(spot, floor)
    for step in range(len(spots) - 1, -1, -1):
        ceiling = high if step == len(spots) - 1 else spots[step + 1] - gap
        spots[step] = min(spots[step], ceiling)
    return spots
