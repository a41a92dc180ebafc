"""Plans, approvals, follow-ups, referrals with their answers, closures: the services of the year."""

from datetime import timedelta

from tongxin.demo.scene import SAFE, Answers, Scene

REASONS = {"medical": "hospital", "counselling": "school", "education": "education", "relief": "womens_federation"}
# The guardians of those who were stable so long are away for work.
AWAY_AT = 9
ATTAINED = ("far_above", "above", "reached", "partly", "not_reached")
# What is due so soon is done on the same day.
TOGETHER = timedelta(days=12)
# How often a body can't take the child and names another.
DECLINED = 0.13
# How often a body first says that it has the paper, and how often it reports before it is done.
RECEIVED, GOES_ON = 0.3, 0.35
RESULTS = {
    "medical": ("medicine", "treatment", "no_service"), "counselling": ("treatment", "back_to_school"),
    "education": ("back_to_school", "other_done"), "relief": ("other_done",),
}


def plan(scene: Scene) -> Answers:
    """A class of plans for the grade, made this child's own: who gives what, where the child stands now."""
    brought = scene.facts["brought"]
    goals = [{**goal, "baseline": scene.say("plan_baseline")} for goal in brought["goals"]]
    services = [
        {**service, "provider": scene.say("provider"), "responsible": scene.name, "fund": scene.say("plan_fund")}
        for service in brought["services"]
    ]
    return {
        **brought, "based_on": scene.facts["level"], "child_view": scene.say("child_view"),
        "guardian_view": scene.say("guardian_view"), "strengths_note": scene.say("plan_strengths"), "goals": goals,
        "services": services, "signature": scene.name,
    }


def review(scene: Scene) -> Answers:
    """Goal by goal how far the child came; now and then something has to be changed."""
    easier = scene.life.is_better(scene.at)
    weights = (6, 16, 38, 30, 10) if easier else (0, 3, 12, 45, 40)
    goals = [
        {"goal": goal["goal"], "expected": goal["target"], "attained": scene.chance.choices(ATTAINED, weights)[0]}
        for goal in scene.facts["goals"]
    ]
    adjusts = not easier and scene.is_likely(0.15)
    return {
        "reviewed_on": scene.today, "goals": goals, "services_kept": "yes" if scene.is_likely(0.8) else "partly",
        "child_view": scene.say("child_view"), "guardian_view": scene.say("guardian_view"), "signature": scene.name,
        **({"outcome": "adjust", "reason": scene.say("plan_adjust")} if adjusts
           else {"outcome": "continue", "review_on": scene.day(90)}),
    }


def need_answer(scene: Scene) -> Answers:
    """What became of something that was due: mostly it comes, some of it after a while."""
    outcome = scene.chance.choices(("received", "applied", "refused", "not_eligible"), weights=(62, 26, 4, 8))[0]
    answers: Answers = {"outcome": outcome, "done_on": scene.today, "signature": scene.name}
    if outcome == "applied":
        answers["next_on"] = scene.day(30)
    elif outcome != "received":
        answers["reason"] = scene.say(f"need_{outcome}")
    return answers


def aftercare(scene: Scene) -> Answers:
    """A look at a child whose case was closed."""
    outcome = scene.chance.choices(("well", "watch", "unreachable"), weights=(86, 9, 5))[0]
    is_seen = outcome != "unreachable"
    return {
        **SAFE, "done_on": scene.today, "way": "face" if is_seen else "phone",
        "seen_in_person": "yes" if is_seen else "no", "change": "same", "school": "good", "care": "good",
        "outcome": outcome, "signature": scene.name,
    }


def approval(scene: Scene) -> Answers:
    """Nearly always approved; now and then sent back with what is lacking."""
    answers: Answers = {"outcome": "approved", "decided_on": scene.today, "signature": scene.name}
    if scene.is_likely(0.06):
        answers |= {"outcome": "returned", "note": scene.say("plan_returned")}
    return answers


def follow_up(scene: Scene) -> Answers:
    """A contact: how the child is, what was done."""
    hard = scene.difficulty
    change = "better" if scene.life.is_better(scene.at) else scene.chance.choice(("same", "same", "better"))
    return {
        **SAFE, "done_on": scene.today, "way": scene.chance.choice(("face", "face", "phone", "school")),
        "seen_in_person": "yes", "change": change, "visits_kept": "yes" if scene.is_likely(0.85) else "partly",
        "medicine_kept": "not_applicable", "side_events": scene.say("side_events"),
        "school_return": scene.say("school_return"), "family_change": scene.say("family_change"),
        "measures": scene.say("measures_low" if hard > 1 else "measures_calm"), "grade_hint": "same",
        "next_on": scene.day(30), "signature": scene.name,
        **({"services_done": services} if (services := _services_due(scene)) else {}),
    }


