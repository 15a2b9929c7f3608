"""Activities of the invented region."""
