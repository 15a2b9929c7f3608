"""Rounded figures: what is shown, and what it tells."""

from instroom.core.errors import DataError
from instroom.core.messages import Message


def check(step: int | None, threshold: float) -> None:
    """Refuse a step that cannot protect, or that gives back less than the threshold hides.

    Raises
    ------
    DataError
        When the step is no whole number of at least 2, or not below the threshold.
    """
    if step is None:
        return
    if isinstance(step, bool) or int(step) != step or step < 2:
        raise DataError(
            "figures are rounded to a whole number of people",
            code="round",
            found=str(step),
            expected=Message("2 or more, for example 5"),
        )
    if threshold <= step:
        raise DataError(
            "the threshold must be larger than the step of rounding",
            code="round",
            found=Message(
                "threshold {threshold:g}, rounded to {step}", threshold=threshold, step=step
            ),
            expected=Message("a threshold of at least {value}", value=step + 1),
            hint=Message("a hidden figure would be as narrow as a rounded one that is shown"),
        )


def rounded(n: float, step: int) -> dict[str, int]:
    """Return the nearest multiple of the step with the least and most people it stands for.

    Every figure is rounded by itself, so rounded figures need not add up. Halves (only with an
    even step) go up.

    Examples
    --------
    >>> rounded(12, 5), rounded(13, 5), rounded(0, 5)
    ({'n': 10, 'lo': 8, 'hi': 12}, {'n': 15, 'lo': 13, 'hi': 17}, {'n': 0, 'lo': 0, 'hi': 2})
    """
    shown = int((2 * n + step) // (2 * step)) * step
    below = step // 2
    return {"n": shown, "lo": max(0, shown - below), "hi": shown + (step - 1) // 2}


def told(lo: float, hi: float, threshold: float) -> tuple[float, float]:
    """Return the interval for a reader who knows the rule that 1 to threshold - 1 is hidden.

    Examples
    --------
    >>> told(8, 12, 10), told(0, 2, 10), told(23, 27, 10)
    ((10, 12), (0, 0), (23, 27))
    """
    if lo < threshold <= hi:
        return threshold if lo > 0 else lo, hi
    return (lo, 0) if lo == 0 and hi < threshold else (lo, hi)
