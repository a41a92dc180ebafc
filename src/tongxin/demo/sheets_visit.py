"""Visits, identifications, and what was seen and heard, as grass-roots staff write them down."""

from tongxin.demo.scene import SAFE, Answers, Scene

SIGNS = (
    "low_mood", "worry", "irritable", "no_interest", "hopeless", "mood_swings", "withdrawn", "aggressive",
    "rule_breaking", "truant", "overuse", "risky_habits", "poor_sleep", "eating_change", "pains", "regression",
    "attention", "results_drop", "no_friend", "bullying", "conflict", "low_worth", "behind_age", "odd_ideas",
)
# What shows most in children of these years who are not well.
COMMON = ("low_mood", "worry", "no_interest", "withdrawn", "poor_sleep", "attention", "results_drop", "low_worth")
EVENTS = (
    "family_loss", "parents_split", "parent_gone", "carer_changed", "moved_school", "witnessed_harm", "accident",
    "poverty_shock",
)
BANDS = ((36, "y3"), (30, "y2_5"), (24, "y2"), (18, "m18"), (12, "m12"), (8, "m8"), (6, "m6"), (0, "m3"))
WARNINGS = {
    "m3": "m3", "m6": "m6", "m8": "m8", "m12": "m12", "m18": "m18", "y2": "y2", "y2_5": "y2_5", "y3": "y3",
}
# How often a family says at a visit that a benefit did not come.
UNPAID = 0.01
CARE = ("feeding_poor", "unclean", "no_response", "no_attachment", "flinches")


def visit(scene: Scene) -> Answers:
    """A visit of some minutes: who was seen, whether all is well, what was said."""
    is_first = scene.todo is not None and scene.todo.step == "first_visit"
    answers: Answers = {
        **SAFE, "kind": "first" if is_first else "regular", "method": "home",
        "started_at": scene.moment(scene.chance.randint(25, 55)), "ended_at": scene.moment(),
        "visitors": scene.name, "seen_in_person": "yes", "alone_seen": "yes" if scene.is_likely(0.8) else "no",
        "carer_present": "yes" if scene.is_likely(0.85) else "no", "signature": scene.name,
        "hygiene": scene.chance.choice(("good", "good", "fair")), "care": scene.chance.choice(("good", "good", "fair")),
        "body": "good", "mood": ("good", "fair", "poor", "poor")[scene.difficulty],
        "school": "fair" if scene.difficulty > 1 else "good",
        "benefits_paid": "no" if scene.is_likely(UNPAID) or scene.facts.get("unpaid") else "yes",
        "parent_contact": scene.chance.choice(("daily", "weekly", "weekly", "monthly", "quarterly")),
        "hazards": [scene.chance.choice(("none", "none", "none", "electricity", "fire", "water"))],
        "child_words": scene.mood("child"), "next_on": scene.day(30 if scene.difficulty else 90),
    }
    if scene.is_likely(0.7):
        answers["carer_words"] = scene.mood("carer")
    if scene.is_likely(0.25):
        answers["wishes"] = scene.say("wishes")
    if scene.is_likely(0.2):
        answers["handed_out"] = scene.say("handed_out")
    if scene.is_likely(0.12):
        answers["problems"] = [{
            "problem": scene.chance.choice(("living", "education", "medical", "mind", "safety")),
            "progress": scene.chance.choice(("new", "going_on", "solved")), "action": scene.say("problem_action"),
            "owner": scene.name, "due_on": scene.day(14),
        }]
    if scene.is_likely(0.03):
        answers |= {"seen_in_person": "no", "not_seen_reason": scene.say("not_seen")}
        del answers["alone_seen"]
    return answers


def identification(scene: Scene) -> Answers:
    """The identification form for children from four: what was seen in the last month."""
    answers: Answers = {**SAFE, **dict.fromkeys(SIGNS, "never"), **dict.fromkeys(EVENTS, "no")}
    for sign in scene.chance.sample(SIGNS, scene.chance.choice((0, 0, 1, 1, 2))):
        answers[sign] = "sometimes"
    if scene.difficulty:
        for sign in scene.chance.sample(COMMON, 1 + scene.difficulty):
            answers[sign] = "often"
        answers[scene.chance.choice(EVENTS[:4])] = "yes"
        answers |= {"judgement": "refer", "judgement_reason": scene.say("judgement_reason")}
    else:
        answers["judgement"] = "healthy"
        if scene.is_likely(0.015):
            answers |= dict.fromkeys(scene.chance.sample(SIGNS, 5), "unknown")
    return answers | _about_it(scene)


def identification_small(scene: Scene) -> Answers:
    """The form for children under four: milestones of their age and the care they get."""
    age = next(code for months, code in BANDS if scene.life.months(scene.at) >= months)
    answers: Answers = {"harmed": "no", "unguarded": "no", "life_threat": "no", "carer_danger": "no", "wsc_age": age}
    answers |= {f"{WARNINGS[age]}_{number}": "no" for number in range(1, 5)} | dict.fromkeys(CARE, "never")
    if scene.difficulty:
        answers[f"{WARNINGS[age]}_{scene.chance.randint(1, 4)}"] = "yes"
    return answers | _about_it(scene)


def _about_it(scene: Scene) -> Answers:
    """How it was found out, and that the guardian knows of it."""
    informants = ["guardian", *(["child"] if scene.age >= 6 else []), *(["teacher"] if scene.is_likely(0.4) else [])]
    return {
        "done_on": scene.today, "place": scene.say("place"), "methods": ["home_visit", "inquiry"],
        "seen_in_person": "yes", "informants": informants, "guardian_told": "yes", "guardian_told_way": "face",
        "guardian_answer": scene.say("guardian_answer" if scene.difficulty else "carer_calm"),
        "signature": scene.name,
    }


def household_check(scene: Scene) -> Answers:
    """A brother or sister seen at once after a danger at home."""
    return {
        **SAFE, "checked_at": scene.moment(), "visitors": scene.name, "result": "safe", "seen_in_person": "yes",
        "done": scene.say("household_done"), "signature": scene.name,
    }


def observation(scene: Scene) -> Answers:
    """What was seen at school or in the village."""
    return {
        **SAFE, "observed_at": scene.moment(30), "place": scene.chance.choice(("教室", "操场", "儿童之家")),
        "minutes": scene.chance.choice((20, 30, 40)), "what": scene.say("observed"),
        "emotion": scene.say("observed_emotion"), "signature": scene.name,
    }


def interview(scene: Scene) -> Answers:
    """A talk with the child or the teacher, told beforehand who will read it."""
    answers: Answers = {
        **SAFE, "held_at": scene.moment(40), "way": "face", "told_who_reads": "yes",
        "summary": scene.say("interview_summary"), "signature": scene.name,
    }
    if scene.age >= 8 and scene.is_likely(0.7):
        return answers | {
            "interviewee": "child", "child_daily": scene.say("interview_child"),
            "child_feelings": scene.say("interview_feelings"), "child_people": scene.say("interview_people"),
            "child_wishes": scene.say("wishes"),
        }
    return answers | {
        "interviewee": "teacher", "teacher_study": scene.say("teacher_study"),
        "teacher_relations": scene.say("teacher_relations"),
    }
