"""Every command as a function with the same name and arguments.

Names are looked up when they are first used, so that reading a file does not wait for the
drawing tools.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instroom.monitoring.pipeline import pipeline
    from instroom.monitoring.questions import explain, series
    from instroom.reports.files import export
    from instroom.reports.goals import kpi
    from instroom.reports.site import compute, demo
    from instroom.sources.example import example
    from instroom.sources.fetch import fetch
    from instroom.sources.read import read
    from instroom.sources.store import check

_HOME = {
    "check": "instroom.sources.store",
    "compute": "instroom.reports.site",
    "demo": "instroom.reports.site",
    "example": "instroom.sources.example",
    "explain": "instroom.monitoring.questions",
    "export": "instroom.reports.files",
    "fetch": "instroom.sources.fetch",
    "kpi": "instroom.reports.goals",
    "pipeline": "instroom.monitoring.pipeline",
    "read": "instroom.sources.read",
    "series": "instroom.monitoring.questions",
}

__all__ = [
    "check",
    "compute",
    "demo",
    "example",
    "explain",
    "export",
    "fetch",
    "kpi",
    "pipeline",
    "read",
    "series",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"instroom.api has no command '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
