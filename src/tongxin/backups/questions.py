"""What is asked of a staged backup: rows, destroyed keys, upgrade, ledger, states, sealed values, condition."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.models import Model

from tongxin import ledger, vault
from tongxin.access import wall
from tongxin.accounts.viewers import WORKER
from tongxin.backups import making
from tongxin.backups.proof import Proven
from tongxin.flows import erasing, kept_again, shelving
from tongxin.flows.health import examine
from tongxin.flows.rebuild import differences_of
from tongxin.keeping import outside
from tongxin.ledger import heads, roles
from tongxin.ledger.heads import Head
from tongxin.lib import clock
from tongxin.lib.faults import Fault
from tongxin.people.models import Child
from tongxin.rights import shelf
from tongxin.vault import SealedField, destructions, tables

FROM_EACH_END = 10
CONDITION = ("规则", "岗位", "待核记录", "每个孩子都有下一步")


def rows(main: dict[str, Any], keys: dict[str, Any]) -> Iterator[Proven]:
    """Whether both databases hold as many rows as when they were copied."""
    for manifest, zh in ((main, "资料库"), (keys, "密钥库")):
        alias = "default" if manifest is main else "keys"
        found, wanted = making.counts(alias), manifest["counts"]
        wrong = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
        if wrong:
            yield Proven("failure", f"{zh}的行数与备份清单不符：{'、'.join(wrong[:5])}")
        else:
            yield Proven("ok", f"{zh}：{len(wanted)} 张表、{sum(wanted.values())} 行，与备份清单一致")


def destroyed() -> Iterator[Proven]:
    """Keys destroyed since the backup are destroyed in it too."""
    known = destructions.read(destructions.file()) if destructions.file().exists() else []
    again = destructions.destroy_again(known)
    total = len({each.owner for each in known})
    yield Proven("ok", f"已删除的资料：清单 {total} 项，其中 {again} 项在这份备份里仍有密钥，已再次销毁")


def erased() -> Iterator[Proven]:
    """Files that were erased since the backup are taken out of every table of it once more."""
    again = erasing.again(at=clock.now())
    if again:
        yield Proven("ok", f"已删除的档案：这份备份里的 {again} 份已再次从名册、检索、任务和附件里去掉")


def stored() -> Iterator[Proven]:
    """Files that were put away since the backup are put away in it too, where nothing is to be done in them."""
    done, in_use = shelving.again(shelf.read(shelf.file()), at=clock.now())
    if done:
        yield Proven("ok", f"只保存的档案：这份备份里的 {done} 份已再次改为只保存")
    if in_use:
        yield Proven("note", f"有 {in_use} 份档案后来改为只保存，但在这份备份里还在办理，没有收起。请办结后重新处理")


def kept(at: datetime) -> Iterator[Proven]:
    """Holds and records set apart since the backup stand in it too, where the child's safety doesn't rest on them."""
    done = kept_again.again(outside.read(outside.file()), at=at)
    if done.held or done.lifted:
        yield Proven("ok", f"保全：按清单补上 {done.held} 项，解除 {done.lifted} 项")
    if done.apart:
        yield Proven(
            "ok", f"另行封存：{done.apart} 份档案里的记录已再次封存；机关和文号没有随清单保存，请按原通知核对"
        )
    if done.not_apart:
        yield Proven("note", (
            f"有 {done.not_apart} 份档案里后来另行封存的记录没有再次封存：在这份备份里，孩子的等级、危险信号或办理进度"
            "还靠着它们。请马上告诉负责封存的岗位，先办完，再按原通知重新封存"
        ))
    if done.still_apart:
        yield Proven("note", f"有 {done.still_apart} 条记录后来解除了封存，在这份备份里仍然封存。需要的请重新办理解除")


def upgraded() -> Iterator[Proven]:
    """An older backup goes through the upgrade to this version."""
    before = [making.applied(alias) for alias in ("default", "keys")]
    for alias in ("default", "keys"):
        tables.prepare(alias)
    steps = sum(len(making.applied(alias)) for alias in ("default", "keys")) - sum(map(len, before))
    yield Proven("ok", f"数据库结构已升级 {steps} 步" if steps else "数据库结构与本版本一致")


def ledger_is_sound(head: dict[str, Any] | None, saved: Path) -> Iterator[Proven]:
    """Nothing altered, removed, re-ordered or cut off, against the head of the moment and one kept elsewhere."""
    report = ledger.verify(saved=Head(**head) if head else None)
    if not report.is_sound:
        yield from (Proven("failure", f"账本：{finding.zh()}") for finding in report.findings[:5])
        return
    yield Proven("ok", f"账本：{report.batches} 批、{report.rows} 行逐行核验无误；未封存的末尾 {report.tail.rows} 行")
    yield from _against_saved(head, saved)


def _against_saved(head: dict[str, Any] | None, folder: Path) -> Iterator[Proven]:
    newest: Head | None = None
    for file in sorted(folder.glob("*.json")):
        try:
            each = ledger.read_head(file)
        except Fault:
            continue
        if head and each.batch <= head["batch"] and (newest is None or each.batch > newest.batch):
            newest = each
    if newest is None:
        yield Proven("note", "没有另处保存的账本签名可对照")
    elif [seal.signed() for seal in heads.seals("WHERE batch = %s", [newest.batch])] == [newest.signed()]:
        yield Proven("ok", f"与另处保存的第 {newest.batch} 批签名一致")
    else:
        yield Proven("failure", f"与另处保存的第 {newest.batch} 批签名不一致")


def follows_from_the_record(at: datetime, *, sample: int | None) -> Iterator[Proven]:
    """Stored states are those that the record gives, for all files or an even sample."""
    every = list(Child.objects.order_by("id").values_list("id", flat=True))
    step = 1 if sample is None else max(1, -(-len(every) // max(1, sample)))
    chosen = every[::step]
    wrong = 0
    for start in range(0, len(chosen), 200):
        for child in Child.objects.filter(id__in=chosen[start : start + 200]):
            wrong += bool(differences_of(child, at=at))
    said = f"由记录重新推算 {len(chosen)} 份档案（共 {len(every)} 份）"
    yield Proven("failure", f"{said}，{wrong} 份不一致") if wrong else Proven("ok", f"{said}，全部一致")


def opens() -> Iterator[Proven]:
    """Some values of every sealed field open with the keys of the backup; what they say is shown to nobody."""
    opened = gone = shut = 0
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, SealedField):
                for row in _ends(model, field.attname):
                    state = _state(getattr(row, field.attname))
                    opened, gone, shut = opened + (state == 1), gone + (state == 0), shut + (state == -1)
    if shut:
        yield Proven("failure", f"抽开的封存内容中有 {shut} 项打不开：密钥备份与资料备份不配套")
    else:
        yield Proven("ok", f"抽开封存内容 {opened + gone} 项：打开 {opened} 项，按规定已删除 {gone} 项")


def _ends(model: type[Model], name: str) -> Iterator[Model]:
    there = model._default_manager.exclude(**{f"{name}__isnull": True})
    first = list(there.order_by("pk")[:FROM_EACH_END])
    seen = {row.pk for row in first}
    return chain(first, (row for row in there.order_by("-pk")[:FROM_EACH_END] if row.pk not in seen))


def _state(value: vault.Sealed) -> int:
    # The look is taken back with the transaction: nobody reads what is opened here.
    with transaction.atomic():
        try:
            (content,) = vault.open_bytes([value], viewer=WORKER, purpose="backup", at=clock.now(), part="backup")
            state = 0 if content is None else 1
        except Fault:
            state = -1
        transaction.set_rollback(True)
    return state


def condition(at: datetime) -> Iterator[Proven]:
    """How the office stood when the backup was made: told, but no fault of the backup."""
    troubled = [each for each in examine(at=at, only=CONDITION) if each.state != "ok"]
    yield from (Proven("note", f"备份时的状况　{each.what}：{each.zh}") for each in troubled)
    if not troubled:
        yield Proven("ok", "备份时的状况：规则、岗位、待核记录、每个孩子都有下一步，均正常")


def granted() -> Iterator[Proven]:
    """PostgreSQL's roles may do their part in the new databases."""
    for alias in connections:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [roles.WEB])
            if cursor.fetchone()[0]:
                tables = sorted(connection.introspection.table_names(cursor))
                for statement in (*roles.statements(tables), *wall.statements(tables)):
                    cursor.execute(statement)
    yield Proven("ok", "数据库账户的权限已就绪")
