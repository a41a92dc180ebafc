"""The whole plan of a case, recomputed from its state: what is to do, by whom, until when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from tongxin.core.language import evaluate
from tongxin.core.pathway import arrangements, caring, conferences, courses, crises, reporting
from tongxin.core.pathway.calendar import CHINA, Calendar, due_at, soonest
from tongxin.core.pathway.definition import Climb, Span, StepRule
from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.handovers import Waiting, span_of, waiting
from tongxin.core.pathway.state import CaseState

# What says itself by which day and whose work it is, with who finds it.
SAYS_ITSELF = {
    **dict.fromkeys(caring.EACH, caring.waiting), **dict.fromkeys(conferences.EACH, conferences.waiting),
    **dict.fromkeys(reporting.EACH, reporting.waiting),
    **dict.fromkeys(arrangements.EACH, arrangements.waiting), **dict.fromkeys(courses.EACH, courses.waiting),
}
# What waits for an answer, each fact by its own id.
KEPT = frozenset({"household_checks", "reports", "flags", "rights", "heard", "held"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `key` is rule + anchor entry, so the same need is the same task (C9)."""

    key: str
    rule: str
    zh: str
    form: str
    role: str
    due_at: datetime
    climbs: tuple[datetime, ...]
    is_urgent: bool
    organisation: str = ""
    place: str = ""
    # Whether the duty roster says who does it first.
    is_on_duty: bool = False
    waits_until: datetime | None = None
    may_wait: Span | None = None

    def climbed(self, on: datetime) -> int:
        """How many levels this has gone up by a moment."""
        return sum(1 for moment in self.climbs if moment <= on)


def plan(state: CaseState, *, calendar: Calendar) -> tuple[Step, ...]:
    """The steps of a case; an open case always has at least one (promise 1)."""
    if not state.stage:
        return ()
    names = state.names()
    steps = [step for rule in state.pathway.steps for step in _steps_of(rule, state, names, calendar)]
    steps += _crisis_steps(state, names, calendar)
    if not steps:
        steps += _steps_of(state.pathway.fallback, state, names, calendar)
    only = state.pathway.only.get(state.child_state)
    if only is not None and not state.in_crisis:
        steps = [step for step in steps if step.rule in only]
    if state.staff_concern:
        steps = [_past_the_accused(step, state) for step in steps]
    return tuple(sorted(steps, key=lambda step: (step.due_at, step.key)))


def _past_the_accused(step: Step, state: CaseState) -> Step:
    """When staff may be the danger, the nearest level has no part in it: the next one acts (spine A10)."""
    content = state.pathway.content
    skipped = content["staff_concern_skips"]
    if step.role not in skipped:
        return step
    others = (role for role in content["routing"].get(step.role, ()) if role not in skipped)
    return replace(step, role=next(others, step.role))


def look_again_at(state: CaseState, steps: tuple[Step, ...]) -> datetime | None:
    """The next moment at which time alone changes something."""
    moments: list[datetime | None] = [state.expires_at, *state.alarms.lapses.values(), *crises.moments(state)]
    moments += courses.moments(state)
    for step in steps:
        moments += [step.due_at, *step.climbs, step.waits_until]
    return soonest(*moments, after=state.on)


def _steps_of(
    rule: StepRule, state: CaseState, names: dict[str, object], calendar: Calendar
) -> Iterator[Step]:
    if evaluate(rule.when, names) is not True:
        return
    for found in _anchors(rule, state):
        span = rule.due
        if rule.by_urgency:
            span = span_of(rule.by_urgency, found.urgency, state.pathway)
        elif span is None:
            span = state.pathway.intervals[rule.by_level].get(state.level)
        if span is not None and not _is_past(found, calendar):
            yield _step(rule, state, calendar, found=found, span=span)


def _step(
    rule: StepRule, state: CaseState, calendar: Calendar, *, found: Waiting, span: Span
) -> Step:
    anchor, since, whom = found.anchor, found.since, found.whom
    key, due, role = f"{rule.id}:{anchor}", due_at(span, since=since, calendar=calendar), rule.role
    if rule.each in {"flags", "rights"}:
        last = due_at(rule.longest or span, since=since, calendar=calendar)
        asked = (state.flags if rule.each == "flags" else state.rights)[anchor]
        due, role = _as_asked(asked, state, calendar, due=due, last=last, role=role)
    elif rule.each in SAYS_ITSELF:
        last = due_at(rule.longest or span, since=since, calendar=calendar)
        due = _of_care(found, calendar, due=due, last=last)
        role = found.role if found.role in state.pathway.content["routing"] else role
    reason = state.reasons.get(key) if rule.may_wait else None
    waits = min(reason.until, due_at(span, since=due, calendar=calendar)) if reason else None
    if waits is not None and waits > state.on:
        due = max(due, waits)
    else:
        waits = None
    sooner = state.pathway.content["referral_climb"].get(found.urgency) if rule.by_urgency else None
    return Step(
        key=key, rule=rule.id, zh=f"{rule.zh}：{found.more}" if found.more else rule.zh, form=rule.form, role=role,
        due_at=due, climbs=_climbs(Climb(tuple(sooner)) if sooner else rule.climb, due, calendar),
        is_urgent=rule.is_urgent or bool(sooner),
        organisation=whom if rule.each == "decisions" or rule.each.startswith("referrals") else "",
        place=whom if rule.each == "transfers" else "", waits_until=waits,
        may_wait=span if rule.may_wait else None,
    )