def _services_due(scene: Scene) -> list[str]:
    """The services of the plan that one contact gives together."""
    soon = scene.at + TOGETHER
    due = {todo.about.partition(":")[0] for todo in scene.life.todo.values()
           if todo.step == "give_service" and todo.due_at <= soon}
    return sorted(due)


def referral(scene: Scene) -> Answers:
    """To a hospital, a school or a department, with only what it needs to know."""
    # Where another body could not take the child, the school's counsellor is asked.
    kind = str(scene.facts.get("kind") or "counselling")
    return {
        "kind": kind, "urgency": "days_3" if kind == "medical" else "days_7",
        "to_organisation": str(scene.bodies[REASONS[kind]]), "reason": scene.say(f"referral_reason_{kind}"),
        "summary": scene.say("referral_summary"), "basis": "consent", "escort": scene.say("escort"),
        "transport": scene.say("transport"), "payer": scene.say("payer"), "signature": scene.name,
    }


def referral_answer(scene: Scene) -> Answers:
    """What the receiving body says, first or at the end."""
    answer = str(scene.facts.get("answer") or _answer(scene))
    answers: Answers = {"answer": answer, "answered_at": scene.moment(), "signature": scene.name}
    if answer == "declined":
        answers |= {
            "decline_reason": scene.chance.choice(("full", "needs_other")),
            "other_place": scene.say("referral_other_place"),
        }
    if answer == "in_service":
        answers |= {"first_contact_on": scene.day(-1)}
    if answer == "done":
        answers |= {
            "first_contact_on": scene.day(-21), "result": scene.say("referral_result"), "hospital_document": "no",
            "result_kind": scene.chance.choice(RESULTS.get(str(scene.facts.get("kind")), ("treatment",))),
            "follow_duty": scene.say("follow_duty"),
        }
        if answers["result_kind"] == "medicine":
            answers |= {"revisit_on": scene.day(28)}
    return answers


def _answer(scene: Scene) -> str:
    """What comes next after what was said before."""
    step = scene.todo.step if scene.todo else ""
    if step == "contact_referral":
        return "in_service"
    if step == "report_referral":
        return "in_service" if scene.is_likely(GOES_ON) else "done"
    if step == "answer_referral" and scene.is_likely(RECEIVED):
        return "received"
    return "declined" if scene.is_likely(DECLINED) else "accepted"


def closure(scene: Scene) -> Answers:
    """Why it can end, and who goes on caring."""
    stable = scene.chance.randint(6, 9)
    return {
        "reason": "goals_reached", "closed_on": scene.today, "stable_months": stable,
        "goal_state": scene.chance.choice(("all", "most")), "assessments": scene.say("closure_assessments"),
        "goals_reached": scene.say("closure_goals"), "aftercare": scene.say("aftercare"),
        "reopen_rule": scene.say("reopen_rule"), "child_satisfaction": scene.chance.choice(("very", "satisfied")),
        **_guardian_said(stable), "signature": scene.name, **scene.facts,
    }


def _guardian_said(stable: int) -> Answers:
    """Some guardians are away for work when a case ends."""
    if stable == AWAY_AT:
        return {"guardian_satisfaction": "not_asked", "guardian_not_asked": "在外务工，打了三次电话没有接通。"}
    return {"guardian_satisfaction": "satisfied"}


def closure_decision(scene: Scene) -> Answers:
    return {"outcome": "approved", "decided_on": scene.today, "aftercare_agreed": "yes", "signature": scene.name}


def reopen(scene: Scene) -> Answers:
    return {
        "reopened_on": scene.today, "reason": "new_sign", "note": scene.say("reopen_note"),
        "first_step": scene.say("reopen_first"), "signature": scene.name,
    }


def settlement(scene: Scene) -> Answers:
    """Who stands in as guardian from now on."""
    return {
        "way": "village_committee", "state": "settled", "settled_on": scene.today, "guardian_name": scene.name,
        "guardian_relation": "village_committee", "basis": "civil_code_34",
        "document": scene.say("settlement_document"), "signature": scene.name,
        **({"child_asked": "yes"} if scene.age >= 8 else {}),
    }
