"""Initiatives, and what they do with pupils: who, when, for whom, and what companies gave."""
