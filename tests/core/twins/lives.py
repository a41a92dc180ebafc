"""Random lives: facts of one child in any order that people and mistakes can bring about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tongxin.core.pathway import CHINA, Fact

START = datetime(2025, 1, 20, 9, 30, 0, 250, CHINA)
LEVELS = ("low", "unknown", "mid_low", "mid_high", "high")
ROLES = ("child_director", "child_supervisor", "social_worker", "counsellor", "case_manager", "psychiatrist")


def _one(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _data(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """What its form always asks for, and here and there something of what any form may carry."""
    calm = st.fixed_dictionaries({**KINDS[kind], "seen_in_person": _one("yes", "yes", "no")})
    return st.one_of(calm, calm, calm, st.fixed_dictionaries(KINDS[kind], optional=MORE))


YES_NO = _one("yes", "no", "unknown")
DAYS = _one("2025-01-28", "2025-03-15", "2025-05-31", "2025-12-31")
ALARMS = st.lists(
    st.fixed_dictionaries({
        "gate": _one("harmed", "suicidal_thought", "suicidal_thought_to_check"), "zh": _one("危险"),
        "kind": _one("crisis", "safety_check"), "report": st.booleans(), "household": st.booleans(),
    }),
    max_size=2,
)
DUE = ("2025-02-10", "2025-04-30")
NEEDS = st.lists(st.fixed_dictionaries({
    "id": _one("orphan_allowance", "papers"), "zh": _one("孤儿基本生活费"), "role": _one("benefit_clerk", "nobody"),
}), max_size=2)
SERVICES = st.fixed_dictionaries({
    "id": _one("counselling", "visit"), "zh": _one("心理辅导"), "role": _one("counsellor", ""),
    "every": _one(None, {"days": 7}, {"months": 1}), "to_on": _one("", "2025-03-01"),
})
DECIDED = st.lists(st.fixed_dictionaries({
    "zh": _one("上学"), "role": _one("", "social_worker", "nobody"), "organisation": _one("", "o1"),
    "due_on": _one("", *DUE),
}), max_size=2)
TOLD = _one("yes", "not_yet")
MORE = {
    "alarms": ALARMS, "is_concern": YES_NO, "concern_from": st.lists(_one("staff", "family"), max_size=2),
    "needs": NEEDS, "needs_met": st.lists(_one("orphan_allowance", "papers"), max_size=1),
    "services_done": st.lists(_one("counselling", "visit"), max_size=1),
    "grade_hint": _one("up", "same", "down"), "seen_in_person": YES_NO, "child_seen": YES_NO,
}
SPAN = _one({"days": 7}, {"days": 14})
SCORES = _one(*(
    {"phq_a": {"status": status, "totals": {"total": total}, "bands": {}, "alerts": []}}
    for status, total in (("ok", "16"), ("ok", "14"), ("ok", "6"), ("ok", "0"), ("incomplete", None))
))
COURSE_PLAN = st.one_of(st.none(), st.fixed_dictionaries({
    "step": st.just(3), "every": SPAN, "missed": _one(1, 2), "idle": st.just({"days": 28}), "ahead": SPAN,
    "measures": st.lists(_one(
        {"id": "phq_a", "scale": "total", "every": {"days": 28}}, {"id": "carer_who_5", "scale": "total",
         "every": {"sessions": 2}}, {"id": "who_5", "scale": "total", "every": {"days": 28}},
    ), max_size=2, unique_by=lambda each: each["id"]),
    "response": _one(
        None, {"measure": "phq_a", "scale": "total", "better": "lower", "after": {"days": 56}, "by": {"percent": 50},
               "reach": 9},
        {"measure": "carer_who_5", "scale": "total", "better": "higher", "after": {"days": 7}, "by": {"points": 10},
         "reach": 52},
    ),
}))
KINDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "registration": {"details": st.lists(_one("no_id", "phone_differs", "no_name"), max_size=2)},
    "case_file": {}, "identification": {"result": _one("healthy", "refer", "incomplete")},
    "assessment": {"proposed": _one(*LEVELS)},
    "grade_decision": {"level": _one(*LEVELS), "action": _one("confirm", "raise", "lower")},
    "grade_raise": {"level": _one(*LEVELS)}, "visit": {}, "interview": {"interviewee": _one("child", "teacher")},
    "follow_up": {"way": _one("phone", "home")},
    "anchor": {"towards": st.lists(_one("anchor", "visit", "contact"), unique=True)},
    "feedback": {"outcome": _one("accepts", "agrees", "refuses", "unreachable", "no_capable_guardian")},
    "plan": {
        "review_on": _one("", *DUE), "services": st.lists(SERVICES, max_size=2),
        "approvals": _one([], ["child_supervisor"], ["child_director", "case_manager"]),
    },
    "approval": {"outcome": _one("approved", "approved", "returned")}, "guardianship": {},
    "plan_review": {"outcome": _one("continue", "adjust"), "review_on": _one("", *DUE)},
    "need_answer": {"outcome": _one("applied", "received", "refused", "not_eligible"), "next_on": _one("", *DUE)},
    "closure": {"reason": _one("goals_reached", "died")}, "reopen": {}, "household_alarm": {},
    "aftercare": {"outcome": _one("well", "reopen", "unreachable", "ends")},
    "closure_decision": {"outcome": _one("approved", "returned")},
    "referral": {"to_organisation": _one("o1", "o2"), "urgency": _one("now", "hours_24", "days_3", "days_7", "")},
    "referral_answer": {
        "answer": _one("received", "accepted", "contacted", "in_service", "declined", "returned", "done"),
        "result_kind": _one("medicine", "inpatient", "no_service", ""), "revisit_on": _one("", "2025-03-05"),
    },
    "consent": {"answer": _one("given", "withdrawn", "legal_basis"), "purposes": st.lists(_one("refer", "assess"))},
    "transfer_out": {"to_division": _one("510104")},
    "transfer_in": {"outcome": _one("accepted", "returned"), "goes_on": _one(True, False, "stays")},
    "child_state": {"state": _one("lost", "found", "dead", "boarding", "no_id", "returned")},
    "crisis_report": {"sitting": _one("s1")}, "safety_check": {"outcome": _one("yes", "no", "unreachable")},
    "crisis_step": {
        "step": _one("stay", "take_over", "tell_duty", "professional", "ask_concern", "daily_contact", "tell_guardian"),
        "result": _one("done", "tried", "not_needed"),
    },
    "crisis_watch": {
        "act": _one("turn", "turn", "handed", "ended"), "from_at": _one("2025-01-20T08:00", "2025-01-28T20:00"),
        "to_at": _one("2025-01-20T20:00", "2025-01-29T08:00", "2025-02-20T08:00"),
    },
    "crisis_told": {}, "safety_plan": {},
    "crisis_close": {"watch_until": DAYS, "guardian_page": _one("yes", "no")},
    "household_check": {"result": _one("safe", "in_danger")}, "report": {
        "situations": st.lists(_one("1", "6", "9"), max_size=2, unique=True),
        "reported_to": st.lists(_one("police", "civil_affairs"), max_size=2, unique=True),
    }, "report_answer": {"reporter_told": _one("yes", "no")}, "report_ruling": {},
    "flag": {"due_on": DAYS, "resolver": _one("social_worker", "nobody")}, "flag_answer": {},
    "rights_request": {"due_on": DAYS, "resolver": _one("child_supervisor", "nobody")}, "rights_answer": {},
    "case_note": {"heard": st.sampled_from([[], ["self_harm"], ["abuse", "neglect"]])}, "heard_answer": {},
    "held": {
        "sitting": _one("e03", "e05", "s1"), "becomes": _one("e04", "e06"), "state": _one("", "lost", "present"),
    },
    "held_settlement": {}, "detail_correction": {"given": st.lists(_one("id_no", "phone", "name"))},
    "conference": {"meets_at": _one("2025-02-03T09:00", "2025-04-30T14:00")},
    "conference_record": {
        "held": _one("yes", "yes", "put_off", "cancelled"), "decisions": DECIDED, "next_on": _one("", *DUE),
    },
    "decision_answer": {"outcome": _one("done", "part", "failed"), "next_on": _one("", *DUE)},
    "mediation": {"kind": _one("custody")},
    "mediation_result": {
        "outcome": _one("agreed", "part", "goes_on", "failed"), "then": _one("", "none", "court"),
        "next_on": _one("", *DUE),
    },
    "mediation_follow": {
        "outcome": _one("kept", "goes_on", "broken"), "then": _one("", "none", "court"), "next_on": _one("", *DUE),
    },
    "entrusted_care": {
        "starts_on": _one("2025-01-01", *DUE), "ends_on": DAYS, "told_school": TOLD, "told_village": TOLD,
    },
    "entrusted_check": {
        "outcome": _one("goes_on", "goes_on", "renewed", "returned"), "ends_on": _one("", "2025-12-31"),
        "contact_kept": _one("yes", "no"), "told_school": TOLD, "told_village": TOLD,
    },
    "carer_change": {"is_entrusted": _one("yes", "no")},
    "course_start": {
        "course_plan": COURSE_PLAN, "provider": _one("counsellor", "social_worker", "nobody"), "planned": _one(1, 2, 8),
        "service": _one("counselling", "group"), "starts_on": _one("2025-01-20", "2025-02-10"),
        "next_on": _one("", "2025-01-28", "2025-03-15"), "recipient": _one("child", "carer"), "scores": SCORES,
    },
    "session": {
        "attended": _one("present", "absent", "excused"), "next_on": _one("", "2025-02-28"), "scores": SCORES,
        "carer_index": _one(None, 20, 44, 60),
    },
    "course_review": {
        "decision": _one("goes_on", "adjusted", "resumed", "paused", "raised", "shared", "kept"),
        "review_on": _one("", *DUE),
    },
    "course_end": {"outcome": _one("finished", "stopped")}, "course_ask": {},
    "task_reason": {"until": _one("2025-02-10", "2025-02-20T12:00:00+08:00", "2025-06-01")},
}
# Records that name what they answer.
NAMES = {
    "safety_check": "alarm", "referral_answer": "referral", "report_answer": "report", "household_check": "household",
    "held_settlement": "held", "flag_answer": "flag", "report": "duty", "report_ruling": "duty", "task_reason": "task",
    "rights_answer": "right", "heard_answer": "record", "need_answer": "need", "session": "course",
    "course_review": "course", "course_end": "course", "course_ask": "course",
    "conference_record": "conference", "decision_answer": "decision", "mediation_result": "mediation",
    "mediation_follow": "mediation",
}
# What begins a life, so that most of them get somewhere.
FIRST = st.sampled_from(["registration", "case_file", "case_file", "identification"])


def _kind(kind: str) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(
        st.just(kind), _data(kind), st.integers(0, 60 * 24 * 40), st.integers(0, 3),
        _one(*ROLES), _one("p1", "p2", "p3"), st.integers(0, 12), _one("", "", "", "", "correct", "retract", "moved"),
    )


ACTS = st.one_of(*(_kind(kind) for kind in KINDS))
LIVES = st.tuples(FIRST.flatmap(_kind), st.lists(ACTS, max_size=14), st.integers(0, 60 * 24 * 200)).map(
    lambda drawn: life([drawn[0], *drawn[1]], drawn[2])
)


def life(acts: list[tuple[Any, ...]], rest: int) -> tuple[tuple[Fact, ...], datetime]:
    """Facts from acts, each some minutes after the one before, and a moment after the last."""
    at, facts = START, list[Fact]()
    for number, (kind, data, minutes, late, role, person, earlier, correction) in enumerate(acts):
        at += timedelta(minutes=minutes, microseconds=number)
        named = facts[-earlier].id if 0 < earlier <= len(facts) else None
        given = dict(data)
        if named and kind in NAMES and earlier % 2:
            given[NAMES[kind]] = _name_of(kind, facts[-earlier])
        facts.append(
            Fact(
                id=f"e{number:02}", seq=number + 1, kind=kind, at=at - timedelta(hours=late), recorded_at=at,
                data=given, person=person, role=role, supersedes=named if correction else None,
                correction=correction if named else "",
            )
        )
    return tuple(facts), at + timedelta(minutes=rest)


def _name_of(kind: str, fact: Fact) -> str:
    if kind == "task_reason":
        return f"{'identify' if fact.seq % 2 else 'visit'}:{fact.id}"
    if kind == "need_answer":
        return f"{'orphan_allowance' if fact.seq % 2 else 'papers'}:{fact.id}"
    if kind == "decision_answer":
        return f"{fact.id}:{1 + fact.seq % 2}"
    return f"suicidal_thought_to_check:{fact.id}" if kind == "safety_check" else fact.id
