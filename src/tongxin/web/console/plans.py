"""The plan of a child: the ladder of classes, services with their days, approvals, and its versions side by side."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.assessments.forms import Asked
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA, WITHDRAWN, Fact, in_force
from tongxin.flows import looking, planning
from tongxin.flows.prefill import fits
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import open_names
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

PLAN, REVIEW, PART = "care_plan", "plan_review", "psychological"
CLOSURE = "case_closure"
CARRIED = ("strengths", "strengths_note", "goals", "services", "child_view", "guardian_view", "plan_class", "team")


def ladder(request: Request, child: Child, asked: Asked) -> list[dict[str, Any]]:
    """The classes that fit the child's grade, rung by rung, for whoever makes a plan."""
    if asked.form.id != PLAN:
        return []
    region = rules.region_of(child.county_id)
    content = planning.classes_in(region=region, at=request.at)
    level = Case.objects.values_list("level", flat=True).filter(id=child.id).first() or ""
    found = planning.fitting(level, region=region, at=request.at)
    kinds = words_of(request, "service_kind", region=region)
    chosen = request.GET.get("class", "")
    return [
        {"zh": rung["zh"], "means": rung["means"], "classes": [{
            "zh": each["zh"], "url": f"{request.path}?class={each['id']}", "is_chosen": each["id"] == chosen,
            "services_zh": "、".join(kinds.get(row["service"], "") for row in each["services"]),
            "goals_zh": "；".join(goal["zh"] for goal in each["goals"]),
        } for each in found if each["rung"] == rung["id"]]}
        for rung in content["rungs"] if any(each["rung"] == rung["id"] for each in found)
    ]


def brought_into(request: Request, child: Child, asked: Asked) -> dict[str, Any]:
    """What a class, the plan before, or the last assessments fill into a form."""
    region, on = rules.region_of(child.county_id), request.at.astimezone(CHINA).date()
    if asked.form.id == PLAN:
        given = planning.brought_by(request.GET.get("class", ""), region=region, on=on, at=request.at)
        level = Case.objects.values_list("level", flat=True).filter(id=child.id).first() or ""
        if not given:
            given = {name: value for name, value in _last(request, child).items() if name in CARRIED}
        return _fitting(asked, {"based_on": level, **given})
    if asked.form.id == REVIEW:
        return {"goals": [
            {"goal": row.get("goal", "")} | ({"expected": row["target"]} if row.get("target") else {})
            for row in _last(request, child).get("goals") or ()
        ]}
    return _fitting(asked, _ending(request, child)) if asked.form.id == CLOSURE else {}


def _ending(request: Request, child: Child) -> dict[str, str]:
    """The last two assessments and how far the goals were reached, for whoever asks to close a case."""
    file = read_file(request, child.id, is_at_work=True)
    if PART not in file.parts:
        return {}
    graded = [fact for fact in in_force(file.facts) if fact.kind == "assessment" and fact.data.get("proposed")][-2:]
    told = "；".join(
        f"{words.day_zh(fact.at)}　{file.pathway.levels.get(str(fact.data['proposed']), '')}" for fact in graded
    )
    review = file.state.care.review
    return {"assessments": told, "goals_reached": attained_zh(file, review)} if told else {}


def attained_zh(file: File, review: Fact | None) -> str:
    """How many goals came to what, and in points; empty before there was a review."""
    counted = review.data.get("attained") if review else None
    if not isinstance(counted, Mapping) or not counted:
        return ""
    kinds = words_of(file.request, "goal_result", region=file.region)
    said = "，".join(f"{zh} {counted[code]} 项" for code, zh in kinds.items() if counted.get(code))
    score = planning.score_of(counted, region=file.region, at=file.request.at)
    return f"{said}（{score}）" if score else said


def _fitting(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.id: field for field in asked.form.fields}
    return {
        name: value for name, value in given.items() if name in fields and value and fits(fields[name], value)
    }


def _last(request: Request, child: Child) -> dict[str, Any]:
    """The newest plan, opened, where the viewer may read it."""
    entries = plans_of(request, child)
    if not entries:
        return {}
    opened = ledger.open_entries(
        entries[-1:], viewer=request.viewer, purpose=looking.OWN_TASK, at=request.at, part=PART, route="form"
    )
    return dict(opened[0] or {})


