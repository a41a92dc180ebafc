"""Forms that somebody began and has not handed in: sealed, theirs alone, never part of the record."""
