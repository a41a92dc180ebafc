"""`tongxin keys destroyed`: the list of destroyed keys, kept elsewhere so that no restore brings them back."""

from pathlib import Path

from tongxin.flows import erasing
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.vault import destructions


def main(argv: list[str]) -> int:
    """Save the list, or destroy again what a list names."""
    parser = Parser(prog="tongxin keys destroyed", description="已销毁密钥的清单（只有编号，没有姓名）")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--save", type=Path, metavar="文件", help="把清单另存到这个文件")
    choice.add_argument("--apply", type=Path, metavar="文件", help="按清单再次销毁（恢复旧备份后）")
    options = parser.parse_args(argv)
    if options.save:
        print(f"已保存 {destructions.export(options.save)} 项。")
        return 0
    known = destructions.read(options.apply)
    again = destructions.destroy_again(known)
    destructions.export(destructions.file(), also=known)
    files = erasing.again(at=clock.now())
    print(f"清单共 {len(known)} 项，再次销毁 {again} 项。" + (f"已删除的档案再次去掉 {files} 份。" if files else ""))
    return 0
