"""What `doctor` asks of the keys: who may read them, what they lie beside, how old the master key is."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tongxin.flows.finding import Finding
from tongxin.lib import places, secrets
from tongxin.rulebook import rules
from tongxin.vault import masters

KEYS = "密钥"
SHARES = ("*.key", "share-*.txt")
BESIDE = (
    "密钥和数据在同一个文件夹 {folder}，拷走数据的人也拷走了密钥",
    "把密钥移到别处并设 TONGXIN_KEYS，或由密钥服务保管主密钥（tongxin kms serve）",
)
SAME_DISK = (
    "密钥和数据在同一个文件系统上，拿走硬盘的人两样都有",
    "把密钥放到另一个加密的卷，或由密钥服务保管主密钥（tongxin kms serve）",
)


def examine_keys(at: datetime) -> Iterator[Finding]:
    """All that is to be said of the keys; a line that they are well when nothing is."""
    found = [*_loose(), *_service(), *_beside(), *_in_backups(), *_old(at)]
    if not any(finding.state == "failure" for finding in found):
        yield Finding(KEYS, "ok", "齐全，只有本用户可读")
    yield from found


def _loose() -> Iterator[Finding]:
    loose = [file.name for file in places.keys_folder().iterdir() if file.stat().st_mode & 0o077]
    if loose:
        names = "、".join(sorted(loose))
        yield Finding(KEYS, "failure", f"其他用户能读这些文件：{names}", "改为只有运行系统的用户可读")


def _service() -> Iterator[Finding]:
    if not os.environ.get(secrets.KMS):
        return
    masters.at_hand().current()
    if (places.keys_folder() / "master.key").exists():
        cure = "确认密钥服务里的主密钥已备份后，删去这里的 master.key"
        yield Finding(KEYS, "warning", "已由密钥服务保管，但网站的密钥文件夹里还有一份主密钥", cure)


def _beside() -> Iterator[Finding]:
    keys, data = places.keys_folder(), places.home()
    if data in (keys, *keys.parents):
        said, cure = BESIDE
        yield Finding(KEYS, "warning", said.format(folder=data), cure)
    elif data.exists() and data.stat().st_dev == keys.stat().st_dev:
        yield Finding(KEYS, "warning", *SAME_DISK)


def _in_backups() -> Iterator[Finding]:
    keys = places.keys_folder()
    copied = [places.attachments_folder(), places.heads_folder()]
    if any(folder in (keys, *keys.parents) for folder in copied):
        yield Finding(KEYS, "failure", "密钥文件夹在会被备份的文件夹里，备份会带着密钥", "移到别处并设 TONGXIN_KEYS")
    inside = sorted({path.name for folder in (*copied, *_backups()) for path in _keys_in(folder)})
    if inside:
        named = "、".join(inside[:5])
        yield Finding(KEYS, "failure", f"备份或数据旁边放着密钥或份额：{named}", "移到离线介质，并从备份处删去")


def _backups() -> list[Path]:
    named = [os.environ.get(name, "") for name in ("TONGXIN_BACKUPS", "TONGXIN_BACKUP_KEYS")]
    return [places.home() / "backups", *(Path(each) for each in named if each)]


def _keys_in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for name in SHARES:
            yield from folder.glob(name)
            yield from folder.glob(f"*/{name}")


def _old(at: datetime) -> Iterator[Finding]:
    since = secrets.master_since()
    try:
        longest = timedelta(days=rules.resolve("keys", "keys", at=at).content["master_renew_after"]["days"])
    except LookupError:
        # Adopted before there was such a definition.
        return
    if since and at - since > longest:
        said = f"主密钥已用 {(at - since).days} 天，超过 {longest.days} 天"
        yield Finding(KEYS, "warning", said, "运行 tongxin keys rotate，不必停机")
