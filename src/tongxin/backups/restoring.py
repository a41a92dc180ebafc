"""Putting a backup back: staged and proven beside what is in use, then put in its place in one step, or not at all."""

import secrets as chance
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from tongxin.backups import archive, contents, engines
from tongxin.backups.locks import Openers
from tongxin.backups.manifest import KEYS, MAIN, Manifest
from tongxin.keeping import outside
from tongxin.keeping.outside import Line
from tongxin.lib import places
from tongxin.lib.faults import Fault
from tongxin.rights import shelf
from tongxin.rights.shelf import Turn
from tongxin.vault import destructions
from tongxin.vault.destructions import Destruction

ALIASES = ("default", "keys")


@dataclass(frozen=True, slots=True)
class Staged:
    """A whole backup laid out beside the installation, ready to be proven or put in place."""

    folder: Path
    main: Manifest
    keys: Manifest
    copies: tuple[engines.Copy, ...]
    known: list[Destruction] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    kept: list[Line] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """The settings under which a process sees the staged installation and not the one in use."""
        addresses = {copy.alias: copy.address for copy in self.copies}
        return {
            "TONGXIN_HOME": str(self.folder), "TONGXIN_HEADS": str(self.folder / contents.HEADS),
            "TONGXIN_ATTACHMENTS": str(self.folder / "attachments"),
            "TONGXIN_KEYS": str(places.keys_folder()), "TONGXIN_DATABASE": addresses["default"],
            "TONGXIN_KEYS_DATABASE": addresses["keys"],
        }


@contextmanager
def staged(
    *, main: Path, keys: Path, openers: Openers, beside: Path, at: datetime, lists: Sequence[Path] = ()
) -> Iterator[Staged]:
    """Both archives opened, compared with their manifests and loaded; nothing of it remains afterwards."""
    with ExitStack() as undone:
        with archive.told_of_disk("没有展开备份，现有的资料没有改动"):
            beside.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=beside))
        undone.callback(shutil.rmtree, folder, ignore_errors=True)
        found = {}
        for kind, file in ((MAIN, main), (KEYS, keys)):
            found[kind] = archive.extract(file, into=folder / kind, openers=openers)
            _refuse_unfit(found[kind], kind, file)
        _refuse_older_keys(found[MAIN], found[KEYS])
        stamp = f"{at:%Y%m%d_%H%M%S}_{chance.token_hex(2)}"
        copies = tuple(engines.copy(alias, folder=folder, stamp=stamp) for alias in ALIASES)
        with archive.told_of_disk("没有展开备份，现有的资料没有改动"):
            for copy, manifest in zip(copies, (found[MAIN], found[KEYS]), strict=True):
                undone.callback(copy.discard)
                copy.load(folder / manifest.kind / engines.part_name(copy.alias))
        _lay_out(folder)
        known = at_hand(lists, keys=copies[1])
        inside = folder / contents.HEADS / destructions.NAME
        known += destructions.read(inside) if inside.exists() else []
        turns = shelf.read(folder / contents.HEADS / shelf.NAME) + shelf.read(shelf.file())
        kept = outside.read(folder / contents.HEADS / outside.NAME) + outside.read(outside.file())
        yield Staged(folder, found[MAIN], found[KEYS], copies, known, turns, kept)


def at_hand(lists: Sequence[Path], *, keys: engines.Copy) -> list[Destruction]:
    """Every destroyed key anybody here knows of: lists given, the exported one, the database in use."""
    known = [each for file in lists for each in destructions.read(file)]
    if destructions.file().exists():
        known += destructions.read(destructions.file())
    if keys.has_content():
        try:
            known += destructions.listed()
        except (DatabaseError, Fault):
            # The database in use may be what was lost.
            connections["keys"].close()
    return known


