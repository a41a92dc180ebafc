"""What happens of itself in a year: children are found, people change posts, some go missing or move, mistakes are
put right."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tongxin.accounts.models import Division, Post
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CHINA
from tongxin.demo import arrival
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.year import Year
from tongxin.flows.moving import retract
from tongxin.flows.prefill import values_for
from tongxin.flows.record import Sheet, asked_of
from tongxin.flows.recusal import recuse
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

NAMES = ("王秀云", "李建华", "张海燕", "刘文静", "赵国栋", "孙晓丽", "陈立新", "杨春梅", "吴志远", "郑淑珍")
SMALL = (14, 22, 30, 40, 70, 95, 118, 131, 140, 152, 163, 171, 185, 196)


class Happenings:
    """The year's events, spread over its days by its own chance."""

    def __init__(self, year: Year, *, start: datetime, places: Sequence[Division]) -> None:
        self.year, self.start, self.places = year, start, list(places)
        self.chance = year.stream("happenings")
        self.lives = list(year.lives.values())

    def plan_all(self) -> None:
        """Every kind as often as the district says."""
        kinds: dict[str, Callable[[datetime], None]] = {
            "found": self._find, "turnover": self._turnover, "vacancy": self._vacancy, "leave": self._leave,
            "correction": self._correct, "retraction": self._retract, "raise_by_staff": self._raise,
            "recusal": self._recuse, "lost": self._lose, "consent": self._consent, "reason": self._put_off,
            "interview": self._interview, "observation": self._observe, "case_file": self._complete_file,
        }
        for kind, happening in kinds.items():
            for _ in range(self.year.district.happens(kind, children=len(self.lives))):
                self.year.plan(self._some_day(), happening)
        self._siblings()

    def _some_day(self) -> datetime:
        """An hour of work on some day of the year, not too near its ends."""
        span = (self.year.end - self.start).days
        day = (self.start + timedelta(days=self.chance.uniform(0.09, 0.95) * span)).astimezone(CHINA)
        return day.replace(hour=self.chance.randint(9, 17), minute=self.chance.randint(0, 59), second=0,
                           microsecond=0)

    def _siblings(self) -> None:
        pairs = arrival.neighbours(self.lives)
        for first, second in pairs[: self.year.district.happens("siblings", children=len(self.lives))]:
            at = self.start + timedelta(days=20 + self.chance.randint(0, 60), hours=2)
            self.year.plan(at, arrival.become_siblings, year=self.year, first=first, second=second)

    def _find(self, at: datetime) -> None:
        arrival.found(self.year, self.chance.choice(self.places), at, months=self.chance.choice(SMALL))

    def _desk(self, at: datetime) -> Actor | None:
        county = self.places[0].county_id
        return self.year.cast.at_place("case_manager", county, at=at)

    def _director_post(self) -> Post | None:
        life = self.chance.choice(self.lives)
        return self.year.cast.post_of("child_director", life.village_id)

    def _turnover(self, at: datetime) -> None:
        """A director goes and another begins the same day."""
        post, desk = self._director_post(), self._desk(at)
        if post and desk:
            name = self.chance.choice(NAMES)
            person = self.year.cast.newcomer(name, actor=desk, at=at)
            self.year.cast.hand_over(post, person, actor=desk, at=at)
            self.year.look_no_later(at)

    def _vacancy(self, at: datetime) -> None:
        """A post stands empty for some weeks: the township answers meanwhile."""
        post, desk = self._director_post(), self._desk(at)
        if post and desk:
            self.year.cast.hand_over(post, None, actor=desk, at=at)
            self.year.look_no_later(at)
            later = at + timedelta(days=self.chance.randint(14, 40))
            self.year.plan(later, self._fill, post=post)

    def _fill(self, at: datetime, post: Post) -> None:
        desk = self._desk(at)
        if desk:
            person = self.year.cast.newcomer(self.chance.choice(NAMES), actor=desk, at=at)
            self.year.cast.hand_over(post, person, actor=desk, at=at)
            self.year.look_no_later(at)

    def _leave(self, at: datetime) -> None:
        """Somebody is away for some weeks, and the neighbouring village's director stands in."""
        life = self.chance.choice(self.lives)
        post, desk = self.year.cast.post_of("child_director", life.village_id), self._desk(at)
        near = [place for place in self.places if place.town_id == life.town_id and place.id != life.village_id]
        other = self.year.cast.post_of("child_director", near[0].id) if near else None
        person = self.year.cast.holder(other.id) if other else None
        if post is None or desk is None or person is None or self.year.cast.holder(post.id) is None:
            return
        self.year.cast.stand_in(post, person, actor=desk, at=at)
        self.year.look_no_later(at)
        self.year.plan(at + timedelta(days=self.chance.randint(20, 60)), self._back, post=post)

    def _back(self, at: datetime, post: Post) -> None:
        if desk := self._desk(at):
            self.year.cast.stand_in(post, None, actor=desk, at=at)
            self.year.look_no_later(at)

    def _here(self) -> list[Life]:
        """The children who have not moved away."""
        return [life for life in self.lives if "moved" not in life.flags]

    def _someone(self, at: datetime, *, hard: bool = False) -> Life | None:
        """A child whose case is open, for whom something may happen."""
        among = [life for life in self._here() if not hard or life.trouble]
        for life in self.chance.sample(among, min(6, len(among))):
            if Case.objects.filter(id=life.child_id, is_open=True, in_crisis=False).exists():
                return life
        return None

    def director(self, life: Life, at: datetime) -> Actor | None:
        post = self.year.cast.post_of("child_director", life.village_id)
        if post is None or "recused" in life.flags:
            return self.year.cast.at_place("child_supervisor", life.town_id, at=at) or self._desk(at)
        return self.year.cast.acting(post.id, at=at)

    def _simple(self, form: str, at: datetime, *, role: str = "", hard: bool = False, **facts: Any) -> None:
        life = self._someone(at, hard=hard)
        if life is None:
            return
        place = life.town_id if role == "child_supervisor" else life.county_id
        actor = self.year.cast.at_place(role, place, at=at) if role else self.director(life, at)
        self.year.write(life, form, actor=actor, at=at, **facts)

    def _raise(self, at: datetime) -> None:
        self._simple("grade_raise", at)

    def _consent(self, at: datetime) -> None:
        self._simple("consent", at, role="social_worker", hard=True)

    def _interview(self, at: datetime) -> None:
        self._simple("interview_record", at, role="social_worker", hard=True)

    def _observe(self, at: datetime) -> None:
        self._simple("observation_record", at, role="social_worker", hard=True)

    def _complete_file(self, at: datetime) -> None:
        """Somebody sits down with a family and brings the file up to date; what is known is not asked again."""
        life = self._someone(at)
        actor = self.director(life, at) if life else None
        if life is None or actor is None or Case.objects.get(id=life.child_id).state["details"]:
            return
        child = Child.objects.get(id=life.child_id)
        asked = asked_of(child, form_id="case_file", at=at)
        known = values_for(child=child, asked=asked, viewer=actor.viewer, at=at)
        self.year.write(life, "case_file", actor=actor, at=at, **known)

    def _lose(self, at: datetime) -> None:
        self._simple("child_state", at, state="lost")

    def _put_off(self, at: datetime) -> None:
        """Somebody says why a visit has to wait."""
        here = self._here()
        for life in self.chance.sample(here, min(12, len(here))):
            task = Task.objects.filter(case_id=life.child_id, state__in=LIVE, step__in=("visit", "visit_healthy"))
            key = task.order_by("due_at").values_list("key", flat=True).first()
            if key:
                self.year.write(life, "task_reason", actor=self.director(life, at), at=at, about=key)
                return

    def _recuse(self, at: datetime) -> None:
        """A director who is a relative steps back; the township acts for this child."""
        life = self._someone(at)
        actor = self.director(life, at) if life else None
        if life and actor and actor.role == "child_director" and actor.viewer.person_id:
            recuse(child_id=life.child_id, person_id=actor.viewer.person_id, actor=actor.viewer, at=at)
            life.flags.add("recused")
            self.year.look_at([life.child_id], at)

    def _last_visit(self, at: datetime) -> tuple[Life, Entry, dict[str, object]] | None:
        """Somebody's latest visit, by the one who made it."""
        here = self._here()
        for life in self.chance.sample(here, len(here)):
            found = next((each for each in reversed(life.entries) if each[1] == "visit_record"), None)
            entry = Entry.objects.filter(id=found[0]).first() if found else None
            if found and entry and at - entry.recorded_at < timedelta(days=45) and "put_right" not in life.flags:
                life.flags.add("put_right")
                return life, entry, dict(found[2])
        return None

    def _correct(self, at: datetime) -> None:
        """A mistake in a visit is put right by a further entry."""
        found = self._last_visit(at)
        actor = self.director(found[0], at) if found else None
        if found is None or actor is None:
            return
        life, entry, answers = found
        answers |= {"hygiene": "fair", "wishes": self.year.words.say("wishes", **life.slots)}
        sheet = Sheet(self.year.new_id(), "visit_record", answers, at, supersedes=entry.id, correction_kind="correct")
        self.year.keep(life, sheet, actor=actor)

    def _retract(self, at: datetime) -> None:
        """A visit entered twice is taken back."""
        found = self._last_visit(at)
        actor = self.director(found[0], at) if found else None
        if found and actor:
            retract(entry=found[1], reason="twice", actor=actor.viewer, at=at)
            self.year.look_at([found[0].child_id], at)
