"""One small module per layout that is no plain table, found by its name."""
