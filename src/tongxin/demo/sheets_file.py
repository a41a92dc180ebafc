"""Files, corrections, carers, moves and waiting: the office's own paper."""

from datetime import date
from random import Random

from tongxin.demo.scene import Answers, Scene

STAGES = (
    (6, "kindergarten", "中心幼儿园"), (12, "primary", "中心小学"), (15, "junior", "实验中学"),
    (18, "senior", "高级中学"),
)


def case_file(scene: Scene) -> Answers:
    """The file as it is filled in when somebody sits down with the family."""
    stage, school = _school(scene.age)
    answers: Answers = {
        "opened_on": scene.today, "source": "roster", "stage": stage, "school": school, "is_healthy": "yes",
        "father_state": scene.chance.choice(("working_away", "healthy", "left_home")),
        "mother_state": scene.chance.choice(("working_away", "healthy", "healthy")),
        "father_contact": scene.chance.choice(("weekly", "monthly")), "members": scene.chance.randint(3, 6),
        "siblings": scene.chance.randint(0, 2), "housing": "own", "income": scene.say("income"),
        "guardianship": scene.chance.choice(("normal", "grandparents", "grandparents")),
        "wish": scene.say("wishes"), "family_request": scene.say("family_request"), "benefits": [_benefit(scene)],
        "poverty": ["subsistence" if scene.life.is_poor else "none"],
    }
    return answers | dict(scene.facts)


def _benefit(scene: Scene) -> Answers:
    kind = scene.chance.choice(("unattended_allowance", "orphan_allowance", "subsistence", "education", "disability"))
    state = scene.chance.choices(("full", "partial", "due"), weights=(80, 12, 8))[0]
    amount = {"unattended_allowance": 1593, "orphan_allowance": 1607, "subsistence": 780}.get(kind, 300)
    return {"aid_kind": kind, "aid_state": state, "amount": amount, "first_month": "2024-09"}


def _school(age: int) -> tuple[str, str]:
    if age < 3:
        return "not_yet", ""
    return next((stage, school) for under, stage, school in STAGES if age < under or under == STAGES[-1][0])


def newcomer(chance: Random, *, on: date, months: int, village: str, given: str, surname: str) -> Answers:
    """Who a child found during the year is."""
    index = on.year * 12 + on.month - 1 - months
    birth = date(index // 12, index % 12 + 1, chance.randint(1, 28))
    return {
        "name": surname + given, "id_kind": "none", "birth": birth.isoformat(), "residence_division": village,
        "hukou_kind": "agricultural", "same_as_hukou": "yes",
    }


def detail_correction(scene: Scene) -> Answers:
    """What a roster left doubtful, looked up in the family's papers; a child without a number is noted so."""
    return dict(scene.facts) | {"basis": scene.say("correction_basis"), "signature": scene.name}


def carer_change(scene: Scene) -> Answers:
    return {
        "event": "starts", "changed_on": scene.today, "name": "刘" + scene.say("mothers"), "relation": "aunt",
        "ability": "able", "lives_with": "yes", "is_guardian": "no", "is_entrusted": "no",
        "reason": scene.say("carer_change_reason"), "signature": scene.name,
    }


def consent(scene: Scene) -> Answers:
    return {
        "purposes": ["collect", "assess", "share"], "answer": "given", "decided_on": scene.today,
        "way": "paper", "signer": "刘" + scene.say("mothers"),
        "signer_relation": scene.life.relation or "other_relative",
        "note": scene.say("consent_note"), **_child_said(scene),
    }


def _child_said(scene: Scene) -> Answers:
    """From eight on, and where nobody knows the age, the child is asked too."""
    return {"child_asked": "yes", "child_agrees": "yes"} if scene.life.birth is None or scene.age >= 8 else {}


def task_reason(scene: Scene) -> Answers:
    return {
        "reason": scene.chance.choice(("child_away", "guardian_away", "exam", "weather")), "until": scene.day(5),
    }


def child_state(scene: Scene) -> Answers:
    """Lost and found again, or another change of where the child is."""
    state = str(scene.facts["state"])
    answers: Answers = {"state": state, "since": scene.today, "known_from": scene.say("lost_from"),
                        "signature": scene.name}
    if state == "lost":
        answers |= {"police_reported": "yes", "police_no": "示例警情 0509", "last_seen": scene.say("lost_seen")}
    if state == "found":
        answers["note"] = scene.say("found_note")
    if state == "boarding":
        answers["place"] = "实验中学"
    return answers


def transfer_out(scene: Scene) -> Answers:
    return {
        "left_on": scene.today, "reason": "moved", "to_division": str(scene.facts["to"]), "file_consent": "yes",
        "open_items": scene.say("transfer_items"), "confirmed": "no", "signature": scene.name,
    }


def transfer_in(scene: Scene) -> Answers:
    return {
        "arrived_on": scene.today, "outcome": "accepted", "file_received": "yes", "seen_in_person": "yes",
        "first_needs": scene.say("transfer_needs"), "signature": scene.name,
    }


def household_members(scene: Scene) -> Answers:
    return {"sibling_file_no": str(scene.facts["file_no"]), "lives_together": "yes", "signature": scene.name}


def grade_raise(scene: Scene) -> Answers:
    return {"level": "mid_low", "reason": scene.say("hint_up"), "signature": scene.name}


def heard_answer(scene: Scene) -> Answers:
    return {"judged": "asked", "why": scene.say("heard_why"), "signature": scene.name}


def held_settlement(scene: Scene) -> Answers:
    return {"valid_one": "second", "note": scene.say("held_note"), "signature": scene.name}
