"""Programmalijn Instroom Technologie: the goals (KPI's), who decides, by which criteria."""
