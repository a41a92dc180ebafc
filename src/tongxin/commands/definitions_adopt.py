"""`tongxin definitions adopt`: the definitions folder, or a signed bundle, is in force from now on."""

import sys
from pathlib import Path

from tongxin.accounts.viewers import WORKER
from tongxin.commands.definition_sources import IN_FORCE, side_in
from tongxin.commands.definitions_diff import lines_of
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.definition_sides import differences, side_of
from tongxin.lib.definitions import DefinitionFault
from tongxin.lib.faults import Fault
from tongxin.rulebook import adoption, bundles

YES = frozenset({"是", "y", "yes"})


def main(argv: list[str]) -> int:
    """Adopt everything that is new; every earlier version stays on record."""
    parser = Parser(prog="tongxin definitions adopt", description="采用规则定义")
    parser.add_argument("bundle", nargs="?", type=Path, help="签名的规则包；不写就是定义文件夹")
    parser.add_argument("--yes", action="store_true", help="看过不同之处，不再询问（只用于规则包）")
    parser.add_argument("--back", action="store_true", help="允许退回到以前采用过的版本（只用于定义文件夹）")
    options = parser.parse_args(argv)
    try:
        return _bundle(options.bundle, options.yes) if options.bundle else _folder(options.back)
    except DefinitionFault as fault:
        raise Fault(f"没有采用任何定义。{fault}") from None


def _folder(may_go_back: bool) -> int:
    _tell(adoption.adopt_folder(actor=WORKER, at=clock.now(), may_go_back=may_go_back))
    return 0


def _bundle(path: Path, is_sure: bool) -> int:
    bundle = bundles.open_bundle(path)
    bundles.refuse_unfit(bundle)
    found = list(differences(side_in(IN_FORCE), side_of(path.name, bundle.library)))
    changed = [each for each in found if not each.is_gone]
    if not changed:
        print("规则包与现行规则一样，没有新的版本。")
        return 0
    for each in changed:
        print(*lines_of(each), sep="\n")
    print(f"规则包制作于 {bundle.made_at[:10]}，{len(changed)} 个定义不同。")
    if not is_sure and not _agreed():
        print("没有采用，规则不变。")
        return 1
    _tell(adoption.adopt(library=bundle.library, actor=WORKER, at=clock.now()))
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise Fault("没有采用：看过不同之处以后，请加 --yes 再运行。")
    return input("采用吗？输入“是”：").strip().lower() in YES


def _tell(count: int) -> None:
    print(f"已采用 {count} 个新的版本。" if count else "没有新的版本，规则不变。")
