"""Errors that hold when pupils of one school hang together: robust, wild and resampled."""
