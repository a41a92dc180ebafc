"""The minutes of a joint meeting on paper: who came, the numbers, what was said, who does what until when."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.coordination.models import JointMeeting
from tongxin.documents import typesetting
from tongxin.documents.questions import paired
from tongxin.flows import coordinating
from tongxin.flows.coordinating_meetings import HELD
from tongxin.web.console.coordination_blocks import county, number_zh
from tongxin.web.console.joint_meetings import CODE, Told, meeting_for, rules_for
from tongxin.web.console.names import open_names
from tongxin.web.console.supervision_orders import department_zh, matter_rows
from tongxin.web.doors import Request, door
from tongxin.web.pages import brand_for
from tongxin.web.words import day_zh, moment_zh

TITLE = "部门联席会议纪要"
NOTE = "只发到会单位，不外传。纪要里没有孩子的姓名；小于界线的数不写出来。"


@door(f"office.{coordinating.SEE}")
def paper(request: Request, joint_id: UUID) -> HttpResponse:
    """The minutes as a PDF; that they were printed is on record."""
    meeting = meeting_for(request, joint_id)
    if meeting.state != HELD:
        raise Http404
    with transaction.atomic():
        ledger.record(kind="paper.printed", subject=meeting.key_owner, actor=request.viewer, at=request.at,
                      is_fact=True, clear={"paper": "joint_minutes", "number": meeting.number})
    made = typesetting.pdf(sheet_for(request, meeting))
    name = f"joint-meeting-{meeting.year}-{meeting.number}"
    return HttpResponse(made, content_type="application/pdf",
                        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def sheet_for(request: Request, meeting: JointMeeting) -> dict[str, Any]:
    """What the PDF says."""
    told, viewer, found = Told(request, meeting), request.viewer, rules_for(request)
    plan = {line["zh"]: line["said"] for line in told.plan(found)}
    minutes = {line["zh"]: line["said"] for line in told.minutes or []}
    printer = open_names(request, people=[viewer.person_id], purpose="print", route="coordination_paper",
                         part=coordinating.PART)
    who = f"{viewer.seat.title if viewer.seat else ''} {printer.person(viewer.person_id)}".strip()
    when = moment_zh(request.at)
    head = [
        {"zh": _("会议"), "value": told.title}, {"zh": _("编号"), "value": number_zh(meeting, CODE)},
        {"zh": _("时间"), "value": moment_zh(meeting.held_at)}, {"zh": _("地点"), "value": plan.get("在哪里开", "")},
        {"zh": _("主持"), "value": minutes.get("谁主持", "")},
    ]
    sections = [
        _section(_("一、到会单位"), _attendance(request, meeting)),
        _section(_("二、议程上的数"), [
            _cell(each["zh"], " ".join(filter(None, [
                f"{each['said']} {each['unit']}" if each["is_number"] else str(each["said"]), each["more"],
                "；".join(f"{row['zh']} {row['said']} {each['unit']}" for row in each["rows"]),
            ]))) for each in told.figures or []
        ]),
        _section(_("三、议定情况"), [
            _cell(zh, minutes[zh]) for zh in ("议了什么、各部门怎么说", "不同意见") if minutes.get(zh)
        ]),
        _section(_("四、决定和分工"), [
            _cell(f"{row['meta'][1]}　{row['meta'][0]}", f"{row['zh']}\n{_('期限：')}{day_zh(matter.due_at)}")
            for row, matter in zip(
                matter_rows(request, meeting=meeting), meeting.matters.order_by("number"), strict=False
            )
        ]),
    ]
    return {
        "title": TITLE, "brand": brand_for(request), "file_no": number_zh(meeting, CODE),
        "printed": f"{_('打印：')}{who}　{when}", "watermark": f"{who}　{when}", "warning": "", "lead": "",
        "before": [], "after": [], "slip": None, "head": paired(head), "notes": [NOTE],
        "sections": [each for each in sections if each["parts"][0]["lines"]],
        "signatures": [{"zh": _("主持人")}, {"zh": _("记录人")}],
    }


def _section(zh: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"zh": zh, "help": "", "parts": [{"lines": lines}]}


def _cell(zh: str, value: str) -> dict[str, Any]:
    return {"cells": [{"zh": zh, "value": value}]}


def _attendance(request: Request, meeting: JointMeeting) -> list[dict[str, Any]]:
    rows = meeting.attendances.select_related("member", "member__organisation", "post").order_by("id")
    county(request)
    return [
        _cell(department_zh(request, each.member.department),
              f"{each.member.organisation.name}　{each.post.title}　{_('已签到') if each.signed_at else _('没有签到')}")
        for each in rows
    ]
