"""Plans, approvals, follow-ups, referrals with their answers, closures: the services of the year."""

from tongxin.demo.scene import SAFE, Answers, Scene

GOALS = {
    "mind": ("goal_mind", "counselling"), "education": ("goal_education", "study"),
    "guardianship": ("goal_guardianship", "family_education"), "living": ("goal_living", "economic"),
    "safety": ("goal_safety", "visit"),
}
REASONS = {"medical": "hospital", "counselling": "school", "education": "education", "relief": "womens_federation"}
# How often a body can't take the child and names another.
DECLINED = 0.13


def plan(scene: Scene) -> Answers:
    """From problems to goals to who does what how often."""
    problems = scene.chance.sample(("education", "guardianship", "living", "safety"), 1)
    chosen = ["mind", *problems]
    often = "fortnightly" if scene.facts["level"] in {"mid_high", "high"} else "monthly"
    goals, services = [], []
    for problem in chosen:
        bank, service = GOALS[problem]
        goals.append({"problem": problem, "goal": scene.say(bank), "due_on": scene.day(90)})
        services.append({
            "service": service, "provider": scene.say("provider"), "frequency": often, "from_on": scene.today,
            "to_on": scene.day(90), "responsible": scene.name,
        })
    return {
        "based_on": scene.facts["level"], "starts_on": scene.today, "review_on": scene.day(90),
        "child_view": scene.say("child_view"), "guardian_view": scene.say("guardian_view"), "goals": goals,
        "services": services, "signature": scene.name,
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
    }


def referral(scene: Scene) -> Answers:
    """To a hospital, a school or a department, with only what it needs to know."""
    kind = str(scene.facts["kind"])
    return {
        "kind": kind, "urgency": "days_3" if kind == "medical" else "days_7",
        "to_organisation": str(scene.bodies[REASONS[kind]]), "reason": scene.say(f"referral_reason_{kind}"),
        "summary": scene.say("referral_summary"), "basis": "consent", "escort": scene.say("escort"),
        "transport": scene.say("transport"), "payer": scene.say("payer"), "signature": scene.name,
    }


def referral_answer(scene: Scene) -> Answers:
    """What the receiving body says, first or at the end."""
    answer = str(scene.facts.get("answer") or ("declined" if scene.is_likely(DECLINED) else "accepted"))
    answers: Answers = {"answer": answer, "answered_at": scene.moment(), "signature": scene.name}
    if answer == "declined":
        answers |= {
            "decline_reason": scene.chance.choice(("full", "needs_other")),
            "other_place": scene.say("referral_other_place"),
        }
    if answer == "done":
        answers |= {
            "first_contact_on": scene.day(-21), "result": scene.say("referral_result"), "hospital_document": "no",
            "follow_duty": scene.say("follow_duty"),
        }
    return answers


def closure(scene: Scene) -> Answers:
    """Why it can end, and who goes on caring."""
    return {
        "reason": "goals_reached", "closed_on": scene.today, "stable_months": scene.chance.randint(6, 9),
        "goals_reached": scene.say("closure_goals"), "aftercare": scene.say("aftercare"),
        "reopen_rule": scene.say("reopen_rule"), "child_satisfaction": scene.chance.choice(("very", "satisfied")),
        "guardian_satisfaction": "satisfied", "signature": scene.name,
    }


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
