"""Files as they should not come in: made from good ones, each with what may be done with it."""

from dataclasses import dataclass
from typing import Literal

#: ``refuse``: stored under no name. ``same``: the figures of the file it was made from.
#: ``flag``: refused, or read with a warning more. ``any``: whatever is said, nothing breaks.
Wanted = Literal["refuse", "same", "flag", "any"]


@dataclass(frozen=True, slots=True)
class Case:
    """One file: its name, its bytes, what is wanted of it and what it was made from.

    ``source`` is what the reader is told it is (``--source``), ``base`` the name of the good file.
    """

    name: str
    data: bytes
    wanted: Wanted
    source: str | None = None
    base: str | None = None
