"""Pages: blocks in a fixed order, written from published figures in one language."""
