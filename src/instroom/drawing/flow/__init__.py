"""The flow of pupils: primary, secondary, profile, further study, at one reference date.

Drawn directly as SVG, not by Altair: Vega has no flow of bands, and labels, hatch and gaps each
need their own place. Bands go from a whole to its ways only where the same pupils are followed;
otherwise the steps stand apart and the picture says so.
"""

from instroom.drawing.flow.picture import pipeline
from instroom.drawing.flow.steps import FlowPart, FlowStep

__all__ = ["FlowPart", "FlowStep", "pipeline"]
