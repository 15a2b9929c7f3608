"""Versions of the invented region, which nobody entered."""
