"""What a machine still lacks before anything else can be asked of it."""

from pathlib import Path

from django.db import DatabaseError, OperationalError, connections

from tongxin.flows.finding import Finding
from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.rulebook import adoption
from tongxin.vault import tables

KEYS, PREPARE, ADOPT = "tongxin keys create", "tongxin database prepare", "tongxin definitions adopt"
WHAT = "准备"


def missing() -> Finding | None:
    """The first thing to do on a machine that isn't ready; nothing on one that is."""
    lost = secrets.missing()
    if lost and len(lost) < len(secrets.needed()):
        said = f"缺少密钥文件：{'、'.join(f'{name}.key' for name in lost)}"
        return Finding(WHAT, "failure", said, "从备份恢复密钥；不要生成新的，新密钥读不出已封存的资料")
    if lost:
        first = f"先运行 {KEYS}，再运行 {PREPARE}"
        return Finding(WHAT, "failure", "这里还没有安装好：没有密钥，也没有可用的数据库", first)
    try:
        if not all(map(_has_tables, connections)):
            return Finding(WHAT, "failure", "数据库还没有建立", f"先运行 {PREPARE}")
        if not adoption.is_begun():
            return Finding(WHAT, "failure", "还没有采用任何规则", f"先运行 {ADOPT}")
    except DatabaseError:
        cure = "确认数据库已启动，地址、账户和密钥都对；PostgreSQL 的两个数据库要由管理员先建好"
        return Finding("数据库", "failure", "数据库打不开", cure)
    return None


def refuse_outdated() -> None:
    """Say what to do first when a database is older than this version; one that is away is waited for elsewhere."""
    try:
        is_outdated = any(not _has_tables(alias) or tables.waiting(alias) for alias in connections)
    except OperationalError:
        return
    if is_outdated:
        raise Fault(f"数据库还没有升级到这个版本，没有启动，数据没有变动。请先运行 {PREPARE}。")


def _has_tables(alias: str) -> bool:
    """Whether a database was prepared; to ask doesn't make one."""
    connection = connections[alias]
    name = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and name.is_absolute() and not name.exists():
        return False
    return "django_migrations" in connection.introspection.table_names()
