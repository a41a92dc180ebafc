"""Tasks as a page shows them: what to do, for whom, until when, and where it has climbed to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tongxin.cases.models import Task
from tongxin.groups import selectors as groups
from tongxin.groups.models import Group, Member
from tongxin.lib.ids import id_in
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.names import post_titles
from tongxin.web.doors import Request

# A task's key is rule + anchor; these forms say which anchor they answer.
ANSWERS_ITS_ANCHOR = {
    "safety_check", "referral_answer", "held_settlement", "household_check", "mandatory_report", "report_answer",
    "flag_answer", "rights_answer", "heard_answer", "need_answer", "referral",
    "conference_record", "decision_answer", "mediation_result", "mediation_follow",
    "session_record", "course_review", "course_end", "course_ask",
}
CRISIS, SESSION = "crisis.", "session_record"
OTHERS_DO_IT = "由其他岗位办理的事项"


def form_url(task: Task) -> str:
    """The form that does a task, knowing which need it answers."""
    rule, _, anchor = task.key.partition(":")
    query = {}
    if rule.startswith(CRISIS):
        query["step"] = rule.removeprefix(CRISIS)
    elif task.form in ANSWERS_ITS_ANCHOR:
        query["about"] = anchor
    return f"/children/{task.case_id}/forms/{task.form}/" + (f"?{urlencode(query)}" if query else "")


def reason_url(task: Task) -> str:
    """The form in which a reason for waiting is recorded."""
    return f"/children/{task.case_id}/forms/task_reason/?{urlencode({'about': task.key})}"


def task_rows(
    request: Request, tasks: Iterable[Task], *, names: Mapping[UUID, str], titles: Mapping[UUID, str] | None = None,
    holders: Mapping[UUID, str] | None = None, parts: frozenset[str] | None = None,
) -> list[dict[str, Any]]:
    """The rows of a list of tasks; a task opens its form where the viewer's roles may fill it in.

    Of somebody else's task about a part that the viewer may not read, only its owner and due moment are told.
    """
    rows = list(tasks)
    reads = parts if parts is not None else frozenset(
        part for grant in rules.access_rules(at=request.at).grants
        if grant.roles & request.viewer.roles for part in grant.reads
    )
    known = titles or post_titles(post for task in rows for post in (task.owner_post_id, task.post_id))
    found = rules.access_rules(at=request.at)
    forms = frozenset(
        form for grant in found.grants if grant.roles & request.viewer.roles for form in grant.records
    )
    built = [_row(request, task, names, known, holders or {}, may_fill=task.form in forms) for task in rows]
    meetings = _meetings(request, [task for task in rows if task.form == SESSION and task.form in forms])
    for row, task in zip(built, rows, strict=True):
        row["url"] = meetings.get(task.key.split(":")[1] if ":" in task.key else "", row["url"])
        if not row["is_mine"] and found.form_parts.get(task.form) not in reads:
            row["zh"] = OTHERS_DO_IT
    return built


def _meetings(request: Request, tasks: Sequence[Task]) -> dict[str, str]:
    """By course the meeting in which a group's next session is signed in, for whoever leads the group."""
    courses = {id for task in tasks if (id := id_in(task.key.split(":")[1]))}
    if not courses:
        return {}
    inside = Member.objects.filter(course_id__in=courses, left_at__isnull=True, group__state=Group.OPEN)
    found = {
        str(each.course_id): each.group for each in inside.select_related("group")
        if groups.leads(each.group, viewer=request.viewer, at=request.at)
    }
    coming = groups.next_meetings(found.values()) if found else {}
    return {
        course: f"/groups/{group.id}/meetings/{coming[group.id].number}/"
        for course, group in found.items() if group.id in coming
    }


def _row(
    request: Request, task: Task, names: Mapping[UUID, str], titles: Mapping[UUID, str],
    holders: Mapping[UUID, str], *, may_fill: bool,
) -> dict[str, Any]:
    owner = titles.get(task.owner_post_id, "") if task.owner_post_id else ""
    holder = holders.get(task.owner_person_id, "") if task.owner_person_id else ""
    climbed = task.climbed > 0 and task.owner_post_id != task.post_id
    is_mine = task.owner_post_id in request.viewer.post_ids
    file = f"/children/{task.case_id}/"
    return {
        "id": task.id, "key": task.key, "url": form_url(task) if may_fill else f"{file}#next", "file_url": file,
        "zh": task.zh, "who_zh": names.get(task.case_id, ""), "due_at": task.due_at,
        "due_zh": words.due_zh(task.due_at, at=request.at), "late_zh": late(task, request.at),
        "owner_zh": f"{owner}　{holder}".strip() if not is_mine else "", "is_mine": is_mine,
        "climbed_zh": f"{'您的岗位' if is_mine else owner}（原由{titles.get(task.post_id, '')}办理）"
        if climbed and task.post_id else "",
        "from_zh": titles.get(task.post_id, "") if task.post_id and task.post_id != task.owner_post_id else "",
        "is_urgent": task.is_urgent, "is_waiting": task.state == Task.WAITING, "reason_url": reason_url(task),
        "form": task.form,
    }


def late(task: Task, at: datetime) -> str:
    """How long a task has been overdue, in words; one that waits for a recorded reason isn't."""
    return "" if task.state == Task.WAITING else words.late_zh(task.due_at, at=at)
