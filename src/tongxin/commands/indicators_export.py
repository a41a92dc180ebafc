"""`tongxin indicators export --to FOLDER`: this installation's facts as Parquet, without names or ids."""

import sys
from pathlib import Path
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.viewers import WORKER
from tongxin.indicators.exporting import export
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.vault import Owner

FACTS = Owner("facts", UUID(int=1))


def main(argv: list[str]) -> int:
    """0 when all sets were written; 2 when the folder is not empty."""
    parser = Parser(prog="tongxin indicators export", description="统计用的事实写成 Parquet，没有姓名和编号")
    parser.add_argument("--to", type=Path, required=True, help="空文件夹")
    options = parser.parse_args(argv)
    at = clock.now()
    try:
        written = export(options.to, at=at)
    except FileExistsError:
        print(f"没有写出：{options.to} 里已经有文件。请给一个空文件夹。", file=sys.stderr)
        return 2
    ledger.record(
        kind="facts.exported", subject=FACTS, actor=WORKER, at=at, is_fact=True,
        clear={"sets": len(written), "rows": sum(written.values())},
    )
    print(f"写出 {len(written)} 组事实，共 {sum(written.values()):,} 行。")
    print("写出这件事已记入账本。里面每行是一个孩子的一件事，没有姓名和编号；仍是个人的资料，用完请删除。")
    return 0
