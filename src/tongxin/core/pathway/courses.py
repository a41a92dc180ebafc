"""Courses of counselling: what comes next, what is to be measured, and when a person has to think again.

How a course is to go (`course_plan`) is told by its first record, from the protocol in force that day; nothing here
knows a protocol. What was measured only ever asks somebody whether more is needed; it lowers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tongxin.core.pathway.calendar import CHINA
from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.handovers import Waiting

if TYPE_CHECKING:
    from tongxin.core.pathway.state import CaseState

START, SESSION, REVIEW, END, ASK = "course_start", "session", "course_review", "course_end", "course_ask"
EACH = frozenset({
    "course_sessions", "course_missed", "course_measures", "course_reviews", "course_no_response", "course_crises",
    "course_pauses", "course_idle", "course_over", "course_raises", "course_asks",
})
PRESENT, ABSENT, PAUSED, RAISED, CARER = "present", "absent", "paused", "raised", "carer"
# That others read a course, or that they don't: nothing is decided about how it goes on.
SHARED, KEPT = "shared", "kept"
ON_READING = frozenset({SHARED, KEPT})
# Whoever was asked for more has answered by one of these.
ANSWERS_RAISE = (START, "plan", "referral")


@dataclass(slots=True)
class Course:
    """One course: its first record, what followed, and what was measured meanwhile, oldest first."""

    start: Fact
    sessions: list[Fact] = field(default_factory=list)
    reviews: list[Fact] = field(default_factory=list)
    shares: list[Fact] = field(default_factory=list)
    asks: list[Fact] = field(default_factory=list)
    end: Fact | None = None
    measured: dict[str, list[tuple[Fact, float]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.start.id

    @property
    def plan(self) -> Mapping[str, Any]:
        plan = self.start.data.get("course_plan")
        return plan if isinstance(plan, Mapping) else {}

    @property
    def role(self) -> str:
        return str(self.start.data.get("provider", ""))

    @property
    def review(self) -> Fact | None:
        return self.reviews[-1] if self.reviews else None

    @property
    def is_paused(self) -> bool:
        return self.review is not None and self.review.data.get("decision") == PAUSED

    @property
    def held(self) -> list[Fact]:
        """The sessions to which somebody came."""
        return [each for each in self.sessions if each.data.get("attended") == PRESENT]

    @property
    def missed(self) -> int:
        """How many sessions in a row nobody came to without a word."""
        came = (at for at, each in enumerate(reversed(self.sessions)) if each.data.get("attended") != ABSENT)
        return next(came, len(self.sessions))

    @property
    def last(self) -> Fact:
        """The newest session, before the first one the start, even where that was corrected later."""
        return max(self.sessions, key=lambda fact: fact.seq, default=self.start)

    @property
    def is_over(self) -> bool:
        """Whether as many sessions were held as were planned."""
        return len(self.held) >= _number(self.start.data.get("planned"), otherwise=1)


@dataclass(slots=True)
class Courses:
    """The records of counselling in force, and which record came in place of which."""

    starts: list[Fact] = field(default_factory=list)
    followed: list[Fact] = field(default_factory=list)
    scored: list[Fact] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)

    def hear(self, fact: Fact) -> None:
        """A corrected start keeps the sessions that named it."""
        if fact.kind == START and fact.supersedes:
            self.instead[fact.supersedes] = fact.id

    def take(self, fact: Fact) -> None:
        """Note one fact in force."""
        if fact.kind == START:
            self.starts.append(fact)
        elif fact.kind in {SESSION, REVIEW, END, ASK}:
            self.followed.append(fact)
        if fact.data.get("scores") or fact.data.get("carer_index") is not None:
            self.scored.append(fact)

    def given_in(self, fact: Fact) -> str:
        """The service of a plan that a session gives, as its course says; empty when nobody came."""
        if fact.kind != SESSION or fact.data.get("attended") != PRESENT:
            return ""
        start = self._start_of(fact)
        return str(start.data.get("service", "")) if start else ""

    def all(self) -> list[Course]:
        """Every course with what belongs to it, in the order of their first records."""
        found = {fact.id: Course(fact) for fact in self.starts}
        for fact in self.followed:
            start = self._start_of(fact)
            if start is None:
                continue
            course = found[start.id]
            if fact.kind == SESSION:
                course.sessions.append(fact)
            elif fact.kind == REVIEW:
                (course.shares if fact.data.get("decision") in ON_READING else course.reviews).append(fact)
            elif fact.kind == ASK:
                course.asks.append(fact)
            else:
                course.end = fact
        for course in found.values():
            course.measured = _measured(course, self.scored)
        return list(found.values())

    def _start_of(self, fact: Fact) -> Fact | None:
        """The start of the course that a record names; who names none means the only one there is."""
        named = str(fact.data.get("course") or "").partition(":")[0]
        while named in self.instead:
            named = self.instead[named]
        if not named:
            return self.starts[0] if len(self.starts) == 1 else None
        return next((each for each in self.starts if each.id == named), None)

    @property
    def open(self) -> list[Course]:
        return [each for each in self.all() if each.end is None]


def names(state: CaseState) -> dict[str, object]:
    """What the rules of the steps may ask about counselling."""
    return {
        "course_open": bool(state.courses.open), "course_raised": any(_raises(state)),
        "course_asked": any(_asks(state)),
    }


def responds(course: Course) -> bool | None:
    """Whether the measure that counts got better as much as the protocol wants; None while nobody can tell."""
    rule = course.plan.get("response")
    measure = rule.get("measure") if isinstance(rule, Mapping) else None
    return improved(rule, [score for _, score in course.measured.get(str(measure), ())])


def improved(rule: object, scores: Sequence[float]) -> bool | None:
    """Whether scores, oldest first, got better as much as a rule of response wants; None where nobody can tell.

    Better by so much, and as far as the reach. Whoever stood there from the first can't be seen to get better.
    """
    if not isinstance(rule, Mapping) or len(scores) < 2:
        return None
    sign = 1 if rule.get("better") == "higher" else -1
    first, last, reach = scores[0] * sign, scores[-1] * sign, float(rule.get("reach", 0)) * sign
    if last < reach:
        return False
    if first >= reach:
        return None
    by = rule.get("by", {})
    return (last - first) * 100 >= float(by["percent"]) * abs(first) if "percent" in by else (
        last - first >= float(by.get("points", 0))
    )


def think_on(course: Course) -> date | None:
    """The day on which somebody looks whether it helps; None where the protocol asks for nothing."""
    if course.review is not None and (day := _day(course.review.data.get("review_on"))):
        return day
    rule = course.plan.get("response")
    after = rule.get("after") if isinstance(rule, Mapping) else None
    return None if after is None or course.review is not None else began(course) + timedelta(days=after["days"])


def began(course: Course) -> date:
    """The day on which a course began."""
    return _day(course.start.data.get("starts_on")) or course.start.at.astimezone(CHINA).date()


def measure_due(course: Course) -> tuple[str, Fact, datetime] | None:
    """Which questionnaire is due next, the record it was last filled in with, and when; the soonest of all."""
    found = [
        (due, measure["id"], last)
        for measure in course.plan.get("measures", ())
        for last in [next((fact for fact, _ in reversed(course.measured.get(measure["id"], ()))), course.start)]
        if (due := _again(course, measure["every"], last))
    ]
    if not found:
        return None
    due, name, last = min(found, key=lambda each: (each[0], each[1]))
    return name, last, due


def readers(state: CaseState) -> dict[str, set[str]]:
    """By course the posts that read what was said in it: who began it, and whom they or supervision let in.

    Let in are those who counselled beside it then, or asked before; nobody by writing down a session, nobody by their
    own word. The newest answer holds. A closed file has no readers; a move elsewhere ends all that was before.
    """
    if not state.is_open:
        return {}
    moved = state.last.get("transfer_in")
    since = moved.seq if moved and moved.data.get("outcome") == "accepted" else 0
    courses = state.courses.all()
    return {course.id: _readers(course, courses, since) for course in courses}


def _readers(course: Course, courses: list[Course], since: int) -> set[str]:
    admitted: set[str] = set()
    for said in course.shares:
        if said.data.get("decision") == KEPT:
            admitted.clear()
            continue
        wanted = {fact.post for fact in course.asks if since < fact.seq < said.seq}
        wanted |= {
            each.start.post for each in courses
            if since < each.start.seq < said.seq and (each.end is None or each.end.seq > said.seq)
        }
        admitted |= {str(post) for post in wanted if post and post != said.post}
    own = course.start.post if course.start.seq > since else None
    return admitted | ({str(own)} if own else set())


def counselling_posts(state: CaseState) -> set[str]:
    """The posts that read what was said in any course of the child."""
    return set().union(*readers(state).values())


def waiting(each: str, state: CaseState) -> Iterator[Waiting]:
    """What the steps of counselling count from."""
    if each in {"course_raises", "course_asks"}:
        yield from (_raises if each == "course_raises" else _asks)(state)
        return
    for course in state.courses.open:
        if not course.plan:
            continue
        if each == "course_crises":
            yield from _crises(course, state)
        elif each == "course_pauses":
            yield from _pauses(course, state)
        elif not course.is_paused:
            yield from _going(each, course, state)


def moments(state: CaseState) -> Iterator[datetime]:
    """When time alone changes what counselling asks for."""
    for course in state.courses.open:
        if course.plan and not course.is_paused:
            yield _idle_from(course)
            if due := measure_due(course):
                yield due[2] - timedelta(days=course.plan["ahead"]["days"])
            if day := think_on(course):
                yield _morning(day)


def _going(each: str, course: Course, state: CaseState) -> Iterator[Waiting]:
    last, role = course.last, course.role
    anchor = f"{course.id}:{last.id}"
    if each == "course_sessions" and not course.is_over:
        day = _day(last.data.get("next_on"))
        yield Waiting(
            anchor, last.recorded_at, role=role, due_on=day.isoformat() if day else "",
            every=None if day else course.plan["every"],
        )
    elif (each == "course_over" and course.is_over) or (each == "course_missed" and _is_missed(course, last)):
        yield Waiting(anchor, last.recorded_at, role=role)
    elif each == "course_idle" and _idle_from(course) <= state.on and not course.is_over:
        yield Waiting(anchor, _idle_from(course), role=role)
    elif each == "course_measures" and (due := measure_due(course)):
        ahead = timedelta(days=course.plan["ahead"]["days"])
        if due[2] - ahead <= state.on:
            yield Waiting(
                f"{course.id}:{due[0]}:{due[1].id}", due[2] - ahead, role=role, every=course.plan["ahead"]
            )
    elif each in {"course_reviews", "course_no_response"}:
        yield from _thinks(each, course, state)


def _thinks(each: str, course: Course, state: CaseState) -> Iterator[Waiting]:
    """Somebody looks whether it helps; once the day has come and it doesn't, the question is whether more is needed."""
    day, last = think_on(course), course.review or course.start
    if day is None or (course.review is not None and course.review.data.get("decision") == RAISED):
        return
    fails = _morning(day) <= state.on and responds(course) is False
    if each == "course_no_response" and fails:
        yield Waiting(f"{course.id}:{last.id}", _morning(day), role=course.role)
    elif each == "course_reviews" and not fails:
        yield Waiting(f"{course.id}:{last.id}", last.recorded_at, role=course.role, due_on=day.isoformat())


