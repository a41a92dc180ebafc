"""PHQ-9 by hand in polars, streaming from Parquet to Parquet: `python phq9_polars.py SOURCE OUT`."""

import sys
from functools import reduce
from operator import add

import polars as pl

items = [pl.col(f"q{number}").cast(pl.Int16) for number in range(1, 10)]
total, alarm = pl.col("total"), pl.col("q9") >= 1
bands = pl.Enum(["minimal", "mild", "moderate", "moderately_severe", "severe"])
band = (
    pl.when(total >= 20).then(pl.lit("severe", bands)).when(total >= 15).then(pl.lit("moderately_severe", bands))
    .when(total >= 10).then(pl.lit("moderate", bands)).when(total >= 5).then(pl.lit("mild", bands))
    .when(total >= 0).then(pl.lit("minimal", bands))
)
status = pl.when(total.is_null()).then(pl.lit("incomplete")).otherwise(pl.lit("ok"))
(
    pl.scan_parquet(sys.argv[1])
    .select("id", "q9", total=reduce(add, items).cast(pl.Int32),
            phq_2=reduce(add, items[:2]).cast(pl.Int32), phq_8=reduce(add, items[:8]).cast(pl.Int32))
    .select(
        "id", "total", "phq_2", "phq_8", band=band.cast(pl.String), status=status,
        alerts=pl.when(alarm).then(pl.lit("suicide_ideation")).otherwise(pl.lit("")),
    )
    .sink_parquet(sys.argv[2], compression="snappy")
)
