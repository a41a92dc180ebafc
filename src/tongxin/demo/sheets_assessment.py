"""Assessments: questionnaires by age, five dimensions with their evidence, an opinion; and what follows on paper."""

from tongxin.demo.lives import CLEAR, LIGHT, MARKED, NONE
from tongxin.demo.scene import SAFE, Answers, Scene

CELLS = ("psychological", "observation", "guardianship", "environment", "economy")
# Totals to aim at by how hard things are: PHQ-A, GAD-7, and WHO-5 as the raw sum of 25.
PHQ = {NONE: (0, 4), LIGHT: (3, 7), CLEAR: (9, 13), MARKED: (13, 18)}
GAD = {NONE: (0, 4), LIGHT: (2, 6), CLEAR: (5, 9), MARKED: (9, 13)}
WHO = {NONE: (16, 22), LIGHT: (13, 17), CLEAR: (8, 12), MARKED: (4, 8)}
SERVICES = ("counselling", "family_education", "study", "activity", "relief", "group")


def assessment(scene: Scene) -> Answers:
    """A professional's assessment."""
    hard = scene.difficulty
    low = "low" if hard >= CLEAR else "good"
    answers: Answers = {
        **SAFE, "done_on": scene.today, "assessors": [{"name": scene.name, "qualification": "social_worker"}],
        "place": scene.say("place"), "minutes": scene.chance.choice((45, 50, 60, 75)),
        "methods": ["interview", "observation", "scale"],
        "informants": ["child", "guardian", "teacher"], "seen_in_person": "yes",
        "physical_history": scene.say("physical_history"),
        "sleep_eating": scene.say("sleep_poor" if hard >= CLEAR else "sleep_good"),
        "emotion": scene.say("emotion_low" if hard >= CLEAR else "emotion_calm"),
        "self_view": scene.say(f"self_{low}"), "study": scene.say(f"study_{low}"),
        "relations": scene.say(f"relations_{low}"), "habits": scene.say("habits"), "strengths": scene.say("strengths"),
        "family_function": scene.say(f"family_{low}"), "school_climate": scene.say("school_climate"),
        "community": scene.say("community"), "support": scene.say("support"), "growth": scene.say("growth"),
        "trusted_adult": "yes", "parent_contact": "yes" if scene.is_likely(0.6) else "no",
        "likes_activity": "yes", "asks_help": "yes" if hard < CLEAR else "no",
        "main_problems": scene.say(f"problems_{hard}"), "needs": scene.say("needs"),
        "services": scene.chance.sample(SERVICES, min(3, hard + 1)), "consistency": "agree",
        "confidence": scene.chance.choice(("high", "high", "middle")), "signature": scene.name,
        "referral_needed": "yes" if hard == MARKED else "no",
    }
    if hard == MARKED:
        answers["referral_to"] = ["medical"]
    return answers | _cells(scene) | _asked(scene) | _questionnaires(scene)


def _cells(scene: Scene) -> Answers:
    """The action level of each dimension; where nothing reliable was heard, none."""
    levels = dict.fromkeys(CELLS, 0)
    watch = scene.chance.sample(CELLS[1:], 1 + (scene.difficulty == CLEAR))
    levels |= dict.fromkeys(watch, min(1, scene.difficulty))
    levels["psychological"] = min(2, scene.difficulty)
    if scene.difficulty == MARKED:
        levels[scene.chance.choice(("guardianship", "environment"))] = 2
    answers: Answers = {}
    for cell, level in levels.items():
        if cell == "economy" and scene.is_likely(0.02):
            continue
        answers |= {
            f"{cell}_level": str(level), f"{cell}_evidence": scene.say(f"evidence_{level}"),
            f"{cell}_on": scene.today, f"{cell}_informant": ["guardian", "teacher"],
        }
    return answers


def _asked(scene: Scene) -> Answers:
    """The suicide risk questions, asked from eight years on."""
    return dict.fromkeys(("wish_dead", "better_off", "thoughts", "attempt"), "no") if scene.age >= 8 else {}


def _questionnaires(scene: Scene) -> Answers:
    answers: Answers = {}
    if scene.age >= 12:
        answers["gad_7"] = _filled(scene, [f"q{n}" for n in range(1, 8)], GAD[scene.difficulty], 3)
    if 11 <= scene.age < 18:
        sheet = _filled(scene, [f"q{n}" for n in range(1, 9)], PHQ[scene.difficulty], 3)
        answers["phq_a"] = sheet | {"q9": _ninth(scene), "s1": "0", "s2": str(min(2, scene.difficulty)),
                                    "s3": "0", "s4": "0"}
    if scene.age >= 9:
        answers["who_5"] = _filled(scene, [f"q{n}" for n in range(1, 6)], WHO[scene.difficulty], 5)
    used = scene.facts.get("offered", answers)
    answers = {name: sheet for name, sheet in answers.items() if name in used}
    if not answers:
        return {"methods": ["interview", "observation"]}
    return answers | {"instruments_used": sorted(answers), "child_told": "yes"}


def _ninth(scene: Scene) -> str:
    """The question about not wanting to live: what makes somebody go and ask, now and then."""
    for flag, answer in (("ninth", "2"), ("asks", "1")):
        if flag in scene.life.flags:
            scene.life.flags.discard(flag)
            return answer
    return "1" if scene.difficulty >= CLEAR and scene.is_likely(0.07) else "0"


def _filled(scene: Scene, items: list[str], among: tuple[int, int], most: int) -> dict[str, str]:
    """Answers that add up to a total among these two, spread as they fall."""
    total = scene.chance.randint(*among)
    answers = dict.fromkeys(items, 0)
    while total:
        item = scene.chance.choice(items)
        if answers[item] < most:
            answers[item] += 1
            total -= 1
    return {item: str(value) for item, value in answers.items()}


def grade_decision(scene: Scene) -> Answers:
    """Confirming what is proposed; a change with its reason, a fall also with until when."""
    decided = {"level": scene.facts["level"], "protective_considered": "yes"}
    higher = scene.facts["higher"]
    if higher == 0:
        return {"action": "confirm", **decided}
    if higher > 0:
        return {"action": "raise", "reason": scene.say("raise_reason"), **decided}
    return {"action": "lower", "reason": scene.say("lower_reason"), "until_on": scene.day(28), **decided}


def feedback(scene: Scene) -> Answers:
    """What the guardian says to the result; who refused or could not be found is asked again."""
    outcome = scene.life.feedback
    if scene.todo is not None and scene.todo.step == "persuade" and scene.is_likely(0.7):
        outcome = scene.life.feedback = "agrees"
    answers: Answers = {"outcome": outcome, "told_by": scene.name}
    if outcome in {"accepts", "agrees", "refuses"}:
        answers |= {"told_at": scene.moment(20), "way": "face" if scene.is_likely(0.8) else "phone",
                    "listener_relation": "other_relative"}
    if outcome == "refuses":
        answers |= {"refusal_reason": scene.say("refusal"), "refusal_is_neglect": "no"}
    if outcome in {"refuses", "unreachable"}:
        tried = {"tried_on": scene.today, "tried_way": "phone", "tried_result": scene.say("attempt_result")}
        answers |= {"attempts": [tried], "next_on": scene.day(10)}
    if outcome == "no_capable_guardian":
        answers |= {"stand_in": "village_committee", "stand_in_basis": "civil_code_34", "stand_in_decision": "given"}
    if scene.age >= 8:
        answers |= {"child_asked": "yes", "child_agrees": "yes", "child_view": scene.say("child_view")}
    return answers
