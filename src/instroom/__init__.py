"""Instroom: run a regional technology programme and tell honestly whether it works.

The chapters follow the programme outline of Twente (Programmacontouren Instroom Technologie,
2024): ``region``, ``programme``, ``inflow``, ``monitoring``, ``learning``. Read in that order;
imports run in that order too.
"""

__version__ = "0.1.0"
