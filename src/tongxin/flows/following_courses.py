"""How the courses of a viewer's children go: scores, whether the change is real, and what waits for a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.assessments.rulings import rulings_in
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.instruments.change import Verdict, changed
from tongxin.core.pathway import CHINA, CaseState
from tongxin.core.pathway.courses import Course, began, measure_due, responds, think_on
from tongxin.flows.course_reading import readable
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.groups.models import Group, Member
from tongxin.people.models import Child
from tongxin.rulebook import rules

PART, START, STEP = "sessions", "course_start", "course_"
# A carer's own index is scored like the child's; the carer fills in the same questionnaire.
SCORED_AS = {"carer_who_5": "who_5"}
NO_RESPONSE = "course_no_response"
# Thought anew one by one, so one page has no more.
MOST = 120


@dataclass(frozen=True, slots=True)
class Measured:
    """The last two scores of the measure that counts; `verdict` is None where no standard of change is published."""

    instrument: str
    zh: str
    before: tuple[date, Decimal] | None
    after: tuple[date, Decimal] | None
    verdict: Verdict | None
    reads: bool


@dataclass(frozen=True, slots=True)
class Going:
    """One open course as it goes on a day."""

    child: Child
    course: Course
    state: CaseState
    measured: Measured | None
    due: tuple[str, datetime] | None
    responds: bool | None
    think_on: date | None
    tasks: tuple[Task, ...]
    group_id: UUID | None = None

    @property
    def fails(self) -> bool:
        """Whether it doesn't help and somebody has to say what comes next."""
        return any(task.step == NO_RESPONSE for task in self.tasks)

    def waits_for_decision(self, at: datetime) -> bool:
        """Whether the day has come on which somebody looks if it helps."""
        is_day = self.think_on is not None and self.think_on <= at.astimezone(CHINA).date()
        return self.fails or (is_day and any(task.step == "course_review" for task in self.tasks))

    @property
    def next(self) -> Task | None:
        """What somebody does next: the decision before anything else, then what is due first."""
        decide = (task for task in self.tasks if task.step == NO_RESPONSE)
        return next(decide, self.tasks[0] if self.tasks else None)

    def rank(self, at: datetime) -> tuple[bool, bool, bool, bool, bool, datetime]:
        """What needs a person first: a crisis, no response, a decision, a measure overdue, a child who stays away."""
        is_due = self.due is not None and self.due[1] <= at
        next_at = self.tasks[0].due_at if self.tasks else at.replace(year=9999)
        return (
            not self.state.in_crisis, not self.fails, not self.waits_for_decision(at), not is_due,
            not self.course.missed, next_at,
        )


def going(*, viewer: Viewer, at: datetime) -> tuple[list[Going], bool]:
    """The open courses whose content the viewer may read, what needs a person first; whether there are more."""
    begun = Result.objects.filter(kind=START).values("child_id")
    rows = Child.objects.filter(id__in=begun)
    open_ones = rows.filter(id__in=Case.objects.filter(is_open=True, id__in=begun).values("id"))
    children = list(access.visible(open_ones, viewer=viewer, part=PART, at=at).order_by("id")[: MOST + 1])
    tasks = _tasks(children[:MOST])
    found = [
        each for child in children[:MOST] for each in _of(child, tasks.get(child.id, []), viewer=viewer, at=at)
    ]
    return sorted(found, key=lambda each: each.rank(at)), len(children) > MOST


def _tasks(children: Iterable[Child]) -> dict[UUID, list[Task]]:
    found: dict[UUID, list[Task]] = {}
    rows = Task.objects.filter(case_id__in=[child.id for child in children], state__in=LIVE, step__startswith=STEP)
    for task in rows.order_by("due_at", "id"):
        found.setdefault(task.case_id, []).append(task)
    return found


def _of(child: Child, tasks: list[Task], *, viewer: Viewer, at: datetime) -> list[Going]:
    facts, _results = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    inside = Member.objects.filter(child=child, left_at__isnull=True, group__state=Group.OPEN)
    groups = {str(course): group for course, group in inside.values_list("course_id", "group_id")}
    rows, reads = [], readable(state, viewer=viewer, child_id=child.id, at=at)
    for course in (each for each in state.courses.open if each.id in reads):
        due = measure_due(course) if course.plan else None
        rows.append(Going(
            child=child, course=course, state=state, measured=_measured(course, child, viewer=viewer, at=at),
            due=(due[0], due[2]) if due else None, responds=responds(course), think_on=think_on(course),
            tasks=tuple(task for task in tasks if task.key.split(":")[1:2] == [course.id]),
            group_id=groups.get(course.id),
        ))
    return rows


def _measured(course: Course, child: Child, *, viewer: Viewer, at: datetime) -> Measured | None:
    """The protocol's own measure of response, else the first that was filled in."""
    rule = course.plan.get("response")
    named = str(rule.get("measure", "")) if isinstance(rule, dict) else ""
    id = named if named in course.measured else next(iter(course.measured), named)
    known = rulings_in(region=rules.region_of(child.county_id), at=at)[0].instruments
    instrument = known.get(SCORED_AS.get(id, id))
    if instrument is None:
        return None
    points = [
        (fact.at.astimezone(CHINA).date(), Decimal(str(score)).normalize())
        for fact, score in course.measured.get(id, ())
    ]
    before, after = points[-2] if len(points) > 1 else None, points[-1] if points else None
    scale = next((each["scale"] for each in course.plan.get("measures", ()) if each["id"] == id), "total")
    verdict = changed(instrument, scale, before=before[1], after=after[1]) if before and after else None
    reads = bool(viewer.roles & set(instrument.roles.get("read_band", ()))) or id in SCORED_AS
    return Measured(id, instrument.zh, before, after, verdict, reads)


def sessions_told(course: Course) -> tuple[int, int]:
    """How many sessions were held, and how many were planned."""
    planned = course.start.data.get("planned")
    return len(course.held), planned if isinstance(planned, int) else 0


__all__ = ["Going", "Measured", "began", "going", "sessions_told"]
