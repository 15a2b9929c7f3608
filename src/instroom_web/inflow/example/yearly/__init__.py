"""What schools of the invented region state once a year."""
