"""`tongxin dashboards count FOLDER… --year 2025`: dashboards of the nation from what several installations exported."""

from pathlib import Path

from tongxin.core.pathway import CHINA
from tongxin.dashboards.exported import count_exports
from tongxin.dashboards.models import Count
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

NOTHING = "没有数：请写各地导出的文件夹和年份，例如 tongxin dashboards count 甲省 乙省 --year 2025。"


def main(argv: list[str]) -> int:
    """Count a year over the folders, or take all such counts away again."""
    parser = Parser(prog="tongxin dashboards count", description="按几套系统导出的数据数一年的看板")
    parser.add_argument("folders", type=Path, nargs="*", help="各地用 tongxin indicators export 写出的文件夹")
    parser.add_argument("--year", type=int, default=0, help="哪一年，例如 2025")
    parser.add_argument("--none", action="store_true", help="取下按导出数的看板")
    asked = parser.parse_args(argv)
    if asked.none:
        taken = Count.objects.exclude(exports=[])
        print(f"已取下 {taken.count()} 年按导出数的看板。")
        taken.delete()
        return 0
    at = clock.now()
    if not asked.folders or not 2000 <= asked.year <= at.astimezone(CHINA).year + 1:
        raise Fault(NOTHING)
    made = count_exports(asked.folders, year=asked.year, at=at)
    day = made.at.astimezone(CHINA)
    until = f"{day.year}年{day.month}月{day.day}日"
    print(f"已数好{asked.year}年：{len(made.exports)} 份导出，{made.places.count():,} 个地方，数到{until}。")
    print("导出的文件夹里每行是一个孩子的一件事，没有姓名；数完请删除。")
    return 0
