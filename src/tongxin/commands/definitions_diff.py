"""`tongxin definitions diff A B`: which item, band, rule or deadline reads otherwise, in words."""

from tongxin.commands.definition_sources import IN_FORCE, side_in
from tongxin.lib.arguments import Parser
from tongxin.lib.definition_sides import Difference, differences


def main(argv: list[str]) -> int:
    """0 when both sides say the same, 1 with every difference."""
    parser = Parser(prog="tongxin definitions diff", description="比较两套规则，用看得懂的话说出不同")
    parser.add_argument("before", nargs="?", default=IN_FORCE, help=f"文件夹、规则包，或 {IN_FORCE}（现行规则，默认）")
    parser.add_argument("after", nargs="?", default="", help="同上；默认是定义文件夹")
    options = parser.parse_args(argv)
    before, after = side_in(options.before), side_in(options.after)
    found = list(differences(before, after))
    for each in found:
        print(*lines_of(each), sep="\n")
    print(f"{before.zh} → {after.zh}：{len(found)} 个定义不同。" if found else "两边一样。")
    return 1 if found else 0


def lines_of(found: Difference) -> list[str]:
    """A definition's differences, one a line."""
    if found.is_new or found.is_gone:
        return [f"{found.zh}：{'新增' if found.is_new else '没有了'}"]
    return [found.zh, *(f"  {each.zh}" for each in found.changes)]
