"""`tongxin definitions test`: does every example case come out, definition by definition?"""

import sys
from pathlib import Path

from tongxin.lib import places
from tongxin.lib.arguments import Parser
from tongxin.lib.definition_cases import TESTED
from tongxin.lib.definition_checks import Report, check
from tongxin.lib.differences import name_of


def main(argv: list[str]) -> int:
    """0 when all cases come out, 1 with each that doesn't: what was expected and what came."""
    parser = Parser(prog="tongxin definitions test", description="运行规则定义的案例，逐个定义报告")
    parser.add_argument("names", nargs="*", help="只看这几个定义，例如 phq_9；不写就是全部")
    parser.add_argument("--folder", type=Path, default=places.definitions_folder(), help="定义文件夹")
    options = parser.parse_args(argv)
    if not options.folder.is_dir():
        print("找不到定义文件夹。请核对路径，或设置 TONGXIN_DEFINITIONS。", file=sys.stderr)
        return 2
    report = check(options.folder)
    if report.faults and not report.tried:
        print(*report.faults, sep="\n", file=sys.stderr)
        print("定义有写法错误，没有运行案例。", file=sys.stderr)
        return 1
    return _tell(report, frozenset(options.names))


def _tell(report: Report, names: frozenset[str]) -> int:
    known = {each.version.id for each in report.tried}
    if strangers := sorted(names - known):
        print(f"没有案例的定义或没有这个定义：{'、'.join(strangers)}。", file=sys.stderr)
        return 2
    chosen = [each for each in report.tried if not names or each.version.id in names]
    failed = 0
    for each in chosen:
        version = each.version
        place = f"（{version.region}）" if version.region else ""
        mark = "✗" if each.faults else "✓"
        name = name_of(version.content) if not version.region else ""
        print(f"{mark} {version.kind}/{version.id}{place} {name}：{each.cases - len(each.faults)}/{each.cases} 个案例")
        for fault in each.faults:
            print(f"    {fault}")
        failed += len(each.faults)
    without = sorted(
        f"{each.kind}/{each.id}" for each in report.untried if each.kind in TESTED and not names
    )
    if without:
        print(f"没有案例的定义：{'、'.join(without)}。")
    total = sum(each.cases for each in chosen)
    print(f"{total} 个案例，{failed} 个不符。" if failed else f"{total} 个案例全部相符。")
    return 1 if failed or (report.faults and not names) else 0
