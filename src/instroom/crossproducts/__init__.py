"""Rows about people as sums per group: made once, added up over places, enough for the models."""
