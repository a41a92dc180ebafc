"""`tongxin definitions check`: are all rules well written, and do their examples come out?"""

import sys
from pathlib import Path

from tongxin.lib import places
from tongxin.lib.arguments import Parser
from tongxin.lib.definition_checks import check


def main(argv: list[str]) -> int:
    """0 when there is nothing to mend, 1 with each fault in one Chinese line."""
    parser = Parser(prog="tongxin definitions check", description="检查规则定义和案例")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=places.definitions_folder(), help="定义文件夹"
    )
    folder: Path = parser.parse_args(argv).folder
    if not folder.is_dir():
        print("找不到定义文件夹。请核对路径，或设置 TONGXIN_DEFINITIONS。", file=sys.stderr)
        return 2
    report = check(folder)
    for fault in report.faults:
        print(fault, file=sys.stderr)
    if report.faults:
        print(f"共有 {len(report.faults)} 处要改。规则没有采用，现行规则不变。", file=sys.stderr)
        return 1
    print(f"全部正确：{report.definitions} 个定义，{report.overlays} 个地区覆盖，{report.cases} 个案例。")
    return 0
