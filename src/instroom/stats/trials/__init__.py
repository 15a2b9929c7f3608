"""Planning and judging a comparison: power, effect sizes, attrition, several outcomes."""
