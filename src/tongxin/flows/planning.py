"""Plans by class: what a class brings into a plan, and what a plan tells the pathway of itself."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongxin.assessments.forms import Asked
from tongxin.core.attainment import Scale, score
from tongxin.people.models import Child
from tongxin.rulebook import rules, shipped

KIND = ID = "plan_classes"
NAMED = f"{KIND}/{ID}"
PLAN, REVIEW, GOALS, SERVICES = "plan", "plan_review", "goals", "services"


def classes_in(*, region: str, at: datetime) -> Mapping[str, Any]:
    """The plan classes of a county; what came with the program until a version is adopted."""
    return shipped.content_in_force(KIND, ID, region=region, at=at)


def fitting(level: str, *, region: str, at: datetime) -> list[Mapping[str, Any]]:
    """The classes for a grade, in the order of the ladder."""
    content = classes_in(region=region, at=at)
    order = [each["id"] for each in content["rungs"]]
    found = [each for each in content["classes"] if level in each["levels"]]
    return sorted(found, key=lambda each: order.index(each["rung"]))


def brought_by(name: str, *, region: str, on: date, at: datetime) -> dict[str, Any]:
    """What a class fills into a new plan; nothing for a class that there isn't."""
    found = next((each for each in classes_in(region=region, at=at)["classes"] if each["id"] == name), None)
    if found is None:
        return {}
    until = _months_after(on, int(found["review"]["months"])).isoformat()
    strengths = list(dict.fromkeys(goal["strength"] for goal in found[GOALS] if "strength" in goal))
    return {
        "plan_class": name, "team": found.get("team", "one_to_one"), "review_on": until, "starts_on": on.isoformat(),
        **({"strengths": strengths} if strengths else {}),
        GOALS: [
            {"problem": goal["problem"], "goal": goal["zh"], "due_on": until}
            | {name: goal[name] for name in ("measure", "target", "strength") if name in goal}
            for goal in found[GOALS]
        ],
        SERVICES: [
            {"service": row["service"], "frequency": row["frequency"], "post": row["role"],
             "from_on": on.isoformat(), "to_on": until}
            for row in found[SERVICES]
        ],
    }


def told_of(
    asked: Asked, answers: Mapping[str, Any], *, child: Child, at: datetime
) -> tuple[dict[str, Any], str] | None:
    """What a plan or its review tells the pathway in clear, with the hash of the classes; None for other forms."""
    if asked.form.kind == REVIEW:
        counted = Counter(str(row.get("attained")) for row in answers.get(GOALS) or ())
        return {"attained": dict(sorted(counted.items()))}, ""
    if asked.form.kind != PLAN:
        return None
    try:
        version = rules.resolve(KIND, ID, region=rules.region_of(child.county_id), at=at)
    except rules.NotAdopted:
        return None
    content = version.content
    return {
        "approvals": [each["role"] for each in content["approvals"]],
        "services": _watched(asked, answers, content),
    }, version.hash


def _watched(asked: Asked, answers: Mapping[str, Any], content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each service with how often it is due, where somebody is reminded of it."""
    fields = next(each for each in asked.form.fields if each.id == SERVICES).fields
    words = {option.code: option.zh for each in fields if each.id == "service" for option in each.options}
    return [
        {
            "id": row["service"], "zh": words.get(row["service"], ""), "frequency": row.get("frequency"),
            "from_on": row.get("from_on"), "to_on": row.get("to_on"), "role": role,
            "every": content["frequencies"].get(row.get("frequency")) if role in content["reminded"] else None,
        }
        for row in answers.get(SERVICES) or () if row.get("service")
        for role in [row.get("post") or "social_worker"]
    ]


def score_of(attained: Mapping[str, int], *, region: str, at: datetime) -> str:
    """How far the goals were reached in words: the score of goal attainment scaling, and what it is when all went as
    expected. Rules from before there was a scale give points of those that could be had. Empty where nothing counts."""
    content = classes_in(region=region, at=at)
    points = {each["id"]: int(each["points"]) for each in content["attainment"]}
    found = [points[name] for name, number in attained.items() if name in points for _ in range(number)]
    if not found:
        return ""
    if "scaling" not in content:
        return f"得分 {sum(found)}/{max(points.values()) * len(found)}"
    scale = Scale(**content["scaling"])
    return f"目标达成量表总分 {score(found, scale)}，{scale.middle} 分是正好达到预期"


def _months_after(on: date, months: int) -> date:
    month = on.month - 1 + months
    year, month = on.year + month // 12, month % 12 + 1
    return date(year, month, min(on.day, 28))
