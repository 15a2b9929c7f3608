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
_OTHER = {"–": 50, "’": 26, "▲": 99, "▼": 99, "·": 29, "\u00a0": 28, "−": 66, "…": 87}


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
    """Break a text into lines at its spaces; a word that does not fit also at its hyphens.

    Examples
    --------
    >>> wrap("Hof van Twente", 60, 12)
    ('Hof van', 'Twente')
    >>> wrap("in Rijssen-Holten", 50, 12)
    ('in', 'Rijssen-', 'Holten')
    """
    lines: list[str] = []
    for word in text.split(" "):
        whole = text_width(word, size, bold=bold) <= width
        for order, part in enumerate([word] if whole else word.replace("-", "- ").split(" ")):
            longer = f"{lines[-1]}{'' if order else ' '}{part}" if lines else part
            if lines and text_width(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(part)
    return tuple(line for line in lines if line) or ("",)


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return a text, cut at a space when that will do, so that it fits on one line.

    Examples
    --------
    >>> shortened("Hof van Twente", 70, 12), shortened("Hengelo", 40, 12)
    ('Hof van …', 'Hen…')
    """
    ends = [place for place in range(len(text), 0, -1) if text[place : place + 1] == " "]
    cut = [f"{text[:end]} …" for end in ends]
    cut += [f"{text[:end].rstrip()}…" for end in range(len(text) - 1, 0, -1)]
    return first_fit([text, *cut], width, size, bold=bold) or "…"


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
    return stacked(wanted, [gap] * len(wanted), low - gap / 2, high + gap / 2)


def stacked(
    wanted: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Return the middles of boxes, as near as can be to where they are wanted, none over another.

    ``low`` and ``high`` are the edges that they stay within, when there is room.

    Examples
    --------
    >>> stacked([10, 12], [20, 40], 0, 100)
    [10.0, 40.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    middles, reach = [], 0.0  # of the boxes, packed from nought
    for place in order:
        middles.append(reach + sizes[place] / 2)
        reach += sizes[place]
    groups: list[tuple[int, float]] = []  # each: how many boxes, sum of their wanted moves
    for place, middle in zip(order, middles, strict=True):
        groups.append((1, wanted[place] - middle))
        while len(groups) > 1 and _mean(groups[-2]) > _mean(groups[-1]):
            (count, total), (more, extra) = groups[-2:]
            groups[-2:] = [(count + more, total + extra)]
    moves = [_mean(group) for group in groups for _ in range(group[0])]
    result = [0.0] * len(wanted)
    for place, middle, move in zip(order, middles, moves, strict=True):
        result[place] = middle + min(max(move, low), high - reach)
    return result


def _mean(group: tuple[int, float]) -> float:
    return group[1] / group[0]
