"""What all pages share: frame, look, words, error pages, security headers."""
