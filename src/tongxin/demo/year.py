"""The year itself: everybody does what the record asks of them, and time passes in between."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField

from tongxin.assessments.outcomes import ABOUT
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CHINA, Pathway, look_again_at
from tongxin.demo import nights
from tongxin.demo.cast import Actor, Cast
from tongxin.demo.district import District
from tongxin.demo.doing import FORMS, form_for, known_for
from tongxin.demo.hours import planned
from tongxin.demo.lives import Life, Todo
from tongxin.demo.mending import mended
from tongxin.demo.scene import Scene
from tongxin.demo.words import Words
from tongxin.flows import sweep
from tongxin.flows.record import Recorded, Sheet, asked_of, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import steady
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.rulebook import rules

Happening = Callable[..., object]
AGAIN, LATE, TOGETHER = timedelta(days=2), timedelta(days=7), timedelta(days=21)
# Everything beside cases is looked at on the first moment of each so long a stretch; cases at their own moments.
ROUND = timedelta(hours=4)
TRIES = 4
OPEN_TASKS = Prepared(
    lambda child: Task.objects.filter(case_id=child, state__in=LIVE).order_by("due_at", "step", "id").values_list(
        "case_id", "key", "step", "form", "due_at", "post_id", "owner_post_id", "is_urgent"
    ),
    child=UUIDField(),
)
# A second person has to be another one than the first; a referral is followed until it ends.
SECOND = frozenset({"second_person", "second_professional"})
GOES_ON = frozenset({"follow_referral", "approve_plan"})


@dataclass
class Year:
    """One district's time from its start to its end, moment after moment."""

    cast: Cast
    district: District
    chance: Random
    end: datetime
    progress: Callable[[date], None] = lambda day: None
    bodies: Mapping[str, int] = field(default_factory=dict)
    lives: dict[UUID, Life] = field(default_factory=dict)
    away: dict[UUID, datetime] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    after: dict[str, list[Callable[[Life, Recorded, datetime], None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seed = self.chance.getrandbits(64)
        self.words = Words(self.stream("words"))
        self._ids = self.stream("ids")
        self._moments: list[tuple[datetime, int, Happening]] = []
        self._number = 0
        self._tries: dict[str, int] = {}
        self._look: datetime | None = None
        self._watched: datetime | None = None

    def stream(self, story: str) -> Random:
        """A story's own chance from the year's seed, so that what is added to one doesn't shift another."""
        return Random(f"{self._seed}:{story}")

    def plan(self, moment: datetime, happening: Happening, **given: Any) -> None:
        """Let something happen at a moment."""
        self._number += 1
        what: Happening = partial(happening, **given)
        heappush(self._moments, (moment, self._number, what))

    def run(self) -> None:
        """Let everything happen, day after day, until the end."""
        while self._moments and self._moments[0][0] <= self.end:
            day = self._moments[0][0].astimezone(CHINA).date()
            self.progress(day)
            with steady.answering(), transaction.atomic():
                while self._moments and self._moments[0][0].astimezone(CHINA).date() == day:
                    moment, _, happening = heappop(self._moments)
                    if moment > self.end:
                        break
                    self._let_pass(moment)
                    happening(moment)
            night = datetime.combine(day, datetime.max.time(), tzinfo=CHINA).replace(microsecond=0)
            nights.pass_night(min(night, self.end))
        with steady.answering(), transaction.atomic():
            self._let_pass(self.end)
        nights.pass_night(self.end)

    def welcome(self, lives: Iterable[Life], now: datetime) -> None:
        """Children who have a file from now on."""
        found = list(lives)
        self.lives |= {life.child_id: life for life in found}
        self._look = now
        self.look_at([life.child_id for life in found], now)

    def look_at(self, children: Iterable[UUID], now: datetime) -> None:
        """Read what the record asks for, and plan when it will be done."""
        ids = [child for child in children if child in self.lives]
        fresh: dict[UUID, dict[str, Todo]] = {child: {} for child in ids}
        for case_id, *rest in (row for child in ids for row in OPEN_TASKS.rows(child=child)):
            todo = Todo(*rest)
            fresh[case_id][todo.key] = todo
        for child, todos in fresh.items():
            life = self.lives[child]
            known = life.todo
            life.todo = todos
            for todo in todos.values():
                if todo.key not in known:
                    self._take_on(life, todo, now)

    def _take_on(self, life: Life, todo: Todo, now: datetime) -> None:
        moment = planned(
            todo, now=now, chance=life.chance, district=self.district, calendar=rules.calendar_at(now),
        )
        self.plan(moment, self._do, life=life, key=todo.key)

    def _do(self, at: datetime, life: Life, key: str) -> None:
        todo = life.todo.get(key)
        if todo is None or todo.step in life.flags or form_for(todo.form, life.age(at)) not in FORMS:
            return
        if todo.form == "grade_decision" and _is_in_crisis(life):
            # What lies open is decided once the danger is over.
            self.plan(at + AGAIN, self._do, life=life, key=key)
            return
        todo = _on_one_trip(todo, life, at)
        since = self.away.get(todo.post_id)
        if since is not None and at >= since and not todo.is_urgent:
            return
        is_late = at > todo.due_at + LATE and todo.step not in SECOND
        passed_on = is_late or "recused" in life.flags
        actor = self.cast.acting(todo.owner_id if passed_on else todo.post_id, at=at)
        if actor is None:
            return
        if todo.step == "approve_plan" and _approved_before(life, actor):
            # Each level is somebody else: where a post stands empty, the plan waits for whoever comes.
            self.plan(at + AGAIN, self._do, life=life, key=key)
            return
        self.write(life, todo.form, actor=actor, at=at, todo=todo)
        if todo.key in life.todo and todo.step not in GOES_ON:
            # Not at home, not finished, sent back: somebody comes again.
            self._tries[key] = self._tries.get(key, 0) + 1
            if self._tries[key] <= TRIES:
                self.plan(at + AGAIN, self._do, life=life, key=key)

    def write(
        self, life: Life, form: str, *, actor: Actor | None, at: datetime, todo: Todo | None = None, about: str = "",
        **facts: Any,
    ) -> Recorded | None:
        """Let somebody fill in a form; None when it was refused."""
        if actor is None:
            return None
        form = form_for(form, life.age(at))
        known = known_for(form, life, self.pathway_of(life, at), at, actor=actor.viewer) | facts
        scene = Scene(life, at, actor.name, self.words, life.chance, todo, self.bodies, known)
        answers = FORMS[form](scene)
        about = about or (todo.about if todo and form in ABOUT else "")
        sheet = Sheet(self.new_id(), form, answers, at, about=about)
        try:
            return self._record(life, sheet, actor)
        except Refused as refused:
            self.refuse(form, refused, at=at, life=life)
            if not any(problem.path for problem in refused.problems):
                return None
            asked = asked_of(Child.objects.get(id=life.child_id), form_id=form, at=at)
            fitting = mended(answers, form=asked.form, problems=refused.problems, scene=scene)
        return self.keep(life, replace(sheet, answers=fitting), actor=actor)

    def keep(self, life: Life, sheet: Sheet, *, actor: Actor) -> Recorded | None:
        """Record one sheet and see what follows from it."""
        try:
            return self._record(life, sheet, actor)
        except Refused as refused:
            self.refuse(sheet.form_id, refused, at=sheet.occurred_at, life=life)
            return None

    def _record(self, life: Life, sheet: Sheet, actor: Actor) -> Recorded | None:
        try:
            made = record(child_id=life.child_id, sheet=sheet, actor=actor.viewer, at=sheet.occurred_at)
        except NotAllowed as refused:
            self.refuse(f"{sheet.form_id} {actor.role}", refused, at=sheet.occurred_at, life=life)
            return None
        life.entries.append((made.entry.id, sheet.form_id, sheet.answers, actor.role))
        if sheet.form_id == "detail_correction" and "birth" in sheet.answers:
            life.birth = date.fromisoformat(str(sheet.answers["birth"])).replace(day=1)
        if made.derived is not None:
            self.look_no_later(look_again_at(made.derived.state, made.derived.steps))
        self.look_at(self._touched(life, sheet.form_id), sheet.occurred_at)
        for then in self.after.get(sheet.form_id, ()):
            then(life, made, sheet.occurred_at)
        return made

    def refuse(self, what: str, why: Exception, *, at: datetime, life: Life | None = None) -> None:
        """Note what the record would not take: a synthetic year that is refused something was played wrongly."""
        problems = why.problems if isinstance(why, Refused) else ()
        said = "".join(problem.zh for problem in problems) or str(why) or type(why).__name__
        whom = f" {life.number}#{'?' if life.birth is None else life.age(at)}" if life else ""
        self.refused.append(f"{what} {at.astimezone(CHINA):%Y-%m-%d}{whom}: {said}")

    def _touched(self, life: Life, form: str) -> list[UUID]:
        """A danger or a household entry reaches the brothers and sisters too."""
        together = life.flags & {"has_sibling"}
        if not together and form != "household_members":
            return [life.child_id]
        return [life.child_id, *(each.child_id for each in self.lives.values() if "has_sibling" in each.flags
                                 and each.village_id == life.village_id and each is not life)]

    def new_id(self) -> UUID:
        """An identifier from the year's own chance, so that the same year has the same ones."""
        return UUID(int=self._ids.getrandbits(128), version=4)

    def pathway_of(self, life: Life, at: datetime) -> Pathway:
        return rules.pathway_in(region=rules.region_of(life.county_id), at=at)[1]

    def look_no_later(self, moment: datetime | None) -> None:
        """Some case is to be looked at again at this moment at the latest."""
        if moment is not None and (self._look is None or moment < self._look):
            self._look = moment

    def _let_pass(self, until: datetime) -> None:
        """Cases whose next moment has come are looked at again, each at its own."""
        while self._look is not None and self._look <= until:
            moment = self._look
            due = list(Case.objects.filter(look_again_at__lte=moment).values_list("id", flat=True))
            if due:
                self._watch(moment)
                while sweep.look_at_due(moment):
                    continue
                self.look_at(due, moment)
            self._look = _next_look()

    def _watch(self, moment: datetime) -> None:
        if self._watched is None or moment - self._watched >= ROUND:
            self._watched = moment
            sweep.follow_all(moment)


def _on_one_trip(todo: Todo, life: Life, at: datetime) -> Todo:
    """Whoever goes to visit and has to identify again soon does it on the same trip."""
    if todo.step != "visit_healthy":
        return todo
    soon = (each for each in life.todo.values() if each.step == "identify_again" and each.due_at - at < TOGETHER)
    return next(soon, todo)


def _approved_before(life: Life, actor: Actor) -> bool:
    """Whether somebody approved the plan at an earlier level."""
    for _, form, answers, _ in reversed(life.entries):
        if form == "care_plan":
            return False
        if form == "plan_approval" and answers.get("signature") == actor.name:
            return True
    return False


def _is_in_crisis(life: Life) -> bool:
    return Case.objects.filter(id=life.child_id, in_crisis=True).exists()


def _next_look() -> datetime | None:
    moments = Case.objects.exclude(look_again_at=None).order_by("look_again_at")
    found: datetime | None = moments.values_list("look_again_at", flat=True).first()
    return found
