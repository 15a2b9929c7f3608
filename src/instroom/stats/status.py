"""How a computation ended: the one closed list of every result in ``stats``.

A result has a ``status`` and a ``reason``: a :class:`~instroom.core.messages.Message` with its
values, or None. Sentences are made where words are made, in the reader's language (ADR 0039).
"""

from collections.abc import Sequence
from enum import StrEnum

from instroom.core.messages import Message, joined


class FitStatus(StrEnum):
    """How a computation ended.

    Examples
    --------
    >>> FitStatus.TOO_FEW == "too_few", f"{FitStatus.TOO_FEW}", FitStatus("ok")
    (True, 'too_few', 'ok')
    """

    #: Every number is there.
    OK = "ok"
    #: At the edge of what is possible: a variance of 0, or an outcome without an error.
    BOUNDARY = "boundary"
    #: Some numbers are lacking; ``reason`` says which.
    PARTIAL = "partial"
    #: Columns that repeat others were left out.
    RANK_DEFICIENT = "rank_deficient"
    #: Correlations were changed a little so that they can all be true together.
    SMOOTHED = "smoothed"
    #: Only bounds can be given.
    BOUNDED = "bounded"
    #: An interval has no end on some side.
    UNBOUNDED = "unbounded"
    #: A column predicts some answers without exception.
    SEPARATION = "separation"
    #: Too few rows, groups, pupils or studies.
    TOO_FEW = "too_few"
    #: The model cannot tell one solution from another.
    NOT_IDENTIFIED = "not_identified"
    #: No solution was found in the steps allowed.
    NOT_CONVERGED = "not_converged"
    #: There is nothing to compare here.
    NOT_APPLICABLE = "not_applicable"
    #: This question cannot be answered this way.
    NOT_SUPPORTED = "not_supported"

    def __repr__(self) -> str:
        """Return what JSON has: notebooks show results as they are."""
        return repr(self.value)


#: A search that ended where it should: its estimates are those asked for.
SOLVED = frozenset({FitStatus.OK, FitStatus.BOUNDARY})
#: There is an estimate; ``reason`` says what is lacking beside it. After any other status there
#: is none to rely on.
ESTIMATED = SOLVED | {
    FitStatus.PARTIAL, FitStatus.RANK_DEFICIENT, FitStatus.SMOOTHED, FitStatus.UNBOUNDED,
}  # fmt: skip


def together(reasons: Sequence[Message | None]) -> Message | None:
    """Return several reasons as one, or None when there is none.

    Examples
    --------
    >>> together([Message("Too few rows."), None, Message("No errors.")]), together([])
    ('Too few rows. No errors.', None)
    """
    said = [reason for reason in reasons if reason]
    return joined(" ", said) if said else None


#: Why there is no answer: a status and its reason.
Problem = tuple[FitStatus, Message]
#: How it ended, and what to say of it.
Verdict = tuple[FitStatus, Message | None]
