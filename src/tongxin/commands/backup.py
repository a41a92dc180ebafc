"""`tongxin backup`: everything needed to start again elsewhere, made while people work."""

import os
from pathlib import Path

from tongxin.backups import contents, locks, making, rotation
from tongxin.backups.manifest import KEYS, MAIN
from tongxin.lib import clock, places
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

KEEP, KEEP_KEYS = 30, 7


def main(argv: list[str]) -> int:
    """Make a backup, then let the oldest ones go."""
    parser = Parser(prog="tongxin backup", description="备份（系统运行时也可以）")
    parser.add_argument("--to", type=Path, metavar="文件夹", help="资料备份放在哪里，缺省 TONGXIN_BACKUPS")
    parser.add_argument("--keys-to", type=Path, metavar="文件夹", help="密钥备份放在哪里，缺省 TONGXIN_BACKUP_KEYS")
    parser.add_argument("--passphrase", type=Path, metavar="文件", help="口令文件，缺省 TONGXIN_BACKUP_PASSPHRASE")
    parser.add_argument("--keep", type=int, default=KEEP, help=f"保留几份资料备份，默认 {KEEP}")
    parser.add_argument("--keep-keys", type=int, default=KEEP_KEYS, help=f"保留几份密钥备份，默认 {KEEP_KEYS}")
    options = parser.parse_args(argv)
    if options.keep < 1 or options.keep_keys < 1:
        raise Fault("--keep 和 --keep-keys 至少是 1，没有备份。")
    to, keys_to = folders(options.to, options.keys_to)
    made = making.make(
        to=to, keys_to=keys_to, openers=locks.at_hand(passphrase=options.passphrase), at=clock.now()
    )
    print(f"资料备份：{made.main}（{_size(made.main)}）")
    print(f"密钥备份：{made.keys}（{_size(made.keys)}）")
    gone = rotation.rotate(to, ending=making.ENDINGS[MAIN], keep=options.keep)
    gone += rotation.rotate(keys_to, ending=making.ENDINGS[KEYS], keep=options.keep_keys)
    if gone:
        print(f"按保留份数删去了 {len(gone)} 份旧备份。")
    if left := contents.undecided():
        print(f"注意：数据文件夹里这些内容不认识，没有备份：{'、'.join(left)}")
    print("密钥文件夹不在备份里，请另存离线副本。用 tongxin backup verify 证明这份备份能恢复。")
    return 0


def folders(to: Path | None, keys_to: Path | None) -> tuple[Path, Path]:
    """Where backups lie: as asked, else as the environment says, else in the data folder."""
    named, named_keys = os.environ.get("TONGXIN_BACKUPS", ""), os.environ.get("TONGXIN_BACKUP_KEYS", "")
    main_folder = to or (Path(named) if named else places.home() / "backups")
    return main_folder, keys_to or (Path(named_keys) if named_keys else main_folder / "keys")


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 2**20:.1f} MB" if size < 2**30 else f"{size / 2**30:.1f} GB"
