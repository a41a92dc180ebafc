"""`tongxin restore`: a backup becomes the installation in use, whole or not at all."""

from pathlib import Path

from tongxin.backups import locks
from tongxin.backups.proof import SAMPLE, prove
from tongxin.backups.restoring import put_in_place, refuse_when_in_use, staged
from tongxin.commands.backup_verify import add_openers, pair, show
from tongxin.keeping import outside
from tongxin.lib import clock, places
from tongxin.lib.arguments import Parser
from tongxin.rights import shelf
from tongxin.vault import destructions

NO_LIST = (
    "这里没有备份以后的清单（heads 文件夹里的 kept.jsonl、stored.jsonl）："
    "备份以后新设的保全、另行封存和只保存没有补上。请按纸质通知和决定马上重新办理；"
    "找到清单的，放进 heads 文件夹后再恢复一次。"
)


def main(argv: list[str]) -> int:
    """Stage and prove the backup, then put it in place; the former installation is kept aside."""
    parser = Parser(prog="tongxin restore", description="用备份恢复（先停止网站与后台）")
    parser.add_argument("file", type=Path, metavar="文件", help="资料备份（.backup）")
    add_openers(parser)
    parser.add_argument("--replace", action="store_true", help="换下现有的资料（会另存，不删除）")
    options = parser.parse_args(argv)
    file, keys = pair(options.file, options.keys)
    openers = locks.at_hand(passphrase=options.passphrase, secret=options.secret)
    at = clock.now()
    refuse_when_in_use(may_replace=options.replace)
    with staged(
        main=file, keys=keys, openers=openers, beside=places.home(), at=at, lists=options.destroyed
    ) as backup:
        answers = prove(backup, sample=SAMPLE, is_final=True)
        show(answers)
        if any(each.state == "failure" for each in answers):
            print("这份备份没有通过检查，没有恢复，现有的资料没有改动。请换一份备份。")
            return 1
        refuse_when_in_use(may_replace=options.replace)
        has_list = outside.file().exists()
        former = put_in_place(backup, at=at)
        destructions.export(destructions.file(), also=backup.known)
        if backup.turns:
            shelf.save(shelf.file(), backup.turns)
        outside.save(outside.file(), backup.kept)
    print(f"已恢复到 {backup.main.created_at[:16]} 的状态。此后记录的内容不在其中。")
    if not has_list:
        print(NO_LIST)
    if former:
        print(f"换下的资料另存在：{'、'.join(former)}。确认无误后请按规定销毁。")
    print("现在可以启动，然后运行 tongxin doctor。")
    return 0
