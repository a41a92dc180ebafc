"""`tongxin exports trace FILE`: which copy of which export a table that turned up comes from."""

import csv
import io
import json
from pathlib import Path
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook

from tongxin.exports.table import EXACT
from tongxin.flows import export_tracing
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

LABELS = frozenset({"档案编号", "代号", "file_no", "label"})
# Headings of columns behind whose words no blank is ever put.
PLAIN_HEADS = frozenset({"证件号码", "出生日期", "联系电话", *EXACT})
ENOUGH = 0.95
FEW = 10


def main(argv: list[str]) -> int:
    """Say which copies fit best, and how surely."""
    parser = Parser(prog="tongxin exports trace", description="查一份流出的表是哪一次下载的")
    parser.add_argument("file", type=Path, help="流出的表：xlsx、csv 或 json")
    options = parser.parse_args(argv)
    rows = marks_in(options.file)
    found = export_tracing.trace(rows, at=clock.now())
    if len(rows) < FEW:
        print(f"只有 {len(rows)} 行，太少，下面的结果不能作准。")
    for each in found:
        sure = "吻合" if each.weight >= ENOUGH else "不吻合"
        fits = f"行的次序 {each.order:.0%}，空格 {each.blanks:.0%}"
        print(f"{each.export} 第 {each.number} 份：{fits}（{sure}；碰巧约 50%）")
    if not found:
        print("登记里没有下载过的份数。")
    return 0


def marks_in(file: Path) -> list[tuple[str, bool]]:
    """Each row's own word with whether a blank stands behind the first word that may carry one."""
    table = _rows(file)
    start = next((at for at, line in enumerate(table) if LABELS & set(line)), None)
    if start is None:
        raise Fault("表里没有“档案编号”或“代号”这一列，查不出。")
    heads = table[start]
    label = next(at for at, head in enumerate(heads) if head in LABELS)
    carrier = next((at for at, head in enumerate(heads) if at > label and head not in PLAIN_HEADS), label)
    return [
        (line[label].strip(), line[carrier].endswith(" ")) for line in table[start + 1 :]
        if len(line) > carrier and line[label].strip()
    ]


def _rows(file: Path) -> list[list[str]]:
    try:
        content = file.read_bytes()
        if file.suffix == ".json":
            rows = json.loads(content)["rows"]
            return [list(rows[0]), *([str(word) for word in row.values()] for row in rows)] if rows else []
        if file.suffix == ".csv":
            return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [[str(cell) for cell in line] for line in sheet.to_python()]
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, CalamineError):
        raise Fault(f"{file.name} 读不出来。请用解开的 xlsx、csv 或 json。") from None
