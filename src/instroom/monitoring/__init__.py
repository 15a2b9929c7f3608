"""Programmalijn 2: Monitoring & Evaluatie. Does it work, and how sure are we?"""
