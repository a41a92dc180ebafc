"""One comparison of `left.parquet` and `right.parquet` in a folder, from files to pairs of row numbers in a file.

`python -m benchmarks.linkage_run ours|stock FOLDER OUT`
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

# What Splink's own guide advises to merge without looking.
CERTAIN = 0.99
SAMPLED = 5_000_000.0


def ours(folder: Path, out: Path) -> None:
    """Our answer: every pair with its verdict."""
    from tongxin import linkage

    result = linkage.compare(folder / "left.parquet", folder / "right.parquet", engine="splink")
    print(f"pairs looked at {result.looked_at:,}, keys left aside {result.skipped:,}, {result.counts}")
    met = [each for each in result.settled if each.left is not None and each.right is not None]
    columns = {
        "l": pa.array([each.left for each in met], pa.int64()),
        "r": pa.array([each.right for each in met], pa.int64()),
        "merged": pa.array([each.verdict == "same" for each in met]),
    }
    pq.write_table(pa.table(columns), out)


def stock(folder: Path, out: Path) -> None:
    """Splink as its guide shows it: library comparisons, random sampling, two passes of expectation maximisation."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    with duckdb.connect() as connection:
        for side in ("left", "right"):
            connection.execute(
                f"CREATE TABLE {side}_list AS SELECT file_row_number AS unique_id, name, sex, birth, "
                "nullif(id_no, '') AS id_no, phone, guardian, division, substr(name, 1, 1) AS surname "
                f"FROM read_parquet('{folder / side}.parquet', file_row_number = true)"
            )
        settings = SettingsCreator(
            link_type="link_only",
            comparisons=[
                cl.JaroWinklerAtThresholds("name", [0.9, 0.7]),
                cl.ExactMatch("sex"),
                cl.DateOfBirthComparison("birth", input_is_string=True),
                cl.LevenshteinAtThresholds("id_no", 2),
                cl.ExactMatch("phone"),
                cl.JaroWinklerAtThresholds("guardian", [0.9]),
                cl.ExactMatch("division"),
            ],
            blocking_rules_to_generate_predictions=[
                block_on("id_no"), block_on("name", "birth"), block_on("phone", "birth"), block_on("name", "phone"),
                block_on("birth", "division"),
            ],
            retain_matching_columns=False,
        )
        engine = DuckDBAPI(connection)
        tables = [engine.register(f"{side}_list", dataset_display_name=f"{side}_side") for side in ("left", "right")]
        linker = Linker(tables, settings)
        linker.training.estimate_probability_two_random_records_match([block_on("id_no")], recall=0.9)
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED)
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("id_no"))
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("name", "birth"))
        found = linker.inference.predict(threshold_match_probability=0.5).physical_name
        query = f"SELECT unique_id_l AS l, unique_id_r AS r, match_probability >= {CERTAIN} AS merged FROM {found}"
        connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")


if __name__ == "__main__":
    {"ours": ours, "stock": stock}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
