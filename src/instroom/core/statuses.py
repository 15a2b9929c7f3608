"""The statuses of a figure: which come with a number, and the one word for the others.

How a computation ended is another list: :class:`instroom.stats.status.FitStatus`.
"""

from typing import Literal

from instroom.core.texts import Texts

Status = Literal[
    "ok", "bounded", "protected", "missing", "not_applicable", "too_few", "not_supported"
]
#: There is a number, or the bounds of one.
NUMBERED: frozenset[str] = frozenset(("ok", "bounded"))


def status_word(status: str, t: Texts) -> str:
    """Return the one word for a figure without a number.

    Examples
    --------
    >>> status_word("protected", Texts("nl")), status_word("missing", Texts("en"))
    ('afgeschermd', 'no figure')
    """
    words = {
        "protected": t("afgeschermd"),
        "not_applicable": t("niemand geteld"),
        "too_few": t("te weinig"),
        "not_supported": t("niet te berekenen"),
    }
    return words.get(status) or t("geen cijfer")
