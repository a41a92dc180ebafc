"""Everything that wasn't understood, as a table to work through: file, row, column, what is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from tongxin.batch.folder import FolderOutcome
from tongxin.batch.manifest import settle
from tongxin.batch.sheets import MOST_PLACES
from tongxin.batch.writing import FORMULA

PROBLEMS = "problems.csv"
HEAD = ("文件", "行", "列", "问题")


def write_problems(outcome: FolderOutcome, out: Path) -> int:
    """How many lines the list in `out` has now; it holds places, never what stands there."""
    rows = list(_rows(outcome))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEAD, *([_harmless(cell) for cell in row] for row in rows)])
    settle(out / PROBLEMS, text.getvalue().encode("utf-8-sig"))
    return len(rows)


def _rows(outcome: FolderOutcome) -> Iterator[tuple[str, str, str, str]]:
    for name, zh in outcome.failures.items():
        yield name, "", "", f"整个文件没有计分：{zh}"
    for part in outcome.parts:
        for row in part.dropped:
            yield part.name, str(row), "", "格数比表头多，分不清哪一格是哪一题，这一行没有计分"
        for row in part.short:
            yield part.name, str(row), "", "格数比表头少，缺的格按未作答处理；中间漏一格，后面的答案会错位，请核对原表"
        for column, (cells, rows) in part.rejections.items():
            rest = f"（这一列共 {cells} 格，只列前 {MOST_PLACES} 格）" if cells > len(rows) else ""
            for row in rows:
                yield part.name, str(row), column, f"不在量表选项里，按未作答处理{rest}"
    for places in outcome.repeats.places:
        for name, row in places:
            others = "、".join(f"{file} 第 {number} 行" for file, number in places if (file, number) != (name, row))
            yield name, str(row), "", f"编号重复：另见 {others}"


def _harmless(cell: str) -> str:
    return f"'{cell}" if re.match(FORMULA, cell) else cell
