"""Conferences: those of one child with what was decided, and what comes next of all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import path

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.assessments.models import Result
from tongxin.cases import slices
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import Fact, due_at, in_force
from tongxin.core.pathway.conferences import HELD, RECORD
from tongxin.flows.conferring import PART, TASKS
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.conference_letter import letter
from tongxin.web.console.conference_words import ANSWER, CALL, Sheets, form_address
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import pathway_shown
from tongxin.web.console.task_rows import task_rows
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

SHOWN, RHYTHM_SHOWN = 40, 30
ACTS_ZH = {RECORD: "写会商记录", ANSWER: "写办理结果"}
# Steps that somebody does by calling a conference.
TO_CALL = ("next_conference", "arrange_decision")


@door("child.read")
def child_conferences(request: Request, child_id: UUID) -> HttpResponse:
    """All conferences of a child for those who lead them; for the others what was given to them, and no more."""
    child = child_for(request, child_id, part=TASKS)
    file = read_file(request, child.id, is_at_work=True)
    leads = PART in file.parts
    by_id = {str(entry.id): entry for entry in file.entries}
    called, held = _stands(file, CALL), _stands(file, RECORD)
    opened = _opened(request, [by_id[fact.id] for fact in (*called, *held)], leads)
    names = open_names(request, children=[child], purpose="conferences", route="conferences")
    told = _told_by_answers(file, by_id) if leads else {}
    sheets = Sheets(file, opened, told)
    return show(request, "console/conferences_child.html", {
        "child": child, "name": names.children[child.id], "leads": leads,
        "call_url": form_address(child, CALL) if leads and CALL in file.may_record and file.state.is_open else "",
        "coming": [sheets.call(file.state.conferences.called[id][0], day)
                   for id, (_, day) in file.state.conferences.called.items()] if leads else [],
        "held": [sheets.record(fact) for fact in reversed(held)] if leads else [],
        "mine": [row for row in sheets.decisions(held) if row["is_mine"]],
        "minimum": sheets.minimum(called),
    })


@door("office.see_conferences")
def conference_list(request: Request) -> HttpResponse:
    """What comes, what waits for the viewer or their body, what is late, and whose monthly conference is due."""
    live = Task.objects.filter(state__in=LIVE).order_by("due_at", "id")
    coming = _visible(request, live.filter(step="hold_conference"), PART)
    decisions = live.filter(step="do_decision")
    own = Q(owner_post_id__in=request.viewer.post_ids) | Q(post_id__in=request.viewer.post_ids)
    mine = _visible(request, decisions.filter(own), TASKS)
    late = [task for task in _visible(request, decisions.filter(due_at__lt=request.at), PART) if task not in mine]
    due = _rhythm(request)
    to_call = _visible(request, live.filter(step__in=TO_CALL), PART)
    tasks = [*coming, *mine, *late, *to_call]
    children = Child.objects.filter(id__in={task.case_id for task in tasks} | {case.id for case, _ in due})
    people = [task.owner_person_id for task in tasks]
    names = open_names(request, listed=children, people=people, purpose="conferences", route="conferences")
    titles = post_titles(post for task in tasks for post in (task.owner_post_id, task.post_id))

    may_call = access.may_record(viewer=request.viewer, form_id=CALL, at=request.at)

    def rows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
        found = task_rows(request, tasks, names=names.children, titles=titles, holders=names.people)
        return [{**row, "page_url": f"/children/{task.case_id}/conferences/", "is_late": task.due_at < request.at,
                 "act_zh": ACTS_ZH.get(task.form, "去办"),
                 "call_url": row["url"] if may_call and task.step in TO_CALL else ""}
                for row, task in zip(found, tasks, strict=True)]

    return show(request, "console/conferences.html", {
        "coming": rows(coming), "mine": rows(mine), "late": rows(late), "to_call": rows(to_call),
        "leads": access.reads(viewer=request.viewer, part=PART, at=request.at),
        "rhythm": [{"name": names.children[case.id], "url": f"/children/{case.id}/conferences/", "last": last,
                    "call_url": f"/children/{case.id}/forms/{CALL}/" if may_call else ""} for case, last in due],
    })


def _visible(request: Request, tasks: QuerySet[Task], part: str) -> list[Task]:
    return list(access.visible(tasks, viewer=request.viewer, part=part, at=request.at)[:SHOWN])


def _rhythm(request: Request) -> list[tuple[Case, datetime | None]]:
    """Children whose grade asks for a conference so often, and who had none for so long, the longest without first."""
    spans = pathway_shown(request).content["conference_rhythm"]
    cases = slices.leading().filter(is_open=True, level__in=sorted(spans))
    seen = list(access.visible(cases, viewer=request.viewer, part=PART, at=request.at))
    results = Result.objects.filter(kind=RECORD, child_id__in=[case.id for case in seen], data__held=HELD)
    last: dict[UUID, datetime] = {}
    held = Entry.objects.filter(id__in=results.values("entry_id"))
    for child_id, at in held.values_list("subject_id", "occurred_at"):
        last[child_id] = max(at, last.get(child_id, at))
    calendar = rules.calendar_at(request.at)
    waits = [
        (case, last.get(case.id)) for case in seen
        if case.id not in last or due_at(spans[case.level], since=last[case.id], calendar=calendar) <= request.at
    ]
    return sorted(waits, key=lambda row: (row[1] is not None, row[1] or request.at, str(row[0].id)))[:RHYTHM_SHOWN]


def _stands(file: File, kind: str) -> list[Fact]:
    return [fact for fact in in_force(file.facts) if fact.kind == kind]


def _opened(request: Request, entries: Sequence[Entry], leads: bool) -> dict[str, Mapping[str, Any]]:
    """What stands in some entries, opened as one look."""
    if not entries:
        return {}
    found = ledger.open_entries(
        entries, viewer=request.viewer, purpose="conferences", at=request.at, part=PART if leads else TASKS,
        route="conferences",
    )
    return {str(entry.id): said or {} for entry, said in zip(entries, found, strict=True)}


def _told_by_answers(file: File, by_id: Mapping[str, Entry]) -> dict[str, str]:
    """What the newest answer to each decision says in words."""
    newest = {key: each.answer for key, each in file.state.conferences.decisions.items() if each.answer}
    opened = _opened(file.request, [by_id[fact.id] for fact in newest.values()], True)
    return {
        key: "；".join(filter(None, (opened[fact.id].get("reason"), opened[fact.id].get("note"))))
        for key, fact in newest.items()
    }


urlpatterns = [
    path("conferences/", conference_list), path("children/<uuid:child_id>/conferences/", child_conferences),
    path("children/<uuid:child_id>/conferences/<uuid:call_id>/letters/<int:number>/", letter),
]
