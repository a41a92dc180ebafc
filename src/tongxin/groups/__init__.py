"""Group counselling as stored: who leads, who takes part, which meetings there are, and what was looked at in supervision."""
