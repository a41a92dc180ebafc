"""A backup while people work: the main database and the files in one archive, the keys in another.

The order keeps the two in step: keys are made before what they seal and files before the rows that name them, so
keys and files copied after the main database hold everything it needs.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

import tongxin
from tongxin import ledger
from tongxin.backups import archive, contents, engines
from tongxin.backups import manifest as manifests
from tongxin.backups.locks import Openers
from tongxin.backups.manifest import KEYS, MAIN, Manifest
from tongxin.backups.workshop import workshop
from tongxin.keeping import outside
from tongxin.lib import ids
from tongxin.lib.sqlcipher.driver import IS_ENCRYPTING
from tongxin.rights import shelf
from tongxin.vault import destructions

ENDINGS = {MAIN: ".backup", KEYS: ".keys"}


@dataclass(frozen=True, slots=True)
class Made:
    """The two files of one backup."""

    main: Path
    keys: Path
    manifest: Manifest


def make(*, to: Path, keys_to: Path, openers: Openers, at: datetime) -> Made:
    """A complete backup, or nothing under its name."""
    for folder in (to, keys_to):
        with archive.told_of_disk("没有备份"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    destructions.export(destructions.file(), also=_noted())
    outside.export(at=at)
    shelf.export()
    stem, name = f"tongxin-{at:%Y%m%d-%H%M%S}", str(ids.new_id())
    main_file, keys_file = to / f"{stem}{ENDINGS[MAIN]}", keys_to / f"{stem}{ENDINGS[KEYS]}"
    try:
        main = _archive(main_file, kind=MAIN, set_=name, openers=openers, at=at)
        _archive(keys_file, kind=KEYS, set_=name, openers=openers, at=at)
    except BaseException:
        for file in (main_file, keys_file):
            file.unlink(missing_ok=True)
        raise
    return Made(main_file, keys_file, main)


def _archive(to: Path, *, kind: str, set_: str, openers: Openers, at: datetime) -> Manifest:
    with workshop(to.parent) as folder:
        alias = manifests.ALIASES[kind]
        dumped = folder / alias
        with archive.told_of_disk("备份没有完成，没有留下不完整的文件"), engines.snapshot(alias) as dump:
            manifest = _manifest(kind, alias, set_, at)
            dump(dumped)
        parts = [(engines.part_name(alias), dumped)]
        if kind == MAIN:
            parts += contents.files()
        return archive.write(to, parts=parts, manifest=manifest, openers=openers)


def _manifest(kind: str, alias: str, set_: str, at: datetime) -> Manifest:
    newest = ledger.head() if kind == MAIN else None
    return Manifest(
        set=set_, kind=kind, created_at=at.isoformat(), version=tongxin.__version__, engine=engines.vendor(alias),
        is_encrypted=engines.vendor(alias) == "sqlite" and IS_ENCRYPTING, migrations=applied(alias),
        counts=counts(alias), head=asdict(newest) if newest else None,
        destroyed=len(destructions.listed()) if kind == KEYS else 0,
    )


def applied(alias: str) -> list[str]:
    """The migrations a database has been through, in a fixed order."""
    return sorted(".".join(each) for each in MigrationRecorder(connections[alias]).applied_migrations())


def counts(alias: str) -> dict[str, int]:
    """How many rows each table holds."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found[table] = int(cursor.fetchone()[0])
    return found


def _noted() -> list[destructions.Destruction]:
    return destructions.read(destructions.file()) if destructions.file().exists() else []
