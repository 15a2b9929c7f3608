"""Yes-or-no outcomes: logits with and without schools, and effects in percentage points."""
