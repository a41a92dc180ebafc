"""Files of one folder whose columns have the same types, as one table of the cluster."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tongxin.batch.dialects import SPARK
from tongxin.batch.inputs import Input
from tongxin.batch.request import Request
from tongxin.batch.sheets import MOST_PLACES, Sheets
from tongxin.batch.spark_session import Cluster

PATTERN = re.compile(r"([\[\]{}*?\\])")


@dataclass(frozen=True, slots=True)
class Group:
    """Like files; `query` yields their rows, with `f` and `r` for the file and the place of each in it."""

    inputs: tuple[Input, ...]
    types: tuple[str, ...]
    query: str

    @property
    def place(self) -> str:
        """Where the parts of the group stand: a folder beside those that the files' own parts would have."""
        return place_of(self.inputs)

    def named(self, address: str) -> str:
        """The name of the file that the cluster knows by `address`."""
        paths = {str(each.path.resolve()): each.name for each in self.inputs}
        path = "/" + address.partition(":")[2].lstrip("/")
        return paths.get(path) or paths[unquote(path)]


def place_of(inputs: Sequence[Input]) -> str:
    mark = hashlib.sha256("\n".join(each.name for each in inputs).encode()).hexdigest()[:12]
    return (Path(inputs[0].name).parent / f"spark-{mark}").as_posix()


def group(cluster: Cluster, request: Request, inputs: Sequence[Input], *, types: Sequence[str]) -> Group:
    """The group of `inputs`, ready to be asked."""
    view = f"sheets_{place_of(inputs).rpartition('-')[2]}"
    given = inputs[0].given
    own = [request.id_column, *request.columns]
    names = ["id", *(f"c{index}" for index in range(len(request.columns)))]
    chosen = [f"{SPARK.name(column)} AS {alias}" for column, alias in zip(own, names, strict=True)]
    chosen += [
        f"{SPARK.quoted(given[column]) if column in given else SPARK.name(column)} AS x{index}"
        for index, column in enumerate(request.more)
    ]
    frame = cluster.session.read.parquet(*(address(each.path) for each in inputs))
    frame.selectExpr(*chosen, "_metadata.file_path AS f", "_metadata.row_index AS r").createOrReplaceTempView(view)
    return Group(inputs=tuple(inputs), types=tuple(types), query=f"SELECT * FROM {view}")


def address(path: Path) -> str:
    """A file as the cluster is asked for it, where some characters stand for others unless escaped."""
    return "file://" + PATTERN.sub(r"\\\1", str(path.resolve()))


def counted(cluster: Cluster, found: Group, sheets: Sheets) -> dict[str, tuple[int, dict[str, int]]]:
    """For each file its rows and the impossible cells of each column that has some."""
    doubtful = [(column, cell) for column, cell in sheets.columns if cell.present != cell.known]
    counts = "".join(f", count({cell.present}) - count({cell.known})" for _, cell in doubtful)
    rows = cluster.rows(f"SELECT f, count(*){counts} FROM ({found.query}) GROUP BY f")
    empty: dict[str, tuple[int, dict[str, int]]] = {each.name: (0, {}) for each in found.inputs}
    return empty | {
        found.named(file): (int(many), {c: int(n) for (c, _), n in zip(doubtful, wrong, strict=True) if n})
        for file, many, *wrong in rows
    }


def first_places(
    cluster: Cluster, found: Group, sheets: Sheets, columns: Sequence[str]
) -> dict[tuple[str, str], list[int]]:
    """The first rows, counted from 1, where one of `columns` of a file holds an impossible code; all in one job."""
    cells = dict(sheets.columns)
    numbered = "row_number() OVER (PARTITION BY f ORDER BY r) AS k"
    ranked = [
        f"SELECT {place} AS c, f, r, {numbered} FROM ({found.query}) WHERE {cells[column].rejected}"
        for place, column in enumerate(columns)
    ]
    joined = " UNION ALL ".join(ranked)
    places: dict[tuple[str, str], list[int]] = {}
    for place, file, row in cluster.rows(f"SELECT c, f, r FROM ({joined}) WHERE k <= {MOST_PLACES} ORDER BY c, f, r"):
        places.setdefault((found.named(file), columns[place]), []).append(int(row) + 1)
    return places