def _crises(course: Course, state: CaseState) -> Iterator[Waiting]:
    """A course goes on unchanged through a crisis only when somebody has said so."""
    episode = state.alarms.episode
    if episode is None or course.is_paused:
        return
    if course.review is None or course.review.recorded_at < episode.began_at:
        yield Waiting(f"{course.id}:{episode.entry}", episode.began_at, role=course.role)


def _pauses(course: Course, state: CaseState) -> Iterator[Waiting]:
    if course.review is None or not course.is_paused or state.in_crisis:
        return
    closed = state.last.get("crisis_close")
    since = max(each.recorded_at for each in (course.review, closed) if each)
    yield Waiting(f"{course.id}:{course.review.id}", since, role=course.role)


def _raises(state: CaseState) -> Iterator[Waiting]:
    """Where somebody said that more is needed, until a plan, a referral or another course answers."""
    for course in state.courses.all():
        said = next((each for each in reversed(course.reviews) if each.data.get("decision") == RAISED), None)
        if said and not any(kind in state.last and state.last[kind].seq > said.seq for kind in ANSWERS_RAISE):
            yield Waiting(f"{course.id}:{said.id}", said.recorded_at)


def _asks(state: CaseState) -> Iterator[Waiting]:
    """Who asked to read an earlier course, until whoever counselled there or supervision says yes or no."""
    for course in state.courses.all():
        answered = course.shares[-1].seq if course.shares else -1
        if asked := next((each for each in course.asks if each.seq > answered), None):
            yield Waiting(f"{course.id}:{asked.id}", asked.recorded_at)


