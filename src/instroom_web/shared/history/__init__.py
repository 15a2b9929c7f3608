"""Who changed what, when, from what to what: written with the change itself."""
