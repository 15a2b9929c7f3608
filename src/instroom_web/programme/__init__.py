"""What the programme promised, and what people entered: versions that a second person approves."""
