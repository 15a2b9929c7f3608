"""Rows of the invented region, which nobody recorded."""
