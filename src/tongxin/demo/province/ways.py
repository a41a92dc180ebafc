"""One child's way through the years: what the record asks for next, and when somebody gets round to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from tongxin.cases.derivation import Derived
from tongxin.core.pathway import CHINA, Calendar, CaseState
from tongxin.demo.district import District
from tongxin.demo.doing import FORMS, form_for
from tongxin.demo.hours import planned
from tongxin.demo.lives import Life, Todo

VILLAGE = "child_director"
EVENING = time(17, 30)
# How often somebody comes again for what was not finished, and how long they wait.
TRIES, AGAIN = 3, timedelta(days=6)
# What stays open in a place that nobody looks after: papers that an office would have to look up.
LEFT_OPEN = frozenset({"detail_correction"})
# Nobody leaves off in the middle of a crisis.
CRISIS_MOST = 120
NEVER = datetime.max.replace(tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Next:
    """What somebody writes next about a child: the form, when, for which task, or as which role of their own accord."""

    form: str
    at: datetime
    todo: Todo | None = None
    role: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Way:
    """How far one child's record has come; `until` is when nobody comes any more."""

    life: Life
    now: datetime
    until: datetime
    most: int
    rounds: frozenset[int]
    # What a person does of their own accord, by no task.
    wishes: list[Next] = field(default_factory=list)
    state: CaseState | None = None
    goals: list[Any] = field(default_factory=list)
    _moments: dict[str, datetime] = field(default_factory=dict)
    _owners: dict[str, UUID] = field(default_factory=dict)
    _tries: dict[str, int] = field(default_factory=dict)

    def begin(self, todos: Iterable[Todo]) -> None:
        """The tasks with which the file was opened."""
        for todo in todos:
            self.life.todo[todo.key] = todo
            self._owners[todo.key] = todo.owner_id

    def following(self, *, district: District, calendar: Calendar) -> Next | None:
        """What comes next; None when nothing does before the end."""
        is_in_crisis = self.state is not None and self.state.in_crisis
        if len(self.life.entries) >= (CRISIS_MOST if is_in_crisis else self.most):
            return None
        found = [each for each in self.wishes if each.at < self.until]
        for todo in self.life.todo.values():
            at = self._moment(todo, district, calendar)
            if at < self.until:
                found.append(Next(form_for(todo.form, self.life.age(at)), at, todo))
        return min(found, key=lambda each: each.at, default=None)

    def take(self, what: Next, derived: Derived | None) -> None:
        """What an entry changed; without it nothing was taken in."""
        self.now = max(self.now, what.at)
        if what in self.wishes:
            self.wishes.remove(what)
        if derived is not None:
            self._read(derived)
        if what.todo is not None and what.todo.key in self.life.todo:
            self._once_more(what.todo.key)

    def _read(self, derived: Derived) -> None:
        self.state = derived.state
        for kind, told in derived.changes:
            if kind in {"task.opened", "task.climbed", "task.passed_on"} and told["owner"]:
                self._owners[told["task"]] = UUID(told["owner"])
        self.life.todo = {
            step.key: Todo(step.key, step.rule, step.form, step.due_at, owner, owner, step.is_urgent)
            for step in derived.steps if (owner := self._owners.get(step.key)) is not None
        }

    def _once_more(self, key: str) -> None:
        self._tries[key] = self._tries.get(key, 0) + 1
        self._moments[key] = self.now + AGAIN if self._tries[key] <= TRIES else NEVER

    def _moment(self, todo: Todo, district: District, calendar: Calendar) -> datetime:
        if todo.key not in self._moments:
            self._moments[todo.key] = self._planned(todo, district, calendar)
        # What was put off meanwhile because something else came first is done afterwards.
        return max(self._moments[todo.key], self.now + timedelta(minutes=20))

    def _planned(self, todo: Todo, district: District, calendar: Calendar) -> datetime:
        form = form_for(todo.form, self.life.age(self.now))
        if form not in FORMS or form in LEFT_OPEN:
            return NEVER
        at = planned(todo, now=self.now, chance=self.life.chance, district=district, calendar=calendar)
        return at if todo.is_urgent else self._on_a_round(at)

    def _on_a_round(self, at: datetime) -> datetime:
        """The evening on which a village hands in what it wrote since the last, not before it was asked for."""
        day = at.astimezone(CHINA).date()
        place = self.life.village_id or self.life.town_id or 0
        while day.weekday() not in self.rounds:
            day -= timedelta(days=1)
        evening = datetime.combine(day, EVENING, tzinfo=CHINA) + timedelta(minutes=place * 7 % 120)
        return evening if evening > self.now + timedelta(hours=6) else max(at, self.now + timedelta(hours=1))
