"""Conferences on one child: what a record tells the pathway, who may answer a decision, whom a decision lets in."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, CaseState, Fact
from tongxin.core.pathway.conferences import ANSWER, CALL, HELD, RECORD, Decision
from tongxin.flows import mediating
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.people.models import Child

PART, TASKS = "conferences", "conference_tasks"
KINDS = frozenset({CALL, RECORD, ANSWER})
DECISIONS, MEMBERS, OPINIONS = "decisions", "members", "opinions"
DISSENTS, WHO_IT_IS = "dissent", "who"
ONE_OWNER = "每条决定选一个岗位，或者一个单位：只选一个，才知道由谁办。没有保存。"
NOT_BEFORE = "“哪天以前”不能早于开会的那天，请核对日期。没有保存。"
WHO = "这一行还不知道请谁：选单位、选本地岗位，或者写单位和岗位。没有保存。"
SAY_WHY = "不同意的，请写明理由，留在记录里。没有保存。"
NOT_THEIRS = "这条决定不是交给您的岗位或单位的，请由决定里写明的一方答复。没有保存。"
NOT_EARLIER = "会商的时间不能早于现在，请核对。已经开过的会，时间写今天，再填会商记录。没有保存。"
LATER = "改期的日期要晚于今天。没有保存。"


def told_of(asked: Asked, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a call or a record tells the pathway in clear: codes, bodies and days, never what was said."""
    if asked.form.kind == CALL:
        rows = answers.get(MEMBERS) or ()
        return {MEMBERS: [{name: row[name] for name in ("organisation", "role", "minimum") if name in row}
                          for row in rows]}
    if asked.form.kind != RECORD:
        return {}
    field = next(each for each in asked.form.fields if each.id == DECISIONS)
    words = {option.code: option.zh for each in field.fields if each.id == "kind" for option in each.options}
    stands = [row.get("stand") for row in answers.get(OPINIONS) or ()]
    return {
        "attended": len(stands), "dissents": stands.count(DISSENTS),
        DECISIONS: [
            {"kind": row.get("kind"), "zh": words.get(row.get("kind", ""), ""), "role": row.get("role", ""),
             "organisation": row.get("organisation", ""), "due_on": row.get("due_on", "")}
            for row in answers.get(DECISIONS) or ()
        ] if answers.get("held") == HELD else [],
    }


def refuse(
    *, child_id: Any, state: CaseState, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime
) -> None:
    """Nothing, when the draft may stand; `state` is the one before it."""
    if draft.kind == ANSWER:
        _refuse_strangers(child_id, state, str(data.get("decision", "")), actor, at)
        return
    today = at.astimezone(CHINA).date().isoformat()
    found = _of_call(draft, today) if draft.kind == CALL else _of_record(draft, today)
    if found:
        raise Refused(found)


def _of_call(draft: Draft, today: str) -> list[Problem]:
    found = [
        Problem(f"{MEMBERS}[{at}].organisation", WHO, True) for at, row in enumerate(draft.answers[MEMBERS])
        if not any(row.get(name) for name in ("organisation", "role", "outside"))
    ]
    if not draft.correction_kind and str(draft.answers["meets_at"])[:10] < today:
        found.append(Problem("meets_at", NOT_EARLIER, True))
    return found


def _of_record(draft: Draft, today: str) -> list[Problem]:
    answers, found = draft.answers, list[Problem]()
    if answers.get("held") != HELD:
        next_on = answers.get("next_on")
        late = next_on and not draft.correction_kind and date.fromisoformat(next_on) < date.fromisoformat(today)
        return [Problem("next_on", LATER, True)] if late else []
    for at, row in enumerate(answers.get(DECISIONS) or ()):
        if bool(row.get("role")) == bool(row.get("organisation")):
            found.append(Problem(f"{DECISIONS}[{at}].role", ONE_OWNER, True))
        if str(row.get("due_on", "")) < str(answers["held_on"]):
            found.append(Problem(f"{DECISIONS}[{at}].due_on", NOT_BEFORE, True))
    for at, row in enumerate(answers.get(OPINIONS) or ()):
        if row.get("stand") == DISSENTS and not str(row.get("opinion") or "").strip():
            found.append(Problem(f"{OPINIONS}[{at}].opinion", SAY_WHY, True))
    return found


def _refuse_strangers(child_id: Any, state: CaseState, named: str, actor: Viewer, at: datetime) -> None:
    """A decision is answered by whom it was given to, or by those who lead the conferences."""
    if actor.is_worker or access.may(viewer=actor, child_id=child_id, part=PART, at=at):
        return
    waiting = {key: each for key, each in state.conferences.decisions.items() if each.is_open}
    known = waiting.get(named) or (next(iter(waiting.values())) if not named and len(waiting) == 1 else None)
    if known is None or not is_theirs(known, actor, state):
        raise Refused.because(NOT_THEIRS)


def is_theirs(known: Decision, viewer: Viewer, state: CaseState) -> bool:
    """Whether a decision was given to the viewer's body, or to a role that the viewer acts for."""
    if known.organisation:
        return int(known.organisation) in set(viewer.organisation_ids)
    routes = state.pathway.content["routing"].get(known.role, [known.role])
    return bool(set(routes) & viewer.roles)


def rows_in(fact: Fact, name: str) -> list[Mapping[str, Any]]:
    """The rows of a list in a fact's clear data."""
    rows = fact.data.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []


def follow(*, child: Child, state: CaseState, at: datetime) -> None:
    """Let each body in that has a decision to carry out, mediates, or is called and may know who it is; then out."""
    wanted = {
        (each.fact.id, int(each.organisation)) for each in state.conferences.decisions.values()
        if each.is_open and each.organisation and state.is_open
    } | {
        (fact.id, int(row["organisation"]))
        for fact, _ in state.conferences.called.values() for row in rows_in(fact, MEMBERS)
        if row.get("organisation") and WHO_IT_IS in row.get("minimum", ()) and state.is_open
    } | (mediating.bodies_at_work(state, at=at) if state.is_open else set())
    relations.let_bodies_in(child_id=child.id, relation="department_task", wanted=wanted, at=at)
