"""What schools state once a year: asked, kept with its history, and counted."""
