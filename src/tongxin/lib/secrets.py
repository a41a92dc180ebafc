"""Key files: made once, readable by their owner only, never in the database.

`master` wraps the key of every child; `pepper` keys the search tokens; `ledger` signs the ledger;
`database` encrypts the SQLite files; `django` signs sessions.
"""

import hashlib
import os
import secrets as chance
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from tongxin.lib import places
from tongxin.lib.faults import Fault

NAMES = ("master", "pepper", "ledger", "database", "django")
# Where another process holds the master key: its socket. This process then needs no file of it.
KMS = "TONGXIN_KMS"
SIZE = 32


def needed() -> tuple[str, ...]:
    """The keys that this process reads as files."""
    return NAMES[1:] if os.environ.get(KMS) else NAMES


def create() -> bool:
    """Make all key files where there is none; True when they were made.

    A folder that holds some of them is refused: a fresh master key would hide every sealed word.
    """
    folder = places.keys_folder()
    lost = missing()
    if not lost:
        return False
    if len(lost) < len(needed()):
        files = "、".join(_file(folder, name).name for name in lost)
        raise Fault(f"密钥文件夹不完整，缺少 {files}，没有新建任何密钥。请从备份恢复后再启动。")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in needed():
        _write(_file(folder, name), chance.token_bytes(SIZE))
    return True


def create_master() -> bool:
    """Make the master key alone, for a process that holds nothing else; False when there is one."""
    file = _file(places.keys_folder(), "master")
    if file.exists():
        return False
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(file, chance.token_bytes(SIZE))
    return True


def missing() -> list[str]:
    """The names of the key files that aren't there."""
    return [name for name in needed() if not _file(places.keys_folder(), name).exists()]


def exist() -> bool:
    """Whether this installation has its keys."""
    return not missing()


def read(name: str) -> bytes:
    """One key, refused when others on this machine may read its file."""
    return _read(_file(places.keys_folder(), name))


def master_id(key: bytes) -> str:
    """What a wrapped key is marked with, so that the right master key opens it."""
    return hashlib.sha256(b"tongxin master " + key).hexdigest()[:16]


def masters() -> dict[str, bytes]:
    """Every master key at hand by its id: the one in use first, the one before while rotating."""
    # In this order: who sees the fresh one must see the former too, unless nothing needs it any more.
    keys = [read("master")]
    if (previous := _read_if_there(_file(places.keys_folder(), "master-previous"))) is not None:
        keys.append(previous)
    return {master_id(key): key for key in keys}


def master_since() -> datetime | None:
    """When the master key in use was made; None where another process holds it."""
    file = _file(places.keys_folder(), "master")
    return datetime.fromtimestamp(file.stat().st_mtime, tz=UTC) if file.exists() else None


def rotate_master() -> None:
    """Put a fresh master key in use and keep the former beside it until everything is rewrapped."""
    folder = places.keys_folder()
    current, previous = _file(folder, "master"), _file(folder, "master-previous")
    if previous.exists():
        raise Fault("上一次更换主密钥尚未完成，主密钥没有再换。请先完成重新封装。")
    former = _file(folder, "master-former")
    former.unlink(missing_ok=True)
    _write(former, _read(current))
    former.replace(previous)
    fresh = _file(folder, "master-fresh")
    fresh.unlink(missing_ok=True)
    _write(fresh, chance.token_bytes(SIZE))
    fresh.replace(current)


def forget_previous_master() -> None:
    """Remove the former master key, after the last data key was rewrapped."""
    _file(places.keys_folder(), "master-previous").unlink(missing_ok=True)


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.key"


def _write(file: Path, key: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key.hex() + "\n")


def _read_if_there(file: Path) -> bytes | None:
    """The key, or nothing: the file may go away between any two looks at it."""
    try:
        return _content(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def _read(file: Path) -> bytes:
    try:
        status = file.stat()
        if status.st_mode & 0o077:
            raise Fault(f"密钥文件 {file.name} 可被其他账户读取，已拒绝使用。请运行 chmod 600 后重试。")
        return _content(file, status.st_mtime_ns)
    except FileNotFoundError:
        cure = "首次使用请运行 tongxin keys create，否则请从备份恢复。"
        raise Fault(f"没有找到密钥文件 {file.name}。{cure}") from None
    except PermissionError:
        raise Fault(f"密钥文件 {file.name} 不允许本账户读取。请用运行本系统的账户启动。") from None


@lru_cache(maxsize=16)
def _content(file: Path, changed: int) -> bytes:
    """The key; read again when the file has changed, for a running server sees a rotation too."""
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise Fault(f"密钥文件 {file.name} 内容已损坏，未作任何改动。请从备份恢复。")
    return key
