"""Who looked at a child's file: the psychological part first, then what was opened, then lists, folded day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from tongxin.core.pathway import CHINA
from tongxin.ledger.models import SET_APART, Access
from tongxin.lib.prepared import Prepared
from tongxin.looking.rules import GLASS, rules_at
from tongxin.web.console.file import File
from tongxin.web.console.names import Names

PSYCHOLOGICAL = "psychological"
SHOWN, LISTED = 80, 300
PURPOSES = {
    "file": "查看档案", "roster": "浏览名册", "home": "首页", "search": "查找", "entry": "查看记录",
    "tasks": "任务列表", "posts": "岗位",
    "prefill": "填表时带出", "crises": "危机总览", "referrals": "转介列表", "correct": "更正记录", "move": "移动记录",
    "search_index": "建立查找索引", "form": "填写表单", "draft": "接着填没填完的表", "duplicate": "核对是否重复",
    "trial": "试算新规则", "hospital": "导出给医疗机构", "handover": "导出给承接单位", "statistics": "导出作统计研究",
    "consent": "告知与同意", "looking": "查看核实", "family": "监护人用链接查看",
    "export": "导出数据（有登记）", "scrubbing": "导出前查找要遮盖的字",
    "subject": "应本人或监护人要求导出", "print": "打印", "attachment": "打开附件", "attachments": "查看附件目录",
    "sharing": "按协议共享给部门", "clue": "受理线索", "list_comparison": "名单比对",
    "open_ask": "建档前查找是否已在册", "bookings": "预约", "reporter": "查看报告人身份",
}
# Where a name is only one of many on a page, nobody opened the file; nor where the system prepares an export.
LISTS = frozenset({
    "roster", "home", "search", "tasks", "posts", "crises", "referrals", "search_index", "duplicate", "family",
    "rebuild", "trial", "devices", "notices", "list_comparison",
})
FOLDED = sorted(LISTS | {"scrubbing"})


def _of(child: Any) -> QuerySet[Access]:
    return Access.objects.filter(subjects__owner_id=child).exclude(part=SET_APART).order_by("-at", "-id")


OPENED_AT = Prepared(lambda child: _of(child).exclude(purpose__in=FOLDED)[:SHOWN], child=UUIDField())
LISTED_AT = Prepared(lambda child: _of(child).filter(purpose__in=FOLDED)[:LISTED], child=UUIDField())


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest looks at a child's words, by how near they came."""

    psychological: Sequence[Access] = ()
    opened: Sequence[Access] = ()
    listed: Sequence[Access] = ()

    @property
    def rows(self) -> tuple[Access, ...]:
        return (*self.psychological, *self.opened, *self.listed)


def looks(child_id: UUID) -> Seen:
    """The newest looks at a child's words."""
    opened: list[Access] = OPENED_AT.rows(child=child_id)
    near = [look for look in opened if look.part == PSYCHOLOGICAL]
    return Seen(near, [look for look in opened if look.part != PSYCHOLOGICAL], LISTED_AT.rows(child=child_id))


def look_groups(seen: Seen, names: Names, titles: Mapping[UUID, str], file: File) -> list[dict[str, Any]]:
    """Who looked, when, from which post, at what and for what; lists in one line a day, a person and a page."""
    rules, parts = rules_at(file.request.at, region=file.region), file.access.parts

    def line(look: Access) -> dict[str, Any]:
        title = titles.get(look.post_id, "") if look.post_id else ""
        return {
            "at": look.at, "who_zh": f"{title}　{names.person(look.person_id)}".strip(),
            "purpose_zh": rules.words(look.purpose) or PURPOSES.get(look.purpose, "办理业务"),
            "is_glass": look.purpose == GLASS,
        }

    def together(rows: Sequence[Access]) -> list[dict[str, Any]]:
        found = []
        for _, same in groupby(rows, key=lambda look: (look.at, look.person_id, look.purpose)):
            looked = list(same)
            told = dict.fromkeys(parts.get(each.part, "").partition("（")[0] for each in looked)
            found.append(line(looked[0]) | {"part_zh": "、".join(each for each in told if each)})
        return found

    days: dict[Any, list[Access]] = {}
    for look in seen.listed:
        on = look.at.astimezone(CHINA).date()
        days.setdefault((on, look.person_id, look.post_id, look.purpose), []).append(look)
    folded = [line(same[0]) | {"times": len(same)} for same in days.values()]
    groups = [
        ("看过心理内容的", together(seen.psychological)), ("打开过档案和记录的", together(seen.opened)),
        ("只在名单里列出、没有打开的", folded),
    ]
    return [{"zh": zh, "rows": rows} for zh, rows in groups if rows]
