"""The sign-in sheet of a meeting on paper: names to be signed beside, nothing of what is talked about."""

from collections.abc import Sequence
from typing import Any

from tongxin.documents.questions import paired
from tongxin.groups import selectors
from tongxin.groups.models import Meeting, Member
from tongxin.web import words
from tongxin.web.console.groups import ATTENDED_ZH, number_zh
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request
from tongxin.web.pages import brand_for

TITLE = "小组活动签到表"
NOTES = (
    "只作签到用。活动里说的话不写在这张表上；有危险的，马上在系统里填危机报告。",
    "签好以后由带领人保管，当天在系统里登记签到。",
)


def sheet_for(request: Request, meeting: Meeting, members: Sequence[Member]) -> dict[str, Any]:
    """What the PDF says: group, day and place, a line for each child; an empty one for whom the viewer may not see."""
    group, viewer = meeting.group, request.viewer
    names = open_names(
        request, children=[member.child for member in members], people=[viewer.person_id], more=[group.room],
        purpose="print", route="group_paper", part=selectors.PART,
    )
    who = f"{viewer.seat.title if viewer.seat else ''} {names.person(viewer.person_id)}".strip()
    when = words.moment_zh(request.at)
    unseen = selectors.size_of(group) - len(members)
    lines = [names.children[member.child_id] for member in members] + ["（补填）"] * unseen
    head = [
        {"zh": "小组", "value": number_zh(group)}, {"zh": "场次", "value": f"第 {meeting.number} 场"},
        {"zh": "时间", "value": words.moment_zh(meeting.planned_for)}, {"zh": "地点", "value": names.more[0] or ""},
    ]
    return {
        "title": TITLE, "brand": brand_for(request), "file_no": "", "printed": f"打印：{who}　{when}",
        "watermark": f"{who}　{when}", "warning": "", "lead": "", "before": [], "after": [], "slip": None,
        "head": paired(head), "notes": list(NOTES),
        "sections": [{"zh": "签到", "help": "", "parts": [{"lines": [_line(name) for name in lines]}]}],
        "signatures": [{"zh": "带领人"}, {"zh": "第二带领人"}],
    }


def _line(name: str) -> dict[str, Any]:
    boxes = [{"zh": zh, "on": False} for zh in ATTENDED_ZH.values()]
    return {"cells": [{"zh": name, "options": boxes}, {"zh": "签字", "blank": 1}]}
