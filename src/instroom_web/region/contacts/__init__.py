"""Whom to write to at an organisation: named for a purpose, looked at, and erased in time."""
