"""`tongxin backup verify`: proves that a backup can be restored, by restoring it beside the one in use."""

from pathlib import Path

from tongxin.backups import locks, making, rotation
from tongxin.backups.manifest import KEYS, MAIN
from tongxin.backups.proof import SAMPLE, Proven, prove
from tongxin.backups.restoring import staged
from tongxin.commands.backup import folders
from tongxin.lib import clock, places
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

MARKS = {"ok": "✓ 已证明", "note": "△ 注意", "failure": "✗ 不符"}


def main(argv: list[str]) -> int:
    """0 when the backup was restored and everything asked of it held."""
    parser = Parser(prog="tongxin backup verify", description="证明一份备份能恢复（不动现有资料）")
    parser.add_argument("file", nargs="?", type=Path, metavar="文件", help="资料备份（.backup），缺省最新一份")
    add_openers(parser)
    parser.add_argument("--in", dest="beside", type=Path, metavar="文件夹", help="在哪里展开，缺省数据文件夹")
    parser.add_argument("--all", action="store_true", help=f"推算全部档案，不止抽 {SAMPLE} 份")
    options = parser.parse_args(argv)
    file, keys = pair(options.file, options.keys)
    openers = locks.at_hand(passphrase=options.passphrase, secret=options.secret)
    with staged(
        main=file, keys=keys, openers=openers, beside=options.beside or places.home(), at=clock.now(),
        lists=options.destroyed,
    ) as backup:
        parts = len(backup.main.parts) + len(backup.keys.parts)
        opened = f"{file.name}、{keys.name}：能打开，{parts} 个部分逐一核对无误，由本系统签发"
        answers = [Proven("ok", opened), *prove(backup, sample=None if options.all else SAMPLE, is_final=False)]
    show(answers)
    if is_sound := all(each.state != "failure" for each in answers):
        print(f"这份备份已在临时库中完整恢复并通过以上检查（备份时间 {backup.main.created_at[:16]}）。")
        print("没有证明的：密钥文件夹的离线副本是否还在、是否读得出。请每半年在另一台机器上演练一次。")
    else:
        print("这份备份不能放心使用。请立即另做一份，并告诉系统管理员。")
    return 0 if is_sound else 1


def add_openers(parser: Parser) -> None:
    """What opens a backup, the same for verifying and restoring."""
    parser.add_argument("--keys", type=Path, metavar="文件", help="密钥备份（.keys），缺省同一次或最新的一份")
    parser.add_argument("--passphrase", type=Path, metavar="文件", help="口令文件，缺省 TONGXIN_BACKUP_PASSPHRASE")
    parser.add_argument("--secret", type=Path, metavar="文件", help="私钥文件（用公钥备份时）")
    parser.add_argument(
        "--destroyed", type=Path, action="append", default=[], metavar="文件", help="另处保存的销毁清单，可写多次"
    )


def pair(file: Path | None, keys: Path | None) -> tuple[Path, Path]:
    """A main archive and the keys for it: of the same backup, else the newest there are."""
    to, keys_to = folders(None, None)
    if file is None:
        newest = rotation.kept(to, ending=making.ENDINGS[MAIN])
        if not newest:
            raise Fault(f"{to} 里没有备份。请写明备份文件，或先运行 tongxin backup。")
        file = newest[0]
    if keys is None:
        name = file.with_suffix(making.ENDINGS[KEYS]).name
        beside = [folder / name for folder in (keys_to, file.parent / "keys", file.parent)]
        keys = next((path for path in beside if path.exists()), None)
        keys = keys or next(iter(rotation.kept(keys_to, ending=making.ENDINGS[KEYS])), None)
    if keys is None:
        raise Fault("没有找到密钥备份（.keys），没有作任何改动。请用 --keys 写明。")
    return file, keys


def show(answers: list[Proven]) -> None:
    """One line each."""
    for each in answers:
        print(f"{MARKS[each.state]}　{each.zh}")
