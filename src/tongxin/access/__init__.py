"""The one door that decides who sees what: lists and single records by the same query (spine B7, C8)."""
