"""Departments on one table: what waits for the viewer, where everything is, the files that stand beside steps."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.coordination.models import Expert, JointMeeting, Matter, Opinion, Scan, Standard
from tongxin.flows import (
    coordinating,
    coordinating_experts,
    coordinating_matters,
    coordinating_meetings,
    coordinating_standards,
)
from tongxin.flows import coordinating_members as members
from tongxin.flows import coordinating_policies as policies
from tongxin.web.console import (
    coordination_counties,
    coordination_paper,
    experts,
    joint_meetings,
    standards,
    supervision_orders,
    typical_cases,
)
from tongxin.web.console import members as member_pages
from tongxin.web.console import (
    policies as policy_pages,
)
from tongxin.web.console.coordination_blocks import HOME, Page, Rows, county, draw, is_lead, waits
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.words import moment_zh

ON_HOME = 6
PLACES = (
    ("members/", "成员单位", "每个部门由哪个单位参加、找谁，各自的职责和依据"),
    ("meetings/", "联席会议", "通知、议程上的数、签到、纪要、决定"),
    ("orders/", "决定和督办", "交给各部门的事：期限、答复、核对、逾期上报"),
    ("standards/", "服务标准", "起草、征求意见、采用、执行的版本"),
    ("policies/", "政策文件", "依据的文件，哪天起执行，是哪些标准和职责的依据"),
    ("cases/", "典型案例", "去掉身份、专家看过的案例，给大家学习"),
    ("experts/", "专家库", "可以请教的专家，请教和答复"),
)


@door(f"office.{coordinating.SEE}")
def overview(request: Request) -> HttpResponse:
    """What waits for the viewer, then where everything is; above counties only what an expert is asked."""
    if coordinating.county_if_any(request.viewer) is None:
        return experts.asked_above(request)
    waiting = to_do(request, most=20)
    blocks: list[Any] = []
    if waiting:
        blocks.append(Rows(_("等您办"), waiting))
    blocks.append(Rows(_("在哪里看"), [
        {"zh": zh, "url": f"{HOME}{url}", "said": means, "meta": [], "act": _("看{zh}").format(zh=zh)}
        for url, zh, means in PLACES
    ]))
    return draw(request, Page(_("部门协同"), blocks, lead=_(
        "各部门坐到一张桌上：谁参加、议什么、谁来办、按什么标准办。"
    )))


def to_do(request: Request, *, most: int = ON_HOME) -> list[dict[str, Any]]:
    """What waits for the viewer's posts, for the first screen too: urgent first."""
    if not may_do_any(request, "|".join(coordinating_experts.ANSWER)):
        return []
    if coordinating.county_if_any(request.viewer) is None:
        return _opinions(request)[:most]
    found = [*_matters(request, most), *_opinions(request), *_meetings(request), *_standards(request)]
    return sorted(found, key=lambda row: "late" not in row)[:most]


def _matters(request: Request, most: int) -> list[dict[str, Any]]:
    reached = coordinating_matters.reach(request.viewer, at=request.at).exclude(state=Matter.CLOSED)
    own = reached.filter(owner_post_id__in=request.viewer.post_ids).exclude(state=Matter.ANSWERED)
    rows = supervision_orders.matter_rows(request, rows=own.order_by("due_at", "id")[:most])
    if is_lead(request):
        answered = reached.filter(state=Matter.ANSWERED).order_by("due_at", "id")[:most]
        rows += supervision_orders.matter_rows(request, rows=answered)
    return rows


def _opinions(request: Request) -> list[dict[str, Any]]:
    rows = coordinating_experts.reach(request.viewer, at=request.at).filter(
        state=Opinion.ASKED, expert__expert_id=request.viewer.person_id
    )
    return [experts.opinion_row(request, each) for each in rows.order_by("due_at", "id")[:ON_HOME]]


def _meetings(request: Request) -> list[dict[str, Any]]:
    reached = members.members_reached(request.viewer)
    rows = coordinating_meetings.reach(request.viewer, at=request.at).filter(
        state=JointMeeting.ASKED, attendances__member_id__in=reached, attendances__reply="",
        planned_for__gte=request.at,
    ).distinct().order_by("planned_for")[:ON_HOME]
    return [{"zh": _("联席会议，请答复参加不参加"), "url": f"{HOME}meetings/{each.id}/", "act": _("答复"),
             "meta": [moment_zh(each.planned_for)]} for each in rows]


def _standards(request: Request) -> list[dict[str, Any]]:
    reached = set(members.members_reached(request.viewer))
    if not reached:
        return []
    found = []
    rows = Standard.objects.filter(county_id=county(request), state=Standard.COMMENT, comment_until__gte=request.at)
    for each in rows.order_by("comment_until")[:ON_HOME]:
        now = coordinating_standards.now_of(each, at=request.at)
        asked = set(now.asked.clear["members"]) if now.asked else set()
        if reached & asked and not any(step.clear["member"] in reached for step in now.comments):
            found.append({"zh": _("服务标准征求意见"), "url": f"{HOME}standards/{each.id}/", "act": _("提意见"),
                          "meta": [], **waits(each.comment_until, at=request.at)})
    return found


@door(f"office.{coordinating.SEE}")
def scan(request: Request, scan_id: UUID) -> HttpResponse:
    """The file of a step, for whoever sees the thing that it is about."""
    row = Scan.objects.select_related("step").filter(id=scan_id).first()
    if row is None or not _may_open(request, row.step.about_id):
        raise Http404
    (content,) = vault.open_bytes([row.content], viewer=request.viewer, purpose="coordination", part=coordinating.PART,
                                  route="coordination.scan", at=request.at)
    ending = row.media_type.partition("/")[2]
    return HttpResponse(content, content_type=row.media_type, headers={
        "Content-Disposition": f'attachment; filename="attachment-{row.sha256[:8]}.{ending}"',
        "Cache-Control": "no-store",
    })


def _may_open(request: Request, about: UUID) -> bool:
    viewer, at = request.viewer, request.at
    county(request)
    if coordinating_matters.reach(viewer, at=at).filter(id=about).exists():
        return True
    if policies.reach(viewer).filter(id=about).exists():
        return True
    expert = Expert.objects.filter(id=about, county_id=county(request)).exists()
    return expert and is_lead(request)


urlpatterns: list[URLPattern] = [
    path("coordination/", overview),
    path("coordination/scans/<uuid:scan_id>/", scan),
    path("coordination/meetings/<uuid:joint_id>/paper/", coordination_paper.paper),
    *member_pages.urlpatterns, *joint_meetings.urlpatterns, *supervision_orders.urlpatterns, *standards.urlpatterns,
    *policy_pages.urlpatterns, *typical_cases.urlpatterns, *experts.urlpatterns, *coordination_counties.urlpatterns,
]
