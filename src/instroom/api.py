"""Every command as a function with the same name and arguments, and three about scales.

Names are looked up when they are first used, so that reading a file does not wait for the
drawing tools.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instroom.learning.meta import meta
    from instroom.monitoring.effects import effect
    from instroom.monitoring.pipeline import pipeline
    from instroom.monitoring.planning import power
    from instroom.monitoring.questions import series
    from instroom.monitoring.scale_questions import dif, graded, invariance
    from instroom.monitoring.scales import reliability
    from instroom.monitoring.sums import compress
    from instroom.privacy.suppression import protect
    from instroom.reports.files import export
    from instroom.reports.goals import kpi
    from instroom.reports.paper.writing import paper
    from instroom.reports.rehearsal import example
    from instroom.reports.releases import explain, releases
    from instroom.reports.site import compute, demo
    from instroom.reports.upkeep import check
    from instroom.sources.fetch import fetch
    from instroom.sources.read import read

_HOME = {
    "check": "instroom.reports.upkeep",
    "compress": "instroom.monitoring.sums",
    "compute": "instroom.reports.site",
    "demo": "instroom.reports.site",
    "dif": "instroom.monitoring.scale_questions",
    "effect": "instroom.monitoring.effects",
    "example": "instroom.reports.rehearsal",
    "explain": "instroom.reports.releases",
    "export": "instroom.reports.files",
    "fetch": "instroom.sources.fetch",
    "graded": "instroom.monitoring.scale_questions",
    "invariance": "instroom.monitoring.scale_questions",
    "kpi": "instroom.reports.goals",
    "meta": "instroom.learning.meta",
    "paper": "instroom.reports.paper.writing",
    "pipeline": "instroom.monitoring.pipeline",
    "power": "instroom.monitoring.planning",
    "protect": "instroom.privacy.suppression",
    "read": "instroom.sources.read",
    "releases": "instroom.reports.releases",
    "reliability": "instroom.monitoring.scales",
    "series": "instroom.monitoring.questions",
}

__all__ = [
    "check",
    "compress",
    "compute",
    "demo",
    "dif",
    "effect",
    "example",
    "explain",
    "export",
    "fetch",
    "graded",
    "invariance",
    "kpi",
    "meta",
    "paper",
    "pipeline",
    "power",
    "protect",
    "read",
    "releases",
    "reliability",
    "series",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"instroom.api has no command '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
