"""What somebody sees first: dangers, the day's work one line a household, and what is new."""

from django.http import HttpResponse, HttpResponseRedirect

from tongxin.access import selectors as access
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.drafts import selectors as drafts
from tongxin.notices import services as notices
from tongxin.web import words
from tongxin.web.console.counts import counts_of
from tongxin.web.console.drafts import draft_rows
from tongxin.web.console.names import open_names
from tongxin.web.console.news import news_of
from tongxin.web.console.options import pathway_shown
from tongxin.web.console.today import children_of, lines_of, own_tasks, passed_up_tasks
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

LINES, PASSED_UP, DANGERS, DRAFTS, NEWS = 20, 8, 5, 10, 4
ROLE_LEADS = {
    "child_director": "危险的在最前，其次是逾期和快到期的。一户一行。",
    "child_supervisor": "先办您自己的，再看各村逾期上报来的。",
    "social_worker": "待评估、待制定的方案和要应答的转介。", "counsellor": "待核实的安全情况、评估和要应答的转介。",
    "psychiatrist": "转介给本院的孩子和要答复的事项。", "psych_teacher": "转介给您的孩子和要答复的事项。",
    "case_manager": "先看危机，再办等级确认和审批，最后督促逾期的。",
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
    return show(request, "console/home.html", {
        "lead": ROLE_LEADS.get(seat.role if seat else "", "您的任务和提醒。"),
        "late": [line for line in lines[:LINES] if line["late_zh"]],
        "due": [line for line in lines[:LINES] if not line["late_zh"]], "passed_up": others[:PASSED_UP],
        "has_more": len(lines) > LINES or len(others) > PASSED_UP, "counts": counts_of(request),
        "dangers": [
            {"url": f"/children/{case.id}/#crisis", "name": names.children.get(case.id, ""),
             "for_zh": _since(case, request)}
            for case in dangers[:DANGERS]
        ],
        "drafts": draft_rows(request, unfinished, names=names.children),
        "has_more_dangers": len(dangers) > DANGERS,
        "newest": news[:NEWS], "older": news[NEWS:],
    })


def _in_crisis(request: Request) -> list[Case]:
    cases = Case.objects.filter(slices.in_crisis(pathway_shown(request)))
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
