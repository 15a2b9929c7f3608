"""What single items do: ordinal answers, items that work differently, graded responses."""
