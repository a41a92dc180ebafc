"""Pages about people who help: numbers, persons, certificates, caseloads, leave, teams."""
