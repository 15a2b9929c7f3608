"""What the flow is given: steps and their parts, each with the place of its bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.statuses import status_word
from instroom.core.texts import Texts
from instroom.drawing.canvas import DRAWN, PETROL, Drawing, Status

_SPACE = 3.0
#: How long an unknown part is beside parts that are drawn to scale.
_UNKNOWN = 24.0
#: The same with the space before it.
ROOM_UNKNOWN = _UNKNOWN + _SPACE
#: The other parts, from first to last; they differ in greyscale too.
_TINTS = ("#8FB5BB", "#A9C8CD", "#C0D7DA", "#D3E3E5")


@dataclass(frozen=True, slots=True)
class FlowPart:
    """One part of a step; ``count_text`` is finished text, ``share`` is of the step (0-1).

    ``share_text`` is written instead of the share, for a part that is a share of something else.
    ``onward`` is a way on which people learn further.
    """

    label: str
    count_text: str = ""
    share: float | None = None
    emphasis: bool = False
    status: Status = "ok"
    low: float | None = None
    high: float | None = None
    share_text: str | None = None
    onward: bool = False

    @property
    def middle(self) -> float | None:
        """The share it is drawn with; None when it is not known."""
        if self.status not in DRAWN:
            return None
        if self.share is not None:
            return self.share
        return None if self.low is None or self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One moment in school life.

    ``gap_note``: why nothing joins it to the step before; without it another group at the same
    date, a thin neutral sign.
    ``people`` is how many its known parts are together; bars are as long as they are many.
    ``whole``: what is written above a bar from which bands go to each of the parts; those are
    shares of it, and their widths have a scale of their own.
    """

    id: str
    heading: str
    parts: tuple[FlowPart, ...] = ()
    note: str = ""
    status: Status = "ok"
    place_note: str = ""
    gap_note: str = ""
    people: float | None = None
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part with the place of its bar: start and size along the bar."""

    part: FlowPart
    start: float
    size: float
    tint: str

    def fill(self, drawing: Drawing) -> str:
        """Petrol for the part it is about, a tint for the rest, hatch for the unknown."""
        if self.part.middle is None:
            return drawing.hatch
        return PETROL if self.part.emphasis else self.tint

    @property
    def blur(self) -> tuple[float, float]:
        """Where the uncertain end of a bounded part starts and how long it is."""
        part = self.part
        if part.share is not None or part.low is None or part.high is None or not part.middle:
            return 0.0, 0.0
        length = (part.high - part.low) / part.middle * self.size
        return self.start + self.size - length / 2, length if part.emphasis else 0.0


def lengths(steps: Sequence[FlowStep], full: float) -> list[float]:
    """Return how long the bar of every step is: in proportion to its people, the largest ``full``.

    A step whose people were not counted has no length of its own, only that of what is unknown;
    without any count all are ``full``.

    Examples
    --------
    >>> lengths([FlowStep("a", "A", people=40), FlowStep("b", "B", people=10)], 200)
    [200.0, 50.0]
    """
    most = max((step.people or 0.0 for step in steps), default=0.0)
    if not most:
        return [float(full)] * len(steps)
    return [full * (step.people or 0.0) / most for step in steps]


def pieces_of(step: FlowStep, length: float) -> list[Piece]:
    """Divide a bar; of unknown parts nobody knows the size, so all have the same, to be seen.

    In a bar without a scale they share what is left, with a least size.
    """
    parts = step.parts or (FlowPart("", status=step.status if step.status != "ok" else "missing"),)
    unknown = [part for part in parts if part.middle is None]
    counted = step.people is not None or not length
    known = sum(part.middle or 0 for part in parts)
    room = length - _SPACE * (len(parts) - 1 - (len(unknown) if counted else 0))
    left = 0.0 if counted else max(1 - known, 0.12 * len(unknown)) if unknown else 0.0
    scale = max(room, 0.0) / (known + left or 1)
    found, start, soft = [], 0.0, 0
    for part in parts:
        size = _UNKNOWN
        if part.middle is not None or not counted:
            share = part.middle if part.middle is not None else left / len(unknown)
            size = max(share * scale, 1.5)
        found.append(Piece(part, start, size, _TINTS[min(soft, len(_TINTS) - 1)]))
        soft += not part.emphasis
        start += size + _SPACE
    return found


def written(part: FlowPart, texts: Texts) -> list[str]:
    """Write count and share, or the word that says why there is none."""
    if part.middle is None:
        return [status_word(part.status, texts)]
    if part.share_text is not None:
        share = part.share_text
    elif part.share is not None:
        share = texts.percent(part.share)
    else:
        share = texts.percent(part.low or 0, part.high)
    return [text for text in (part.count_text, share) if text]
