"""How well a scale measures: reliability, one factor, the same for all groups, raters."""
