"""`tongxin rebuild --check`: everything derived is found again from the record and compared."""

import sys

from tqdm import tqdm

from tongxin.flows.rebuild import differences_of
from tongxin.flows.repair import derive_all
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.people.models import Child


def main(argv: list[str]) -> int:
    """0 when everything stored follows from the record, 1 when something differs."""
    parser = Parser(prog="tongxin rebuild", description="由记录重新推算全部状态")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true", help="只比较，不改动")
    group.add_argument("--write", action="store_true", help="把推算结果写回（记录本身不变）")
    options = parser.parse_args(argv)
    at = clock.now()
    if options.write:
        print(f"已重新推算 {derive_all(at=at)} 份档案。")
        return 0
    found = 0
    children = Child.objects.order_by("id")
    for child in tqdm(children.iterator(chunk_size=200), total=children.count(), unit="份", file=sys.stderr):
        for each in differences_of(child, at=at):
            found += 1
            print(f"{each.file_no}：{each.what} 存的是 {each.stored}，推算是 {each.rebuilt}")
    mended = "记录没有改动；可运行 tongxin rebuild --write 写回推算结果。"
    print(f"有 {found} 处不一致。{mended}" if found else "全部一致。")
    return 1 if found else 0
