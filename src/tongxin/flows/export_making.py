"""Making what was agreed: rows gathered as the requester may read them, coarsened where nobody is to be known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.core import deidentify
from tongxin.core.pathway import CHINA
from tongxin.exports import selectors
from tongxin.exports.models import Content, Export, Included
from tongxin.exports.rules import Field, Purpose, Rules
from tongxin.exports.table import LABEL, Column, Table
from tongxin.flows import export_rows, export_texts
from tongxin.flows.export_asking import fields_for, record, rules_of
from tongxin.flows.export_rows import ALONE, LEFT_OUT, Gathered
from tongxin.notices import services as notices
from tongxin.people.models import Child

GONE = "申请人已不在原来的岗位，或已不能导出，没有生成。"
NOBODY = "名单里没有可以带出的儿童，没有生成。"
TOO_UNLIKE = "放得最粗也做不到每一行至少有 {k} 名儿童一样，没有生成。请少选几项内容，或把范围放大。"
TOO_ALIKE = (
    "放得最粗，也做不到每一组儿童的“{names}”都至少有 {least} 种：知道某个孩子在里面，就知道了他的情况，没有生成。"
    "请不选“{names}”，或少选地区、年龄、类别，或把范围放大。"
)


def make(*, export_id: UUID, at: datetime) -> Export:
    """An agreed export with its table sealed, or why there can't be one."""
    Export.objects.get(id=export_id)
    vault.create_keys([vault.Owner("file", export_id)], at=at)
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(id=export_id, state=Export.AGREED, way="archive").first()
        if row is None:
            return Export.objects.get(id=export_id)
        return _make(row, at)


def _make(row: Export, at: datetime) -> Export:
    viewer = viewer_of(person=Person.objects.get(id=row.person_id), at=at, post_id=row.post_id)
    found = rules_of(row, at)
    purpose = found.purposes.get(row.purpose)
    may = row.post_id in viewer.post_ids and access.may_do(viewer=viewer, action=selectors.ASK, at=at)
    if purpose is None or not may or row.until_on < at.astimezone(CHINA).date():
        return _impossible(row, GONE, at)
    offered = fields_for(purpose, found, is_named=row.is_named, viewer=viewer, at=at)
    fields = [each for each in offered if each.id in row.fields]
    ids = list(row.included.order_by("child_id").values_list("child_id", flat=True))
    gathered = export_rows.gather(ids, fields=fields, purpose=_asked(purpose, row), viewer=viewer, at=at)
    if not gathered.children:
        return _finish(row, gathered, None, NOBODY, viewer, at)
    if row.is_named:
        return _finish(row, gathered, _named(gathered, fields), "", viewer, at)
    table, why = _coarse(row, gathered, fields, found, at)
    return _finish(row, gathered, table, why, viewer, at, fields, found)


def _asked(purpose: Purpose, row: Export) -> Purpose:
    """Without names nobody's consent to sharing is asked: what leaves is nobody's file."""
    if row.is_named:
        return purpose
    return replace(purpose, consent="")


def _named(gathered: Gathered, fields: Sequence[Field]) -> Table:
    told = [each for each in fields if each.source != "file_no"]
    columns = (Column("file_no", "档案编号"), *(Column(each.id, each.zh) for each in told))
    rows = [
        (child.file_no, *(gathered.words[child.id][each.id] for each in told)) for child in gathered.children
    ]
    return Table(columns, tuple(rows))


def _coarse(
    row: Export, gathered: Gathered, fields: Sequence[Field], found: Rules, at: datetime
) -> tuple[Table | None, str]:
    """The table without the persons, or why there is none; who would stand alone is left out and counted."""
    quasi, sensitive = [each for each in fields if each.is_quasi], [each for each in fields if each.is_sensitive]
    children = gathered.children
    places, on = export_rows.places_around(children), at.astimezone(CHINA).date()
    records = [
        deidentify.Record(
            tuple(_levels(each, child, gathered, places[child.id], found, on) for each in quasi),
            tuple(gathered.words[child.id][each.id] for each in sensitive),
        )
        for child in children
    ]
    made = deidentify.anonymise(records, k=found.k, most_suppressed=found.most_suppressed, diverse=found.diverse)
    if made is None:
        return None, _too_alike(records, sensitive, found)
    kept = set(made.kept)
    gathered.left_out |= {child.id: ALONE for index, child in enumerate(children) if index not in kept}
    gathered.children = [children[index] for index in made.kept]
    labels = export_rows.pseudonyms(row.content_owner, gathered.children)
    columns = (Column(LABEL, "代号"), *(Column(each.id, each.coarse_zh) for each in (*quasi, *sensitive)))
    shown = tuple(
        (labels[children[index].id],
         *(values[level] for values, level in zip(records[index].quasi, made.levels, strict=True)),
         *records[index].sensitive)
        for index in made.kept
    )
    row.report = {**row.report, **_report(made, quasi, sensitive, found, records)}
    return Table(columns, shown), ""


