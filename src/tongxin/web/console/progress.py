"""Measurement-based care: the viewer's courses, what was measured, and what waits for a person (P035, P040)."""

from typing import Any

from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.cases.models import Task
from tongxin.core.pathway import CHINA
from tongxin.flows import following_courses, looking
from tongxin.flows.following_courses import Going, Measured, began, sessions_told
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import region_of_viewer, words_of
from tongxin.web.console.task_rows import form_url, late
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 60
SESSION = "session_record"
VERDICTS = {"better": "▼ 可靠好转", "worse": "▲ 可靠加重", "unsure": "● 变化太小，不能说有变化"}
NO_STANDARD = "变化是否可靠：没有公布的标准"


@door("office.see_progress")
def progress(request: Request) -> HttpResponse:
    """Every open course whose content the viewer may read; the page is itself a look at each of these children."""
    found, has_more = following_courses.going(viewer=request.viewer, at=request.at)
    shown = found[:SHOWN]
    children = {each.child.id: each.child for each in shown}
    names = open_names(
        request, listed=children.values(), purpose=looking.OWN_TASK, route="progress", part=following_courses.PART
    )
    titles = post_titles(task.owner_post_id for each in shown if (task := each.next))
    region = region_of_viewer(request)
    protocols, measures = (words_of(request, name, region=region) for name in ("protocol", "course_measure"))
    rows = [_row(request, each, names.children[each.child.id], protocols, measures, titles) for each in shown]
    return show(request, "groups/progress.html", {
        "first": [row for row in rows if row["is_first"]], "rest": [row for row in rows if not row["is_first"]],
        "has_more": has_more or len(found) > SHOWN, "all": len(found),
        "figures": [
            {"zh": "没有好转，等人决定", "number": sum(row["fails"] for row in rows), "is_bad": True},
            {"zh": "量表到期", "number": sum(row["measure_late"] for row in rows), "is_bad": True},
            {"zh": "好转", "number": sum(each.responds is True for each in shown), "is_bad": False},
            {"zh": "在做的辅导", "number": len(found), "is_bad": False},
        ],
    })


def _row(
    request: Request, each: Going, name: str, protocols: dict[str, str], measures: dict[str, str],
    titles: dict[Any, str],
) -> dict[str, Any]:
    held, planned = sessions_told(each.course)
    task = each.next
    is_late = each.due is not None and each.due[1] <= request.at
    return {
        "name": name, "url": f"/children/{each.child.id}/courses/",
        "protocol": protocols.get(str(each.course.start.data.get("protocol")), ""), "held": held, "planned": planned,
        "weeks": (request.at.astimezone(CHINA).date() - began(each.course)).days // 7,
        "in_crisis": each.state.in_crisis, "is_paused": each.course.is_paused, "missed": each.course.missed,
        "measured": _measured(each.measured) if each.measured else None,
        "measure_zh": measures.get(each.due[0], "").partition("（")[0] if each.due else "",
        "measure_on": each.due[1] if each.due else None, "measure_late": is_late,
        "fails": each.fails,
        "responds_zh": {True: "好转", False: "没有好转", None: "还看不出"}[each.responds],
        "think_on": each.think_on,
        "is_first": each.state.in_crisis or each.waits_for_decision(request.at) or is_late or each.course.missed > 1,
        "next": {
            "zh": task.zh, "url": _url(each, task) if _may_do(request, task) else "",
            "late_zh": late(task, request.at), "due_zh": words.due_zh(task.due_at, at=request.at),
            "owner_zh": titles.get(task.owner_post_id, "") if task.owner_post_id else "",
        } if task else None,
    }


def _may_do(request: Request, task: Task) -> bool:
    """Theirs, or what climbed from them: it stays theirs to do, whoever is told that it is late."""
    is_theirs = bool({task.owner_post_id, task.post_id} & set(request.viewer.post_ids))
    return is_theirs and access.may_record(viewer=request.viewer, form_id=task.form, at=request.at)


def _url(each: Going, task: Task) -> str:
    """Where it is done: a session of a group by the group's sign-in, everything else by its form."""
    return f"/groups/{each.group_id}/" if each.group_id and task.form == SESSION else form_url(task)


def _measured(found: Measured) -> dict[str, Any]:
    if not found.reads:
        return {"zh": found.zh, "points": [], "said": ""}
    points = [each for each in (found.before, found.after) if each is not None]
    said = ""
    if len(points) > 1:
        verdict = found.verdict
        said = NO_STANDARD if verdict is None else (
            f"{VERDICTS[verdict.code]}（相差 {float(abs(verdict.difference)):g} 分，达到 {verdict.points:g} 分才算）"
        )
    return {"zh": found.zh, "points": [{"at": day, "score": f"{score:f}"} for day, score in points], "said": said}
