"""`tongxin screen report`: a scored result in, a page and a workbook of counts out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tongxin.batch.engines import Limits, limits
from tongxin.batch.errors import TableError
from tongxin.batch.report import PAGE, WORKBOOK, write_report
from tongxin.commands.score_instruments import instrument_named, instruments, smallest_told
from tongxin.core.instruments import Instrument
from tongxin.lib.arguments import Parser
from tongxin.lib.strict_yaml import DefinitionFault

REFUSED = 2


def main(argv: Sequence[str]) -> int:
    """0 when the summary stands in its folder, 2 when it could not be made."""
    wanted = _parser().parse_args(list(argv))
    try:
        known: Mapping[str, Instrument] = instruments()
        named = instrument_named(wanted.instrument)[0].id if wanted.instrument else ""
        summary = write_report(
            known,
            wanted.result,
            wanted.out,
            instrument=named,
            by=[name.strip() for name in next(csv.reader([wanted.by]), []) if name.strip()],
            at_least=smallest_told(),
            bounds=limits(wanted.memory) if wanted.memory else Limits(),
        )
    except (TableError, DefinitionFault) as refused:
        print(f"没有汇总：{refused}", file=sys.stderr)
        return REFUSED
    except OSError as failed:
        print(f"没有汇总：文件读不了或写不下（{failed.strerror}）。", file=sys.stderr)
        return REFUSED
    print(f"{summary.rows} 份答卷的汇总已写入 {wanted.out.name}：{PAGE}、{WORKBOOK}。", file=sys.stderr)
    return 0


def _parser() -> Parser:
    usage = "tongxin screen report 结果 [--instrument 量表] [--by 列,…] [--memory 512M] -o 文件夹"
    zh = "把计分结果汇总成网页和工作簿，没有姓名和编号。"
    parser = Parser(prog="tongxin screen report", usage=usage, description=zh)
    parser.add_argument("result", metavar="结果", type=Path, help="tongxin score 写出的文件夹，或 .parquet、.csv")
    parser.add_argument("--instrument", default="", metavar="量表", help="结果是单个文件时写明量表代码")
    parser.add_argument("--by", default="", metavar="列", help="按哪些列汇总；不写则按计分时的 --by")
    parser.add_argument("--memory", default="", metavar="大小", help="可用的内存，不写为 512M")
    parser.add_argument("-o", "--out", required=True, metavar="文件夹", type=Path, help="写到哪个文件夹")
    return parser
