"""What somebody sees first: dangers, the day's work one line a household, and what is new."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from tongxin.access import selectors as access
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.drafts import selectors as drafts
from tongxin.flows import month_targets
from tongxin.notices import services as notices
from tongxin.web import words
from tongxin.web.console import coordination
from tongxin.web.console.clues import to_do
from tongxin.web.console.counts import counts_of
from tongxin.web.console.drafts import draft_rows
from tongxin.web.console.names import open_names
from tongxin.web.console.news import news_of
from tongxin.web.console.options import pathway_shown, region_of_viewer
from tongxin.web.console.today import children_of, lines_of, own_tasks, passed_up_tasks
from tongxin.web.doors import Request, door
from tongxin.web.pages import navigation, show

LINES, PASSED_UP, DANGERS, DRAFTS, NEWS = 20, 8, 5, 10, 4
ROLE_LEADS = {
    "child_director": "危险的在最前，其次是逾期和快到期的。一户一行。",
    "child_supervisor": "先办您自己的，再看各村逾期上报来的。",
    "social_worker": "待评估、待制定的方案和要应答的转介。", "counsellor": "待核实的安全情况、评估和要应答的转介。",
    "clinical_supervisor": "先看没有好转、连续没有来和在危机中的辅导，再看要督导的。",
    "psychiatrist": "转介给本院的孩子和要答复的事项。", "psych_teacher": "转介给您的孩子和要答复的事项。",
    "class_teacher": "先看您的学生；有让人担心的，报线索。",
    "case_manager": "先看危机，再办等级确认和审批，最后督促逾期的。",
    "family_educator": "指名交给您的孩子的家庭，先打开到日子的那一次。",
    "legal_adviser": "请您办的事：先打开快到日子的。",
    "city_officer": "您看辖区里的数；名单和档案由县区的人办。",
    "national_officer": "您看全国的数，从省看到村；名单和档案由县区的人办。",
    "system_administrator": "您让系统开着、备份能恢复、规则改得有据；看不到孩子的档案。",
    "security_administrator": "您管谁能进来、钥匙在哪里、出了事怎么办；看不到孩子的档案。",
    "audit_administrator": "您核对谁看了什么、账本有没有改动；看不到孩子的档案。",
}
# What the pages are for that don't open files, on the first screen of those who have only these.
DESK = {
    "/dashboard/": "一级一级往下看：覆盖、按时、闭环，每月怎样", "/indicators/": "每个数怎么算、各地是多少",
    "/district/": "辖区里有多少孩子、在哪一步、等级怎样", "/looking/": "核实不寻常的查看",
    "/posts/": "岗位由谁坐、交接", "/staff/": "开账号、停用、重新发初始密码", "/ledger/": "核验账本，取封签凭据",
    "/definitions/": "现行的规则，写修改稿、采用", "/exports/": "谁申请、谁批准、导出了什么",
    "/ended/": "等第二个人确认的删除，已删除和只保存的档案",
    "/refusals/": "谁被拒绝了什么、输错了几次密码", "/retention/": "保存期限到了的档案，两个人办；保全",
    "/sealed/": "依法封存的记录：保管、查询、答复",
    "/places/": "有哪些阵地、差什么、在哪里", "/clues/": "交到您岗位的线索",
    "/pupils/": "区县交给您的学生，只看几项；有担心的从这里报", "/gatherings/": "班会、家长学校：登记来了多少人",
    "/coordination/": "成员单位、服务标准、政策文件、典型案例",
    "/registers/": "处理活动、影响评估、安全事件、委托协议、年度报告",
}


@door("work")
def home(request: Request) -> HttpResponse:
    """The first screen."""
    own, passed_up = own_tasks(request, lines=LINES), passed_up_tasks(request, lines=PASSED_UP)
    dangers = _in_crisis(request)
    told = notices.unread(viewer=request.viewer, at=request.at, limit=20)
    unfinished = list(drafts.mine(viewer=request.viewer, at=request.at)[:DRAFTS])
    ids = {task.case_id for task in (*own, *passed_up)} | {case.id for case in dangers}
    ids |= {draft.child_id for draft in unfinished if draft.child_id}
    children = children_of(request, ids | {notice.child_id for notice in told if notice.child_id})
    names = open_names(request, listed=children.values(), purpose="home", route="home")
    lines = lines_of(request, own, children=children, names=names)
    others = lines_of(request, passed_up, children=children, names=names)
    seat = request.viewer.seat
    news = news_of(told, names)
    opens_files = access.reads(viewer=request.viewer, part="roster", at=request.at)
    return show(request, "console/home.html", {
        "lead": ROLE_LEADS.get(seat.role if seat else "", "您的任务和提醒。"),
        "clues": to_do(request), "together": coordination.to_do(request),
        "late": [line for line in lines[:LINES] if line["late_zh"]],
        "due": [line for line in lines[:LINES] if not line["late_zh"]], "passed_up": others[:PASSED_UP],
        "has_more": len(lines) > LINES or len(others) > PASSED_UP, "counts": counts_of(request),
        "dangers": [
            {"url": f"/children/{case.id}/#crisis", "name": names.children.get(case.id, ""),
             "for_zh": _since(case, request)}
            for case in dangers[:DANGERS]
        ],
        "drafts": draft_rows(request, unfinished, names=names.children),
        "desk": [] if opens_files else [
            {**each, "means": DESK[each["url"]]} for each in navigation(request) if each["url"] in DESK
        ],
        "has_more_dangers": len(dangers) > DANGERS,
        "newest": news[:NEWS], "older": news[NEWS:], "months": _months(request),
    })


def _months(request: Request) -> list[dict[str, Any]]:
    """The own month and the one before, for those who go to see children; nobody else's beside it."""
    seat, region = request.viewer.seat, region_of_viewer(request)
    if seat is None or not month_targets.counts_for(seat.role, region=region, at=request.at):
        return []
    posts = request.viewer.post_ids
    found = (
        ("本月", month_targets.this_month(posts, region=region, at=request.at)),
        ("上月", month_targets.last_month(posts, region=region, at=request.at)),
    )
    told = [{"zh": zh, "rows": [each for each in rows if each.due]} for zh, rows in found]
    return told if any(each["rows"] for each in told) else []


def _in_crisis(request: Request) -> list[Case]:
    cases = slices.leading().filter(slices.in_crisis(pathway_shown(request)))
    return access.page(
        cases, viewer=request.viewer, part="crisis", at=request.at, order=("rank", "due_at", "id"), limit=DANGERS + 1
    )


def _since(case: Case, request: Request) -> str:
    crisis = case.state.get("crisis") or {}
    began = crisis.get("began_at")
    return words.span_zh(request.at - type(request.at).fromisoformat(began)) if began else ""


@door("work", methods=("POST",))
def read_notices(request: Request) -> HttpResponse:
    """Everything new has been seen."""
    notices.mark_read(viewer=request.viewer, at=request.at)
    return HttpResponseRedirect("/")
