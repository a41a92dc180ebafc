"""People who help: clearances and what they open, qualifications, caseloads, teams, leave, and the county's counts."""