def _too_alike(records: Sequence[deidentify.Record], sensitive: Sequence[Field], found: Rules) -> str:
    """Why there is no such table, and what to leave out or widen."""
    rules = {"k": found.k, "most_suppressed": found.most_suppressed}
    plain = [replace(each, sensitive=()) for each in records]
    if not sensitive or found.diverse <= 1 or deidentify.anonymise(plain, **rules) is None:
        return TOO_UNLIKE.format(k=found.k)
    told = [sensitive[at].zh for at in deidentify.unlearnable(records, **rules, diverse=found.diverse)]
    names = "”“".join(told or [each.zh for each in sensitive])
    return TOO_ALIKE.format(names=names, least=found.diverse)


def _levels(
    each: Field, child: Child, gathered: Gathered, places: Sequence[str], found: Rules, on: Any
) -> tuple[str, ...]:
    word = gathered.words[child.id][each.id]
    match each.source:
        case "birth_month":
            return deidentify.birth_levels(child.birth_month if word else None, on=on, bands=found.bands)
        case "place":
            return deidentify.place_levels(places if word else ("",) * len(places))
        case "categories":
            return deidentify.count_levels([each for each in word.split("、") if each])
    return deidentify.same_levels(word)


def _report(
    made: deidentify.Outcome, quasi: Sequence[Field], sensitive: Sequence[Field], found: Rules,
    records: Sequence[deidentify.Record],
) -> dict[str, Any]:
    heights = [len(values) for values in records[0].quasi]
    return {
        "k": found.k, "l": found.diverse, "smallest": made.smallest, "classes": made.classes,
        "suppressed": made.suppressed,
        "columns": [
            {"zh": each.coarse_zh, "level": level, "most": height - 1}
            for each, level, height in zip(quasi, made.levels, heights, strict=True)
        ],
        "diversity": [
            {"zh": each.zh, "least": least, "alone": alone}
            for each, (least, alone) in zip(sensitive, made.diversity, strict=True)
        ],
    }


def _finish(
    row: Export, gathered: Gathered, table: Table | None, why: str, viewer: Viewer, at: datetime,
    fields: Sequence[Field] = (), found: Rules | None = None,
) -> Export:
    for reason in LEFT_OUT:
        gone = [child_id for child_id, each in gathered.left_out.items() if each == reason]
        for start in range(0, len(gone), export_rows.CHUNK):
            some = gone[start : start + export_rows.CHUNK]
            Included.objects.filter(export=row, child_id__in=some).update(left_out=reason)
        if gone:
            row.left_out[reason] = len(gone)
    if table is None:
        return _impossible(row, why, at)
    texts = [each for each in fields if each.is_text]
    waiting = found is not None and texts and export_texts.prepare(row, gathered.children, texts, found, viewer, at)
    row.state, row.rows = Export.READING if waiting else Export.MADE, len(table.rows)
    row.made_at = at
    content = Content(export=row)
    vault.put(content, {"table": table.as_text()}, keyring=vault.keyring([row.content_owner]))
    content.save(force_insert=True)
    row.save(update_fields=["state", "rows", "made_at", "left_out", "report"])
    _tell("export.finished", row, at)
    return row


def _impossible(row: Export, why: str, at: datetime) -> Export:
    row.state, row.report = Export.IMPOSSIBLE, {**row.report, "why": why}
    row.save(update_fields=["state", "left_out", "report"])
    _tell("export.failed", row, at)
    return row


def _tell(kind: str, row: Export, at: datetime) -> None:
    event = record(kind, row, WORKER, at, rows=row.rows)
    notices.tell_posts(posts=[row.post_id], event=event, at=at)
