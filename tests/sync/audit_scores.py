"""What the fault suite counts, and what must be nothing."""

SCORES = ("lost", "overwritten", "duplicated", "unexplained")
