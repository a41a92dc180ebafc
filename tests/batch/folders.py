"""Folders of answer sheets as a province sends them, and what came of scoring them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tests.batch.answer_files import HEAD, NINE, write_text
from tongxin.commands.score import main


def school(folder: Path, name: str, rows: list[list[Any]], **more: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(path, rows, **more)


def parquet(
    folder: Path, name: str, first: int, count: int, *, cell: str = "(range % 4)::TINYINT", rest: str = ""
) -> Path:
    """`count` sheets with ids from `first` on; `cell` answers each item, or the first two where there is a `rest`."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = ", ".join(f"{cell if place < 2 or not rest else rest} AS {column}" for place, column in enumerate(NINE))
    duckdb.sql(f"SELECT range AS 编号, {cells} FROM range({first}, {first + count})").write_parquet(str(path))
    return path


def run(*paths: Path, out: Path, more: tuple[str, ...] = (), name: str = "phq9") -> int:
    asked = [name, *map(str, paths), "--columns", ",".join(NINE), "--id", "编号", "-o", str(out), *more]
    return main(asked)


def result(out: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    """The rows of a result, by id."""
    return duckdb.sql(f"SELECT {columns} FROM '{out}/parts/**/*.parquet' ORDER BY 编号").fetchall()


__all__ = ["HEAD", "NINE", "parquet", "result", "run", "school"]
