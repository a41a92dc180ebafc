"""PHQ-9 by hand in DuckDB, from Parquet to Parquet: `python phq9_duckdb.py SOURCE OUT`."""

import sys

import duckdb

items = [f"q{number}" for number in range(1, 10)]
words = ["severe", "moderately_severe", "moderate", "mild", "minimal"]
bands = f"ENUM ({', '.join(map(repr, words))})"
lowest = zip((20, 15, 10, 5, 0), words, strict=True)
edges = " ".join(f"WHEN total >= {edge} THEN {word!r}::{bands}" for edge, word in lowest)
duckdb.execute("SET memory_limit = '512MB'")
duckdb.execute(f"""
    COPY (
        SELECT id, total, (q1 + q2)::INTEGER AS phq_2, ({' + '.join(items[:8])})::INTEGER AS phq_8,
            CASE {edges} END AS band,
            CASE WHEN total IS NULL THEN 'incomplete'::ENUM ('incomplete', 'ok')
                ELSE 'ok'::ENUM ('incomplete', 'ok') END AS status,
            CASE WHEN q9 >= 1 THEN 'suicide_ideation'::ENUM ('', 'suicide_ideation')
                ELSE ''::ENUM ('', 'suicide_ideation') END AS alerts
        FROM (SELECT *, ({' + '.join(items)})::INTEGER AS total FROM read_parquet('{sys.argv[1]}'))
    ) TO '{sys.argv[2]}' (FORMAT parquet)
""")