def _refuse_unfit(manifest: Manifest, kind: str, file: Path) -> None:
    if manifest.kind != kind:
        wanted = "资料备份（.backup）" if kind == MAIN else "密钥备份（.keys）"
        raise Fault(f"{file.name} 不是{wanted}，没有作任何改动。请核对文件。")
    if manifest.engine != engines.vendor(manifest.alias):
        raise Fault(f"备份来自 {manifest.engine}，本系统用的是另一种数据库，没有作任何改动。请按备份的种类设置。")
    loader = MigrationLoader(None, ignore_no_migrations=True)
    unknown = set(manifest.migrations) - {".".join(key) for key in loader.disk_migrations or {}}
    if unknown:
        raise Fault(f"备份来自更新的版本（{manifest.version}），没有作任何改动。请先升级程序再恢复。")


def _refuse_older_keys(main: Manifest, keys: Manifest) -> None:
    if keys.set != main.set and datetime.fromisoformat(keys.created_at) < datetime.fromisoformat(main.created_at):
        raise Fault("密钥备份比资料备份旧，部分资料会打不开，没有作任何改动。请用同一次或更新的密钥备份。")


def _lay_out(folder: Path) -> None:
    """Files and heads where a data folder has them."""
    for name in (*contents.FOLDERS, contents.HEADS):
        source = folder / MAIN / "files" / name if name in contents.FOLDERS else folder / MAIN / name
        if source.is_dir():
            source.rename(folder / name)


def refuse_when_in_use(*, may_replace: bool) -> None:
    """An installation with content is only replaced when asked for, and never under running processes."""
    live = [engines.copy(alias, folder=places.home(), stamp="") for alias in ALIASES]
    if not may_replace and any(copy.has_content() for copy in live):
        raise Fault("这里已有资料，没有恢复，也没有改动。确认要换成备份时，请加 --replace；现有资料会另存。")
    if any(copy.is_in_use() for copy in live):
        raise Fault("系统正在运行，没有恢复，也没有改动。请先停止网站与后台，再试一次。")


def put_in_place(staged_backup: Staged, *, at: datetime) -> list[str]:
    """The staged installation becomes the one in use; gives where the former lies."""
    home = places.home()
    aside = home / f"before-restore-{at:%Y%m%d-%H%M%S}"
    steps: list[Callable[[], object]] = []
    where: list[str] = []
    with archive.told_of_disk("没有恢复，现有的资料没有改动"):
        aside.mkdir(parents=True, mode=0o700)
    try:
        for copy in staged_backup.copies:
            steps.append(lambda copy=copy: copy.swap_back(aside))  # type: ignore[misc]
            where.append(copy.swap(aside))
        for name, folder in contents.FOLDERS.items():
            where += _swap_folder(folder(), staged_backup.folder / name, aside / name, steps)
        _merge_heads(staged_backup.folder / contents.HEADS, aside)
    except BaseException as error:
        for undo in reversed(steps):
            undo()
        if isinstance(error, OSError):
            raise Fault("没有恢复：文件移不动，已全部退回原样。请检查磁盘和权限，再试一次。") from None
        raise
    if not any(aside.iterdir()):
        aside.rmdir()
    return [each for each in where if each and (not each.startswith("/") or Path(each).exists())]


def _swap_folder(live: Path, fresh: Path, former: Path, steps: list[Callable[[], object]]) -> list[str]:
    """Put a folder in place; one that lies on another disk keeps its former content there."""
    if live.parent != places.home():
        former = live.with_name(f"{live.name}-{former.parent.name}")
    beside = live.with_name(f".{live.name}-restoring")
    shutil.rmtree(beside, ignore_errors=True)
    steps.append(lambda: shutil.rmtree(beside, ignore_errors=True))
    if fresh.exists():
        shutil.move(fresh, beside)
    was_there = live.exists()
    if was_there:
        steps.append(lambda: former.exists() and former.rename(live))
        live.rename(former)
    if beside.exists():
        steps.append(lambda: live.exists() and live.rename(beside))
        beside.rename(live)
    return [str(former)] if was_there else []


def _merge_heads(fresh: Path, aside: Path) -> None:
    """Saved heads are evidence: none is overwritten, but the newest is the restored ledger's now."""
    heads = places.heads_folder()
    heads.mkdir(parents=True, exist_ok=True)
    if (heads / "head.json").exists():
        (heads / "head.json").rename(heads / f"{aside.name}.json")
    for file in sorted(fresh.rglob("*.json")) if fresh.is_dir() else ():
        target = heads / file.relative_to(fresh)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
