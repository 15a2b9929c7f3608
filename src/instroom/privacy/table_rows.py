"""Figures as people hand them over to be protected: rows with names of their own."""

from typing import Any

#: A figure of ``protect``: ``dims`` and ``n`` are looked at (and ``lo``, ``hi``,
#: ``contributions`` when they are there); every other name is the caller's and goes out as it
#: came in, so what it holds is not known here.
TableRow = dict[str, Any]