def _as_asked(
    fact: Fact, state: CaseState, calendar: Calendar, *, due: datetime, last: datetime, role: str
) -> tuple[datetime, str]:
    """By which day and by which role a flag or a request is to be settled, as it says; no later than the longest."""
    asked, resolver = fact.data.get("due_on"), str(fact.data.get("resolver", ""))
    if isinstance(asked, str):
        day = min(date.fromisoformat(asked), last.astimezone(CHINA).date())
        due = datetime.combine(day, calendar.day_ends, tzinfo=CHINA)
    return due, resolver if resolver in state.pathway.content["routing"] else role


def _of_care(found: Waiting, calendar: Calendar, *, due: datetime, last: datetime) -> datetime:
    """So long after as it says, or by the day that it names, no later than the longest."""
    if found.every:
        return due_at(found.every, since=found.since, calendar=calendar)
    if found.due_on:
        return min(datetime.combine(date.fromisoformat(found.due_on), calendar.day_ends, tzinfo=CHINA), last)
    return due


def _is_past(found: Waiting, calendar: Calendar) -> bool:
    """Whether the next time would lie behind the last day of a service."""
    if not (found.every and found.until):
        return False
    return due_at(found.every, since=found.since, calendar=calendar).astimezone(CHINA).date().isoformat() > found.until


def _climbs(climb: Climb, due: datetime, calendar: Calendar) -> tuple[datetime, ...]:
    """Overdue climbs one level at a time: each span counts from the climb before it."""
    moments: list[datetime] = []
    since = due
    for span in climb.after:
        since = due_at(span, since=since, calendar=calendar)
        moments.append(since)
    return tuple(moments)


def _anchors(rule: StepRule, state: CaseState) -> Iterator[Waiting]:
    """What a step counts from."""
    if rule.each == "safety_checks":
        for alarm in state.alarms.open_checks:
            yield Waiting(alarm.key, alarm.raised_at)
    elif rule.each == "report_duties":
        for entry, since in state.report_duties.items():
            yield Waiting(entry, since)
    elif rule.each in KEPT:
        for fact in getattr(state, rule.each).values():
            yield Waiting(fact.id, fact.recorded_at)
    elif rule.each == "watch":
        yield from crises.waiting(state)
    elif rule.each in SAYS_ITSELF:
        yield from SAYS_ITSELF[rule.each](rule.each, state)
    elif rule.each:
        yield from waiting(rule.each, state)
    elif fact_found := _newest(rule.anchor, state):
        yield Waiting(fact_found.id, fact_found.recorded_at)


def _newest(kinds: tuple[str, ...], state: CaseState) -> Fact | None:
    wanted = state.last if "any" in kinds else kinds
    found = [state.last[kind] for kind in wanted if kind in state.last]
    if "crisis" in kinds and (episode := state.alarms.episode):
        return Fact(id=episode.entry, seq=0, kind="crisis", at=episode.began_at, recorded_at=episode.began_at)
    if "grade" in kinds and state.grades.since is not None:
        found.append(state.grades.since)
    return max(found, key=lambda fact: fact.seq, default=None)


def _crisis_steps(state: CaseState, names: dict[str, object], calendar: Calendar) -> Iterator[Step]:
    episode = state.alarms.episode
    if episode is None:
        return
    taken = [each.step for each in episode.taken]
    for rule in state.pathway.crisis_steps:
        done = taken.count(rule.id)
        if done >= rule.times or evaluate(rule.when, names) is not True:
            continue
        due = episode.began_at
        for _ in range(done + 1):
            due = due_at(rule.clock, since=due, calendar=calendar)
        yield Step(
            key=f"crisis.{rule.id}:{episode.entry}:{done + 1}", rule=f"crisis.{rule.id}", zh=rule.zh,
            form="crisis_step", role=rule.role, due_at=due,
            climbs=_climbs(rule.climb or state.pathway.crisis_climb, due, calendar), is_urgent=True,
            is_on_duty=rule.is_on_duty,
        )
