"""What studies say together: meta-analysis, also of dependent effects and with a prior."""
