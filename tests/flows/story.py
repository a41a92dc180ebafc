"""A child's story as a test tells it: who records what, when, and what stands afterwards."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tongxin.cases.models import Alarm, Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.flows.rebuild import differences_of
from tongxin.flows.record import Recorded
from tongxin.flows.refusals import Refused
from tongxin.flows.sweep import sweep
from tongxin.people.models import Child

CELLS = ("psychological", "observation", "guardianship", "environment", "economy")


def phq_a(**answers: str) -> dict[str, Any]:
    """The answers that embed PHQ-A in an assessment: all 0, with `answers` on top."""
    calm = {f"q{number}": "0" for number in range(1, 10)} | {f"s{number}": "0" for number in range(1, 5)}
    return {"instruments_used": ["phq_a"], "child_told": "yes", "phq_a": calm | answers}


class Story:
    """One child, one clock; an hour passes with each entry."""

    def __init__(self, cast: world.World, child: Child | None = None, at: datetime = world.START) -> None:
        self.world = cast
        self.at = at
        self.child = child or cast.child(at=at)

    def record(self, form: str, by: str, **answers: Any) -> Recorded:
        """Record a form in the calmest way, with `answers` on top; `about`, `supersedes`… go to the sheet."""
        self.at += timedelta(hours=1)
        more = {
            name: answers.pop(name)
            for name in ("about", "supersedes", "correction_kind", "entry_id", "device") if name in answers
        }
        self.child.refresh_from_db()
        filled = fill(self.child, form, self.at, **answers)
        return self.world.record(self.child, form, filled, by=by, at=self.at, **more)

    def refused(self, form: str, by: str, **answers: Any) -> str:
        """Record what must be refused; the sentences that say why."""
        before = self.case.derived_seq
        with pytest.raises(Refused) as caught:
            self.record(form, by, **answers)
        assert self.case.derived_seq == before
        return "".join(problem.zh for problem in caught.value.problems)

    def ends_crisis(self, **answers: Any) -> Recorded:
        """A professional saw the child, the concern was asked, and the crisis is closed."""
        self.record("crisis_step", "苏咨询", step="professional", result="done")
        self.record("crisis_step", "郑管理", step="ask_concern", result="done", **self._concern())
        until = (self.at + timedelta(days=60)).date().isoformat()
        return self.record("crisis_close", "苏咨询", **{"guardian_page": "no", "watch_until": until} | answers)

    def _concern(self) -> dict[str, str]:
        return {"is_concern": "yes"} if self.case.state["is_concern"] else {"is_concern": "no"}

    def identified(self, result: str = "refer", by: str = "周主任", **answers: Any) -> Recorded:
        signs = {"low_mood": "often", "no_interest": "often"} if result == "refer" else {}
        return self.record("identification_form", by, **signs, **answers)

    def assessed(self, *levels: int, by: str = "林社工", **answers: Any) -> Recorded:
        """An assessment with one action level for each of the five cells."""
        given = levels or (0, 0, 0, 0, 0)
        cells = {f"{cell}_level": str(level) for cell, level in zip(CELLS, given, strict=True)}
        return self.record("assessment_form", by, **cells, **answers)

    def graded(self, level: str, *levels: int) -> None:
        """Identified, assessed and confirmed."""
        self.identified()
        self.assessed(*levels)
        given = {"action": "confirm"} if level == self.case.level else {"action": "raise", "reason": "另有情况"}
        self.record("grade_decision", "郑管理", level=level, **given)
        assert self.case.standing == level

    def wait(self, **span: float) -> None:
        """Time passes, and the worker looks at whatever is due, no later than it is."""
        until = self.at + timedelta(**span)
        while moment := Case.objects.filter(look_again_at__lte=until).order_by("look_again_at").values_list(
            "look_again_at", flat=True
        ).first():
            self.at = max(self.at, moment)
            sweep(self.at)
        self.at = until

    @property
    def case(self) -> Case:
        return Case.objects.get(id=self.child.id)

    @property
    def steps(self) -> set[str]:
        """The steps that are to do now."""
        return {task.step for task in self.tasks()}

    def tasks(self, step: str = "") -> list[Task]:
        live = Task.objects.filter(case_id=self.child.id, state__in=LIVE).order_by("due_at", "key")
        return list(live.filter(step=step) if step else live)

    def task(self, step: str) -> Task:
        (found,) = self.tasks(step)
        return found

    def owner(self, step: str) -> str:
        """The member of the cast who answers for a step now."""
        person_id = self.task(step).owner_person_id
        return next(name for name, person in self.world.people.items() if person.id == person_id)

    def alarms(self) -> dict[str, str]:
        return dict(Alarm.objects.filter(case_id=self.child.id).values_list("gate", "state"))

    def rebuilt_equal(self) -> None:
        """What is stored is what the facts give."""
        assert differences_of(Child.objects.get(id=self.child.id), at=self.at) == []
