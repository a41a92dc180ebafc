"""What is written into a form about a child, from what the record said last; nothing is asked of the database."""

from datetime import date, datetime
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.core.pathway import CHINA, CaseState
from tongxin.demo.cast import Actor
from tongxin.demo.doing import FORMS
from tongxin.demo.province.ways import Next, Way
from tongxin.demo.scene import Answers, Scene
from tongxin.demo.words import Words
from tongxin.flows import planning
from tongxin.flows.record import asked_of, offered_to
from tongxin.lib import steady
from tongxin.people.models import Child
from tongxin.rulebook import rules

GRADED = ("low", "mid_low", "mid_high", "high")
# What somebody decides on where nothing is graded yet.
FIRST_GRADE = "mid_low"
LONGEST_TALK = 240


class Answering:
    """Fills in forms for one group of counties."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._offered: dict[tuple[int, str, date], frozenset[str]] = {}

    def answers(self, way: Way, what: Next, *, actor: Actor, at: datetime, bodies: dict[str, int]) -> Answers:
        """The filled form, written at `at`."""
        return FORMS[what.form](self.scene(way, what, actor=actor, at=at, bodies=bodies))

    def scene(self, way: Way, what: Next, *, actor: Actor, at: datetime, bodies: dict[str, int]) -> Scene:
        """Who writes what, when and why."""
        known = self._known(way, what, actor.viewer, at) | what.facts
        return Scene(way.life, at, actor.name, self.words, way.life.chance, what.todo, bodies, known)

    def _known(self, way: Way, what: Next, viewer: Viewer, at: datetime) -> dict[str, Any]:
        match what.form:
            case "assessment_form":
                return {"offered": self._questionnaires(way, viewer, at)}
            case "grade_decision":
                return _grade(way.state)
            case "care_plan":
                return _plan(way, at)
            case "plan_review":
                return {"goals": way.goals}
        return {}

    def _questionnaires(self, way: Way, viewer: Viewer, at: datetime) -> frozenset[str]:
        """The questionnaires that this person may put to a child of this age."""
        day = at.astimezone(CHINA).date()
        key = (way.life.age(at), viewer.role, day.replace(day=1))
        if key not in self._offered:
            child = Child.objects.get(id=way.life.child_id)
            shown = offered_to(asked_of(child, form_id="assessment_form", at=at), child, actor=viewer, on=day)
            self._offered[key] = frozenset(each.id for each in shown.form.fields if each.sheet)
        return self._offered[key]


def asked_in(child: Child, form: str, at: datetime) -> Asked:
    """The form as it holds for a child, to mend what was refused."""
    return asked_of(child, form_id=form, at=at)


def _grade(state: CaseState | None) -> dict[str, Any]:
    """What is proposed, or what a first person already asked for."""
    if state is None:
        return {"level": FIRST_GRADE, "higher": 1}
    grades = state.grades
    if grades.lowering is not None:
        return {"level": grades.lowering.level, "higher": -1}
    level = next((each.level for each in reversed(grades.open_proposals)), grades.effective)
    level = level if level in GRADED else FIRST_GRADE
    return {"level": level, "higher": state.pathway.rank_of(level) - state.pathway.rank_of(grades.effective)}


def _plan(way: Way, at: datetime) -> dict[str, Any]:
    """The class of plans that fits the grade; of several every other child gets the second."""
    level = way.state.grades.effective if way.state else FIRST_GRADE
    level = level if level in GRADED else FIRST_GRADE
    region = rules.region_of(way.life.county_id)
    return steady.lasting(
        ("province plan", level, way.life.number % 2, region, at.date()),
        lambda: _class(level, way.life.number, region, at),
    )


def _class(level: str, number: int, region: str, at: datetime) -> dict[str, Any]:
    classes = [each["id"] for each in planning.fitting(level, region=region, at=at)]
    chosen = classes[number % 2] if level != "high" and len(classes) > 1 else classes[0]
    return {"level": level, "brought": planning.brought_by(chosen, region=region, on=at.date(), at=at)}
