"""What somebody sees first: dangers, what is to do, what is new, and a few counts that say what they count."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from tongxin.access import selectors as access
from tongxin.cases.derivation import FAR
from tongxin.cases.models import Case, Task
from tongxin.notices import services as notices
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.task_rows import task_rows
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 30
MOST_COUNTED = 1000
SOON = timedelta(days=7)
NOTICE_WORDS = {
    "crisis.raised": "进入危机处置", "crisis.closed": "危机已解除", "task.opened": "有新任务",
    "task.climbed": "逾期任务上报到您的岗位", "task.passed_on": "任务转到您的岗位", "entry.held": "有一份待核对的记录",
}
ROLE_LEADS = {
    "child_director": "今天先看谁：危险的在最前，其次是逾期和快到期的走访。",
    "child_supervisor": "您辖区里逾期的、要您确认的都在这里。",
    "social_worker": "待评估、待制定的方案和要应答的转介。", "counsellor": "待核实的安全情况、评估和要应答的转介。",
    "psychiatrist": "转介给本院的孩子和要答复的事项。", "psych_teacher": "转介给您的孩子和要答复的事项。",
    "case_manager": "危机、待确认的等级、逾期未办的转介和审批。",
}


@door("work")
def home(request: Request) -> HttpResponse:
    """The first screen."""
    tasks = list(mine(request).order_by("due_at", "id")[: SHOWN + 1])
    dangers = _in_crisis(request)
    told = notices.unread(viewer=request.viewer, at=request.at, limit=20)
    ids = {task.case_id for task in tasks} | {case.id for case in dangers}
    ids |= {notice.child_id for notice in told if notice.child_id}
    children = access.visible(
        Child.objects.filter(id__in=ids), viewer=request.viewer, part="roster", at=request.at
    )
    names = open_names(request, children=children, purpose="home", route="home").children
    titles = post_titles(post for task in tasks for post in (task.owner_post_id, task.post_id))
    rows = task_rows(request, tasks[:SHOWN], names=names, titles=titles)
    seat = request.viewer.seat
    return show(request, "console/home.html", {
        "lead": ROLE_LEADS.get(seat.role if seat else "", "您的任务和提醒。"),
        "late": [row for row in rows if row["late_zh"]], "due": [row for row in rows if not row["late_zh"]],
        "has_more": len(tasks) > SHOWN, "counts": _counts(request),
        "dangers": [
            {"url": f"/children/{case.id}/#crisis", "name": names.get(case.id, ""), "for_zh": _since(case, request)}
            for case in dangers
        ],
        "notices": [
            {
                "url": f"/children/{notice.child_id}/", "zh": NOTICE_WORDS.get(notice.kind, "有新的变化"),
                "name": names[notice.child_id], "at": notice.created_at,
            }
            for notice in _once(told) if notice.child_id is not None and notice.child_id in names
        ],
    })


def _once(told: Iterable[Notice]) -> list[Notice]:
    """Each kind of news about a child once, the newest."""
    found: dict[Any, Notice] = {}
    for notice in told:
        found.setdefault((notice.child_id, notice.kind), notice)
    return list(found.values())


def mine(request: Request, *, state: str = Task.OPEN) -> Any:
    """The tasks that the viewer's posts answer for now, about children the viewer may see."""
    tasks = Task.objects.filter(owner_post_id__in=request.viewer.post_ids, state=state)
    return access.visible(tasks, viewer=request.viewer, part="roster", at=request.at)


def crisis_rank(request: Request) -> int:
    """Where cases in crisis stand in the lists' order."""
    _, pathway = rules.pathway_in(region="", at=request.at)
    return -pathway.urgency["crisis"]


def _in_crisis(request: Request) -> list[Case]:
    cases = Case.objects.filter(rank=crisis_rank(request), in_crisis=True)
    return access.page(
        cases, viewer=request.viewer, part="crisis", at=request.at, order=("rank", "due_at", "id"), limit=10
    )


def _since(case: Case, request: Request) -> str:
    crisis = case.state.get("crisis") or {}
    began = crisis.get("began_at")
    return words.span_zh(request.at - type(request.at).fromisoformat(began)) if began else ""


def _counts(request: Request) -> list[dict[str, Any]]:
    tasks, at = mine(request), request.at
    counts: list[dict[str, Any]] = [
        {"zh": "逾期任务", "number": _counted(tasks.filter(due_at__lt=at)), "is_bad": True,
         "url": "/tasks/?only=late", "means": "由您的岗位办理、已过期限的任务；有说明暂缓的不算。"},
        {"zh": "七天内到期", "number": _counted(tasks.filter(due_at__gte=at, due_at__lt=at + SOON)), "is_bad": False,
         "url": "/tasks/?only=soon", "means": "由您的岗位办理、从现在起七天内到期的任务。"},
    ]
    if access.may_do(viewer=request.viewer, action="see_crisis_board", at=at):
        cases = access.visible(Case.objects.all(), viewer=request.viewer, part="roster", at=at)
        _, pathway = rules.pathway_in(region="", at=at)
        ranks = sorted({-number for number in pathway.urgency.values()})
        counts += [
            {"zh": "危机处置中", "number": _counted(cases.filter(rank=crisis_rank(request))), "is_bad": True,
             "url": "/crises/", "means": "您辖区内正在处置危机、还没有由专业人员解除的儿童人数。"},
            {"zh": "没有下一步的在办个案", "is_bad": True, "url": "",
             "number": _counted(cases.filter(rank__in=ranks, due_at__gte=FAR, is_open=True)),
             "means": "在办而没有任何待办任务的个案数，应当始终为 0；不为 0 请告知系统管理员。"},
        ]
    for count in counts:
        count["text"] = f"{count['number']}+" if count["number"] >= MOST_COUNTED else str(count["number"])
    return counts


def _counted(rows: Any) -> int:
    """How many there are, counted no further than a page can use."""
    number: int = rows[:MOST_COUNTED].count()
    return number


@door("work", methods=("POST",))
def read_notices(request: Request) -> HttpResponse:
    """Everything new has been seen."""
    notices.mark_read(viewer=request.viewer, at=request.at)
    return HttpResponseRedirect("/")
