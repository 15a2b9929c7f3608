"""Who is who in the region: organisations, people's place in them, and whom to write to."""
