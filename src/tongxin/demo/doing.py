"""Which form somebody fills in for a step of the pathway, and with what."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case, Decision, Proposal
from tongxin.core.pathway import CHINA, Pathway
from tongxin.demo import sheets_assessment, sheets_care, sheets_danger, sheets_file, sheets_visit
from tongxin.demo.lives import Life
from tongxin.demo.scene import Answers, Scene
from tongxin.flows import planning
from tongxin.flows.record import asked_of, offered_to
from tongxin.people.models import Child
from tongxin.rulebook import rules

Sheets = Mapping[str, Callable[[Scene], Answers]]
FORMS: Sheets = {
    "identification_form": sheets_visit.identification,
    "identification_form_0_3": sheets_visit.identification_small,
    "visit_record": sheets_visit.visit,
    "household_check": sheets_visit.household_check,
    "observation_record": sheets_visit.observation,
    "interview_record": sheets_visit.interview,
    "assessment_form": sheets_assessment.assessment,
    "grade_decision": sheets_assessment.grade_decision,
    "guardian_feedback": sheets_assessment.feedback,
    "care_plan": sheets_care.plan,
    "plan_approval": sheets_care.approval,
    "plan_review": sheets_care.review,
    "need_answer": sheets_care.need_answer,
    "aftercare": sheets_care.aftercare,
    "follow_up": sheets_care.follow_up,
    "referral": sheets_care.referral,
    "referral_answer": sheets_care.referral_answer,
    "case_closure": sheets_care.closure,
    "closure_decision": sheets_care.closure_decision,
    "reopen": sheets_care.reopen,
    "guardianship_settlement": sheets_care.settlement,
    "crisis_report": sheets_danger.crisis_report,
    "crisis_step": sheets_danger.crisis_step,
    "crisis_close": sheets_danger.crisis_close,
    "crisis_watch": sheets_danger.crisis_watch,
    "crisis_told": sheets_danger.crisis_told,
    "safety_plan": sheets_danger.safety_plan,
    "safety_check": sheets_danger.safety_check,
    "mandatory_report": sheets_danger.mandatory_report,
    "report_answer": sheets_danger.report_answer,
    "case_file": sheets_file.case_file,
    "detail_correction": sheets_file.detail_correction,
    "carer_change": sheets_file.carer_change,
    "consent": sheets_file.consent,
    "task_reason": sheets_file.task_reason,
    "child_state": sheets_file.child_state,
    "transfer_out": sheets_file.transfer_out,
    "transfer_in": sheets_file.transfer_in,
    "household_members": sheets_file.household_members,
    "grade_raise": sheets_file.grade_raise,
    "held_settlement": sheets_file.held_settlement,
    "heard_answer": sheets_file.heard_answer,
}
SMALL_UNTIL = 4
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def form_for(form: str, age: int) -> str:
    """The form for a child's age: the youngest have one of their own."""
    return "identification_form_0_3" if form == "identification_form" and age < SMALL_UNTIL else form


def known_for(form: str, life: Life, pathway: Pathway, at: datetime, *, actor: Viewer) -> dict[str, Any]:
    """What somebody reads in the record before filling in a form that depends on it."""
    if form == "assessment_form":
        return {"offered": _offered(life, at, actor)}
    if form == "grade_decision":
        return _grades(life, pathway)
    if form == "care_plan":
        return _plan(life, at)
    if form == "plan_review":
        plans = [answers for _, name, answers, _ in life.entries if name == "care_plan"]
        return {"goals": plans[-1]["goals"] if plans else []}
    if form == "detail_correction":
        return _details(life)
    if form == "child_state":
        return {"state": "found"}
    return {}


def _offered(life: Life, at: datetime, actor: Viewer) -> frozenset[str]:
    """The questionnaires that this person may put to this child."""
    child = Child.objects.get(id=life.child_id)
    asked = asked_of(child, form_id="assessment_form", at=at)
    shown = offered_to(asked, child, actor=actor, on=at.astimezone(CHINA).date())
    return frozenset(field.id for field in shown.form.fields if field.sheet)


def _plan(life: Life, at: datetime) -> dict[str, Any]:
    """The class of plans that fits the grade; the first of those that treat what is hard."""
    found = Case.objects.values_list("level", flat=True).get(id=life.child_id)
    level = found if found in {"low", "mid_low", "mid_high", "high"} else "mid_low"
    region, on = rules.region_of(life.county_id), at.astimezone(CHINA).date()
    classes = [each["id"] for each in planning.fitting(level, region=region, at=at)]
    chosen = classes[life.number % 2] if level != "high" and len(classes) > 1 else classes[0]
    return {"level": level, "brought": planning.brought_by(chosen, region=region, on=on, at=at)}


def _grades(life: Life, pathway: Pathway) -> dict[str, Any]:
    """What is proposed, or what a first person already asked for."""
    case = Case.objects.values("standing", "level", "state").get(id=life.child_id)
    if case["state"]["lowering_open"]:
        asked = Decision.objects.filter(case_id=life.child_id, stands=False).order_by("at", "id").last()
        level = asked.level if asked else case["level"]
        return {"level": level, "higher": -1}
    open_ones = Proposal.objects.filter(case_id=life.child_id, is_open=True).order_by("proposed_at", "id")
    newest = open_ones.last()
    level = newest.level if newest else case["level"]
    if level not in {"low", "mid_low", "mid_high", "high"}:
        level = "mid_low"
    return {"level": level, "higher": pathway.rank_of(level) - pathway.rank_of(case["level"])}


def _details(life: Life) -> dict[str, Any]:
    """The papers of a child whose roster row was in doubt."""
    codes = Case.objects.values_list("state", flat=True).get(id=life.child_id)["details"]
    birth = (life.birth or date(2014, 6, 1)).replace(day=15)
    if codes == ["no_id"]:
        return {"id_kind": "none"}
    number = f"371202{birth:%Y%m%d}{life.number % 49 * 2 + (1 if life.sex == 'male' else 0) + 100:03d}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True)) % 11]
    return {"birth": birth.isoformat(), "sex": life.sex, "id_kind": "resident_id", "id_no": number + check}