def _is_missed(course: Course, last: Fact) -> bool:
    """Whether nobody came for too many times in a row, and nobody has thought about it since."""
    is_thought = course.review is not None and course.review.seq > last.seq
    return course.missed >= course.plan["missed"] and not is_thought


def _idle_from(course: Course) -> datetime:
    """From when nothing has happened for too long; a day that is agreed on has to pass first."""
    newest = max([course.last, *course.reviews], key=lambda fact: fact.seq)
    idle = timedelta(days=course.plan["idle"]["days"])
    agreed = _day(course.last.data.get("next_on"))
    return max(newest.recorded_at, _morning(agreed)) + idle if agreed else newest.recorded_at + idle


def _again(course: Course, every: Mapping[str, int], last: Fact) -> datetime | None:
    if "days" in every:
        return last.recorded_at + timedelta(days=every["days"])
    since = [each for each in course.held if last is course.start or each.seq > last.seq]
    count = every["sessions"]
    return since[count - 1].recorded_at + timedelta(days=course.plan["ahead"]["days"]) if len(since) >= count else None


def _measured(course: Course, scored: list[Fact]) -> dict[str, list[tuple[Fact, float]]]:
    """The scores since the course began, also from other records of the child; a carer's only from its own."""
    found: dict[str, list[tuple[Fact, float]]] = {}
    own = {course.id, *(each.id for each in course.sessions), *([course.end.id] if course.end else [])}
    first, last = course.start.seq, course.end.seq if course.end else None
    for fact in scored:
        if fact.id in own and (index := fact.data.get("carer_index")) is not None:
            found.setdefault("carer_who_5", []).append((fact, float(str(index))))
        is_in_time = fact.id in own or (fact.seq >= first and (last is None or fact.seq <= last))
        if is_in_time and course.start.data.get("recipient") != CARER:
            for name, total in _totals(fact, course):
                found.setdefault(name, []).append((fact, total))
    return found


def _totals(fact: Fact, course: Course) -> Iterator[tuple[str, float]]:
    scores = fact.data.get("scores")
    for measure in course.plan.get("measures", ()):
        score = scores.get(measure["id"]) if isinstance(scores, Mapping) else None
        total = score["totals"].get(measure["scale"]) if score and score.get("status") == "ok" else None
        if total is not None:
            yield measure["id"], float(total)


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def _number(value: object, *, otherwise: int) -> int:
    return value if isinstance(value, int) and value > 0 else otherwise
