"""Where a line stands: its state and its clocks, found from its versions and steps, never stored as such."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tongxin.core.pathway import CHINA
from tongxin.registers.models import Line, Step, Version
from tongxin.registers.rules import Register, fits

AGREED, RETURNED = "agreed", "returned"
REVIEW, REVISE, AGAIN, ENDS, CERTIFICATE, CHECK, CLOSING = (
    "review", "revise", "again", "ends", "certificate", "check", "closing"
)
CLOCKS = {
    REVIEW: "由另一人核对", REVISE: "按意见修改", AGAIN: "到期重新核对", ENDS: "协议到期",
    CERTIFICATE: "交返还或销毁证明",
    CHECK: "核对返还或销毁证明", CLOSING: "由另一人写结论、结案",
}
FOUND = "found_at"


@dataclass(frozen=True, slots=True)
class Clock:
    """Something that has to happen by a moment, and when it did."""

    stage: str
    zh: str
    due_at: datetime
    step: Step | None = None

    @property
    def is_open(self) -> bool:
        return self.step is None

    @property
    def is_skipped(self) -> bool:
        return self.step is not None and self.step.kind == Step.SKIPPED

    @property
    def was_late(self) -> bool:
        return self.step is not None and not self.is_skipped and self.step.happened_at > self.due_at

    def is_late(self, at: datetime) -> bool:
        return self.is_open and self.due_at < at


@dataclass(frozen=True, slots=True)
class Standing:
    """State, clocks, the newest version and the one in force."""

    state: str
    clocks: tuple[Clock, ...]
    newest: Version
    in_force: Version | None
    agreed_at: datetime | None
    certificate: Step | None = None
    awaits_review: bool = False

    def open_clocks(self) -> list[Clock]:
        """What waits, the first due first."""
        return sorted((each for each in self.clocks if each.is_open), key=lambda each: each.due_at)


def standing_of(found: Register, versions: Sequence[Version], steps: Iterable[Step], *, at: datetime) -> Standing:
    """Where a line stands at a moment; versions and steps in their order."""
    done = list(steps)
    newest = versions[-1]
    if found.stages:
        return _incident(found, versions, done)
    reviews = {step.stage: step for step in done if step.kind == Step.REVIEWED}
    judged = reviews.get(str(newest.number))
    agreed = [each for each in versions if (step := reviews.get(str(each.number))) and step.outcome == AGREED]
    in_force = agreed[-1] if agreed else None
    agreed_at = reviews[str(in_force.number)].at if in_force else None
    ended = next((step for step in done if step.kind == Step.ENDED), None)
    holds = in_force or (newest if judged is None else None)
    if found.ends and holds and ((ended and in_force) or _day_after(holds.clear[found.ends]) <= at):
        over = ended.happened_at if ended else max(_day_after(holds.clear[found.ends]), holds.at)
        return replace(_over(found, newest, in_force, agreed_at, over, done), awaits_review=judged is None)
    if ended:
        return Standing(Line.ENDED, (), newest, None, None)
    clocks = _clocks(found, newest, judged, in_force, agreed_at)
    state = Line.WAITING if judged is None else Line.IN_FORCE if judged.outcome == AGREED else Line.RETURNED
    return Standing(state, tuple(clocks), newest, in_force, agreed_at, awaits_review=judged is None)


def _clocks(
    found: Register, newest: Version, judged: Step | None, in_force: Version | None, agreed_at: datetime | None
) -> Iterable[Clock]:
    if judged is None:
        yield _clock(REVIEW, newest.at + found.review_within)
    elif judged.outcome == RETURNED:
        yield _clock(REVISE, judged.at + found.review_within)
    if in_force is None or agreed_at is None:
        return
    again = found.again_after(in_force.clear)
    if again is not None and judged is not None:
        yield _clock(AGAIN, agreed_at + again)
    if found.ends:
        yield _clock(ENDS, _day_after(in_force.clear[found.ends]))


def _over(
    found: Register, newest: Version, in_force: Version | None, agreed_at: datetime | None, over: datetime,
    done: list[Step],
) -> Standing:
    """An agreement that came to its end: the other side gives back or destroys, and somebody checks it."""
    proofs = [step for step in done if step.kind == Step.CERTIFIED]
    proof = proofs[-1] if proofs else None
    checks = {step.stage: step for step in done if step.kind == Step.REVIEWED}
    check = checks.get(str(proof.id)) if proof else None
    due = over + found.certificate_within
    if proof is None or (check is not None and check.outcome == RETURNED):
        clocks = (_clock(CERTIFICATE, due if check is None else check.at + found.review_within),)
        return Standing(Line.EXPIRED, clocks, newest, in_force, agreed_at, proof)
    proven = Clock(CERTIFICATE, CLOCKS[CERTIFICATE], due, proof)
    checked = Clock(CHECK, CLOCKS[CHECK], proof.at + found.review_within, check)
    state = Line.CERTIFIED if check is None else Line.ENDED
    return Standing(state, (proven, checked), newest, in_force, agreed_at, proof)


def _incident(found: Register, versions: Sequence[Version], done: list[Step]) -> Standing:
    """What any version asked for stays asked: a milder description alone stops no clock."""
    newest = versions[-1]
    began = datetime.fromisoformat(newest.clear[FOUND])
    told: dict[str, Step] = {}
    for step in done:
        if step.kind in (Step.TOLD, Step.SKIPPED):
            told.setdefault(step.stage, step)
    asked = [
        each for each in found.stages
        if each.id in told or any(fits(each.only_if, version.clear) for version in versions)
    ]
    clocks = [Clock(each.id, each.zh, began + each.within, told.get(each.id)) for each in asked]
    closed = next((step for step in done if step.kind == Step.CLOSED), None)
    last = max((clock.due_at for clock in clocks), default=began)
    clocks.append(Clock(CLOSING, CLOCKS[CLOSING], last + timedelta(days=1), closed))
    return Standing(Line.CLOSED if closed else Line.OPEN, tuple(clocks), newest, None, None)


def _clock(stage: str, due: datetime) -> Clock:
    return Clock(stage, CLOCKS[stage], due)


def _day_after(text: str) -> datetime:
    """When a last day is over."""
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), CHINA)


@dataclass(frozen=True, slots=True)
class Ring:
    """A reminder that is due: for which clock, at which level (0 is before the moment), and when."""

    clock: Clock
    level: int
    at: datetime


def rings_of(found: Register, standing: Standing, steps: Iterable[Step], *, since: datetime) -> list[Ring]:
    """The reminders that were not given yet, the next first; none for a time before the line was there."""
    given: dict[tuple[str, str], int] = {}
    for step in steps:
        if step.kind == Step.RUNG:
            key = (step.stage, str(step.clear.get("due", "")))
            given[key] = max(given.get(key, -1), int(step.outcome))
    rings = []
    for clock in standing.open_clocks():
        last = given.get((clock.stage, clock.due_at.isoformat()), -1)
        moments = [clock.due_at - found.before, *(clock.due_at + found.climb * n for n in range(len(found.roles)))]
        rings += [
            Ring(clock, level, moment) for level, moment in enumerate(moments)
            if level > last and (level or moment >= since)
        ]
    return sorted(rings, key=lambda each: each.at)


def person_ids(versions: Iterable[Version]) -> set[UUID]:
    """Who wrote any of a line's versions."""
    return {each.person_id for each in versions if each.person_id}
