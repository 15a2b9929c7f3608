"""Regiodeal Convenant · De opgave: who and where, and the figures of the challenge."""