def plans_of(request: Request, child: Child) -> list[Entry]:
    """The plans that stand, oldest first, for whoever may read them."""
    if not access.may(viewer=request.viewer, child_id=child.id, part=PART, at=request.at):
        return []
    entries = ledger.facts(child.key_owner)
    gone = {entry.supersedes_id for entry in entries if entry.supersedes_id}
    return [
        entry for entry in entries
        if entry.form_id == PLAN and entry.id not in gone and entry.correction_kind not in WITHDRAWN
    ]


def plan_part(file: File) -> dict[str, Any] | None:
    """Services and approvals of the plan in force, for whoever reads of care; its class and goals by right only."""
    care = file.state.care
    if "care" not in file.parts or care.plan is None:
        return None
    often = words_of(file.request, "service_frequency", region=file.region)
    posts = words_of(file.request, "plan_post", region=file.region)
    data, services = care.plan.data, care.plan.data.get("services")
    agreed = [each for each in care.approvals if each.data.get("outcome") != "returned"]
    classes = words_of(file.request, "plan_class", region=file.region) if PART in file.parts else {}
    return {
        "at": care.plan.at, "class_zh": classes.get(str(data.get("plan_class")), ""),
        "state_zh": "已退回修改" if care.sent_back else "执行中" if care.is_approved else "审核中",
        "chain": [
            {"zh": posts.get(role, role), "is_done": at < len(agreed)} for at, role in enumerate(care.chain)
        ],
        "services": [{
            "zh": row.get("zh"), "often_zh": often.get(str(row.get("frequency")), ""),
            "post_zh": posts.get(str(row.get("role")), ""), "to_on": str(row.get("to_on") or ""),
            "last": care.given[str(row.get("id"))].at if str(row.get("id")) in care.given else None,
        } for row in services if isinstance(row, Mapping)] if isinstance(services, Sequence) else [],
        "attained_zh": attained_zh(file, care.review) if PART in file.parts else "",
        "versions_url": f"/children/{file.child.id}/plans/" if PART in file.parts else "",
    }


@door("child.read")
def plan_versions(request: Request, child_id: UUID) -> HttpResponse:
    """Every version of the plan, the newest first, each with what is new in it and what fell away."""
    child = child_for(request, child_id, part=PART)
    entries = plans_of(request, child)
    purpose = looking.purpose_of(viewer=request.viewer, child=child, at=request.at) or looking.OWN_TASK
    opened = ledger.open_entries(
        entries, viewer=request.viewer, purpose=purpose, at=request.at, part=PART, route="plans"
    )
    names = open_names(request, children=[child], purpose=purpose, route="plans")
    region = rules.region_of(child.county_id)
    kinds, often = (words_of(request, name, region=region) for name in ("service_kind", "service_frequency"))
    versions, before = [], None
    for number, (entry, answers) in enumerate(zip(entries, opened, strict=True), 1):
        lines = {
            "goals": [str(row.get("goal", "")) for row in (answers or {}).get("goals") or ()],
            "services": [
                f"{kinds.get(row.get('service'), '')}　{often.get(row.get('frequency'), '')}　{row.get('provider', '')}"
                for row in (answers or {}).get("services") or ()
            ],
        }
        versions.append({
            "number": number, "at": entry.occurred_at, "url": f"/children/{child.id}/entries/{entry.id}/",
            "paper_url": f"/children/{child.id}/entries/{entry.id}/paper/",
            "parts": [_compared(zh, lines[key], before[key] if before else None)
                      for key, zh in (("goals", "目标"), ("services", "服务"))],
        })
        before = lines
    return show(request, "console/plans.html", {
        "child": child, "name": names.children[child.id], "versions": list(reversed(versions)),
    })


def _compared(zh: str, now: list[str], before: list[str] | None) -> dict[str, Any]:
    return {
        "zh": zh,
        "rows": [{"zh": each, "is_new": before is not None and each not in before} for each in now],
        "gone": [each for each in before or () if each not in now],
    }


urlpatterns = [path("children/<uuid:child_id>/plans/", plan_versions)]
