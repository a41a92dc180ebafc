"""What was recorded about a child and who looked, newest first, as far as the viewer may read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from tongxin.core.pathway.vocabulary import IDENTIFIED
from tongxin.ledger.models import Access, Entry
from tongxin.lib.prepared import Prepared
from tongxin.looking.rules import GLASS, rules_at
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.names import Names

SHOWN = 100
LOOKS = 40
LOOKS_AT = Prepared(
    lambda child: Access.objects.filter(subjects__owner_id=child).order_by("-at", "-id")[:LOOKS], child=UUIDField()
)
PURPOSES = {
    "file": "查看档案", "roster": "浏览名册", "home": "首页", "search": "查找", "entry": "查看记录",
    "tasks": "任务列表", "posts": "岗位",
    "prefill": "填表时带出", "crises": "危机总览", "referrals": "转介列表", "correct": "更正记录", "move": "移动记录",
    "search_index": "建立查找索引", "form": "填写表单", "draft": "接着填没填完的表", "duplicate": "核对是否重复",
    "trial": "试算新规则", "hospital": "导出给医疗机构", "handover": "导出给承接单位", "statistics": "导出作统计研究",
    "consent": "告知与同意", "looking": "查看核实", "family": "监护人用链接查看",
    "subject": "应本人或监护人要求导出", "print": "打印", "attachment": "打开附件", "attachments": "查看附件目录",
}
CORRECTIONS = {"correct": "更正", "retract": "撤回", "moved": "移至另一名儿童"}


def timeline(file: File, names: Names, titles: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """The entries of the parts that the viewer may read."""
    superseded = {entry.supersedes_id for entry in file.entries if entry.supersedes_id}
    rows = []
    for entry in reversed(file.readable[-SHOWN:]):
        rows.append({
            "at": entry.occurred_at, "zh": _title(entry), "who_zh": _who(entry, names, titles),
            "note": _note(file, entry), "url": f"/children/{file.child.id}/entries/{entry.id}/",
            "is_alarm": "crisis" in file.parts and bool(file.results.get(str(entry.id), {}).get("alarms")),
            "is_superseded": entry.id in superseded,
        })
    return rows


def _title(entry: Entry) -> str:
    kind = CORRECTIONS.get(entry.correction_kind)
    return f"{entry_zh(entry)}（{kind}）" if kind else entry_zh(entry)


def _who(entry: Entry, names: Names, titles: Mapping[UUID, str]) -> str:
    title = titles.get(entry.post_id, "") if entry.post_id else ""
    return f"{title}　{names.person(entry.person_id)}".strip()


def _note(file: File, entry: Entry) -> str:
    data = file.results.get(str(entry.id), {})
    if entry.kind == "identification" and data.get("result"):
        return f"结果：{IDENTIFIED.get(str(data['result']), '')}"
    return ""


def looks(child_id: UUID) -> list[Access]:
    """The newest looks at a child's words."""
    found: list[Access] = LOOKS_AT.rows(child=child_id)
    return found


def look_rows(
    rows: list[Access], names: Names, titles: Mapping[UUID, str], file: File
) -> list[dict[str, Any]]:
    """Who looked, when, from which post, at what and for what."""
    found: list[dict[str, Any]] = []
    rules, parts = rules_at(file.request.at, region=file.region), file.access.parts
    at: datetime
    for look in rows:
        at, title = look.at, titles.get(look.post_id, "") if look.post_id else ""
        found.append({
            "at": at, "who_zh": f"{title}　{names.person(look.person_id)}".strip(),
            "purpose_zh": rules.words(look.purpose) or PURPOSES.get(look.purpose, "办理业务"),
            "is_glass": look.purpose == GLASS,
            "part_zh": parts.get(look.part, "").partition("（")[0],
        })
    return found
