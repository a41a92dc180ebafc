"""Whether a fact may be recorded now: what must hold first, told in words."""

from collections.abc import Mapping
from datetime import date, datetime

from tongxin.core.language import evaluate
from tongxin.core.pathway.calendar import CHINA, Calendar, due_at
from tongxin.core.pathway.caring import APPROVED, RETURNED
from tongxin.core.pathway.definition import Pathway, _fits
from tongxin.core.pathway.plan import Step
from tongxin.core.pathway.state import CaseState


def refusals(
    state: CaseState, *, kind: str, data: Mapping[str, object], person: str | None, role: str
) -> tuple[str, ...]:
    """Why a fact of this kind can't be recorded now, each as a sentence; empty when it can."""
    names = state.names()
    said = [
        requirement.zh
        for requirement in state.pathway.requirements
        if requirement.kind == kind
        and all(_fits(data.get(name), want) for name, want in requirement.where.items())
        and evaluate(requirement.when, names) is not True
    ]
    level, action = data.get("level"), data.get("action")
    if kind == "grade_decision" and isinstance(action, str) and isinstance(level, str):
        said += _contradictory(state, action, level)
        if not said and state.grades.is_fall(level):
            said += _falling(state, level, person, role)
    if kind == "closure_decision" and data.get("outcome") == APPROVED and not said:
        said += _closing(state, person)
    if kind == "approval" and not said:
        said += _approving(state, person, role, data)
    return tuple(said)


def _closing(state: CaseState, person: str | None) -> list[str]:
    """A case is closed by two people: whoever asked for it, in any version, doesn't approve it."""
    if state.writers.wrote("closure", person):
        return ["提出结案的人不能审批自己的申请，请由另一位有权的同事审批；岗位空着的，请先安排代班的人。"]
    return []


def _approving(
    state: CaseState, person: str | None, role: str, data: Mapping[str, object]
) -> list[str]:
    """A plan is approved level by level, each by another person, none of them who wrote it; whoever approved a level
    for a vacant post may still send the plan back."""
    wanted = state.care.next_role
    if state.care.plan is not None and wanted and state.writers.wrote("plan", person):
        return ["制定人不能审核自己的方案，请由别的同事审核。"]
    if wanted and role not in state.pathway.content["routing"].get(wanted, (wanted,)):
        return ["现在还没有轮到您的岗位审核这份方案，请等前一级的意见。"]
    if data.get("outcome") != RETURNED and any(each.person == person for each in state.care.agreed):
        return ["这份方案的前一级就是您审核的。每一级要由不同的人审核；岗位空着的，请先安排代班的人。"]
    return []


def _contradictory(state: CaseState, action: str, level: str) -> list[str]:
    """What was decided and the level that was chosen must say the same: a slip of the pen sets no grade."""
    now, levels = state.grades.effective, state.pathway.levels
    higher = state.pathway.rank_of(level) - state.pathway.rank_of(now)
    # A re-assessment may propose less than the standing grade: agreeing to that is the first word of a fall.
    proposed = list(dict.fromkeys(each.level for each in state.grades.open_proposals)) or [now]
    if action == "confirm" and level not in {now, *proposed}:
        said = "、".join(f"“{levels[each]}”" for each in proposed)
        return [
            f"“确认建议等级”与所选的等级不一致：建议的是{said}，选的是“{levels[level]}”。"
            "同意建议就选同一等级；不同意请选“调高”或“调低”，并写明理由。"
        ]
    if (action == "raise" and higher <= 0) or (action == "lower" and higher >= 0):
        word = "调高" if action == "raise" else "调低"
        return [f"选了“{word}”，但所选的“{levels[level]}”并不比现在的“{levels[now]}”{word[-1]}。请核对后再提交。"]
    return []


def _falling(state: CaseState, level: str, person: str | None, role: str) -> list[str]:
    """A fall takes two people, one of each of two groups of roles, and no crisis (spine A2)."""
    first, second = state.pathway.lowering
    if state.in_crisis:
        return ["危机处置中不能降级。请在危机解除后再办理。"]
    if role not in first | second:
        return ["您的岗位不能确认降级：要由一位专业人员和一位督导员或个案管理员分别确认。"]
    lowering = state.grades.lowering
    if lowering is None or lowering.level != level:
        return []
    if lowering.person == person:
        return ["降级要由两位不同的人分别确认；您已经确认过，请另一位有权的人确认。"]
    if not ((lowering.is_first_role and role in second) or (lowering.is_second_role and role in first)):
        return ["降级要由一位专业人员和一位督导员或个案管理员分别确认；还缺另一方的确认。"]
    return []


def flag_refusals(pathway: Pathway, *, due_on: object, at: datetime, calendar: Calendar) -> tuple[str, ...]:
    """Why a flag can't ask for so late a day: nothing waits longer than its step says (B2)."""
    step = next((step for step in pathway.steps if step.each == "flags"), None)
    if step is None or step.longest is None or not isinstance(due_on, str):
        return ()
    latest = due_at(step.longest, since=at, calendar=calendar).astimezone(CHINA).date()
    if date.fromisoformat(due_on) <= latest:
        return ()
    day = f"{latest.year}年{latest.month}月{latest.day}日"
    return (f"标记最晚写到{day}。请改早；到那天还没处理完，可以再标记一次。没有保存。",)


def waiting_refusals(
    steps: tuple[Step, ...], *, task: str, until: str, at: datetime, calendar: Calendar
) -> tuple[str, ...]:
    """Why a task can't be put off so long; a reason never lasts longer than the task's own interval (B2)."""
    step = next((step for step in steps if step.key == task), None)
    if step is None:
        return ("没有找到要暂缓的任务，可能已经办结。请刷新任务列表再试。",)
    if step.may_wait is None:
        return (f"“{step.zh}”关系到儿童安全，不能暂缓。",)
    latest = due_at(step.may_wait, since=at, calendar=calendar).astimezone(CHINA).date()
    if date.fromisoformat(until[:10]) > latest:
        return (f"这项任务最多暂缓到 {latest.isoformat()}。请改短，到期后仍有原因可以再写。",)
    return ()
