"""`tongxin indicators compute FOLDER…`: all figures over exported facts, with DuckDB, as one table."""

import csv
import sys
from datetime import date
from pathlib import Path

from tongxin.core.indicators import KIND, read
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators import nation
from tongxin.indicators.tables import rows_of
from tongxin.lib import definitions, places
from tongxin.lib.arguments import Parser

REFUSED = 2


def main(argv: list[str]) -> int:
    """0 when the table was written; 2 when nothing could be read or the days are no period."""
    parser = Parser(prog="tongxin indicators compute", description="由导出的事实算出全部指标")
    parser.add_argument("folders", type=Path, nargs="+", help="导出的文件夹，可以是几个县区的")
    parser.add_argument("--first", required=True, help="统计期第一天，如 2025-01-01")
    parser.add_argument("--last", required=True, help="统计期最后一天")
    parser.add_argument("--level", choices=LEVELS, default="county", help="算到哪一级")
    parser.add_argument("--to", type=Path, required=True, help="写到哪个 csv 文件")
    options = parser.parse_args(argv)
    try:
        first, last = date.fromisoformat(options.first), date.fromisoformat(options.last)
    except ValueError:
        print("没有算：日期要写成 2025-01-01 的样子。", file=sys.stderr)
        return REFUSED
    if first > last or not all(each.is_dir() for each in options.folders):
        print("没有算：第一天要在最后一天以前，文件夹要是 indicators export 写出的。", file=sys.stderr)
        return REFUSED
    library = definitions.load_all(places.definitions_folder())
    groups = [
        read(definitions.resolve(library, KIND, id, regions=(), on=last).content) for id in library.ids(KIND)
    ]
    figures = nation.compute(groups, options.folders, first=first, last=last, lowest=options.level)
    rows = rows_of(groups, figures, nation.names(options.folders), lowest=options.level)
    with options.to.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    print(f"算出 {len(figures)} 个指标，{len(rows) - 1:,} 行，写在 {options.to}。")
    return 0
