"""Programmalijn 1: Instroom & Behoud. What is done so that more pupils choose technology."""
