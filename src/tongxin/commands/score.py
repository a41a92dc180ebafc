"""`tongxin score`: a file of answer sheets in, a file of totals, bands and alarms out."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tongxin.batch.cells import canonical
from tongxin.batch.errors import TableError
from tongxin.batch.score import Outcome, score_table
from tongxin.core.instruments import DefinitionError, Instrument, read
from tongxin.lib.arguments import Parser
from tongxin.lib.places import definitions_folder
from tongxin.lib.strict_yaml import DefinitionFault, load

USAGE = "tongxin score 量表 文件 --columns 列1,列2,… --id 编号列 [--recode 1=0,2=1,…] -o 输出文件"
REJECTED = 3
REFUSED = 2


class _Refused(Exception):
    """What the command was not given right."""


def main(argv: Sequence[str]) -> int:
    """0 when every cell was understood, 3 when cells were rejected, 2 when nothing could be done."""
    asked = _parser().parse_args(list(argv))
    try:
        instrument = _instrument(asked.instrument)
        outcome = score_table(
            instrument,
            asked.file,
            asked.out,
            columns=_names(asked.columns),
            id_column=asked.id,
            recode=_recode(asked.recode),
        )
    except (_Refused, TableError, DefinitionFault) as refused:
        print(f"没有计分：{refused}", file=sys.stderr)
        return REFUSED
    except OSError as failed:
        print(f"没有计分：文件读不了或写不下（{failed.strerror}）。没有写出任何结果。", file=sys.stderr)
        return REFUSED
    _report(instrument, outcome, asked.out)
    _remark(outcome, _recode(asked.recode))
    return REJECTED if outcome.rejections else 0


def _parser() -> Parser:
    parser = Parser(prog="tongxin score", usage=USAGE, description="按量表定义给整个文件计分。")
    parser.add_argument("instrument", metavar="量表", help="量表代码，如 phq9、phq_a、gad7、who5")
    parser.add_argument("file", metavar="文件", type=Path, help=".csv、.parquet 或 .xlsx")
    parser.add_argument("--columns", required=True, metavar="列", help="按印刷顺序写出各题的列名，用逗号隔开")
    parser.add_argument("--id", required=True, metavar="列", help="编号列，原样写进结果")
    parser.add_argument(
        "--recode", default="", metavar="对照", help="文件里的代码=量表的代码；“9=”表示 9 是缺答"
    )
    parser.add_argument(
        "-o", "--out", required=True, metavar="输出", type=Path, help=".csv、.parquet 或 .xlsx"
    )
    return parser


def _instrument(asked: str) -> Instrument:
    """The instrument whose id is `asked`, however its parts are joined."""
    folders = sorted(path.parent for path in (definitions_folder() / "instruments").glob("*/instrument.yaml"))
    found = next((folder for folder in folders if _plain(folder.name) == _plain(asked)), None)
    if found is None:
        known = "、".join(folder.name for folder in folders) or "（定义文件夹里没有量表）"
        raise _Refused(f"没有量表“{asked}”。可用：{known}。")
    document = load(found / "instrument.yaml", name=f"definitions/instruments/{found.name}/instrument.yaml")
    try:
        return read(document.content)
    except DefinitionError as error:
        raise document.fault(error.path, error.zh, error.cure) from None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def _names(text: str) -> list[str]:
    names = [name.strip() for name in next(csv.reader([text]), [])]
    if "" in names or not names:
        raise _Refused("--columns 里有空的列名。请用逗号隔开，不留空；列名里有逗号就加英文双引号。")
    return names


def _recode(text: str) -> dict[str, str]:
    recode: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else []:
        source, equals, target = pair.partition("=")
        if not equals or not source.strip():
            raise _Refused(f"--recode 里的“{pair}”看不懂。写成 1=0,2=1；“9=”表示 9 是缺答。")
        if recode.get(source.strip(), target.strip()) != target.strip():
            raise _Refused(f"--recode 里“{source.strip()}”写了两次。请只留一个。")
        recode[source.strip()] = target.strip()
    return recode


def _report(instrument: Instrument, outcome: Outcome, out: Path) -> None:
    print(f"{instrument.zh}：{outcome.rows} 行已写入 {out.name}。", file=sys.stderr)
    if outcome.unasked:
        print(f"注意：没有第 {'、'.join(outcome.unasked)} 题的列，这些危险条目没有检查。", file=sys.stderr)
    if outcome.rejections:
        cells = sum(rejection.cells for rejection in outcome.rejections)
        print(f"有 {cells} 格的代码不在量表选项里，按未作答处理，没有当作 0：", file=sys.stderr)
    for rejection in outcome.rejections:
        place = f"第一处在第 {rejection.first_row} 行数据"
        print(f"  “{rejection.column}”列 {rejection.cells} 格（{place}）", file=sys.stderr)
    if outcome.rejections:
        print("请核对原表；若代码另有约定，用 --recode 写明后重新计分。", file=sys.stderr)


def _remark(outcome: Outcome, recode: dict[str, str]) -> None:
    """What is odd, in counts: an id may be a person's, so none is shown."""
    found = outcome.remarks
    if found.unused:
        unused = "、".join(f"{code}={to}" for code, to in recode.items() if canonical(code) in found.unused)
        zh = f"注意：--recode 里有 {len(found.unused)} 项没有用到：{unused}。各列里没有这些代码，请核对是不是写错了。"
        print(zh, file=sys.stderr)
    if found.repeated_ids:
        zh = f"注意：编号列有 {found.repeated_ids} 个编号重复，共 {found.repeated_rows} 行；"
        print(f"{zh}每一行都已计分写出，没有合并。", file=sys.stderr)
    if found.nameless_rows:
        print(f"注意：有 {found.nameless_rows} 行没有编号；都已计分写出，但认不出是谁的。", file=sys.stderr)
