"""What is written down when a child is in danger, hour by hour, and when the danger is over."""

from tongxin.demo.scene import Answers, Scene

SAID = {
    "stay": "step_stay", "take_over": "step_taken", "tell_duty": "step_duty", "tell_guardian": "step_guardian",
    "tell_authority": "step_authority", "ask_concern": "step_concern", "professional": "step_professional",
    "day_plan": "step_plan", "conference": "step_conference", "daily_contact": "step_contact",
    "weekly_contact": "step_contact",
}
SEEN = ("professional", "daily_contact", "weekly_contact")
GUARDIAN = "guardian_concern"


def crisis_report(scene: Scene) -> Answers:
    """Anybody's report: what, where, who is with the child."""
    kind = str(scene.facts["kind"])
    signs = {"suicide": ["saying"], "harmed": ["injury"], "unguarded": ["alone"]}[kind]
    concern: Answers = {"is_concern": "no"}
    if GUARDIAN in scene.life.flags:
        concern = {"is_concern": "yes", "concern_from": ["guardian"]}
    return {
        "kind": kind, "signs": signs, "noticed_at": scene.moment(15), "whereabouts": scene.say("where"),
        "with_whom": scene.say("with_whom"), "is_acting": "no", "note": scene.say(f"note_{kind}"),
        "signature": scene.name, **concern,
    }


def crisis_step(scene: Scene) -> Answers:
    """One step of the crisis path, done."""
    step = scene.todo.step.partition(".")[2] if scene.todo else "stay"
    is_guardian = GUARDIAN in scene.life.flags
    answers: Answers = {
        "step": step, "result": "done", "done_at": scene.moment(), "done_by": scene.name,
        "is_concern": "yes" if is_guardian else "no", "note": scene.say(SAID[step]),
    }
    if is_guardian:
        answers["concern_from"] = ["guardian"]
    if step == "tell_authority":
        answers["told_authority"] = ["police", "civil_affairs"]
    if step == "tell_guardian":
        answers["arrived_at"] = scene.moment()
    if step == "day_plan":
        answers |= {"watchers": scene.say("step_plan"), "means_removed": "yes"}
    if step in SEEN:
        answers |= {"child_seen": "yes", "still_in_danger": "no"}
    return answers


def crisis_close(scene: Scene) -> Answers:
    """A qualified person saw the child; contacts go on for some weeks."""
    is_guardian = GUARDIAN in scene.life.flags
    return {
        "closed_at": scene.moment(), "outcome": "protected" if is_guardian else "safe", "seen_in_person": "yes",
        "basis": scene.say("close_basis"), "watch_until": scene.day(63),
        "guardian_page": "no" if is_guardian else "yes", "signature": scene.name,
    }


def crisis_watch(scene: Scene) -> Answers:
    """Somebody is with the child for the next hours; or none is needed any more, says a professional."""
    if scene.facts.get("act") == "ended":
        return {"act": "ended", "basis": scene.say("watch_ended"), "signature": scene.name}
    who, relation = (scene.say("watch_family"), "family") if GUARDIAN not in scene.life.flags else (
        scene.say("watch_worker"), "worker"
    )
    return {
        "act": "turn", "who": who, "relation": relation, "from_at": scene.moment(),
        "to_at": scene.moment(-60 * scene.chance.choice((14, 18, 22))), "note": scene.say("watch_note"),
        "signature": scene.name,
    }


def crisis_told(scene: Scene) -> Answers:
    """A body is told what it needs to know to help, and no more."""
    whom = str(scene.facts.get("to_whom", "school"))
    minimum = {"school": ["needs_watch", "absence", "contact"], "hospital": ["needs_medical", "contact"],
               "village": ["needs_watch", "means", "contact"]}[whom]
    return {
        "to_whom": whom, "person": scene.say(f"told_{whom}"), "told_at": scene.moment(10), "way": "phone",
        "minimum": minimum, "answer": scene.say("told_answer"), "signature": scene.name,
    }


def safety_plan(scene: Scene) -> Answers:
    """Made with the child, in the child's words."""
    parts = ("signs", "alone", "distract", "people", "helpers", "surroundings", "reasons")
    return {
        "made_on": scene.today, "made_with": ["child"], "shared": ["alone", "people"], "signature": scene.name,
        **{part: scene.say(f"plan_{part}") for part in parts},
    }


def safety_check(scene: Scene) -> Answers:
    """Asked face to face, and what makes sure."""
    return {
        "checked_at": scene.moment(), "way": "face", "outcome": "no", "basis": scene.say("check_basis"),
        "measures": ["safety_plan", "hotline"], "may_tell_guardian": "yes", "next_on": scene.day(7),
        "signature": scene.name,
    }


def mandatory_report(scene: Scene) -> Answers:
    """To the police and the civil affairs at once; where the guardian may be the danger, it says so."""
    return {
        "found_at": scene.moment(60), "how": scene.say("report_how"), "situations": ["4"],
        "evidence": scene.say("report_evidence"), "is_concern": "yes", "concern_from": ["guardian"],
        "reports": [
            {"to": "police", "channel": "phone_110", "at": scene.moment(30), "receipt_no": "示例警情 0714"},
            {"to": "civil_affairs", "channel": "phone", "at": scene.moment(20)},
        ],
        "reporter": scene.name,
    }


def report_answer(scene: Scene) -> Answers:
    """What became of a report."""
    return {
        "answered_on": scene.today, "answered_by": "公安派出所", "result": scene.say("report_result"), "filed": "yes",
        "reporter_told": "yes", "signature": scene.name,
    }
